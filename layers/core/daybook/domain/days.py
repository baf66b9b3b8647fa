"""A month at a glance: how many starts each of a viewer's dates offers, or why it offers none (semantics: S13)."""

from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from daybook.domain.chart import Calendar, Chart
from daybook.domain.intervals import positions
from daybook.domain.ledger import moment_at
from daybook.domain.reasons import Reason
from daybook.domain.schedule import date_at, date_spans

_FILTERS = (
    Reason.OUTSIDE_WINDOW,
    Reason.PAST,
    Reason.TOO_SOON,
    Reason.LIMIT_REACHED,
    Reason.FULLY_BOOKED,
    Reason.CALENDAR_CONFLICTS,
)
"""The order in which a date's starts are thinned out; what removes the last one gives the reason."""


class Day(NamedTuple):
    """One of the viewer's dates: the number of bookable starts, and a reason exactly if there is none."""

    date: date
    slots: int
    reason: Reason | None


def list_days(calendar: Calendar, *, first: date, last: date, viewer: ZoneInfo, now: datetime) -> list[Day]:
    """Return every one of the viewer's dates first … last, ascending."""
    chart = Chart.of_dates(calendar, first, last, viewer)
    admitted = dict(chart.rules(now))
    grid = chart.grid()
    closures = not all(calendar.schedule.overrides.values())
    unhindered = chart.without_closed_dates().grid() if closures else grid
    today = date_at(viewer, now)
    days: list[Day] = []
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        on_day = chart.bits(date_spans(viewer, day, day))
        if day < today:
            days.append(Day(day, 0, Reason.PAST))
        elif not on_day & admitted[Reason.OUTSIDE_WINDOW]:
            days.append(Day(day, 0, Reason.OUTSIDE_WINDOW))
        elif unblocked := on_day & grid & admitted[Reason.BLOCKED]:
            days.append(_thinned(day, unblocked, admitted))
        else:
            days.append(Day(day, 0, Reason.BLOCKED if on_day & unhindered else Reason.NO_SERVICE_HOURS))
    return days


def next_open(calendar: Calendar, *, first: date, last: date, viewer: ZoneInfo, now: datetime) -> date | None:
    """Return the first of the viewer's dates first … last with a bookable start."""
    chart = Chart.of_dates(calendar, first, last, viewer)
    start = next(positions(chart.offered(now)), None)
    return None if start is None else date_at(viewer, moment_at(chart.origin + start))


def _thinned(day: date, starts: int, admitted: dict[Reason, int]) -> Day:
    """Apply the filters to a date's unblocked starts."""
    for reason in _FILTERS:
        starts &= admitted[reason]
        if not starts:
            return Day(day, 0, reason)
    return Day(day, starts.bit_count(), None)
