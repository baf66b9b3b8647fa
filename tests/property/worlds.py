"""Random hosts with their calendars: zones with odd clocks, hours that overlap, buffers, blocks and bookings."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from benchmarks.sweep import Booked, Interval
from daybook.domain.busy import Busy
from daybook.domain.event_type import Terms, Window, WindowType
from daybook.domain.external import ExternalEvent
from daybook.domain.ledger import Claim, LedgerDay
from daybook.domain.limits import Count, Counter, Limits, Rules
from daybook.domain.schedule import Block, Hours, Schedule, date_at
from daybook.domain.slots import Calendar, days_needed
from tests.fakes.external import busy_granules

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

# A zone and a date near which its clock does something.
CLOCKS = (
    ("UTC", date(2027, 6, 15)),
    ("Europe/Berlin", date(2027, 3, 28)),
    ("America/New_York", date(2027, 11, 7)),
    ("Asia/Calcutta", date(2027, 1, 1)),  # a legacy alias
    ("Africa/Cairo", date(2027, 4, 30)),  # no midnight
    ("Africa/Cairo", date(2027, 10, 28)),  # an hour before midnight twice
    ("America/Havana", date(2027, 11, 7)),  # midnight twice
    ("Australia/Lord_Howe", date(2027, 4, 4)),  # half an hour
    ("Antarctica/Troll", date(2027, 3, 28)),  # two hours
    ("Pacific/Chatham", date(2027, 9, 26)),  # +12:45 and +13:45
    ("Pacific/Apia", date(2011, 12, 30)),  # a date that never was
    ("Pacific/Kiritimati", date(2027, 12, 31)),
    ("Pacific/Pago_Pago", date(2028, 2, 29)),
)
VIEWERS = ("UTC", "Europe/Berlin", "America/Los_Angeles", "Asia/Kathmandu", "Pacific/Kiritimati", "Pacific/Pago_Pago")


@dataclass
class World:
    """A host's calendar as an engine sees it, and the same busy time as the intervals it came from."""

    calendar: Calendar
    first: date
    last: date
    viewer: ZoneInfo
    now: datetime
    ledger: dict[int, LedgerDay] = field(default_factory=dict)
    bookings: list[Booked] = field(default_factory=list)
    external: list[Interval] = field(default_factory=list)

    @property
    def asked(self) -> dict:
        return {"first": self.first, "last": self.last, "viewer": self.viewer, "now": self.now}

    def admits(self, claim: Claim) -> bool:
        return all(self.ledger.get(day, LedgerDay(day)).admits(claim, now=self.now) for day in claim.days)


