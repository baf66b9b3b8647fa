"""When a host can be met: weekly hours on a wall clock, date overrides and blocks.

The only module that reads a wall clock. Everything is worked out from UTC, where no hour is missing or doubled: a
zone is cut into stretches of constant offset, and wall time is mapped through each of them (semantics: S1).
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from daybook.domain.intervals import Span, merge
from daybook.domain.ledger import GRANULE, granule_after, granule_at

_SECOND = timedelta(seconds=1)
_DAY = 86_400
_PROBE = 4 * _DAY
_GRANULE = GRANULE // _SECOND
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True, order=True)
class Hours:
    """A stretch [opens, closes) of one local date, as wall time since midnight; closes may be 24 hours."""

    opens: timedelta
    closes: timedelta

    def spelled(self) -> tuple[str, str]:
        """Return the bounds as `("09:00", "24:00")`."""
        return _clock_time(self.opens), _clock_time(self.closes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """An availability schedule.

    Attributes:
        weekly: seven tuples, Monday first. overrides: replace the weekly hours of a local date; empty closes it.
    """

    id: str
    zone: ZoneInfo
    weekly: tuple[tuple[Hours, ...], ...]
    overrides: Mapping[date, tuple[Hours, ...]] = field(default_factory=dict)
    version: int = 1

    def hours_on(self, local_date: date) -> tuple[Hours, ...]:
        """Return the hours that apply to a date, as written: unsorted, perhaps overlapping."""
        return self.overrides.get(local_date, self.weekly[local_date.weekday()])


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Time a host is away: a whole `day` in the host's zone, or the span [start, end) in UTC; never both."""

    id: str
    day: date | None = None
    start: datetime | None = None
    end: datetime | None = None
    reason: str = ""


class Run(NamedTuple):
    """Open time [start, end) in granules since the epoch, all on one schedule-local `date`.

    Its start anchors the grid. Runs of neighbouring dates may touch: they are one open stretch with two anchors.
    """

    date: date
    start: int
    end: int


def open_runs(schedule: Schedule, first: date, last: date) -> list[Run]:
    """Return the open time of the schedule-local dates first … last, both inclusive, ascending per date.

    Hours in a gap of the clock do not exist, so hours that begin in one open at the first instant after it; repeated
    hours exist twice. What overlaps or touches within a date is one run.
    """
    clock = _clock(schedule.zone, first, last)
    weekly = [_seconds(hours) for hours in schedule.weekly]
    runs: list[Run] = []
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        local_date = date.fromordinal(ordinal)
        hours = schedule.overrides.get(local_date)
        wall = weekly[local_date.weekday()] if hours is None else _seconds(hours)
        midnight = (ordinal - _EPOCH_ORDINAL) * _DAY
        runs += [Run(local_date, start, end) for start, end in _instants(midnight, wall, clock)]
    return runs


def without_closed_dates(schedule: Schedule) -> Schedule:
    """Return the schedule as if no override closed a date: its weekly hours apply there."""
    return Schedule(
        id=schedule.id,
        zone=schedule.zone,
        weekly=schedule.weekly,
        overrides={local_date: hours for local_date, hours in schedule.overrides.items() if hours},
    )


def date_spans(zone: ZoneInfo, first: date, last: date) -> list[Span]:
    """Return the instants at which a zone's clock reads one of the dates first … last.

    Nearly always one span of granules; none for a date the zone skipped.
    """
    midnight = (first.toordinal() - _EPOCH_ORDINAL) * _DAY
    length = (last - first + timedelta(days=1)) // _SECOND
    return _instants(midnight, [(0, length)], _clock(zone, first, last))


def block_spans(block: Block, host_zone: ZoneInfo) -> list[Span]:
    """Return the granules a block touches."""
    if block.day is not None:
        return date_spans(host_zone, block.day, block.day)
    if block.start is None or block.end is None:
        raise ValueError(f"block {block.id} has neither a day nor a span")
    return merge([(granule_at(block.start), granule_after(block.end))])


