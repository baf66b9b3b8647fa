"""Book a start of an event type."""

from daybook import wiring
from daybook.domain import errors
from daybook.domain.tenant import Scope
from daybook.edge.access import admission, optional_caller, with_token
from daybook.edge.api import Answer, Credential, endpoint, entrypoint
from daybook.edge.observability import counted
from daybook.edge.requests import Call, Nothing
from daybook.edge.schemas.booking import BookBody, BookingView
from daybook.usecases import book as usecase
from daybook.usecases.idempotency import Repeatable


@endpoint(
    "POST /v1/{tenant}/bookings",
    body=BookBody,
    returns={201: BookingView},
    refuses=(
        errors.InvalidLocalTime,
        errors.UnknownTimezone,
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
        errors.Unauthenticated,
        errors.ScopeMissing,
        errors.TooManyRequests,
        errors.TooManyBookings,
        errors.CalendarUnavailable,
    ),
    credential=Credential.OPTIONAL_KEY,
    repeatable=True,
)
def book(call: Call[BookBody, Nothing]) -> Answer:
    """Book a start of an event type.

    Answers with the booking and its manage token. With a key of scope `bookings` a host books for an attendee and may
    override hours, minimum notice and booking window; nobody overrides another booking.
    """
    caller = optional_caller(call)
    if caller is not None:
        caller.require(Scope.BOOKINGS, tenant=call.tenant, host=call.body.host)
    attendee = call.body.attendee.to_domain()
    request = usecase.BookRequest(
        tenant=call.tenant,
        host=call.body.host,
        event_type=call.body.event_type,
        start=call.body.start,
        attendee=attendee,
        answers=call.body.answers,
        caller=caller,
        repeatable=Repeatable.of(call.idempotency_key, caller.key_id if caller else attendee.email, call.raw_body),
    )
    admit = admission(call, attendee.email)
    booking, secret = usecase.book(
        request,
        origin=call.origin(caller.actor if caller else None),
        admit=admit,
        mail_domain=wiring.settings().mail_domain,
        catalogue=wiring.catalogue(),
        ledger=wiring.ledger(),
        bookings=wiring.bookings(),
        check_busy=wiring.check_busy,
        new_id=wiring.new_id,
    )
    if booking.created_at == call.now:  # not the replay of an earlier request
        counted("Booked")
    view = with_token(booking, call, secret)
    return Answer(view, status=201, headers={"Location": f"/v1/{call.tenant}/bookings/{booking.id}"})


handler = entrypoint(book)
