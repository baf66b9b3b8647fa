"""Show what happened to a booking."""

from daybook import wiring
from daybook.domain.tenant import Scope
from daybook.edge.access import opened
from daybook.edge.api import Answer, endpoint, entrypoint
from daybook.edge.requests import Call, Nothing
from daybook.edge.schemas.history import EventView, HistoryView


@endpoint("GET /v1/{tenant}/bookings/{booking}/history", returns={200: HistoryView})
def show_history(call: Call[Nothing, Nothing]) -> Answer:
    """Show who changed a booking, when, and from what to what: an audit trail that only grows."""
    call.require_tenant()
    booking, _ = opened(call, Scope.READ, Scope.BOOKINGS)
    events = wiring.bookings().history(call.tenant, booking.id)
    return Answer(HistoryView(items=[EventView.of(event) for event in events], next_cursor=None))


handler = entrypoint(show_history)
