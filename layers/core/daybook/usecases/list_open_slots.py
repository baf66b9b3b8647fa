"""List published slots that can still be booked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from daybook.domain.caller import Caller
from daybook.domain.event_type import Terms
from daybook.domain.ledger import PER_DAY, Claim, LedgerDay, Stake, granule_at
from daybook.domain.limits import reached
from daybook.domain.published_slot import PublishedSlot, slot_terms
from daybook.domain.schedule import Schedule, date_at
from daybook.ports import Bookings, Catalogue, Ledger
from daybook.usecases.availability import days_counted, without_lapsed

PAGE = 100
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSlotsQuery:
    """Slots that start in [since, until), UTC, of one host or all; a host-bound key never sees its host's own."""

    tenant: str
    since: datetime
    until: datetime
    host: str | None
    caller: Caller | None
    cursor: str | None = None


def list_open_slots(
    query: OpenSlotsQuery, *, catalogue: Catalogue, ledger: Ledger, bookings: Bookings, now: datetime
) -> tuple[Sequence[PublishedSlot], str | None]:
    """Return open slots by start, and where the list goes on.

    The index may be a second late; whether a slot is open and its time free is read strongly consistent.
    """
    if now >= query.until:
        return [], None
    # A page that goes on keeps its range: the table refuses a cursor that lies outside.
    since = query.since if query.cursor else max(query.since, now)
    page = bookings.slots(query.tenant, since=since, until=query.until, cursor=query.cursor, limit=PAGE)
    own = query.caller.host if query.caller else None
    wanted = [
        slot
        for slot in bookings.slots_by_id(query.tenant, page.ids)
        if not slot.withdrawn and query.host in {None, slot.host} and slot.host != own
    ]
    free: list[PublishedSlot] = []
    for host in dict.fromkeys(slot.host for slot in wanted):
        theirs = [slot for slot in wanted if slot.host == host]
        free += _free(theirs, catalogue=catalogue, ledger=ledger, now=now)
    return sorted(free, key=lambda slot: (slot.start, slot.id)), page.cursor


def _free(
    slots: Sequence[PublishedSlot], *, catalogue: Catalogue, ledger: Ledger, now: datetime
) -> list[PublishedSlot]:
    """Keep the slots of one host that a booking made now would get."""
    tenant, name = slots[0].tenant, slots[0].host
    found = {kind: catalogue.context(tenant, name, kind) for kind in {slot.event_type for slot in slots}}
    host = found[slots[0].event_type].host
    if host is None:
        return []
    offers = [(slot, slot_terms(slot, found[slot.event_type].event_type, host)[0]) for slot in slots]
    first = min(granule_at(slot.start - DAY) for slot in slots) // PER_DAY
    last = max(granule_at(slot.end + DAY) for slot in slots) // PER_DAY
    counted = [days_counted(range(first, last + 1), terms.limits) for _, terms in offers]
    days = ledger.days(tenant, name, range(min(each.start for each in counted), max(each.stop for each in counted)))
    # A seat that a lapsed hold still counts is free, as the ledger says; only shared sessions have several.
    return [
        slot if slot.capacity > 1 else replace(slot, seats=0)
        for slot, terms in offers
        if slot.start >= now + terms.minimum_notice
        and _admitted(slot, terms, days, now)
        and not _limited(slot, terms, host.schedule_of(found[slot.event_type].event_type), days, ledger=ledger, now=now)
    ]


def _admitted(slot: PublishedSlot, terms: Terms, days: Sequence[LedgerDay], now: datetime) -> bool:
    claim = Claim.of(slot.start, slot.end, before=terms.buffer_before, after=terms.buffer_after)
    stake = Stake(slot.id, claim, terms.signature if terms.capacity > 1 else None, terms.capacity)
    stored = {day.day: day for day in days}
    present = [stored.get(day, LedgerDay(day)) for day in stake.claim.days]
    session = present[0].joinable(stake) if stake.signature else None
    return session.seats < slot.capacity if session else all(day.admits(stake.claim, now=now) for day in present)


def _limited(
    slot: PublishedSlot, terms: Terms, schedule: Schedule, days: Sequence[LedgerDay], *, ledger: Ledger, now: datetime
) -> bool:
    bounds = list(terms.limits.bounds(date_at(schedule.zone, slot.start)))
    counts = ledger.counts(slot.tenant, slot.host, [bound.counter for bound in bounds])
    return reached(iter(bounds), without_lapsed(counts, days, now), duration=terms.duration)
