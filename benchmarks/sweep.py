"""The slot rules once more, as a sweep over intervals of moments: the engine's opponent in speed, its oracle in tests.

It shares the calendar and the schedule's open runs with the engine, and no bits. Bookings and external busy time come
as intervals; or as stored ledger days, as they come to the engine, which then are made into intervals first.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from daybook.domain.event_type import Terms
from daybook.domain.ledger import AFTER, PER_DAY, LedgerDay, moment_at
from daybook.domain.limits import reached
from daybook.domain.schedule import Run, block_spans, date_at, date_spans, open_runs
from daybook.domain.slots import Calendar, Slot
from daybook.domain.window import allowed_dates

Interval = tuple[datetime, datetime]
DAY = timedelta(days=1)


class Booked(NamedTuple):
    """A booking that blocks, as moments and buffers."""

    start: datetime
    end: datetime
    before: timedelta
    after: timedelta


def sweep(
    calendar: Calendar,
    bookings: Iterable[Booked],
    external: Iterable[Interval],
    *,
    first: date,
    last: date,
    viewer: ZoneInfo,
    now: datetime,
) -> list[Slot]:
    """Return the slots whose starts lie on the viewer's dates first … last; `calendar.busy` is not looked at."""
    refused = refused_starts(calendar.terms, bookings, external)
    return _swept(calendar, refused, first=first, last=last, viewer=viewer, now=now)


def sweep_stored(
    calendar: Calendar, days: Iterable[LedgerDay], *, first: date, last: date, viewer: ZoneInfo, now: datetime
) -> list[Slot]:
    """Do the same from what is stored, which knows of bookings only which granules they own."""
    refused = refused_by_days(calendar.terms, days, now)
    return _swept(calendar, refused, first=first, last=last, viewer=viewer, now=now)


def _swept(
    calendar: Calendar, refused: Iterable[Interval], *, first: date, last: date, viewer: ZoneInfo, now: datetime
) -> list[Slot]:
    terms = calendar.terms
    runs = open_runs(calendar.schedule, first - 2 * DAY, last + 3 * DAY)
    open_time = _merged(((moment_at(run.start), moment_at(run.end)) for run in runs), touching=True)
    blocks = (span for block in calendar.blocks for span in block_spans(block, calendar.host_zone))
    away = _merged(((moment_at(start), moment_at(end)) for start, end in blocks), touching=True)
    asked = [(moment_at(start), moment_at(end)) for start, end in date_spans(viewer, first, last)]
    starts = candidates(calendar, runs, now)
    starts = _inside(starts, _subtracted(open_time, away), terms.duration)
    starts = _inside(starts, asked, timedelta(0))
    starts = _outside(starts, _merged(refused, touching=False))
    return [Slot(start, start + terms.duration, terms.capacity) for start in starts]


def candidates(calendar: Calendar, runs: Sequence[Run], now: datetime) -> Iterator[datetime]:
    """Yield the grid of every run within notice, window and limits, ascending."""
    terms = calendar.terms
    dates = allowed_dates(terms, today=date_at(calendar.schedule.zone, now))
    earliest = now + max(terms.minimum_notice, timedelta(0))
    # Where the clock is set back at midnight the runs of two dates may interlace.
    for run in sorted(runs, key=lambda run: run.start):
        bounds = terms.limits.bounds(run.date)
        if not dates.first <= run.date <= dates.last:
            continue
        if reached(bounds, calendar.counts, duration=terms.duration, without=calendar.moving):
            continue
        start, end = moment_at(run.start), moment_at(run.end)
        while start < end:
            if start >= earliest:
                yield start
            start += terms.slot_interval


def refused_starts(terms: Terms, bookings: Iterable[Booked], external: Iterable[Interval]) -> Iterator[Interval]:
    """Yield the starts that busy time rules out, without the first and the last moment: there the two just touch.

    The gap to a booking is the larger of the two buffers that face each other (semantics: S6).
    """
    for start, end, before, after in bookings:
        yield start - terms.duration - max(before, terms.buffer_after), end + max(after, terms.buffer_before)
    for start, end in external:
        yield start - terms.duration - terms.buffer_after, end + terms.buffer_before


def refused_by_days(terms: Terms, days: Iterable[LedgerDay], now: datetime) -> Iterator[Interval]:
    """Yield the starts that ledger days rule out: nothing may lie on a buffer, nor closer to a meeting than ours."""
    meetings: list[int] = []
    buffers: list[int] = []
    for day in days:
        midnight = day.day * PER_DAY
        meetings += [midnight + granule for granule in day.external]
        for element in day.owned(now):
            (meetings if element < AFTER else buffers).append(midnight + element % AFTER)
    for start, end in _stretches(meetings):
        yield start - terms.duration - terms.buffer_after, end + terms.buffer_before
    for start, end in _stretches(buffers):
        yield start - terms.duration, end


def _stretches(granules: list[int]) -> Iterator[Interval]:
    """Join granules that follow each other into moments; some may be named twice."""
    granules.sort()
    begun = last = None
    for granule in granules:
        if last is None or granule > last + 1:
            if begun is not None and last is not None:
                yield moment_at(begun), moment_at(last + 1)
            begun = granule
        last = granule
    if begun is not None and last is not None:
        yield moment_at(begun), moment_at(last + 1)


def _merged(intervals: Iterable[Interval], *, touching: bool) -> list[Interval]:
    """Join what overlaps; on request also what only touches."""
    merged: list[Interval] = []
    for start, end in sorted(intervals):
        if merged and (start < merged[-1][1] or (touching and start == merged[-1][1])):
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _subtracted(intervals: Iterable[Interval], holes: Sequence[Interval]) -> list[Interval]:
    """Cut merged holes out of merged intervals."""
    left: list[Interval] = []
    for interval in intervals:
        start, end = interval
        for hole_start, hole_end in holes:
            if hole_end <= start or hole_start >= end:
                continue
            if hole_start > start:
                left.append((start, hole_start))
            start = hole_end
        if start < end:
            left.append((start, end))
    return left


def _inside(starts: Iterable[datetime], intervals: Sequence[Interval], duration: timedelta) -> Iterator[datetime]:
    """Keep ascending starts from which the duration lies within one of the merged intervals."""
    rest = iter(intervals)
    current = next(rest, None)
    for start in starts:
        while current is not None and current[1] <= start:
            current = next(rest, None)
        if current is None:
            return
        if current[0] <= start and start + duration <= current[1]:
            yield start


def _outside(starts: Iterable[datetime], intervals: Sequence[Interval]) -> Iterator[datetime]:
    """Keep ascending starts that lie strictly inside none of the merged intervals."""
    rest = iter(intervals)
    current = next(rest, None)
    for start in starts:
        while current is not None and current[1] <= start:
            current = next(rest, None)
        if current is None or start <= current[0]:
            yield start
