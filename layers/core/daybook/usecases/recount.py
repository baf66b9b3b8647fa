"""Let limit counters follow changed limits, schedules and zones."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from daybook.domain.booking import PENDING, Booking, Status
from daybook.domain.event_type import EventType
from daybook.domain.host import Host
from daybook.domain.limits import ALL_EVENT_TYPES, Bound, Limits, Rules
from daybook.ports import Bookings, Catalogue, Ledger, Stale

BACK = timedelta(days=32)
"""A month's counter may hold bookings from its first day on."""
COUNTS = frozenset({Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW}) | PENDING
PAGE = 100


def recount(tenant: str, host: str, *, catalogue: Catalogue, ledger: Ledger, bookings: Bookings, now: datetime) -> None:
    """Put every counting booking of a host into the counters that today's limits ask for.

    A booking made in the very moment of the change, by the old rules, may stay uncounted (docs/adr/0004).
    """
    found = catalogue.host(tenant, host)
    if found is None:
        return
    event_types = {event_type.slug: event_type for event_type in catalogue.event_types(tenant, host)}
    cursor: str | None = None
    while True:
        page = bookings.by_host(tenant, host, since=now - BACK, until=None, cursor=cursor, limit=PAGE)
        for booking in bookings.bookings(tenant, page.ids):
            _recount(booking, found, event_types.get(booking.event_type or ""), ledger, bookings)
        cursor = page.cursor
        if cursor is None:
            return


def _recount(booking: Booking, host: Host, event_type: EventType | None, ledger: Ledger, bookings: Bookings) -> None:
    current: Booking | None = booking
    while current is not None and current.status in COUNTS:
        try:
            ledger.recount(current, bounds_of(current, host, event_type))
        except Stale:
            current = bookings.booking(booking.tenant, booking.id)
        else:
            return


def bounds_of(booking: Booking, host: Host, event_type: EventType | None) -> Sequence[Bound]:
    """Return the bounds that hold for a booking today."""
    own = event_type.limits if event_type else Limits()
    rules = Rules(booking.event_type or ALL_EVENT_TYPES, own, host.defaults.limits)
    return list(rules.bounds(booking.start.astimezone(host.schedule_of(event_type).zone).date()))
