"""Show a booking."""

from daybook.domain import errors
from daybook.domain.tenant import Scope
from daybook.edge.access import opened
from daybook.edge.api import Answer, Credential, endpoint, entrypoint
from daybook.edge.requests import Call, Nothing
from daybook.edge.schemas.booking import BookingView


@endpoint(
    "GET /v1/{tenant}/bookings/{booking}",
    returns={200: BookingView},
    refuses=(errors.Unauthenticated, errors.ScopeMissing),
    credential=Credential.MANAGE_TOKEN_OR_KEY,
)
def show_booking(call: Call[Nothing, Nothing]) -> Answer:
    """Show a booking to its attendee or its host."""
    booking, _ = opened(call, Scope.READ, Scope.BOOKINGS)
    return Answer(BookingView.of(booking, now=call.now))


handler = entrypoint(show_booking)
