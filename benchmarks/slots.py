"""31 days of slots with six busy spans a day: the engine of bit sets against a sweep over intervals.

Each contender gets its busy time in the form it works on, ready made: the engine as bits, the sweep as sorted
moments. `from the ledger` adds what a request does before: turning stored days into bits.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from benchmarks.measure import Row, medians
from benchmarks.sweep import Booked, Interval, sweep
from daybook.domain.busy import Busy
from daybook.domain.days import list_days
from daybook.domain.event_type import NO_TIME, Terms, Window, WindowType
from daybook.domain.ledger import Claim, LedgerDay
from daybook.domain.limits import Limits, Rules
from daybook.domain.schedule import Hours, Schedule
from daybook.domain.slots import Calendar, Slot, days_needed, list_slots

BUDGET = 0.7
FIRST, LAST = date(2027, 3, 1), date(2027, 3, 31)
NOW = datetime(2027, 2, 20, 9, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")
VIEWER = ZoneInfo("America/New_York")
BUFFER = timedelta(minutes=10)
MINUTE = timedelta(minutes=1)


def run() -> Iterator[Row]:
    """Compare both on a few shapes of event type; a month with a change of the clock each."""
    for duration, interval in ((30, 30), (30, 15), (60, 60)):
        yield from _compare(_terms(duration, interval))


def _compare(terms: Terms) -> Iterator[Row]:
    bookings, external = list(_bookings()), list(_external())
    needed = days_needed(FIRST, LAST, VIEWER, terms)
    ledger = _ledger(bookings, external, needed)

    def calendar() -> Calendar:
        return Calendar(
            schedule=_schedule(),
            blocks=(),
            host_zone=ZONE,
            terms=terms,
            busy=Busy.over(ledger, origin_day=needed.start, now=NOW),
            covered=needed,
            counts={},
        )

    ready = calendar()

    def by_bits() -> list[Slot]:
        return list_slots(ready, first=FIRST, last=LAST, viewer=VIEWER, now=NOW)

    def by_sweep() -> list[Slot]:
        return sweep(ready, bookings, external, first=FIRST, last=LAST, viewer=VIEWER, now=NOW)

    def from_ledger() -> list[Slot]:
        return list_slots(calendar(), first=FIRST, last=LAST, viewer=VIEWER, now=NOW)

    def month() -> object:
        return list_days(ready, first=FIRST, last=LAST, viewer=VIEWER, now=NOW)

    if by_bits() != by_sweep():
        raise AssertionError("the contenders disagree")
    found = len(by_bits())
    taken = medians({"bits": by_bits, "sweep": by_sweep, "ledger": from_ledger, "days": month})
    name = f"{terms.duration // MINUTE} min every {terms.slot_interval // MINUTE}"
    yield Row(f"slots, {name}, {found} found", taken["bits"], taken["sweep"], BUDGET)
    yield Row(f"slots from the ledger, {name}", taken["ledger"], taken["sweep"])
    yield Row(f"days with reasons, {name}", taken["days"], taken["sweep"])


def _schedule() -> Schedule:
    hours = (Hours(timedelta(hours=8), timedelta(hours=12)), Hours(timedelta(hours=13), timedelta(hours=18)))
    return Schedule(id="hours", zone=ZONE, weekly=(hours,) * 7)


def _terms(duration: int, interval: int) -> Terms:
    return Terms(
        event_type="intro",
        duration=duration * MINUTE,
        slot_interval=interval * MINUTE,
        buffer_before=BUFFER,
        buffer_after=BUFFER,
        minimum_notice=timedelta(hours=1),
        window=Window(type=WindowType.ROLLING_DAYS, days=60),
        limits=Rules("intro", Limits(), Limits()),
        capacity=1,
    )


def _bookings() -> Iterator[Booked]:
    """Yield four bookings a day, with buffers; never at the same time of day twice."""
    for start in _starts((7 * 60, 9 * 60, 12 * 60, 14 * 60 + 30)):
        yield Booked(start, start + 30 * MINUTE, BUFFER, NO_TIME)


def _external() -> Iterator[Interval]:
    """Yield two calendar events a day."""
    for start in _starts((10 * 60 + 30, 15 * 60 + 45)):
        yield start, start + 45 * MINUTE


def _starts(minutes: tuple[int, ...]) -> Iterator[datetime]:
    for n in range((LAST - FIRST).days + 1):
        midnight = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC) + timedelta(days=n)
        for minute in minutes:
            yield midnight + (minute + n % 4 * 5) * MINUTE


def _ledger(bookings: list[Booked], external: list[Interval], days: range) -> list[LedgerDay]:
    """Write each span where the store would write it."""
    claims = [Claim.of(each.start, each.end, before=each.before, after=each.after) for each in bookings]
    events = [Claim.of(start, end, before=NO_TIME, after=NO_TIME) for start, end in external]
    return [
        LedgerDay(
            day,
            taken=frozenset().union(*(claim.elements(day) for claim in claims)),
            external=frozenset().union(*(claim.core(day) for claim in events)),
        )
        for day in days
    ]
