"""Book a published slot."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from daybook.domain.attendee import Attendee
from daybook.domain.booking import Booking
from daybook.domain.caller import Caller
from daybook.domain.errors import NotFound, OwnSlot, Past, SlotTaken, TooSoon
from daybook.domain.event_type import MINUTE, Terms
from daybook.domain.history import Origin
from daybook.domain.placement import place
from daybook.domain.published_slot import PublishedSlot, SlotStatus, slot_terms
from daybook.domain.reasons import Reason
from daybook.ports import Bookings, Catalogue, Ledger, NewId
from daybook.usecases.admission import Admit, attendee_key
from daybook.usecases.idempotency import Repeatable
from daybook.usecases.list_open_slots import OpenSlotsQuery, list_open_slots
from daybook.usecases.placing import HOST_MAY_IGNORE, claim, replay, require_answers, require_guest

SEARCH = timedelta(days=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookSlotRequest:
    """Which slot, and for whom."""

    tenant: str
    slot: str
    attendee: Attendee
    answers: Mapping[str, str]
    caller: Caller | None
    repeatable: Repeatable | None


def book_slot(
    request: BookSlotRequest,
    *,
    origin: Origin,
    admit: Admit,
    mail_domain: str,
    catalogue: Catalogue,
    ledger: Ledger,
    bookings: Bookings,
    new_id: NewId,
) -> tuple[Booking, bytes]:
    """Take one seat of a slot, moving it from open to booked in the booking's own transaction.

    Raises:
        NotFound, OwnSlot, ValidationFailed, Past, TooSoon, SlotTaken, SessionFull, LimitReached, Exists,
        IdempotencyKeyReused, RequestInProgress, TooManyRequests, Busy.
    """
    repeatable = request.repeatable
    slot = bookings.slot(request.tenant, request.slot)
    if slot is None:
        raise NotFound("No such slot.")
    context = catalogue.context(
        request.tenant,
        slot.host,
        slot.event_type,
        record=repeatable.name if repeatable else None,
        with_secret=True,
    )
    host, secret = context.host, context.secret
    if host is None or secret is None:
        raise NotFound("No such slot.")
    earlier = replay(request.tenant, repeatable, context.record, bookings=bookings, now=origin.now)
    if earlier is not None:
        return earlier, secret
    admit()
    if request.caller is not None and request.caller.host == host.slug:
        raise OwnSlot("A slot is for others to book.")
    require_guest(host, request.attendee.email)
    require_answers(context.event_type, request.answers)
    terms, policy = slot_terms(slot, context.event_type, host)
    ignore = HOST_MAY_IGNORE if request.caller else frozenset()
    require_open_slot(slot, terms, now=origin.now, ignore=ignore)
    bounds = tuple(terms.limits.bounds(slot.start.astimezone(host.schedule_of(context.event_type).zone).date()))
    booking = place(
        id=new_id(),
        tenant=request.tenant,
        host=host.slug,
        terms=terms,
        policy=policy,
        start=slot.start,
        end=slot.end,
        attendee=request.attendee,
        attendee_key=attendee_key(secret, request.attendee.email),
        answers=request.answers,
        title=context.event_type.title if context.event_type else "",
        location=context.event_type.location if context.event_type else None,
        slot=slot.id,
        counted=tuple(bound.counter for bound in bounds),
        mail_domain=mail_domain,
        now=origin.now,
    )
    try:
        placed = claim(booking, origin=origin, bounds=bounds, repeatable=repeatable, ledger=ledger, bookings=bookings)
    except SlotTaken as refusal:
        query = OpenSlotsQuery(
            tenant=request.tenant, since=slot.start, until=slot.start + SEARCH, host=slot.host, caller=None
        )
        free, _ = list_open_slots(query, catalogue=catalogue, ledger=ledger, bookings=bookings, now=origin.now)
        raise SlotTaken(alternatives=[other.start for other in free if other.id != slot.id][:3]) from refusal
    return placed, secret


def require_open_slot(
    slot: PublishedSlot, terms: Terms, *, now: datetime, ignore: frozenset[Reason] = frozenset()
) -> None:
    """Raise Past, TooSoon or SlotTaken for what no booking could get; the transaction decides the rest."""
    if slot.start < now:
        raise Past("Choose a slot that has not begun.")
    if slot.start < now + terms.minimum_notice and Reason.TOO_SOON not in ignore:
        raise TooSoon(f"Book at least {terms.minimum_notice // MINUTE} minutes ahead.")
    if slot.status is SlotStatus.CANCELLED:
        raise SlotTaken("The host has withdrawn this slot.")
