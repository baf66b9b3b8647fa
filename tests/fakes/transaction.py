"""The steps of a booking transaction on a draft of the rows; what refuses raises, and nothing is kept."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from daybook.domain.booking import Booking
from daybook.domain.errors import Exists, LimitReached, SessionFull, SlotTaken
from daybook.domain.history import Event
from daybook.domain.ledger import LedgerDay
from daybook.domain.limits import NOTHING_COUNTED, Bound, Count
from daybook.domain.published_slot import PublishedSlot
from daybook.ports import Record, Recorded, Stale
from tests.fakes.store import Rows

MINUTE = timedelta(minutes=1)


def remember(rows: Rows, tenant: str, record: Record | None, now: datetime) -> None:
    if record is None:
        return
    known = rows.records.get((tenant, record.name))
    if known is not None and known.expires_at > now:
        raise Recorded(known)
    rows.records[tenant, record.name] = record


def unchanged(rows: Rows, before: Booking) -> Booking:
    """Return the booking as stored if it still is what was read."""
    stored = rows.bookings.get((before.tenant, before.id))
    if stored is None or (stored.version, stored.counted) != (before.version, before.counted):
        raise Stale
    return stored


def write_booking(rows: Rows, before: Booking | None, after: Booking, event: Event) -> None:
    if before is not None:
        unchanged(rows, before)
    elif (after.tenant, after.id) in rows.bookings:
        raise Stale
    rows.bookings[after.tenant, after.id] = after
    rows.history[event.tenant, event.booking, event.version] = event


def take_seat(rows: Rows, booking: Booking) -> None:
    seat = _seat(booking)
    if booking.seat_of is None:
        return
    if seat in rows.seats:
        raise Exists("This address already has a seat in the session.")
    rows.seats[seat] = booking.id


def leave_seat(rows: Rows, booking: Booking) -> None:
    rows.seats.pop(_seat(booking), None)


def _seat(booking: Booking) -> tuple[str, str, datetime, str]:
    return booking.tenant, booking.host, booking.start, booking.attendee_key


def count(rows: Rows, booking: Booking, bounds: Sequence[Bound]) -> None:
    """Count a booking in, as far as the bounds allow."""
    for bound in bounds:
        key = (booking.tenant, booking.host, bound.counter)
        held = rows.counts.get(key, NOTHING_COUNTED)
        minutes = held.minutes + booking.duration // MINUTE
        full = bound.bookings is not None and len(held.bookings) >= bound.bookings
        if full or (bound.minutes is not None and minutes > bound.minutes):
            raise LimitReached("Choose another day, or ask the host.")
        rows.counts[key] = Count(held.bookings | {booking.id}, minutes)


def recount(rows: Rows, before: Booking, after: Booking, bounds: Sequence[Bound]) -> None:
    """Move a booking between counters; where it stays, only the time it grows by needs room."""
    grown = after.duration > before.duration
    discount(rows, before)
    for bound in bounds:
        stays = bound.counter in before.counted
        count(rows, after, [Bound(bound.counter, minutes=bound.minutes if grown else None) if stays else bound])


def discount(rows: Rows, booking: Booking) -> None:
    for counter in booking.counted:
        key = (booking.tenant, booking.host, counter)
        held = rows.counts[key]
        rows.counts[key] = Count(held.bookings - {booking.id}, held.minutes - booking.duration // MINUTE)


def change_days(
    rows: Rows, owner: Booking | PublishedSlot, days: Iterable[int], change: Callable[[LedgerDay], LedgerDay]
) -> None:
    for day in days:
        key = (owner.tenant, owner.host, day)
        rows.days[key] = change(rows.days.get(key, LedgerDay(day)))


def fill_slot(rows: Rows, booking: Booking) -> None:
    """Take one seat of the published slot a booking is made of."""
    if booking.slot is None:
        return
    slot = rows.slots.get((booking.tenant, booking.slot))
    if slot is None or slot.withdrawn or slot.seats >= slot.capacity:
        raise SessionFull("Choose another session.") if booking.capacity > 1 else SlotTaken
    rows.slots[booking.tenant, booking.slot] = replace(slot, seats=slot.seats + 1)


def empty_slot(rows: Rows, booking: Booking) -> None:
    if booking.slot is not None:
        slot = rows.slots[booking.tenant, booking.slot]
        rows.slots[booking.tenant, booking.slot] = replace(slot, seats=slot.seats - 1)
