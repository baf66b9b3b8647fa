"""Find out which bookings are still to come, and whether one needs a host or an event type."""

from datetime import datetime, timedelta

from daybook.domain.published_slot import SlotStatus
from daybook.ports import Bookings

PAGE = 100
LONGEST = timedelta(days=1)
FAR = timedelta(days=3660)


def needed_by(tenant: str, host: str, *, bookings: Bookings, now: datetime, event_type: str | None = None) -> bool:
    """Tell whether a booking that has not ended, or an open slot, belongs to a host (and event type, if given)."""
    return _booked(tenant, host, event_type, bookings, now) or _published(tenant, host, event_type, bookings, now)


def _booked(tenant: str, host: str, event_type: str | None, bookings: Bookings, now: datetime) -> bool:
    cursor: str | None = None
    while True:
        page = bookings.by_host(tenant, host, since=now - LONGEST, until=None, cursor=cursor, limit=PAGE)
        for booking in bookings.bookings(tenant, page.ids):
            if booking.blocks(now) and booking.end > now and event_type in {None, booking.event_type}:
                return True
        cursor = page.cursor
        if cursor is None:
            return False


def _published(tenant: str, host: str, event_type: str | None, bookings: Bookings, now: datetime) -> bool:
    cursor: str | None = None
    while True:
        page = bookings.slots(tenant, since=now, until=now + FAR, cursor=cursor, limit=PAGE)
        for slot in bookings.slots_by_id(tenant, page.ids):
            wanted = slot.host == host and event_type in {None, slot.event_type}
            if wanted and slot.status is SlotStatus.OPEN:
                return True
        cursor = page.cursor
        if cursor is None:
            return False


def upcoming_ids(tenant: str, host: str, *, bookings: Bookings, now: datetime) -> list[str]:
    """Return the ids of a host's bookings that have not ended, whatever became of them, and of few that have."""
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = bookings.by_host(tenant, host, since=now - LONGEST, until=None, cursor=cursor, limit=PAGE)
        found += page.ids
        cursor = page.cursor
        if cursor is None:
            return found