def date_at(zone: ZoneInfo, moment: datetime) -> date:
    """Return the date a zone's clock reads at an aware moment."""
    return moment.astimezone(zone).date()


def wall_hours(zone: ZoneInfo, local_date: date, spans: Iterable[Span]) -> list[Hours]:
    """Read spans on a zone's clock: what of `local_date` they cover, merged; repeated hours read once."""
    midnight = (local_date.toordinal() - _EPOCH_ORDINAL) * _DAY
    clock = _clock(zone, local_date, local_date)
    read: list[Span] = []
    for start, end in spans:
        for since, until, offset in clock:
            shift = offset - midnight
            opens = max(max(start * _GRANULE, since) + shift, 0)
            read.append((opens, min(min(end * _GRANULE, until) + shift, _DAY)))
    return [Hours(opens * _SECOND, closes * _SECOND) for opens, closes in merge(read)]


def _clock_time(since_midnight: timedelta) -> str:
    hours, minutes = divmod(since_midnight // timedelta(minutes=1), 60)
    return f"{hours:02}:{minutes:02}"


def _seconds(hours: Iterable[Hours]) -> list[Span]:
    return merge((each.opens // _SECOND, each.closes // _SECOND) for each in hours)


def _instants(midnight: int, wall: Sequence[Span], clock: Sequence[tuple[int, int, int]]) -> list[Span]:
    """Map wall time to granules.

    Args:
        midnight: the local date's 00:00 as if it were UTC, in seconds. wall: seconds since then, merged.
        clock: stretches of constant offset.
    """
    return merge(
        (
            -(-max(midnight + opens - offset, since) // _GRANULE),
            min(midnight + closes - offset, until) // _GRANULE,
        )
        for since, until, offset in clock
        for opens, closes in wall
    )


def _clock(zone: ZoneInfo, first: date, last: date) -> list[tuple[int, int, int]]:
    """Return the stretches of constant offset that may hold an instant of the dates first … last.

    No offset reaches 24 hours, so one day before and one after are enough.
    """
    start = (first.toordinal() - _EPOCH_ORDINAL - 1) * _DAY
    end = (last.toordinal() - _EPOCH_ORDINAL + 2) * _DAY
    years = range((first - timedelta(days=1)).year, (last + timedelta(days=2)).year + 1)
    return [each for year in years for each in _offsets(zone, year) if each[0] < end and each[1] > start]


@lru_cache(maxsize=512)
def _offsets(zone: ZoneInfo, year: int) -> tuple[tuple[int, int, int], ...]:
    """Cut a UTC year where a zone's offset changes: (since, until, offset), all in seconds.

    zoneinfo tells offsets, not changes: offsets some days apart are compared and a change is found by bisection. No
    zone returns to an earlier offset within six days (tzdata 1970-2060; nearest: Gaza in 2040).
    """
    since, end = (int(datetime(each, 1, 1, tzinfo=UTC).timestamp()) for each in (year, year + 1))
    stretches = []
    for probe in range(since, end, _PROBE):
        until = min(probe + _PROBE, end)
        if _offset(zone, until) != (offset := _offset(zone, since)):
            change = _first_change(zone, probe, until)
            stretches.append((since, change, offset))
            since = change
    return (*stretches, (since, end, _offset(zone, since)))


def _first_change(zone: ZoneInfo, since: int, until: int) -> int:
    """Return the second in (since, until] from which on the offset is another."""
    before = _offset(zone, since)
    return since + bisect_left(range(since, until), 1, key=lambda second: _offset(zone, second) != before)


def _offset(zone: ZoneInfo, second: int) -> int:
    """Return a zone's offset from UTC at a second since the epoch."""
    return int(datetime.fromtimestamp(second, zone).replace(tzinfo=UTC).timestamp()) - second
