"""The timers a booking needs as it stands."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from daybook.domain.booking import Booking, Status
from daybook.domain.policy import Policy
from daybook.domain.timers import FOLLOW_UP_AFTER, TimerKind, possible_names, still_ahead, timer_name, timetable
from tests.fakes import values
from tests.fakes.values import HALF_HOUR, HOUR, NINE, NOW

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
DAY = timedelta(days=1)


def booking(*reminders: timedelta, **fields: Any) -> Booking:
    return values.booking("acme", policy=Policy(reminders=reminders), sequence=4, **fields)


def due(one: Booking, since: Any = NOW) -> dict[str, Any]:
    return {timer.name: timer.at for timer in timetable(one, since=since)}


def test_a_confirmed_booking_is_reminded_of_completed_and_followed_up() -> None:
    one = booking(HOUR, 2 * HOUR)
    assert due(one) == {
        "reminder-60": NINE - HOUR,
        "reminder-120": NINE - 2 * HOUR,
        "completion": NINE + HALF_HOUR,
        "follow_up": NINE + HALF_HOUR + FOLLOW_UP_AFTER,
    }
    for timer in timetable(one, since=NOW):
        assert (timer.tenant, timer.booking, timer.sequence) == ("acme", one.id, 4)
        assert (timer.ahead is None) is (timer.kind is not TimerKind.REMINDER)


def test_a_reminder_that_was_due_when_it_came_to_stand_so_is_left_out() -> None:
    one = booking(DAY, HOUR)
    assert set(due(one, NINE - HOUR - SECOND)) == {"reminder-60", "completion", "follow_up"}
    assert set(due(one, NINE - HOUR)) == {"completion", "follow_up"}
    assert "reminder-1440" in due(one, NINE - DAY - SECOND)


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (DAY, DAY),
        (DAY - 5 * MINUTE, DAY),
        (DAY - 6 * MINUTE, DAY),
        (DAY - 31 * MINUTE, 23 * HOUR),
        (2 * HOUR, 2 * HOUR),
        (90 * MINUTE + SECOND, 90 * MINUTE),
        (HOUR, None),
        (SECOND, None),
    ],
)
def test_a_late_reminder_says_how_long_it_truly_is_until_a_nearer_one_does(
    left: timedelta, said: timedelta | None
) -> None:
    assert still_ahead(booking(HOUR, DAY), DAY, NINE - left) == said


@pytest.mark.parametrize(
    ("left", "said"), [(HOUR, HOUR), (20 * MINUTE, 20 * MINUTE), (SECOND, MINUTE), (0 * MINUTE, None), (-HOUR, None)]
)
def test_the_nearest_reminder_is_worth_sending_until_the_start(left: timedelta, said: timedelta | None) -> None:
    assert still_ahead(booking(HOUR, DAY), HOUR, NINE - left) == said


def test_what_waits_for_a_word_only_expires() -> None:
    one = booking(HOUR, deadline=NOW + HOUR)
    assert due(one) == {"expiry": NOW + HOUR}
    assert due(replace(one, deadline=None)) == {}


@pytest.mark.parametrize(
    "status", [Status.CANCELLED, Status.DECLINED, Status.EXPIRED, Status.COMPLETED, Status.NO_SHOW]
)
def test_what_is_over_needs_none(status: Status) -> None:
    assert due(booking(HOUR, status=status)) == {}


def test_names_are_single_within_a_booking_and_all_are_known() -> None:
    one = booking(HOUR, DAY)
    names = possible_names(one)
    assert names == {"reminder-60", "reminder-1440", "expiry", "completion", "follow_up"}
    assert set(due(one, NINE - 2 * DAY)) < names
    assert set(due(booking(HOUR, DAY, deadline=NOW + HOUR))) < names
    assert timer_name(TimerKind.REMINDER, timedelta(minutes=90)) == "reminder-90"
