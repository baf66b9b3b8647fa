"""Open time is what the wall clock says, instant by instant."""

from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from daybook.domain.ledger import granule_at, moment_at
from daybook.domain.schedule import Schedule, date_spans, open_runs, wall_hours
from tests.property.worlds import CLOCKS, DAY, schedules


def granules_around(around: date) -> range:
    """Four days before to seven days after a date, by UTC."""
    first = date(1970, 1, 1)
    return range(((around - first).days - 4) * 288, ((around - first).days + 7) * 288)


def read(zone: ZoneInfo, granule: int) -> tuple[date, timedelta]:
    wall = moment_at(granule).astimezone(zone)
    return wall.date(), timedelta(hours=wall.hour, minutes=wall.minute, seconds=wall.second)


@given(schedules())
def test_an_instant_is_open_iff_the_clock_reads_open_hours(drawn: tuple[Schedule, date]) -> None:
    schedule, around = drawn
    first, last = around - DAY, around + 2 * DAY
    expected = []
    for granule in granules_around(around):
        day, wall = read(schedule.zone, granule)
        hours = schedule.overrides.get(day, schedule.weekly[day.weekday()])
        if first <= day <= last and any(each.opens <= wall < each.closes for each in hours):
            expected.append((day, granule))
    runs = open_runs(schedule, first, last)
    found = sorted((run.date, granule) for run in runs for granule in range(run.start, run.end))
    assert found == sorted(expected)


@given(schedules())
def test_runs_of_a_date_never_touch(drawn: tuple[Schedule, date]) -> None:
    schedule, around = drawn
    for n in range(-1, 3):
        runs = open_runs(schedule, around + n * DAY, around + n * DAY)
        assert all(before.end < after.start for before, after in pairwise(runs))


@given(st.sampled_from(CLOCKS), st.integers(-2, 2), st.integers(0, 2))
def test_a_date_is_the_instants_that_read_it(clock: tuple[str, date], ahead: int, more: int) -> None:
    zone, around = ZoneInfo(clock[0]), clock[1]
    first = around + ahead * DAY
    spans = date_spans(zone, first, first + more * DAY)
    found = [granule for start, end in spans for granule in range(start, end)]
    expected = [g for g in granules_around(around) if first <= read(zone, g)[0] <= first + more * DAY]
    assert found == expected


@given(st.sampled_from(CLOCKS), st.integers(-1, 1), st.lists(st.integers(0, 600), min_size=2, max_size=6))
def test_hours_read_from_spans_are_the_walls_of_their_instants(
    clock: tuple[str, date], ahead: int, cuts: list[int]
) -> None:
    zone, day = ZoneInfo(clock[0]), clock[1] + ahead * DAY
    origin = granules_around(clock[1]).start + 288
    edges = sorted(origin + cut for cut in cuts)
    spans = list(zip(edges[::2], edges[1::2], strict=False))
    walls = {read(zone, g)[1] for start, end in spans for g in range(start, end) if read(zone, g)[0] == day}
    found = wall_hours(zone, day, spans)
    five = timedelta(minutes=5)
    steps = {each.opens + n * five for each in found for n in range((each.closes - each.opens) // five)}
    assert steps == walls


def test_granules_start_at_the_epoch() -> None:
    assert granule_at(moment_at(12345)) == 12345
