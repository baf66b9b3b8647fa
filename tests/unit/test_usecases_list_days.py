"""The first date with a free start: found wherever the asked range lies, in few reads."""

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from daybook.domain.event_type import Window, WindowType
from daybook.domain.schedule import Hours
from daybook.usecases.list_days import HORIZON, STRIDE, list_days
from daybook.usecases.list_slots import SlotsQuery, list_slots
from tests.fakes import values
from tests.fakes.ports import Ports, in_memory, overheard
from tests.fakes.scene import ACME
from tests.fakes.values import HALF_HOUR, NOW, SECRET

DAY = timedelta(days=1)
TODAY = NOW.date()
MOST_READS = 8
"""The range itself, and strides of a month before and after it over half a year."""
OPEN_ON = [None, -3, 0, 1, 15, 30, 31, 61, 62, 92, 93, 124, 155, 179, 180, 181, 200]
RANGES = [
    (first, length)
    for first, length in itertools.product([-70, -10, -1, 0, 1, 16, 31, 62, 100, 150, 179, 180, 181, 300], [0, 30, 61])
]


def world(open_on: set[date], *, minutes: int = 24 * 60) -> Ports:
    """Return a host who is open on these dates alone, for `minutes` from midnight."""
    ports = in_memory()
    ports.access.add_tenant(values.tenant(ACME), SECRET)
    ports.catalogue.add_host(ACME, values.host())
    hours = Hours(timedelta(0), timedelta(minutes=minutes))
    closed = values.schedule(weekly=((),) * 7, overrides=dict.fromkeys(open_on, (hours,)))
    ports.catalogue.put_schedule(ACME, "ada", closed, version=None)
    intro = values.event_type(window=Window(type=WindowType.UNLIMITED), minimum_notice=timedelta(0))
    ports.catalogue.put_event_type(ACME, "ada", intro, version=None)
    return ports


def asked(first: date, length: int, viewer: str = "UTC") -> SlotsQuery:
    last = first + length * DAY
    return SlotsQuery(tenant=ACME, host="ada", event_type="intro", first=first, last=last, viewer=ZoneInfo(viewer))


def next_available(ports: Ports, query: SlotsQuery, now: datetime = NOW) -> tuple[date | None, int]:
    """Return the date, and how often the ledger was read for it."""
    calls: list[str] = []
    heard = overheard(ports, calls)
    _, found = list_days(query, catalogue=heard.catalogue, ledger=heard.ledger, now=now)
    return found, calls.count("ledger.days")


def day_by_day(ports: Ports, query: SlotsQuery, now: datetime = NOW) -> date | None:
    """Look at one date after the other, from today to the end of the horizon, or of a range that reaches into it."""
    today = now.astimezone(query.viewer).date()
    end = today + HORIZON
    if query.first <= end:
        end = max(end, query.last)
    for n in range((end - today).days + 1):
        day = today + n * DAY
        one = SlotsQuery(tenant=ACME, host="ada", event_type="intro", first=day, last=day, viewer=query.viewer)
        if list_slots(one, catalogue=ports.catalogue, ledger=ports.ledger, now=now).slots:
            return day
    return None


@pytest.mark.parametrize("open_on", OPEN_ON)
def test_the_next_date_is_the_one_a_search_day_by_day_finds(open_on: int | None) -> None:
    ports = world(set() if open_on is None else {TODAY + open_on * DAY, TODAY + (open_on + 40) * DAY})
    within = day_by_day(ports, asked(TODAY, 0))
    for first, length in RANGES:
        query = asked(TODAY + first * DAY, length)
        found, reads = next_available(ports, query)
        reaches_on = first <= HORIZON.days < first + length
        assert found == (day_by_day(ports, query) if reaches_on else within), (first, length)
        assert reads <= MOST_READS, (first, length)


@pytest.mark.parametrize("viewer", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "America/New_York"])
@pytest.mark.parametrize("hour", [0, 11, 13, 23])
def test_today_is_the_viewers(viewer: str, hour: int) -> None:
    now = NOW.replace(hour=hour)
    ports = world({TODAY, TODAY + 33 * DAY}, minutes=60)
    for first in (-1, 0, 1, 20, 33, 34):
        query = asked(TODAY + first * DAY, 10, viewer)
        assert next_available(ports, query, now)[0] == day_by_day(ports, query, now)


def test_a_date_the_viewers_zone_skipped_is_no_obstacle() -> None:
    now = datetime(2011, 12, 28, 12, tzinfo=UTC)
    ports = world({date(2012, 1, 2)})
    query = asked(date(2011, 12, 30), 0, "Pacific/Apia")
    assert next_available(ports, query, now)[0] == day_by_day(ports, query, now)


def test_the_answer_comes_from_the_range_where_that_begins_today() -> None:
    ports = world({TODAY + 5 * DAY})
    assert next_available(ports, asked(TODAY, 30)) == (TODAY + 5 * DAY, 1)


def test_a_range_that_lies_ahead_costs_one_read_more_if_it_is_near() -> None:
    ports = world({TODAY + 20 * DAY})
    assert next_available(ports, asked(TODAY + 10 * DAY, 30)) == (TODAY + 20 * DAY, 2)


def test_each_stride_is_read_once_and_none_twice() -> None:
    ports = world(set())
    found, reads = next_available(ports, asked(TODAY, 0))
    assert found is None
    assert reads == 1 + -(-HORIZON.days // (STRIDE.days + 1))


def test_a_start_that_was_booked_today_moves_the_date_on() -> None:
    ports = world({TODAY, TODAY + DAY}, minutes=9 * 60 + 30)
    taken = values.booking(ACME)
    before = values.booking(ACME, "B2", NOW, length=6 * HALF_HOUR)
    for booking in (taken, before):
        event = values.step(values.Deed.BOOKED, None, booking)
        ports.ledger.claim(booking, event, bounds=(), record=None, now=NOW)
    assert next_available(ports, asked(TODAY, 30))[0] == TODAY + DAY
