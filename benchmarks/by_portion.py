"""The slot rules a third time, with the interval library portion, as one would write them with it."""

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

import portion

from benchmarks.sweep import DAY, Booked, Interval, candidates, refused_starts
from daybook.domain.ledger import moment_at
from daybook.domain.schedule import block_spans, date_spans, open_runs
from daybook.domain.slots import Calendar, Slot


def by_portion(
    calendar: Calendar,
    bookings: Iterable[Booked],
    external: Iterable[Interval],
    *,
    first: date,
    last: date,
    viewer: ZoneInfo,
    now: datetime,
) -> list[Slot]:
    """Return the slots whose starts lie on the viewer's dates first … last, as the sweep does."""
    duration = calendar.terms.duration
    runs = open_runs(calendar.schedule, first - 2 * DAY, last + 3 * DAY)
    free = portion.Interval(*(portion.closedopen(moment_at(run.start), moment_at(run.end)) for run in runs))
    blocks = (span for block in calendar.blocks for span in block_spans(block, calendar.host_zone))
    free -= portion.Interval(*(portion.closedopen(moment_at(start), moment_at(end)) for start, end in blocks))
    starts = portion.Interval(
        *(portion.closed(each.lower, each.upper - duration) for each in free if each.upper - each.lower >= duration)
    )
    asked = date_spans(viewer, first, last)
    starts &= portion.Interval(*(portion.closedopen(moment_at(start), moment_at(end)) for start, end in asked))
    refused = refused_starts(calendar.terms, bookings, external)
    starts -= portion.Interval(*(portion.open(start, end) for start, end in refused))
    found = []
    rest = iter(starts)
    current = next(rest, None)
    for start in candidates(calendar, runs, now):
        while current is not None and start > current.upper:
            current = next(rest, None)
        if current is None:
            break
        if start in current:
            found.append(Slot(start, start + duration, calendar.terms.capacity))
    return found
