"""Show for each day how many starts it offers, or why none."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from daybook.domain import days
from daybook.domain.schedule import date_at
from daybook.domain.slots import Calendar
from daybook.ports import Catalogue, Ledger
from daybook.usecases.availability import calendar_for, offered
from daybook.usecases.list_slots import SlotsQuery

HORIZON = timedelta(days=180)
STRIDE = timedelta(days=30)
ONE_DAY = timedelta(days=1)


def list_days(
    query: SlotsQuery, *, catalogue: Catalogue, ledger: Ledger, now: datetime
) -> tuple[list[days.Day], date | None]:
    """Return every day of the range, and the first date from today on with a free start.

    That date is searched in strides of a month, at most 180 days ahead, starting with what the range already
    answers. Raises NotFound.
    """
    host, event_type = offered(catalogue.context(query.tenant, query.host, query.event_type))

    def chart(first: date, last: date) -> Calendar:
        return calendar_for(
            query.tenant,
            host,
            event_type,
            first=first,
            last=last,
            viewer=query.viewer,
            ledger=ledger,
            now=now,
            moving=query.moving,
        )

    calendar = chart(query.first, query.last)
    listed = days.list_days(calendar, first=query.first, last=query.last, viewer=query.viewer, now=now)
    return listed, _next_available(query, listed, chart, now)


def _next_available(
    query: SlotsQuery, listed: list[days.Day], chart: Callable[[date, date], Calendar], now: datetime
) -> date | None:
    today = date_at(query.viewer, now)
    known = next((day.date for day in listed if day.slots), None)
    if known is not None and query.first <= today:
        return known
    first, end = today, today + HORIZON
    while first <= end:
        if first >= query.first and first <= query.last:
            if known is not None:
                return known
            first = query.last + ONE_DAY
            continue
        last = min(first + STRIDE, end, query.first - ONE_DAY if first < query.first else end)
        found = days.next_open(chart(first, last), first=first, last=last, viewer=query.viewer, now=now)
        if found is not None:
            return found
        first = last + ONE_DAY
    return None
