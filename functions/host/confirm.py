"""Accept a request for a booking."""

from daybook import wiring
from daybook.domain import errors
from daybook.domain.tenant import Scope
from daybook.edge.access import opened
from daybook.edge.api import Answer, endpoint, entrypoint
from daybook.edge.requests import Call, Nothing
from daybook.edge.schemas.booking import BookingView
from daybook.usecases import confirm as usecase


@endpoint(
    "POST /v1/{tenant}/bookings/{booking}/confirm",
    returns={200: BookingView},
    refuses=(errors.NotPending,),
)
def confirm(call: Call[Nothing, Nothing]) -> Answer:
    """Accept a request that waits for confirmation."""
    call.require_tenant()
    booking, actor = opened(call, Scope.BOOKINGS)
    confirmed = usecase.confirm(booking, origin=call.origin(actor), ledger=wiring.ledger(), bookings=wiring.bookings())
    return Answer(BookingView.of(confirmed, now=call.now))


handler = entrypoint(confirm)
