"""Hours on a wall clock, where the clock is odd."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from daybook.domain.ledger import moment_at
from daybook.domain.schedule import Block, Hours, Schedule, block_spans, date_spans, open_runs, without_closed_dates
from tests.unit.calendars import hours, schedule

NEW_YORK = "America/New_York"
SPRING, AUTUMN = date(2027, 3, 14), date(2027, 11, 7)


def runs(plan: Schedule, day: date) -> list[str]:
    return [f"{moment_at(run.start):%dT%H:%M}-{moment_at(run.end):%dT%H:%M}" for run in open_runs(plan, day, day)]


def test_touching_and_overlapping_hours_of_a_date_are_one_run() -> None:
    plan = schedule("12:00-17:00", "09:00-12:00", "16:00-18:00", "20:00-24:00")
    assert runs(plan, date(2027, 2, 3)) == ["03T09:00-03T18:00", "03T20:00-04T00:00"]


def test_runs_of_two_dates_touch_at_midnight_and_stay_two() -> None:
    found = open_runs(schedule("00:00-24:00"), date(2027, 2, 3), date(2027, 2, 4))
    assert [run.date.day for run in found] == [3, 4]
    assert found[0].end == found[1].start


def test_an_override_replaces_the_weekly_hours_and_an_empty_one_closes() -> None:
    plan = schedule("09:00-12:00", overrides={date(2027, 2, 3): hours("14:00-15:00"), date(2027, 2, 4): ()})
    assert runs(plan, date(2027, 2, 3)) == ["03T14:00-03T15:00"]
    assert runs(plan, date(2027, 2, 4)) == []
    assert runs(without_closed_dates(plan), date(2027, 2, 4)) == ["04T09:00-04T12:00"]
    assert plan.hours_on(date(2027, 2, 4)) == ()
    assert plan.hours_on(date(2027, 2, 5)) == hours("09:00-12:00")


def test_hours_in_a_gap_do_not_exist() -> None:
    assert runs(schedule("02:00-03:00", zone=NEW_YORK), SPRING) == []
    assert runs(schedule("02:30-05:00", zone=NEW_YORK), SPRING) == ["14T07:00-14T09:00"]
    assert runs(schedule("01:00-02:30", zone=NEW_YORK), SPRING) == ["14T06:00-14T07:00"]
    assert runs(schedule("01:00-04:00", zone=NEW_YORK), SPRING) == ["14T06:00-14T08:00"]


def test_repeated_hours_exist_twice() -> None:
    assert runs(schedule("01:15-01:45", zone=NEW_YORK), AUTUMN) == ["07T05:15-07T05:45", "07T06:15-07T06:45"]
    assert runs(schedule("00:00-01:30", zone=NEW_YORK), AUTUMN) == ["07T04:00-07T05:30", "07T06:00-07T06:30"]
    assert runs(schedule("01:00-03:00", zone=NEW_YORK), AUTUMN) == ["07T05:00-07T08:00"]


def test_a_date_without_midnight_begins_at_its_first_instant() -> None:
    assert runs(schedule("00:00-03:00", zone="Africa/Cairo"), date(2027, 4, 30)) == ["29T22:00-30T00:00"]


def test_a_date_with_two_midnights_has_both() -> None:
    assert runs(schedule("00:00-00:30", zone="America/Havana"), AUTUMN) == ["07T04:00-07T04:30", "07T05:00-07T05:30"]


def test_a_skipped_date_has_no_instant() -> None:
    apia, skipped = ZoneInfo("Pacific/Apia"), date(2011, 12, 30)
    assert date_spans(apia, skipped, skipped) == []
    assert runs(schedule("00:00-24:00", zone="Pacific/Apia"), skipped) == []


def test_a_run_over_new_year_is_whole() -> None:
    found = date_spans(ZoneInfo("Asia/Calcutta"), date(2026, 12, 31), date(2027, 1, 1))
    assert [(end - start) * 5 for start, end in found] == [2 * 24 * 60]


def test_a_block_is_a_day_of_the_hosts_zone_or_every_granule_its_span_touches() -> None:
    auckland = ZoneInfo("Pacific/Auckland")
    ((start, end),) = block_spans(Block(id="day", day=date(2027, 2, 4)), auckland)
    assert (moment_at(start), moment_at(end)) == (
        datetime(2027, 2, 3, 11, tzinfo=UTC),
        datetime(2027, 2, 4, 11, tzinfo=UTC),
    )
    span = Block(id="span", start=datetime(2027, 2, 3, 9, 3, tzinfo=UTC), end=datetime(2027, 2, 3, 9, 11, tzinfo=UTC))
    ((start, end),) = block_spans(span, auckland)
    assert (f"{moment_at(start):%H:%M}", f"{moment_at(end):%H:%M}") == ("09:00", "09:15")


def test_a_block_without_a_time_is_an_error() -> None:
    with pytest.raises(ValueError, match="neither"):
        block_spans(Block(id="empty"), ZoneInfo("UTC"))


def test_hours_are_spelled_as_they_are_written() -> None:
    assert Hours(timedelta(hours=9, minutes=5), timedelta(hours=24)).spelled() == ("09:05", "24:00")
