"""Book a published slot."""

from daybook import wiring
from daybook.domain import errors
from daybook.domain.tenant import Scope
from daybook.edge.access import admission, optional_caller, with_token
from daybook.edge.api import Answer, Credential, endpoint, entrypoint
from daybook.edge.observability import counted
from daybook.edge.requests import Call, Nothing
from daybook.edge.schemas.booking import BookingView, BookSlotBody
from daybook.usecases import book_slot as usecase
from daybook.usecases.idempotency import Repeatable


@endpoint(
    "POST /v1/{tenant}/slots/{slot}/book",
    body=BookSlotBody,
    returns={201: BookingView},
    refuses=(
        errors.UnknownTimezone,
        errors.Past,
        errors.TooSoon,
        errors.SlotTaken,
        errors.SessionFull,
        errors.LimitReached,
        errors.Exists,
        errors.OwnSlot,
        errors.Unauthenticated,
        errors.ScopeMissing,
        errors.TooManyRequests,
        errors.TooManyBookings,
        errors.CalendarUnavailable,
    ),
    credential=Credential.OPTIONAL_KEY,
    repeatable=True,
)
def book_slot(call: Call[BookSlotBody, Nothing]) -> Answer:
    """Book a published slot.

    Hosts do not book their own slots.
    """
    caller = optional_caller(call)
    if caller is not None and not caller.may(Scope.BOOKINGS):
        raise errors.ScopeMissing("This needs a key with the scope bookings.")
    attendee = call.body.attendee.to_domain()
    body = {"slot": call.path["slot"], **call.raw_body}
    request = usecase.BookSlotRequest(
        tenant=call.tenant,
        slot=call.path["slot"],
        attendee=attendee,
        answers=call.body.answers,
        caller=caller,
        repeatable=Repeatable.of(call.idempotency_key, caller.key_id if caller else attendee.email, body),
    )
    admit = admission(call, attendee.email)
    booking, secret = usecase.book_slot(
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


handler = entrypoint(book_slot)
