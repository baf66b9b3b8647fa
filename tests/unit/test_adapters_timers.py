"""Timers on EventBridge Scheduler: set, replaced, dropped, and rung by the queue's own delay when due soon."""

import re
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from daybook.adapters.messages import parse
from daybook.adapters.timers import TRIES, SchedulerTimers
from daybook.domain.timers import Timer, TimerKind
from daybook.mail_ports import NotYet
from tests.fakes.aws import Answer, Recorder, error
from tests.fakes.values import HOUR, NINE, NOW

SECOND = timedelta(seconds=1)
ULID = "01KMZ5Y0QK2X7V9W4T8R6P3N1H"
QUEUE_URL, QUEUE_ARN = "https://sqs.example/due", "arn:aws:sqs:eu-central-1:123456789012:due"
FAILURES_ARN, ROLE_ARN = "arn:aws:sqs:eu-central-1:123456789012:dead", "arn:aws:iam::123456789012:role/ring"
CONFLICT, MISSING = error("ConflictException", 409), error("ResourceNotFoundException", 404)


def reminder(at: datetime = NINE - HOUR, *, minutes: int = 60) -> Timer:
    return Timer(
        tenant="acme",
        booking=ULID,
        kind=TimerKind.REMINDER,
        ahead=timedelta(minutes=minutes),
        at=at,
        sequence=1,
    )


class Desk:
    """Timers at six o'clock, with an ear at Scheduler and at the queue."""

    def __init__(self, **answers: list[Answer]) -> None:
        self.scheduler = Recorder("scheduler", answers)
        self.queue = Recorder("sqs")
        self.timers = SchedulerTimers(
            self.scheduler,
            self.queue,
            group="daybook-test",
            role_arn=ROLE_ARN,
            queue_url=QUEUE_URL,
            queue_arn=QUEUE_ARN,
            failures_arn=FAILURES_ARN,
            now=lambda: NOW,
        )

    def scheduled(self, method: str = "create_schedule") -> dict[str, Any]:
        [call] = self.scheduler.given(method)
        return call

    def delays(self) -> list[int]:
        return [call["DelaySeconds"] for call in self.queue.given("send_message")]


def test_a_timer_becomes_a_one_time_schedule_that_rings_in_the_queue() -> None:
    desk, timer = Desk(), reminder()
    desk.timers.set(timer)
    asked = desk.scheduled()
    assert parse(asked["Target"].pop("Input")) == timer
    assert asked == {
        "Name": f"{ULID}.reminder-60",
        "GroupName": "daybook-test",
        "ScheduleExpression": "at(2027-03-01T08:00:00)",
        "ScheduleExpressionTimezone": "UTC",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "ActionAfterCompletion": "DELETE",
        "State": "ENABLED",
        "Target": {
            "Arn": QUEUE_ARN,
            "RoleArn": ROLE_ARN,
            "RetryPolicy": {"MaximumEventAgeInSeconds": 86_400, "MaximumRetryAttempts": 185},
            "DeadLetterConfig": {"Arn": FAILURES_ARN},
        },
    }
    assert desk.queue.calls == []


@pytest.mark.parametrize("kind", list(TimerKind))
def test_its_name_is_one_that_scheduler_allows(kind: TimerKind) -> None:
    desk = Desk()
    ahead = timedelta(days=365) if kind is TimerKind.REMINDER else None
    desk.timers.set(Timer(tenant="acme", booking=ULID, kind=kind, ahead=ahead, at=NINE, sequence=0))
    assert re.fullmatch(r"[0-9a-zA-Z\-_.]{1,64}", desk.scheduled()["Name"])


def test_its_moment_is_utc_in_whole_seconds_and_never_early() -> None:
    desk = Desk()
    desk.timers.set(reminder((NINE + timedelta(microseconds=1)).astimezone(timezone(2 * HOUR))))
    assert desk.scheduled()["ScheduleExpression"] == "at(2027-03-01T09:00:01)"


