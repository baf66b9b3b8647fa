"""Which starts of an event type can be booked, and why the others cannot.

Pure and without a clock: the same calendar and the same `now` give the same answer to whoever lists and whoever books.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import NamedTuple
from zoneinfo import ZoneInfo

from daybook.domain.chart import Calendar, Chart, asked_on, open_sessions
from daybook.domain.errors import Blocked, Invalid, NotOffered, OutsideHours, OutsideWindow, Past, TooSoon
from daybook.domain.event_type import MINUTE, Terms
from daybook.domain.intervals import positions, spans_of
from daybook.domain.ledger import PER_DAY, granule_at, granules_in, moment_at
from daybook.domain.reasons import Reason
from daybook.domain.schedule import date_at, date_spans, wall_hours
from daybook.domain.window import allowed_dates

__all__ = [
    "Calendar",
    "Reason",
    "Slot",
    "days_needed",
    "list_slots",
    "list_unavailable",
    "nearest_starts",
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
    spans = asked_on(first, last, viewer)
    earliest = spans[0][0] - granules_in(terms.buffer_before)
    latest = spans[-1][1] - 1 + granules_in(terms.duration + terms.buffer_after)
    return range(earliest // PER_DAY, (latest - 1) // PER_DAY + 1)


def list_slots(calendar: Calendar, *, first: date, last: date, viewer: ZoneInfo, now: datetime) -> list[Slot]:
    """Return the bookable slots whose starts lie on the viewer's dates first … last, ascending."""
    return list(_slots(Chart.of_dates(calendar, first, last, viewer), now))


def next_starts(calendar: Calendar, after: datetime, count: int = 3, *, now: datetime) -> list[datetime]:
    """Return the next bookable starts later than `after`, as far as the calendar's busy time was read."""
    first = granule_at(after) + 1
    beyond = max(calendar.covered.stop * PER_DAY, first)
    chart = Chart.over(calendar, [(first, beyond)])
    return [slot.start for slot in islice(_slots(chart, now), count)]


def list_unavailable(
    calendar: Calendar, *, first: date, last: date, viewer: ZoneInfo, now: datetime
) -> list[tuple[datetime, Reason]]:
    """Return the starts of the grid that are not offered on the viewer's dates, ascending, each with its reason."""
    chart = Chart.of_dates(calendar, first, last, viewer)
    left = chart.grid()
    refused: dict[int, Reason] = {}
    for reason, admitted in chart.rules(now):
        refused |= dict.fromkeys(positions(left & ~admitted), reason)
        left &= admitted
    return [(moment_at(chart.origin + start), refused[start]) for start in sorted(refused)]


def opening_hours(calendar: Calendar, first: date, last: date, viewer: ZoneInfo) -> dict[date, list[tuple[str, str]]]:
    """Return the open hours of each of the viewer's dates as `("09:00", "17:00")` on the viewer's clock.

    Cut at the viewer's midnight, where a day ends at `24:00`; blocks are left out. Repeated hours are named once.
    """
    chart = Chart.of_dates(calendar, first, last, viewer)
    open_time = chart.asked & chart.hours(chart.runs()) & ~chart.away()
    hours: dict[date, list[tuple[str, str]]] = {}
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        on_day = open_time & chart.bits(date_spans(viewer, day, day))
        read = wall_hours(viewer, day, spans_of(on_day, origin=chart.origin))
        hours[day] = [each.spelled() for each in read]
    return hours


def require_open(
    calendar: Calendar, start: datetime, *, now: datetime, ignore: frozenset[Reason] = frozenset()
) -> None:
    """Accept a start that hours, notice and window allow; what is booked or counted is for the transaction to see.

    Args:
        ignore: rules that do not bind the caller, of a host who books. Without hours there is no grid
            either, yet a start still falls on a multiple of five minutes.
    Raises:
        Past, TooSoon, OutsideWindow, Blocked, OutsideHours, NotOffered: the first that applies, in this order.
    """
    for reason, refusal in _refusals(calendar, start, now):
        if reason not in ignore:
            raise refusal


def nearest_starts(calendar: Calendar, start: datetime) -> list[datetime]:
    """Return the last start of the grid before a moment and the first one from it on, within a day each."""
    moment = granule_at(start)
    chart = Chart.over(calendar, [(moment - PER_DAY, moment + PER_DAY)])
    starts = [moment_at(chart.origin + position) for position in positions(chart.grid())]
    return [each for each in starts if each < start][-1:] + [each for each in starts if each >= start][:1]


def _slots(chart: Chart, now: datetime) -> Iterator[Slot]:
    terms = chart.calendar.terms
    sessions = open_sessions(chart.calendar)
    for position in positions(chart.offered(now)):
        start = chart.origin + position
        moment = moment_at(start)
        taken = sessions[start].seats if start in sessions else 0
        yield Slot(moment, moment + terms.duration, terms.capacity - taken)


def _refusals(calendar: Calendar, start: datetime, now: datetime) -> Iterator[tuple[Reason | None, Invalid]]:
    """Yield what stands against a start, in the order in which booking refuses; None is a rule for everybody."""
    granule = granule_at(start)
    chart = Chart.over(calendar, [(granule, granule + 1)])
    if start < now:
        yield Reason.PAST, Past("Choose a start that lies ahead.")
    earliest = now + calendar.terms.minimum_notice
    if start < earliest:
        yield Reason.TOO_SOON, TooSoon(f"Choose a start from {_utc(earliest)} on.")
    if not chart.asked & chart.in_window(now):
        yield Reason.OUTSIDE_WINDOW, OutsideWindow(_window_hint(calendar, now))
    if not chart.asked & chart.unblocked():
        yield Reason.BLOCKED, Blocked("The host is away then; choose another time.")
    runs = chart.runs()
    if not chart.asked & chart.within(runs):
        yield Reason.NO_SERVICE_HOURS, _closed(chart)
    elif not chart.asked & chart.anchored(runs):
        yield Reason.NO_SERVICE_HOURS, NotOffered(_grid_hint(calendar, start))
    if start != moment_at(granule):
        yield None, NotOffered(_grid_hint(calendar, start))


def _closed(chart: Chart) -> Invalid:
    """A date closed by an empty override reads as blocked, as its day does; any other time is outside the hours."""
    relaxed = chart.without_closed_dates()
    if chart.asked & relaxed.within(relaxed.runs()):
        return Blocked("The host is away on that date; choose another.")
    minutes = chart.calendar.terms.duration // MINUTE
    return OutsideHours(f"Choose a start from which {minutes} minutes lie in the host's hours.")


def _window_hint(calendar: Calendar, now: datetime) -> str:
    dates = allowed_dates(calendar.terms, today=date_at(calendar.schedule.zone, now))
    return f"Choose a date from {dates.first} to {dates.last}, in {calendar.schedule.zone.key}."


def _grid_hint(calendar: Calendar, start: datetime) -> str:
    nearest = " or ".join(_utc(each) for each in nearest_starts(calendar, start))
    return f"Choose {nearest}." if nearest else "Choose one of the listed starts."


def _utc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
