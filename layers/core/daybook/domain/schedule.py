"""When a host can be met: weekly hours on a wall clock, date overrides and blocks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, order=True)
class Hours:
    """A stretch [opens, closes) of one local date, as wall time since midnight; closes may be 24 hours."""

    opens: timedelta
    closes: timedelta


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Time a host is away: a whole `day` in the host's zone, or the span [start, end) in UTC; never both."""

    id: str
    day: date | None = None
    start: datetime | None = None
    end: datetime | None = None
    reason: str = ""
