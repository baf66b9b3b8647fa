"""Book a time by event type."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from daybook.domain import slots
from daybook.domain.attendee import Attendee
from daybook.domain.booking import Booking
from daybook.domain.caller import Caller
from daybook.domain.errors import NotFound, SlotTaken
from daybook.domain.history import Origin
from daybook.domain.placement import place
from daybook.domain.policy import Policy
from daybook.ports import Bookings, Catalogue, Ledger, NewId
from daybook.usecases.admission import Admit, attendee_key
from daybook.usecases.availability import offered, static_calendar
from daybook.usecases.idempotency import Repeatable
from daybook.usecases.placing import HOST_MAY_IGNORE, alternatives, claim, replay, require_answers, require_guest


@dataclass(frozen=True, slots=True, kw_only=True)
class BookRequest:
    """What an attendee asks for; `start` is UTC."""

    tenant: str
    host: str
    event_type: str
    start: datetime
    attendee: Attendee
    answers: Mapping[str, str]
    caller: Caller | None
    repeatable: Repeatable | None


def book(
    request: BookRequest,
    *,
    origin: Origin,
    admit: Admit,
    mail_domain: str,
    catalogue: Catalogue,
    ledger: Ledger,
    bookings: Bookings,
    new_id: NewId,
) -> tuple[Booking, bytes]:
    """Claim the time and return the booking with the tenant's secret, from which its manage token is made.

    Two round trips: everything needed in one read, everything written in one transaction. A host's key may override
    hours, notice and window; nobody overrides the ledger.

    Raises:
        NotFound, ValidationFailed, Past … NotOffered, SlotTaken (with alternatives), SessionFull, LimitReached,
        Exists, IdempotencyKeyReused, RequestInProgress, TooManyRequests, Busy.
    """
    repeatable = request.repeatable
    context = catalogue.context(
        request.tenant,
        request.host,
        request.event_type,
        record=repeatable.name if repeatable else None,
        with_secret=True,
    )
    host, event_type = offered(context)
    secret = context.secret
    if secret is None:
        raise NotFound("No such tenant.")
    earlier = replay(request.tenant, repeatable, context.record, bookings=bookings, now=origin.now)
    if earlier is not None:
        return earlier, secret
    admit()
    require_guest(host, request.attendee.email)
    require_answers(event_type, request.answers)
    calendar = static_calendar(host, event_type)
    ignore = HOST_MAY_IGNORE if request.caller else frozenset()
    slots.require_open(calendar, request.start, now=origin.now, ignore=ignore)
    terms = calendar.terms
    bounds = tuple(terms.limits.bounds(request.start.astimezone(calendar.schedule.zone).date()))
    booking = place(
        id=new_id(),
        tenant=request.tenant,
        host=host.slug,
        terms=terms,
        policy=Policy.of(event_type),
        start=request.start,
        end=request.start + terms.duration,
        attendee=request.attendee,
        attendee_key=attendee_key(secret, request.attendee.email),
        answers=request.answers,
        title=event_type.title,
        location=event_type.location,
        slot=None,
        counted=tuple(bound.counter for bound in bounds),
        mail_domain=mail_domain,
        now=origin.now,
    )
    try:
        placed = claim(booking, origin=origin, bounds=bounds, repeatable=repeatable, ledger=ledger, bookings=bookings)
    except SlotTaken as refusal:
        starts = alternatives(request.tenant, host, event_type, request.start, ledger=ledger, now=origin.now)
        raise SlotTaken(alternatives=starts) from refusal
    return placed, secret
