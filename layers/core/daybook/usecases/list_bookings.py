"""List a tenant's or a host's bookings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from daybook.domain.booking import ENDED, PENDING, Booking, Status
from daybook.ports import Bookings

HELD = frozenset({Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW})
LONGEST = timedelta(days=1)
ROUNDS = 20
"""At most so many index pages are read for one answer; a sparse filter then goes on with the cursor."""


class Filter(StrEnum):
    UPCOMING = "upcoming"
    PENDING = "pending"
    PAST = "past"
    CANCELLED = "cancelled"


_MATCHES: Mapping[Filter, Callable[[Booking, datetime], bool]] = {
    Filter.UPCOMING: lambda booking, now: booking.status is Status.CONFIRMED and booking.end > now,
    Filter.PENDING: lambda booking, now: booking.status in PENDING and not booking.lapsed(now),
    Filter.PAST: lambda booking, now: booking.status in HELD and booking.end <= now,
    Filter.CANCELLED: lambda booking, now: booking.seen_at(now).status in ENDED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingsQuery:
    """Bookings that start in [since, until); past ones come latest first, all others earliest first."""

    tenant: str
    host: str | None = None
    status: Filter | None = None
    since: datetime | None = None
    until: datetime | None = None
    cursor: str | None = None
    limit: int = 50


def list_bookings(query: BookingsQuery, *, bookings: Bookings, now: datetime) -> tuple[list[Booking], str | None]:
    """Return at most `limit` bookings, and where the list goes on; the index may be a second late."""
    found: list[Booking] = []
    cursor = query.cursor
    since, until = _narrowed(query, now)
    for _ in range(ROUNDS):
        page = bookings.by_host(
            query.tenant,
            query.host,
            since=since,
            until=until,
            cursor=cursor,
            limit=query.limit - len(found),
            backwards=query.status is Filter.PAST,
        )
        matches = _MATCHES.get(query.status) if query.status else None
        found += [one for one in bookings.bookings(query.tenant, page.ids) if matches is None or matches(one, now)]
        cursor = page.cursor
        if cursor is None or len(found) >= query.limit:
            break
    return found, cursor


def _narrowed(query: BookingsQuery, now: datetime) -> tuple[datetime | None, datetime | None]:
    """Begin where the first match can lie, so that a long history costs nothing; a cursor goes on from where it is."""
    since, until = query.since, query.until
    if query.cursor is None and query.status in {Filter.UPCOMING, Filter.PENDING}:
        since = max(since or now - LONGEST, now - LONGEST)
    if query.cursor is None and query.status is Filter.PAST:
        until = min(until or now, now)
    return since, until
