"""Cancel a booking."""

from daybook import wiring
from daybook.domain import errors
from daybook.domain.tenant import Scope
from daybook.edge.access import admission, opened
from daybook.edge.api import Answer, Credential, endpoint, entrypoint
from daybook.edge.observability import counted
from daybook.edge.requests import Call, Nothing
from daybook.edge.schemas.booking import BookingView, ReasonBody
from daybook.usecases import cancel as usecase


@endpoint(
    "POST /v1/{tenant}/bookings/{booking}/cancel",
    body=ReasonBody,
    returns={200: BookingView},
    refuses=(
        errors.AlreadyCancelled,
        errors.AlreadyStarted,
        errors.CutoffPassed,
        errors.Unauthenticated,
        errors.ScopeMissing,
        errors.TooManyRequests,
    ),
    credential=Credential.MANAGE_TOKEN_OR_KEY,
)
def cancel(call: Call[ReasonBody, Nothing]) -> Answer:
    """Cancel a booking.

    The time is free at once. Cancelling twice answers as the first time. A host may cancel past the cut-off.
    """
    admit = admission(call)
    booking, actor = opened(call, Scope.BOOKINGS)
    admit()
    cancelled = usecase.cancel(
        booking, call.body.reason, origin=call.origin(actor), ledger=wiring.ledger(), bookings=wiring.bookings()
    )
    counted("Cancelled")
    return Answer(BookingView.of(cancelled, now=call.now))


handler = entrypoint(cancel)
