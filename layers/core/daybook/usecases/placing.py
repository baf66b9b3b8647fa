"""What every way to a new booking shares: claim, replay, check answers, name alternatives."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from daybook.domain import slots
from daybook.domain.booking import PENDING, Booking
from daybook.domain.errors import FieldError, RequestInProgress, ValidationFailed, pointer
from daybook.domain.event_type import EventType
from daybook.domain.history import Deed, Origin, event
from daybook.domain.host import Host
from daybook.domain.limits import Bound
from daybook.domain.published_slot import PublishedSlot
from daybook.domain.reasons import Reason
from daybook.ports import Bookings, Ledger, Record, Recorded
from daybook.usecases.availability import calendar_for
from daybook.usecases.idempotency import Repeatable

Found = TypeVar("Found", Booking, PublishedSlot)

HOST_MAY_IGNORE = frozenset({Reason.TOO_SOON, Reason.OUTSIDE_WINDOW, Reason.NO_SERVICE_HOURS})
"""What a host who books or moves may override: notice, window and hours; never the past, a block or the ledger."""

SEARCH = timedelta(days=14)
"""How far past a taken start alternatives are looked for."""


def claim(
    booking: Booking,
    *,
    origin: Origin,
    bounds: Sequence[Bound],
    repeatable: Repeatable | None,
    ledger: Ledger,
    bookings: Bookings,
) -> Booking:
    """Write a new booking; if the same request got there first, return that one's."""
    record = repeatable.record(booking.id, origin.now) if repeatable else None
    deed = Deed.REQUESTED if booking.status in PENDING else Deed.BOOKED
    placed = event(deed, origin, before=None, after=booking)
    try:
        ledger.claim(booking, placed, bounds=bounds, record=record, now=origin.now)
    except Recorded as first:
        return in_progress(replay(booking.tenant, repeatable, first.record, bookings=bookings, now=origin.now))
    return booking


def replay(
    tenant: str, repeatable: Repeatable | None, record: Record | None, *, bookings: Bookings, now: datetime
) -> Booking | None:
    """Return the booking an earlier request with the same key led to, as it stands now; None if there is none."""
    if repeatable is None:
        return None
    result = repeatable.answered(record, now)
    return bookings.booking(tenant, result) if result else None


def in_progress(earlier: Found | None) -> Found:
    """Pass on what an earlier request led to, or say that it is still being written."""
    if earlier is None:
        raise RequestInProgress("Repeat the request in a moment.")
    return earlier


def require_guest(host: Host, email: str) -> None:
    """Refuse the host as their own attendee: an invitation cannot go to one address in two roles."""
    if email.casefold() == host.email.casefold():
        hint = "This is the host's own address; give the attendee's."
        raise ValidationFailed("A host is not an attendee.", [FieldError(pointer("attendee", "email"), hint)])


def require_answers(event_type: EventType | None, answers: Mapping[str, str]) -> None:
    """Refuse missing answers and answers nobody asked for."""
    questions = {question.id: question for question in event_type.questions} if event_type else {}
    found = [(name, "There is no such question.") for name in answers if name not in questions]
    found += [
        (name, "An answer is required.")
        for name, question in questions.items()
        if question.required and not answers.get(name, "").strip()
    ]
    if found:
        errors = [FieldError(pointer("answers", name), hint) for name, hint in found]
        raise ValidationFailed("Answer the event type's questions, and no others.", errors)


def alternatives(
    tenant: str,
    host: Host,
    event_type: EventType,
    start: datetime,
    *,
    ledger: Ledger,
    now: datetime,
    moving: Booking | None = None,
) -> Sequence[datetime]:
    """Return the next three free starts later than one that was taken."""
    zone = ZoneInfo("UTC")
    first = start.astimezone(zone).date()
    calendar = calendar_for(
        tenant, host, event_type, first=first, last=first + SEARCH, viewer=zone, ledger=ledger, now=now, moving=moving
    )
    return slots.next_starts(calendar, start, count=3, now=now)