def minutes(low: int, high: int) -> st.SearchStrategy[timedelta]:
    """Multiples of five minutes; bounds in minutes."""
    return st.integers(low // 5, high // 5).map(lambda n: n * 5 * MINUTE)


@st.composite
def hours(draw: st.DrawFn) -> tuple[Hours, ...]:
    """Up to three stretches of a day, unsorted, perhaps overlapping, with a taste for midnight."""
    stretches = []
    for _ in range(draw(st.integers(0, 3))):
        opens = draw(st.just(timedelta(0)) | minutes(0, 23 * 60))
        longest = (DAY - opens) // MINUTE
        closes = draw(st.just(DAY) | minutes(5, longest).map(lambda length, opens=opens: opens + length))
        stretches.append(Hours(opens, closes))
    return tuple(stretches)


@st.composite
def schedules(draw: st.DrawFn) -> tuple[Schedule, date]:
    """A schedule, and a date near which its zone's clock does something."""
    zone, around = draw(st.sampled_from(CLOCKS))
    near = st.integers(-3, 4).map(lambda n: around + n * DAY)
    schedule = Schedule(
        id="hours",
        zone=ZoneInfo(zone),
        weekly=tuple(draw(st.tuples(*[hours()] * 7))),
        overrides=draw(st.dictionaries(near, hours(), max_size=3)),
    )
    return schedule, around


@st.composite
def terms(draw: st.DrawFn, around: date) -> Terms:
    buffer = minutes(0, 90) if draw(st.integers(0, 4)) else minutes(0, 24 * 60)
    short = st.sampled_from([5, 15, 30, 45, 60, 90]).map(lambda n: n * MINUTE)
    unlimited = st.just(Window(type=WindowType.UNLIMITED))
    window = draw(
        unlimited
        | st.one_of(
            unlimited,
            st.integers(0, 6).map(lambda n: Window(type=WindowType.ROLLING_DAYS, days=n)),
            st.integers(0, 6).map(lambda n: Window(type=WindowType.BUSINESS_DAYS, days=n)),
            st.integers(-2, 3).map(
                lambda n: Window(type=WindowType.DATE_RANGE, first=around + n * DAY, last=around + (n + 2) * DAY)
            ),
        )
    )
    limit = st.none() | st.integers(0, 4)
    limits = st.builds(Limits, per_day=limit, per_week=limit, minutes_per_day=st.none() | st.integers(0, 300))
    return Terms(
        event_type="intro",
        duration=draw(short if draw(st.integers(0, 4)) else minutes(5, 24 * 60)),
        slot_interval=draw(short if draw(st.integers(0, 4)) else minutes(5, 24 * 60)),
        buffer_before=draw(buffer),
        buffer_after=draw(buffer),
        minimum_notice=draw(st.just(timedelta(0)) | st.integers(0, 1500).map(lambda n: n * MINUTE)),
        window=window,
        limits=Rules("intro", draw(limits), Limits()) if draw(st.booleans()) else Rules("intro", Limits(), Limits()),
        capacity=1,
    )


@st.composite
def worlds(draw: st.DrawFn, *, busy: bool = True) -> World:
    schedule, around = draw(schedules())
    host_zone = draw(st.just(schedule.zone) | st.sampled_from(VIEWERS).map(ZoneInfo))
    agreed = draw(terms(around))
    noon = datetime(around.year, around.month, around.day, 12, tzinfo=UTC)
    moments = minutes(-2 * 24 * 60, 4 * 24 * 60).map(lambda after: noon + after)
    first = around + draw(st.integers(-2, 1)) * DAY
    world = World(
        calendar=Calendar(
            schedule=schedule,
            blocks=tuple(draw(st.lists(blocks(around, moments), max_size=2))),
            host_zone=host_zone,
            terms=agreed,
            busy=Busy(0),
            covered=range(0),
            counts={},
        ),
        first=first,
        last=first + draw(st.integers(0, 3)) * DAY,
        viewer=draw(st.just(schedule.zone) | st.sampled_from(VIEWERS).map(ZoneInfo)),
        now=noon - draw(st.sampled_from((-1, 2, 3, 4))) * DAY + draw(st.integers(0, 24 * 60)) * MINUTE,
    )
    return _filled(draw, world, moments) if busy else world


@st.composite
def blocks(draw: st.DrawFn, around: date, moments: st.SearchStrategy[datetime]) -> Block:
    if draw(st.booleans()):
        return Block(id="day", day=around + draw(st.integers(-2, 3)) * DAY)
    start = draw(moments) + draw(st.integers(0, 4)) * MINUTE
    return Block(id="span", start=start, end=start + draw(st.integers(1, 600)) * MINUTE)


def _filled(draw: st.DrawFn, world: World, moments: st.SearchStrategy[datetime]) -> World:
    """Book what the ledger admits, put events of other calendars anywhere, and read the days that are needed."""
    buffers = st.just(timedelta(0)) | minutes(0, 180)
    for _ in range(draw(st.integers(0, 16))):
        start = draw(moments)
        _book(world, Booked(start, start + draw(minutes(5, 240)), draw(buffers), draw(buffers)))
    for start in draw(st.lists(moments, max_size=8)):
        seconds = draw(st.integers(0, 299))
        world.external.append((start, start + draw(minutes(5, 240))))
        shown = ExternalEvent(
            start=start + timedelta(seconds=seconds), end=world.external[-1][1] - timedelta(seconds=seconds)
        )
        if shown.start >= shown.end:
            world.external.pop()
            continue
        for day, granules in busy_granules([shown], calendar_zone=world.viewer).items():
            before = world.ledger.get(day, LedgerDay(day))
            world.ledger[day] = replace(before, external=before.external | granules)
    return read(world)


def _book(world: World, booking: Booked) -> None:
    claim = Claim.of(booking.start, booking.end, before=booking.before, after=booking.after)
    if not world.admits(claim):
        return
    for day in claim.days:
        before = world.ledger.get(day, LedgerDay(day))
        world.ledger[day] = replace(before, taken=before.taken | claim.elements(day))
    world.bookings.append(booking)


def read(world: World) -> World:
    """Give the calendar what a request would read from the store."""
    terms = world.calendar.terms
    needed = days_needed(world.first, world.last, world.viewer, terms)
    busy = Busy.over(
        [world.ledger[day] for day in needed if day in world.ledger], origin_day=needed.start, now=world.now
    )
    counts: dict[Counter, Count] = {}
    for n, booking in enumerate(world.bookings):
        for bound in terms.limits.bounds(date_at(world.calendar.schedule.zone, booking.start)):
            count = counts.get(bound.counter, Count())
            length = (booking.end - booking.start) // MINUTE
            counts[bound.counter] = Count(count.bookings | {str(n)}, count.minutes + length)
    world.calendar = replace(world.calendar, busy=busy, covered=needed, counts=counts)
    return world
