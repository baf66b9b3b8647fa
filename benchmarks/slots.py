"""Computing free starts: the engine of bit sets against a sweep over intervals and the interval library portion.

Two pairs are judged. `engine` and `sweep` get busy time in the form they work on, ready made: bits, and bookings as
moments, which the sweep has to sort and join, for how far they reach depends on who asks. `engine, stored` and
`sweep, stored` both start from what a request finds: ledger days, sets of granules, to be made into bits or intervals.

Shown besides is our whole way against the sweep's ready-made one, as if bookings were stored as moments: the least
that could be said for the engine. All of them find the same slots.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from importlib.util import find_spec
from zoneinfo import ZoneInfo

from benchmarks.measure import Line, Say, medians
from benchmarks.sweep import Booked, Interval, sweep, sweep_stored
from daybook.domain.busy import Busy
from daybook.domain.days import list_days
from daybook.domain.event_type import NO_TIME, Terms, Window, WindowType
from daybook.domain.ledger import Claim, LedgerDay
from daybook.domain.limits import Limits, Rules
from daybook.domain.schedule import Hours, Schedule
from daybook.domain.slots import Calendar, Slot, days_needed, list_slots

AGAINST_SWEEP, AGAINST_MONTH = 0.7, 13
FIRST = date(2027, 3, 1)
NOW = datetime(2027, 2, 20, 9, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")
VIEWER = ZoneInfo("America/New_York")
BUFFER = timedelta(minutes=10)
MINUTE = timedelta(minutes=1)
MONTH, YEAR = 31, 365
BOOKINGS = (0, 6, 20, 50, 100)


@dataclass(frozen=True)
class Sample:
    """A calendar from 1 March 2027 on, with a change of the clock, and what it is asked.

    Attributes:
        bookings: on every day; None is the usual one: four with buffers and two events from a calendar.
    """

    days: int = MONTH
    duration: int = 30
    interval: int = 30
    bookings: int | None = None

    @property
    def last(self) -> date:
        return FIRST + timedelta(days=self.days - 1)

    @cached_property
    def terms(self) -> Terms:
        return Terms(
            event_type="intro",
            duration=self.duration * MINUTE,
            slot_interval=self.interval * MINUTE,
            buffer_before=BUFFER,
            buffer_after=BUFFER,
            minimum_notice=timedelta(hours=1),
            window=Window(type=WindowType.ROLLING_DAYS, days=400),
            limits=Rules("intro", Limits(), Limits()),
            capacity=1,
        )

    @cached_property
    def booked(self) -> list[Booked]:
        """Bookings, never at the same time of day on two days in a row."""
        if self.bookings is None:
            starts = self._starts([7 * 60, 9 * 60, 12 * 60, 14 * 60 + 30])
            return [Booked(start, start + 30 * MINUTE, BUFFER, NO_TIME) for start in starts]
        step = 1440 // max(self.bookings, 1) // 5 * 5
        length = min(30, step) * MINUTE
        starts = self._starts([number * step for number in range(self.bookings)])
        return [Booked(start, start + length, NO_TIME, NO_TIME) for start in starts]

    @cached_property
    def external(self) -> list[Interval]:
        if self.bookings is not None:
            return []
        return [(start, start + 45 * MINUTE) for start in self._starts([10 * 60 + 30, 15 * 60 + 45])]

    @cached_property
    def ledger(self) -> list[LedgerDay]:
        """Each span where the store would write it."""
        claims = [Claim.of(each.start, each.end, before=each.before, after=each.after) for each in self.booked]
        events = [Claim.of(start, end, before=NO_TIME, after=NO_TIME) for start, end in self.external]
        taken: dict[int, set[int]] = {day: set() for day in self._needed}
        outside: dict[int, set[int]] = {day: set() for day in self._needed}
        for claim in claims:
            for day in claim.days:
                taken.setdefault(day, set()).update(claim.elements(day))
        for claim in events:
            for day in claim.days:
                outside.setdefault(day, set()).update(claim.core(day))
        return [
            LedgerDay(day, taken=frozenset(taken[day]), external=frozenset(outside[day]))
            for day in self._needed
            if taken[day] or outside[day]
        ]

    @cached_property
    def _needed(self) -> range:
        return days_needed(FIRST, self.last, VIEWER, self.terms)

    def calendar(self) -> Calendar:
        hours = (Hours(timedelta(hours=8), timedelta(hours=12)), Hours(timedelta(hours=13), timedelta(hours=18)))
        return Calendar(
            schedule=Schedule(id="hours", zone=ZONE, weekly=(hours,) * 7),
            blocks=(),
            host_zone=ZONE,
            terms=self.terms,
            busy=Busy.over(self.ledger, origin_day=self._needed.start, now=NOW),
            covered=self._needed,
            counts={},
        )

    def _starts(self, minutes: list[int]) -> Iterator[datetime]:
        for number in range(self.days):
            midnight = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC) + timedelta(days=number)
            for minute in minutes:
                yield midnight + (minute + number % 4 * 5) * MINUTE


def run(quick: bool, say: Say) -> Iterator[Line]:  # noqa: FBT001 - as all benchmarks
    """Compare on a few shapes of event type, then on longer and fuller calendars."""
    rounds = 15 if quick else 60
    for duration, interval in ((30, 30), (30, 15), (60, 60)):
        say(f"a month, {duration} minutes every {interval}")
        ready = against_others(Sample(duration=duration, interval=interval), rounds=rounds)
        yield ready
        yield as_stored(ready)
    say("a month and a year")
    yield against_month(rounds=rounds // 3)
    for days in (MONTH, 60, YEAR):
        for bookings in BOOKINGS:
            say(f"{days} days, {bookings} bookings a day")
            yield _grown(Sample(days=days, bookings=bookings), rounds=max(rounds // 10, 3))


def against_others(sample: Sample, *, rounds: int) -> Line:
    """Measure the usual month by all contenders."""
    found, contenders = _contenders(sample)
    taken = medians(contenders, rounds=rounds, loops=5)
    figures = {f"{name} µs": seconds * 1e6 for name, seconds in taken.items()}
    figures["× sweep"] = taken["engine"] / taken["sweep"]
    figures["engine, stored × sweep"] = taken["engine, stored"] / taken["sweep"]
    name = f"month, 6 busy spans a day, {sample.duration} min every {sample.interval}: {found} slots"
    return Line(name, figures, judged="× sweep", budget=AGAINST_SWEEP)


def as_stored(ready: Line) -> Line:
    """Judge the same month by what both take from the same stored days."""
    ratio = ready.figures["engine, stored µs"] / ready.figures["sweep, stored µs"]
    return Line(f"{ready.name}, stored", {"× sweep": ratio}, judged="× sweep", budget=AGAINST_SWEEP)


def against_month(*, rounds: int) -> Line:
    """Measure how a year compares with a month."""
    month, year = Sample(), Sample(days=YEAR)
    taken = medians({"month": engine(month), "year": engine(year)}, rounds=rounds, loops=2)
    figures = {"engine µs": taken["year"] * 1e6, "× month": taken["year"] / taken["month"]}
    return Line("365 days, 6 busy spans a day", figures, judged="× month", budget=AGAINST_MONTH)


def _grown(sample: Sample, *, rounds: int) -> Line:
    _, contenders = _contenders(sample)
    chosen = {name: contenders[name] for name in ("engine", "sweep", "engine, stored", "sweep, stored")}
    taken = medians(chosen, rounds=rounds, loops=1)
    figures = {f"{name} µs": seconds * 1e6 for name, seconds in taken.items()}
    points = {"days": sample.days, "bookings": sample.bookings or 0}
    return Line(f"{sample.days} days, {sample.bookings} bookings a day", figures, points=points)


def engine(sample: Sample) -> Callable[[], list[Slot]]:
    ready = sample.calendar()
    return lambda: list_slots(ready, first=FIRST, last=sample.last, viewer=VIEWER, now=NOW)


def _contenders(sample: Sample) -> tuple[int, dict[str, Callable[[], object]]]:
    """Return how many slots there are, and the contenders, which agree on them."""
    ready = sample.calendar()
    asked = {"first": FIRST, "last": sample.last, "viewer": VIEWER, "now": NOW}
    by_bits = engine(sample)

    def by_sweep() -> list[Slot]:
        return sweep(ready, sample.booked, sample.external, first=FIRST, last=sample.last, viewer=VIEWER, now=NOW)

    def by_stored_sweep() -> list[Slot]:
        return sweep_stored(ready, sample.ledger, first=FIRST, last=sample.last, viewer=VIEWER, now=NOW)

    expected = by_bits()
    if not by_sweep() == by_stored_sweep() == expected:
        raise AssertionError("the contenders disagree")
    contenders: dict[str, Callable[[], object]] = {"engine": by_bits, "sweep": by_sweep}
    if find_spec("portion"):
        from benchmarks.by_portion import by_portion  # noqa: PLC0415 - in .venv-bench alone

        def with_library() -> list[Slot]:
            return by_portion(
                ready, sample.booked, sample.external, first=FIRST, last=sample.last, viewer=VIEWER, now=NOW
            )

        if sample.bookings is None:
            if with_library() != expected:
                raise AssertionError("portion disagrees")
            contenders["portion"] = with_library
    contenders["sweep, stored"] = by_stored_sweep
    contenders["engine, stored"] = lambda: list_slots(sample.calendar(), **asked)  # type: ignore[arg-type]
    contenders["days with reasons"] = lambda: list_days(ready, **asked)  # type: ignore[arg-type]
    return len(expected), contenders
