"""The booking window in dates."""

from datetime import date, timedelta

import pytest

from daybook.domain.event_type import DEFAULT_NOTICE, NO_TIME, Terms, Window, WindowType
from daybook.domain.limits import Limits, Rules
from daybook.domain.window import FARTHEST_READ, Dates
from daybook.domain.window import allowed_dates as dates_of

FRIDAY = date(2027, 1, 1)


def allowed_dates(window: Window, *, today: date, by_calendars: bool = False) -> Dates:
    half_an_hour = timedelta(minutes=30)
    terms = Terms(
        event_type="intro",
        duration=half_an_hour,
        slot_interval=half_an_hour,
        buffer_before=NO_TIME,
        buffer_after=NO_TIME,
        minimum_notice=DEFAULT_NOTICE,
        window=window,
        limits=Rules("intro", Limits(), Limits()),
        capacity=1,
        by_calendars=by_calendars,
    )
    return dates_of(terms, today=today)


def test_rolling_days_reach_that_many_dates_past_today() -> None:
    allowed = allowed_dates(Window(type=WindowType.ROLLING_DAYS, days=14), today=FRIDAY)
    assert allowed == (FRIDAY, date(2027, 1, 15))


@pytest.mark.parametrize("ahead", range(7))
@pytest.mark.parametrize("days", [0, 1, 2, 4, 5, 6, 11, 60])
def test_business_days_end_on_the_last_counted_weekday(ahead: int, days: int) -> None:
    today = FRIDAY + timedelta(days=ahead)
    _, last = allowed_dates(Window(type=WindowType.BUSINESS_DAYS, days=days), today=today)
    counted = [d for n in range(1, (last - today).days + 1) if (d := today + timedelta(days=n)).weekday() < 5]
    assert len(counted) == days
    assert last == (counted[-1] if counted else today)


def test_a_date_range_is_inclusive_and_may_be_open() -> None:
    first, last = date(2027, 2, 3), date(2027, 2, 4)
    assert allowed_dates(Window(type=WindowType.DATE_RANGE, first=first, last=last), today=FRIDAY) == (first, last)
    assert allowed_dates(Window(type=WindowType.DATE_RANGE), today=FRIDAY) == (date.min, date.max)


def test_unlimited_has_no_bound() -> None:
    assert allowed_dates(Window(type=WindowType.UNLIMITED), today=FRIDAY) == (date.min, date.max)


@pytest.mark.parametrize("window", [Window(type=WindowType.UNLIMITED), Window(type=WindowType.ROLLING_DAYS, days=3000)])
def test_what_connected_calendars_are_not_read_for_is_not_offered(window: Window) -> None:
    _, last = allowed_dates(window, today=FRIDAY, by_calendars=True)
    assert last == FRIDAY + timedelta(days=FARTHEST_READ)


def test_connected_calendars_widen_no_window() -> None:
    nearer = Window(type=WindowType.ROLLING_DAYS, days=14)
    assert allowed_dates(nearer, today=FRIDAY, by_calendars=True) == allowed_dates(nearer, today=FRIDAY)
