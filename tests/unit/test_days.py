"""A month at a glance: the order of the reasons."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from daybook.domain.busy import Busy
from daybook.domain.days import list_days, next_open
from daybook.domain.event_type import Window, WindowType
from daybook.domain.limits import Count, Counter, Limits, Rules
from daybook.domain.schedule import Block
from daybook.domain.slots import Calendar
from tests.unit.calendars import NOW, UTC_ZONE, WEDNESDAY, at, booked, calendar, hours, schedule, whole_day

FULL = booked(at(9), at(10), at(11))
COUNTED = {
    "limits": Rules("intro", Limits(per_day=1), Limits()),
    "counts": {Counter("intro", "2027-02-03"): Count(frozenset({"b"}), 60)},
}


def reason(of: Calendar, *, now=NOW, viewer: str = "UTC", day: date = WEDNESDAY) -> str | None:
    (found,) = list_days(of, first=day, last=day, viewer=ZoneInfo(viewer), now=now)
    assert (found.slots == 0) == (found.reason is not None)
    return found.reason


def test_a_day_with_slots_has_their_number_and_no_reason() -> None:
    assert list_days(calendar(), first=WEDNESDAY, last=WEDNESDAY, viewer=UTC_ZONE, now=NOW) == [(WEDNESDAY, 3, None)]


def test_a_past_date_is_past_even_if_closed() -> None:
    assert reason(calendar(schedule=schedule()), now=at(0, day=date(2027, 2, 4))) == "past"


def test_the_window_goes_before_hours_and_blocks() -> None:
    window = Window(type=WindowType.ROLLING_DAYS, days=3)
    assert reason(calendar(window=window, schedule=schedule(), blocks=(whole_day(WEDNESDAY),))) == "outside_window"


def test_a_viewers_date_with_an_instant_inside_the_window_is_not_outside_it() -> None:
    # The host's 2 February, the last date allowed, is partly the 3rd in Auckland; hours only fall on the 3rd's rest.
    window = Window(type=WindowType.DATE_RANGE, first=date(2027, 2, 1), last=date(2027, 2, 2))
    evening = calendar(window=window, schedule=schedule("22:00-23:00"))
    assert reason(evening, viewer="Pacific/Auckland") is None
    noon = calendar(window=window, schedule=schedule("02:00-03:00"))
    assert reason(noon, viewer="Pacific/Auckland") == "outside_window"
    assert reason(calendar(window=window, schedule=schedule()), viewer="Pacific/Auckland") == "no_service_hours"
    assert reason(calendar(window=window), viewer="UTC") == "outside_window"


def test_no_open_run_that_fits_is_no_service_hours() -> None:
    assert reason(calendar(schedule=schedule())) == "no_service_hours"
    assert reason(calendar(schedule=schedule("09:00-09:55"))) == "no_service_hours"
    assert reason(calendar(schedule=schedule("09:00-10:00", overrides={WEDNESDAY: hours("9:00-9:30")}))) == (
        "no_service_hours"
    )


def test_a_block_or_an_empty_override_that_closes_a_date_is_blocked() -> None:
    assert reason(calendar(blocks=(whole_day(WEDNESDAY),))) == "blocked"
    assert reason(calendar(schedule=schedule("09:00-12:00", overrides={WEDNESDAY: ()}))) == "blocked"
    assert reason(calendar(blocks=(Block(id="b", start=at(9, 30), end=at(11, 30)),))) == "blocked"


def test_a_block_on_a_date_that_is_closed_anyway_is_not_the_cause() -> None:
    assert reason(calendar(schedule=schedule(), blocks=(whole_day(WEDNESDAY),))) == "no_service_hours"
    assert reason(calendar(schedule=schedule(overrides={WEDNESDAY: ()}))) == "no_service_hours"


def test_the_filter_that_removes_the_last_start_names_the_reason() -> None:
    late = at(10, 30)
    assert reason(calendar(), now=at(11, 30)) == "past"
    assert reason(calendar(minimum_notice=timedelta(hours=1)), now=late) == "too_soon"
    assert reason(calendar(minimum_notice=timedelta(hours=1), busy=FULL), now=late) == "too_soon"
    assert reason(calendar(busy=FULL, **COUNTED)) == "limit_reached"
    assert reason(calendar(busy=FULL)) == "fully_booked"
    assert reason(calendar(busy=booked(at(9), external=[at(10), at(11)]))) == "calendar_conflicts"
    assert reason(calendar(busy=booked(at(9), at(10), at(11), external=[at(9), at(10), at(11)]))) == "fully_booked"


def test_past_starts_and_booked_ones_together_name_the_later_filter() -> None:
    assert reason(calendar(busy=booked(at(11))), now=at(10, 30)) == "fully_booked"


def test_the_next_open_date_is_the_first_with_a_slot() -> None:
    first, last = WEDNESDAY, WEDNESDAY + timedelta(days=3)
    assert next_open(calendar(busy=FULL), first=first, last=last, viewer=UTC_ZONE, now=NOW) == date(2027, 2, 4)
    assert next_open(calendar(busy=Busy(0), schedule=schedule()), first=first, last=last, viewer=UTC_ZONE, now=NOW) is (
        None
    )
