"""Tell the host which rule, booking or event decides about a start."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from daybook.domain.explain import Explanation, NearBooking, explain
from daybook.ports import Bookings, Catalogue, Ledger
from daybook.usecases.availability import calendar_for, offered

AROUND = timedelta(days=2)
MOST = 100


def explain_start(
    tenant: str,
    host: str,
    event_type: str,
    start: datetime,
    *,
    catalogue: Catalogue,
    ledger: Ledger,
    bookings: Bookings,
    now: datetime,
) -> Explanation:
    """Run every rule on one start, naming what stands in the way. Raises NotFound."""
    found_host, found_type = offered(catalogue.context(tenant, host, event_type))
    on = start.astimezone(UTC).date()
    calendar = calendar_for(
        tenant, found_host, found_type, first=on, last=on, viewer=ZoneInfo("UTC"), ledger=ledger, now=now
    )
    page = bookings.by_host(tenant, host, since=start - AROUND, until=start + AROUND, cursor=None, limit=MOST)
    near = [
        NearBooking(
            id=one.id,
            start=one.start,
            end=one.end,
            buffer_before=one.buffer_before,
            buffer_after=one.buffer_after,
            event_type=one.event_type,
        )
        for one in bookings.bookings(tenant, page.ids)
        if one.blocks(now)
    ]
    return explain(calendar, start, now=now, bookings=near)