class TestSettingAgain:
    def test_replaces_every_field(self) -> None:
        desk = Desk(create_schedule=[CONFLICT])
        desk.timers.set(reminder())
        assert desk.scheduler.methods == ["create_schedule", "update_schedule"]
        assert desk.scheduled("update_schedule") == desk.scheduled()

    def test_makes_it_anew_if_it_rang_in_between(self) -> None:
        desk = Desk(create_schedule=[CONFLICT, {}], update_schedule=[MISSING])
        desk.timers.set(reminder())
        assert desk.scheduler.methods == ["create_schedule", "update_schedule", "create_schedule"]

    def test_gives_up_for_now_when_it_comes_and_goes(self) -> None:
        desk = Desk(create_schedule=[CONFLICT], update_schedule=[MISSING])
        with pytest.raises(NotYet, match="reminder-60"):
            desk.timers.set(reminder())
        assert len(desk.scheduler.calls) == 2 * TRIES

    @pytest.mark.parametrize("answers", [{"create_schedule": [MISSING]}, {"create_schedule": [error("Throttling")]}])
    def test_raises_what_another_try_would_not_mend(self, answers: dict[str, list[Answer]]) -> None:
        desk = Desk(**answers)
        with pytest.raises(type(MISSING)):
            desk.timers.set(reminder())
        assert desk.scheduler.methods == ["create_schedule"]

    def test_raises_what_an_update_is_refused_for(self) -> None:
        desk = Desk(create_schedule=[CONFLICT], update_schedule=[error("ValidationException")])
        with pytest.raises(type(MISSING), match="ValidationException"):
            desk.timers.set(reminder())


class TestDueSoon:
    @pytest.mark.parametrize(
        ("left", "delay"),
        [
            (2 * 60 * SECOND - timedelta(microseconds=1), 120),
            (60 * SECOND, 60),
            (timedelta(milliseconds=59_001), 60),
            (timedelta(microseconds=1), 1),
            (0 * SECOND, 0),
            (-HOUR, 0),
        ],
        ids=str,
    )
    def test_rings_by_the_queues_own_delay_and_never_early(self, left: timedelta, delay: int) -> None:
        desk, timer = Desk(), reminder(NOW + left)
        desk.timers.set(timer)
        [asked] = desk.queue.given("send_message")
        assert (asked["QueueUrl"], asked["DelaySeconds"]) == (QUEUE_URL, delay)
        assert parse(asked["MessageBody"]) == timer
        assert "create_schedule" not in desk.scheduler.methods

    def test_ends_two_minutes_ahead(self) -> None:
        desk = Desk()
        desk.timers.set(reminder(NOW + 120 * SECOND))
        assert (desk.scheduler.methods, desk.delays()) == (["create_schedule"], [])

    def test_takes_the_place_of_what_was_set_for_later(self) -> None:
        desk = Desk(delete_schedule=[MISSING])
        desk.timers.set(reminder(NOW))
        assert desk.scheduler.calls == [
            ("delete_schedule", {"Name": f"{ULID}.reminder-60", "GroupName": "daybook-test"})
        ]
        assert desk.delays() == [0]


class TestDropping:
    def test_deletes_each_and_leaves_alone_what_is_gone(self) -> None:
        desk = Desk(delete_schedule=[MISSING, {}])
        desk.timers.drop(ULID, ["expiry", "completion", "follow_up"])
        names = [call["Name"] for call in desk.scheduler.given("delete_schedule")]
        assert names == [f"{ULID}.expiry", f"{ULID}.completion", f"{ULID}.follow_up"]

    def test_raises_what_else_goes_wrong(self) -> None:
        desk = Desk(delete_schedule=[error("Throttling")])
        with pytest.raises(type(MISSING), match="Throttling"):
            desk.timers.drop(ULID, ["expiry"])

    def test_of_nothing_asks_nothing(self) -> None:
        desk = Desk()
        desk.timers.drop(ULID, [])
        assert desk.scheduler.calls == []
