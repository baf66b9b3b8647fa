"""Move a booking."""

from daybook import wiring
from daybook.domain import errors
from daybook.domain.actor import Role
from daybook.domain.tenant import Scope
from daybook.edge.access import admission, opened, secret_of, with_token
from daybook.edge.api import Answer, Credential, endpoint, entrypoint
from daybook.edge.observability import counted
from daybook.edge.requests import Call, Nothing
from daybook.edge.schemas.booking import BookingView, RescheduleBody
from daybook.usecases import reschedule as usecase
from daybook.usecases.idempotency import Repeatable


@endpoint(
    "POST /v1/{tenant}/bookings/{booking}/reschedule",
    body=RescheduleBody,
    returns={200: BookingView},
    refuses=(
        errors.InvalidLocalTime,
        errors.Past,
        errors.TooSoon,
        errors.OutsideWindow,
        errors.Blocked,
        errors.OutsideHours,
        errors.NotOffered,
        errors.SlotTaken,
        errors.SessionFull,
        errors.LimitReached,
        errors.Exists,
        errors.AlreadyCancelled,
        errors.AlreadyStarted,
        errors.CutoffPassed,
        errors.RescheduleLimit,
        errors.Unauthenticated,
        errors.ScopeMissing,
        errors.TooManyRequests,
        errors.CalendarUnavailable,
    ),
    credential=Credential.MANAGE_TOKEN_OR_KEY,
    repeatable=True,
)
def reschedule(call: Call[RescheduleBody, Nothing]) -> Answer:
    """Move a booking to another start or another published slot.

    The old time is free at once; id and calendar UID stay. A host may override cut-offs, hours, notice and window.
    An attendee gets a fresh manage token, good until 30 days after the new end.
    """
    admit = admission(call)
    booking, actor = opened(call, Scope.BOOKINGS)
    admit()
    target = usecase.Target(
        start=call.body.start,
        slot=call.body.slot_id,
        reason=call.body.reason,
        repeatable=Repeatable.of(call.idempotency_key, f"{actor.id} {booking.id}", call.raw_body),
    )
    moved = usecase.reschedule(
        booking,
        target,
        origin=call.origin(actor),
        catalogue=wiring.catalogue(),
        ledger=wiring.ledger(),
        bookings=wiring.bookings(),
        check_busy=wiring.check_busy,
    )
    counted("Rescheduled")
    if actor.role is Role.HOST:
        return Answer(BookingView.of(moved, now=call.now))
    # The token lives until 30 days after the end, and the end has moved.
    return Answer(with_token(moved, call, secret_of(call.tenant, call.now)))


handler = entrypoint(reschedule)
