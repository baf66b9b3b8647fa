"""The rules about starts as layers of bits over one stretch of time: the one function behind listing and booking.

Every rule answers with the starts it admits, one bit a granule. Listing takes what all of them admit; the reasons of
a day or a start are the first rules that do not; booking asks the same layers about a single start (semantics: S12).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from daybook.domain.busy import Busy
from daybook.domain.event_type import Terms
from daybook.domain.intervals import Span, bits_of, every, fits, ones, shifted
from daybook.domain.ledger import PER_DAY, Session, granule_after, granules_in, moment_at
from daybook.domain.limits import Count, Counter, reached
from daybook.domain.reasons import Reason
from daybook.domain.schedule import (
    Block,
    Run,
    Schedule,
    block_spans,
    date_at,
    date_spans,
    open_runs,
    without_closed_dates,
)
from daybook.domain.window import allowed_dates

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """All that decides about one event type of one host.

    Attributes:
        busy: what stands in the way; without the time of the booking `moving`.
        covered: ledger days that `busy` was read for; outside them nothing is offered, for unknown is never free.
        counts: the counters of `terms.limits`; a missing one counts nothing.
        moving: id of a booking that is being rescheduled; its count is ignored.
    """

    schedule: Schedule
    blocks: tuple[Block, ...]
    host_zone: ZoneInfo
    terms: Terms
    busy: Busy
    covered: range
    counts: Mapping[Counter, Count]
    moving: str | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """A calendar over the time that a range of starts can reach; bit 0 is granule `origin`.

    Attributes:
        asked: the granules whose starts are asked for. full: all granules of the chart.
        first, last: schedule-local dates, both inclusive, that hold all of the chart and more.
    """

    calendar: Calendar
    origin: int
    asked: int
    full: int
    first: date
    last: date

    @classmethod
    def over(cls, calendar: Calendar, asked: Sequence[Span]) -> "Chart":
        """Lay out a chart for starts within ascending spans; at least one."""
        terms, zone = calendar.terms, calendar.schedule.zone
        origin = asked[0][0] - granules_in(terms.buffer_before)
        end = asked[-1][1] + granules_in(terms.duration + terms.buffer_after)
        return cls(
            calendar,
            origin,
            bits_of(asked, origin=origin, width=end - origin),
            ones(end - origin),
            # One date more: where the clock is set back across midnight, the date before comes again.
            date_at(zone, moment_at(origin)) - _ONE_DAY,
            date_at(zone, moment_at(end)),
        )

    @classmethod
    def of_dates(cls, calendar: Calendar, first: date, last: date, viewer: ZoneInfo) -> "Chart":
        """Lay out a chart for starts on a viewer's dates first … last; a date the zone skipped has none."""
        return cls.over(calendar, asked_on(first, last, viewer))

    def grid(self) -> int:
        """Return the asked starts on the grid at which the duration fits the hours, whatever blocks say."""
        runs = self.runs()
        return self.asked & self.anchored(runs) & self.within(runs)

    def without_closed_dates(self) -> "Chart":
        """Return the chart as if no override closed a date."""
        schedule = without_closed_dates(self.calendar.schedule)
        return replace(self, calendar=replace(self.calendar, schedule=schedule))

    def bits(self, spans: Iterable[Span]) -> int:
        """Return what spans cover of the chart."""
        return bits_of(spans, origin=self.origin, width=self.full.bit_length())

    def runs(self) -> list[Run]:
        return open_runs(self.calendar.schedule, self.first, self.last)

    def hours(self, runs: Sequence[Run]) -> int:
        """Return the open granules, whatever blocks say; runs that touch are one stretch (S3)."""
        return self.bits((run.start, run.end) for run in runs)

    def within(self, runs: Sequence[Run]) -> int:
        """Return the starts at which the duration fits the hours (S5)."""
        return fits(self.hours(runs), granules_in(self.calendar.terms.duration))

    def anchored(self, runs: Sequence[Run]) -> int:
        """Return the starts `run start + k * slot interval` (S4)."""
        step = granules_in(self.calendar.terms.slot_interval)
        starts = 0
        for run in runs:
            first = max(run.start, self.origin + (run.start - self.origin) % step)
            if first < run.end:
                starts |= every(step, -((first - run.end) // step)) << (first - self.origin)
        return starts

    def rules(self, now: datetime) -> Iterator[tuple[Reason, int]]:
        """Yield each rule's reason with the starts it admits, in the order in which booking refuses."""
        yield Reason.PAST, self.from_on(now)
        yield Reason.TOO_SOON, self.from_on(now + self.calendar.terms.minimum_notice)
        yield Reason.OUTSIDE_WINDOW, self.in_window(now)
        yield Reason.BLOCKED, self.unblocked()
        yield Reason.LIMIT_REACHED, self.within_limits()
        joinable = self.joinable()
        yield Reason.FULLY_BOOKED, self.clear_of_bookings() | joinable
        yield Reason.CALENDAR_CONFLICTS, self.clear_of_external() | joinable

    def offered(self, now: datetime) -> int:
        """Return the asked starts that can be booked."""
        starts = self.grid()
        for _, admitted in self.rules(now):
            starts &= admitted
        return starts

    def from_on(self, moment: datetime) -> int:
        """Return the granules that do not begin before a moment."""
        return self.full & -1 << max(granule_after(moment) - self.origin, 0)

    def in_window(self, now: datetime) -> int:
        """Return the granules on dates within the booking window."""
        zone = self.calendar.schedule.zone
        dates = allowed_dates(self.calendar.terms, today=date_at(zone, now))
        first, last = max(dates.first, self.first), min(dates.last, self.last)
        return self.bits(date_spans(zone, first, last)) if first <= last else 0

    def blocks(self) -> Iterator[tuple[Block, int]]:
        """Yield the blocks that may lie in the chart with the granules they touch."""
        # The host's date and the schedule's differ by two at most: offsets span 26 hours.
        first, last = self.first - _ONE_DAY, self.last + 2 * _ONE_DAY
        for block in self.calendar.blocks:
            if block.day is None or first <= block.day <= last:
                yield block, self.bits(block_spans(block, self.calendar.host_zone))

    def away(self) -> int:
        """Return the granules that a block touches."""
        away = 0
        for _, touched in self.blocks():
            away |= touched
        return away

    def unblocked(self) -> int:
        """Return the starts whose duration meets no block."""
        return fits(self.full & ~self.away(), granules_in(self.calendar.terms.duration))

    def within_limits(self) -> int:
        """Return the granules on dates whose limits leave room for one more booking."""
        calendar, rules = self.calendar, self.calendar.terms.limits
        if not (rules.own or rules.host):
            return self.full
        room = self.full
        for n in range((self.last - self.first).days + 1):
            day = self.first + timedelta(days=n)
            bounds = rules.bounds(day)
            if reached(bounds, calendar.counts, duration=calendar.terms.duration, without=calendar.moving):
                room &= ~self.bits(date_spans(calendar.schedule.zone, day, day))
        return room

    def clear_of_bookings(self) -> int:
        """Return the starts that no booking stands in the way of (S6).

        The new reach, buffers included, must miss every meeting, and the new meeting every buffer. Granules that
        were not read count as meetings.
        """
        busy, covered = self.calendar.busy, self.calendar.covered
        known = self.bits([(covered.start * PER_DAY, covered.stop * PER_DAY)])
        buffers = self._aligned(busy.buffers)
        free = self.full & known & ~self._aligned(busy.cores)
        return self._reach_fits(free) & fits(self.full & ~buffers, granules_in(self.calendar.terms.duration))

    def clear_of_external(self) -> int:
        """Return the starts whose reach, buffers included, meets no busy time of a connected calendar."""
        return self._reach_fits(self.full & ~self.external())

    def external(self) -> int:
        """Return the busy granules of connected calendars."""
        return self._aligned(self.calendar.busy.external)

    def joinable(self) -> int:
        """Return the starts of sessions that have a seat left."""
        return self.bits((start, start + 1) for start in open_sessions(self.calendar))

    def _aligned(self, bits: int) -> int:
        return shifted(bits, self.calendar.busy.origin - self.origin)

    def _reach_fits(self, free: int) -> int:
        terms = self.calendar.terms
        before = granules_in(terms.buffer_before)
        return fits(free, granules_in(terms.buffer_before + terms.duration + terms.buffer_after)) << before


def asked_on(first: date, last: date, viewer: ZoneInfo) -> list[Span]:
    """Return the spans of granules on a viewer's dates; a single empty one if the zone skipped them all."""
    nowhere = granule_after(datetime(first.year, first.month, first.day, tzinfo=UTC))
    return date_spans(viewer, first, last) or [(nowhere, nowhere)]


def open_sessions(calendar: Calendar) -> dict[int, Session]:
    """Return the sessions a new attendee may join, by start granule: same signature, a seat left."""
    terms = calendar.terms
    if terms.capacity == 1:
        return {}
    return {
        start: session
        for start, session in calendar.busy.sessions.items()
        if session.signature == terms.signature and session.seats < terms.capacity
    }
