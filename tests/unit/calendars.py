"""A plain calendar to vary: 09:00-12:00 every day in UTC, 60-minute meetings, nothing booked, everything read."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from daybook.domain.busy import Busy
from daybook.domain.event_type import NO_TIME, Terms, Window, WindowType
from daybook.domain.ledger import Claim, LedgerDay
from daybook.domain.limits import Limits, Rules
from daybook.domain.schedule import Block, Hours, Schedule
from daybook.domain.slots import Calendar

UTC_ZONE = ZoneInfo("UTC")
MONDAY = date(2027, 2, 1)
WEDNESDAY = date(2027, 2, 3)
NOW = datetime(2027, 1, 4, tzinfo=UTC)
COVERED = range(20_000, 22_000)  # 2024 to 2030
NO_LIMITS = Rules("intro", Limits(), Limits())
TERMS = Terms(
    event_type="intro",
    duration=timedelta(minutes=60),
    slot_interval=timedelta(minutes=60),
    buffer_before=NO_TIME,
    buffer_after=NO_TIME,
    minimum_notice=NO_TIME,
    window=Window(type=WindowType.UNLIMITED),
    limits=NO_LIMITS,
    capacity=1,
)


def hours(*stretches: str) -> tuple[Hours, ...]:
    """Read `"09:00-12:00"`."""

    def wall(text: str) -> timedelta:
        hour, minute = text.split(":")
        return timedelta(hours=int(hour), minutes=int(minute))

    return tuple(Hours(*(wall(text) for text in each.split("-"))) for each in stretches)


def schedule(*every_day: str, zone: str = "UTC", overrides: dict[date, tuple[Hours, ...]] | None = None) -> Schedule:
    return Schedule(id="hours", zone=ZoneInfo(zone), weekly=(hours(*every_day),) * 7, overrides=overrides or {})


def calendar(**changes: object) -> Calendar:
    """Build the plain calendar; names of Terms change its terms, the others the calendar itself."""
    terms = {name: value for name, value in changes.items() if name in Terms.__slots__}
    rest = {name: value for name, value in changes.items() if name not in terms}
    plain = Calendar(
        schedule=schedule("09:00-12:00"),
        blocks=(),
        host_zone=UTC_ZONE,
        terms=replace(TERMS, **terms),
        busy=Busy(0),
        covered=COVERED,
        counts={},
    )
    return replace(plain, **rest)


def at(hour: int, minute: int = 0, *, day: date = WEDNESDAY) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def booked(*starts: datetime, external: Iterable[datetime] = (), after: timedelta = NO_TIME) -> Busy:
    """Return busy time with an hour booked at each start, and an hour of another calendar's at others."""
    days: dict[int, LedgerDay] = {}
    for start in (*starts, *external):
        claim = Claim.of(start, start + timedelta(hours=1), before=NO_TIME, after=after)
        for number in claim.days:
            day = days.get(number, LedgerDay(number))
            if start in starts:
                day = replace(day, taken=day.taken | claim.elements(number))
            else:
                day = replace(day, external=day.external | claim.core(number))
            days[number] = day
    return Busy.over(days.values(), origin_day=COVERED.start, now=NOW)


def whole_day(day: date) -> Block:
    return Block(id=f"away-{day}", day=day)
