"""Record that an attendee did not come."""

from daybook import wiring
from daybook.domain import errors
from daybook.domain.tenant import Scope
from daybook.edge.access import opened
from daybook.edge.api import Answer, endpoint, entrypoint
from daybook.edge.requests import Call, Nothing
from daybook.edge.schemas.booking import BookingView
from daybook.usecases import no_show as usecase


@endpoint(
    "POST /v1/{tenant}/bookings/{booking}/no-show",
    returns={200: BookingView},
    refuses=(errors.NotPending, errors.NotStarted, errors.AlreadyCancelled),
)
def no_show(call: Call[Nothing, Nothing]) -> Answer:
    """Record that the attendee of a begun booking did not come."""
    call.require_tenant()
    booking, actor = opened(call, Scope.BOOKINGS)
    missed = usecase.no_show(booking, origin=call.origin(actor), ledger=wiring.ledger(), bookings=wiring.bookings())
    return Answer(BookingView.of(missed, now=call.now))


handler = entrypoint(no_show)
