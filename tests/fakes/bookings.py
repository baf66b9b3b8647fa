"""Bookings, their history and published slots in memory."""

from collections.abc import Sequence
from datetime import datetime

from daybook.domain.booking import Booking
from daybook.domain.history import Event
from daybook.domain.published_slot import PublishedSlot
from daybook.ports import Page
from tests.fakes.store import Store, page


class MemoryBookings:
    """`ports.Bookings` on dictionaries; its indexes are never late."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def booking(self, tenant: str, booking: str) -> Booking | None:
        return self._store.rows.bookings.get((tenant, booking))

    def bookings(self, tenant: str, ids: Sequence[str]) -> Sequence[Booking]:
        found = (self.booking(tenant, one) for one in ids)
        return [booking for booking in found if booking is not None]

    def by_host(
        self,
        tenant: str,
        host: str | None,
        *,
        since: datetime | None,
        until: datetime | None,
        cursor: str | None,
        limit: int,
        backwards: bool = False,
    ) -> Page:
        wanted = {
            _by_start(booking): booking.id
            for booking in self._theirs(tenant)
            if host in {None, booking.host} and _within(booking.start, since, until)
        }
        keys, after = page(wanted, cursor=cursor, limit=limit, backwards=backwards)
        return Page([wanted[key] for key in keys], after)

    def count_active(self, tenant: str, attendee_key: str, *, now: datetime, most: int) -> int:
        active = (
            booking
            for booking in self._theirs(tenant)
            if booking.attendee_key == attendee_key and booking.start > now and booking.blocks(now)
        )
        return min(most, sum(1 for _ in active))

    def is_first(self, booking: Booking) -> bool:
        theirs = (other for other in self._theirs(booking.tenant) if other.attendee_key == booking.attendee_key)
        return bool(booking.attendee_key) and all(other.id >= booking.id for other in theirs)

    def seated(self, tenant: str, host: str, start: datetime) -> Sequence[str]:
        return [booking for seat, booking in self._store.rows.seats.items() if seat[:3] == (tenant, host, start)]

    def history(self, tenant: str, booking: str) -> Sequence[Event]:
        found = [event for key, event in self._store.rows.history.items() if key[:2] == (tenant, booking)]
        return sorted(found, key=lambda event: event.version)

    def slot(self, tenant: str, slot: str) -> PublishedSlot | None:
        return self._store.rows.slots.get((tenant, slot))

    def slots(self, tenant: str, *, since: datetime, until: datetime, cursor: str | None, limit: int) -> Page:
        wanted = {
            _by_start(slot): slot.id
            for (owner, _), slot in self._store.rows.slots.items()
            if owner == tenant and _within(slot.start, since, until)
        }
        keys, after = page(wanted, cursor=cursor, limit=limit)
        return Page([wanted[key] for key in keys], after)

    def slots_by_id(self, tenant: str, ids: Sequence[str]) -> Sequence[PublishedSlot]:
        found = (self.slot(tenant, one) for one in ids)
        return sorted((slot for slot in found if slot is not None), key=lambda slot: (slot.start, slot.id))

    def _theirs(self, tenant: str) -> list[Booking]:
        return [booking for (owner, _), booking in self._store.rows.bookings.items() if owner == tenant]


def _by_start(one: Booking | PublishedSlot) -> str:
    return f"{one.start:%Y-%m-%dT%H:%M}#{one.id}"


def _within(start: datetime, since: datetime | None, until: datetime | None) -> bool:
    return (since is None or start >= since) and (until is None or start < until)
