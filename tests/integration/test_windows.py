"""Minimum notice and booking window, to the second and by the schedule's own dates."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.harness import Api
from tests.integration.scenes import INTRO, at, book, change, slots

TEN = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)  # 10:00 in Berlin


def test_notice_is_inclusive_when_booking_and_when_listing(studio: Api) -> None:
    studio.clock.now = TEN - timedelta(minutes=60)
    assert slots(studio)[0] == "10:00"
    assert book(studio).status == 201


def test_one_second_less_than_the_notice_is_too_soon(studio: Api) -> None:
    studio.clock.now = TEN - timedelta(minutes=60) + timedelta(seconds=1)
    assert slots(studio)[0] == "10:30"
    assert book(studio).code == "too_soon"


def test_a_start_without_notice_can_be_booked_at_that_very_second(studio: Api) -> None:
    change(studio, INTRO, minimum_notice_minutes=0)
    studio.clock.now = TEN
    assert book(studio).status == 201
    studio.clock.advance(seconds=1801)
    assert book(studio, at("10:30")).code == "past"


def test_the_hosts_notice_holds_where_the_event_type_says_nothing(studio: Api) -> None:
    change(studio, "/hosts/ada", defaults={"minimum_notice_minutes": 240})
    assert slots(studio)[0] == "11:00"
    change(studio, INTRO, minimum_notice_minutes=120)
    assert slots(studio)[0] == "09:00"


MONDAY, FRIDAY = "2027-03-01", "2027-03-05"


@pytest.mark.parametrize(
    ("window", "last", "first_beyond"),
    [
        (None, "2027-04-30", "2027-05-03"),
        ({"type": "rolling_days", "days": 0}, MONDAY, "2027-03-02"),
        ({"type": "rolling_days", "days": 7}, "2027-03-08", "2027-03-09"),
        ({"type": "business_days", "days": 0}, MONDAY, "2027-03-02"),
        ({"type": "business_days", "days": 4}, FRIDAY, "2027-03-08"),
        ({"type": "business_days", "days": 5}, "2027-03-08", "2027-03-09"),
        ({"type": "date_range", "from": "2027-03-02", "to": "2027-03-04"}, "2027-03-04", FRIDAY),
        ({"type": "unlimited"}, "2035-03-01", None),
    ],
)
def test_a_window_ends_on_its_last_date(
    studio: Api, window: dict[str, object] | None, last: str, first_beyond: str | None
) -> None:
    change(studio, INTRO, booking_window=window)
    summer = "+02:00" if last == "2027-04-30" else "+01:00"
    assert slots(studio, last)[-1] == "16:30"
    assert book(studio, f"{last}T16:30:00{summer}").status == 201
    if first_beyond:
        assert slots(studio, first_beyond) == []
        assert book(studio, at("09:00", first_beyond)).code == "outside_window"


def test_a_date_range_has_a_first_date_too(studio: Api) -> None:
    change(studio, INTRO, booking_window={"type": "date_range", "from": "2027-03-02", "to": "2027-03-04"})
    assert slots(studio) == []
    assert book(studio).code == "outside_window"
    assert book(studio, at("09:00", "2027-03-02")).status == 201


def test_today_is_the_schedules_date_and_not_the_viewers(studio: Api) -> None:
    """23:30 UTC on Monday is Tuesday in Berlin: a window of no further day is Tuesday's."""
    change(studio, INTRO, booking_window={"type": "rolling_days", "days": 0})
    studio.clock.now = datetime(2027, 3, 1, 23, 30, tzinfo=UTC)
    assert slots(studio, "2027-03-02")[0] == "09:00"
    assert slots(studio, "2027-03-03") == []


def test_a_weekend_has_no_business_day_of_its_own(studio: Api) -> None:
    change(studio, INTRO, booking_window={"type": "business_days", "days": 1})
    studio.clock.now = datetime(2027, 3, 6, 8, 0, tzinfo=UTC)  # a Saturday
    assert slots(studio, "2027-03-08") != []
    assert slots(studio, "2027-03-09") == []
