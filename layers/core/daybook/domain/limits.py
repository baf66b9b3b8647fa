"""Booking limits: how many bookings, or how much time, a day, ISO week or month may hold."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

ALL_EVENT_TYPES = "*"
"""Scope of a host's own limits; no slug can be spelt so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Upper bounds by the schedule-local date of a booking's start; None is no bound."""

    per_day: int | None = None
    per_week: int | None = None
    per_month: int | None = None
    minutes_per_day: int | None = None

    def __bool__(self) -> bool:
        return self != Limits()


@dataclass(frozen=True, slots=True)
class Counter:
    """One counted period: `scope` is an event type's slug or ALL_EVENT_TYPES.

    `period` is `2027-03-01`, `2027-W09` (ISO 8601) or `2027-03`.
    """

    scope: str
    period: str

    @property
    def first(self) -> date:
        """The first date of the period."""
        year, _, week = self.period.partition("-W")
        if week:
            return date.fromisocalendar(int(year), int(week), 1)
        return date.fromisoformat(self.period if len(self.period) == 10 else f"{self.period}-01")


@dataclass(frozen=True, slots=True)
class Bound:
    """A counter and what it may hold."""

    counter: Counter
    bookings: int | None = None
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """What a counter holds now."""

    bookings: frozenset[str] = frozenset()
    minutes: int = 0


NOTHING_COUNTED = Count()


@dataclass(frozen=True, slots=True)
class Rules:
    """The limits of an event type and, over all its event types, of the host."""

    scope: str
    own: Limits
    host: Limits

    def bounds(self, local_date: date) -> Iterator[Bound]:
        """Yield each bound that a booking starting on a schedule-local date must respect."""
        for scope, limits in ((self.scope, self.own), (ALL_EVENT_TYPES, self.host)):
            year, week, _ = local_date.isocalendar()
            if limits.per_day is not None or limits.minutes_per_day is not None:
                yield Bound(Counter(scope, local_date.isoformat()), limits.per_day, limits.minutes_per_day)
            if limits.per_week is not None:
                yield Bound(Counter(scope, f"{year}-W{week:02}"), limits.per_week)
            if limits.per_month is not None:
                yield Bound(Counter(scope, f"{local_date:%Y-%m}"), limits.per_month)

    def counters(self, first: date, last: date) -> set[Counter]:
        """Return the counters that decide about starts on first … last, both inclusive."""
        days = (last - first).days + 1
        return {bound.counter for n in range(days) for bound in self.bounds(first + timedelta(days=n))}


def reached(
    bounds: Iterator[Bound], counts: Mapping[Counter, Count], *, duration: timedelta, without: str | None = None
) -> bool:
    """Tell whether one more booking would exceed a bound.

    Args:
        duration: of the booking to add.
        without: id of a booking that is being moved; it does not count against itself. It is assumed to have the
            same duration, for a move keeps it.
    """
    minutes = duration // timedelta(minutes=1)
    for bound in bounds:
        count = counts.get(bound.counter, NOTHING_COUNTED)
        own = without in count.bookings
        if bound.bookings is not None and len(count.bookings) - own >= bound.bookings:
            return True
        if bound.minutes is not None and count.minutes - own * minutes + minutes > bound.minutes:
            return True
    return False
