"""Which starts of an event type can be booked, and why the others cannot.

Pure and without a clock: the same calendar and the same `now` give the same answer to whoever lists and whoever books.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import NamedTuple
from zoneinfo import ZoneInfo

from daybook.domain.chart import Calendar, Chart, open_sessions
from daybook.domain.errors import Blocked, NotOffered, OutsideHours, OutsideWindow, Past, TooSoon
from daybook.domain.event_type import Terms
from daybook.domain.intervals import Span, positions, spans_of
from daybook.domain.ledger import PER_DAY, granule_after, granule_at, granules_in, moment_at
from daybook.domain.reasons import Reason
from daybook.domain.schedule import date_at, date_spans, wall_hours
from daybook.domain.window import allowed_dates

__all__ = [
    "Calendar",
    "Slot",
    "days_needed",
    "list_slots",
    "list_unavailable",
    "next_starts",
    "opening_hours",
    "require_open",
]


class Slot(NamedTuple):
    """A start that can be booked; both moments are UTC. A tuple, for a month has hundreds."""

    start: datetime
    end: datetime
    seats_left: int


def days_needed(first: date, last: date, viewer: ZoneInfo, terms: Terms) -> range:
    """Return the numbers of the ledger days that decide about starts on the viewer's dates first … last.

    They cover the reach of every such start: its duration and its own buffers. Others' buffers are written where
    they lie, so nothing beyond has to be read.
    """
    spans = date_spans(viewer, first, last)
    if not spans:
        return range(0)
    earliest = spans[0][0] - granules_in(terms.buffer_before)
    latest = spans[-1][1] - 1 + granules_in(terms.duration + terms.buffer_after)
    return range(earliest // PER_DAY, (latest - 1) // PER_DAY + 1)


def list_slots(calendar: Calendar, *, first: date, last: date, viewer: ZoneInfo, now: datetime) -> list[Slot]:
    """Return the bookable slots whose starts lie on the viewer's dates first … last, ascending."""
    spans = date_spans(viewer, first, last)
    return list(_slots(calendar, spans, now)) if spans else []


def next_starts(calendar: Calendar, after: datetime, count: int = 3, *, now: datetime) -> list[datetime]:
    """Return the next bookable starts later than `after`, as far as the calendar's busy time was read."""
    terms = calendar.terms
    end = calendar.covered.stop * PER_DAY - granules_in(terms.duration + terms.buffer_after) + 1
    span = (granule_at(after) + 1, end)
    return [slot.start for slot in islice(_slots(calendar, [span], now), count)] if span[0] < end else []


def list_unavailable(
    calendar: Calendar, *, first: date, last: date, viewer: ZoneInfo, now: datetime
) -> list[tuple[datetime, Reason]]:
    """Return the starts of the grid that are not offered on the viewer's dates, ascending, each with its reason."""
    spans = date_spans(viewer, first, last)
    if not spans:
        return []
    chart = Chart.over(calendar, spans)
    left = chart.grid()
    refused: dict[int, Reason] = {}
    for reason, admitted in chart.rules(now):
        refused |= dict.fromkeys(positions(left & ~admitted), reason)
        left &= admitted
    return [(moment_at(chart.origin + start), refused[start]) for start in sorted(refused)]


def opening_hours(
    calendar: Calendar, first: date, last: date, viewer: ZoneInfo
) -> dict[date, list[tuple[str, str]]]:
    """Return the open hours of each of the viewer's dates as `("09:00", "17:00")` on the viewer's clock.

    Cut at the viewer's midnight, where a day ends at `24:00`; blocks are left out. Repeated hours are named once.
    """
    spans = date_spans(viewer, first, last)
    chart = Chart.over(calendar, spans) if spans else None
    open_time = chart.asked & chart.hours(chart.runs()) & ~chart.away() if chart else 0
    hours: dict[date, list[tuple[str, str]]] = {}
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        origin = chart.origin if chart else 0
        on_day = open_time & bits_of(date_spans(viewer, day, day), origin=origin)
        read = wall_hours(viewer, day, spans_of(on_day, origin=origin))
        hours[day] = [(_clock_time(each.opens), _clock_time(each.closes)) for each in read]
    return hours


def require_open(
    calendar: Calendar, start: datetime, *, now: datetime, ignore: frozenset[Reason] = frozenset()
) -> None:
    """Accept a start that the hours, the notice and the window allow; what is booked or counted is not looked at.

    Args:
        ignore: rules that do not bind the caller, see `reasons.HOST_MAY_IGNORE`; without hours there is no grid
            either, but a start still falls on a multiple of five minutes.
    Raises:
        Past, TooSoon, OutsideWindow, Blocked, OutsideHours, NotOffered: the first that applies, in this order.
    """
    if Reason.PAST not in ignore and start < now:
        raise Past("Choose a start that lies ahead.")
    earliest = now + calendar.terms.minimum_notice
