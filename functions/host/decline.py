"""Refuse a request for a booking."""

from daybook import wiring
from daybook.domain import errors
from daybook.domain.tenant import Scope
from daybook.edge.access import opened
from daybook.edge.api import Answer, endpoint, entrypoint
from daybook.edge.requests import Call, Nothing
from daybook.edge.schemas.booking import BookingView, ReasonBody
from daybook.usecases import decline as usecase


@endpoint(
    "POST /v1/{tenant}/bookings/{booking}/decline",
    body=ReasonBody,
    returns={200: BookingView},
    refuses=(errors.NotPending,),
)
def decline(call: Call[ReasonBody, Nothing]) -> Answer:
    """Refuse a request that waits for confirmation; its time is free at once."""
    call.require_tenant()
    booking, actor = opened(call, Scope.BOOKINGS)
    declined = usecase.decline(
        booking, call.body.reason, origin=call.origin(actor), ledger=wiring.ledger(), bookings=wiring.bookings()
    )
    return Answer(BookingView.of(declined, now=call.now))


handler = entrypoint(decline)
