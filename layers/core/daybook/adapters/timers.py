"""Timers on EventBridge Scheduler: one-time schedules that put a message into a queue and vanish.

What is due sooner than Scheduler is punctual goes to the queue at once, as a message with a delay.
Sources: Amazon EventBridge Scheduler, "Schedule types" (precision of a minute), CreateSchedule, UpdateSchedule; Amazon
SQS, SendMessage.
"""

import math
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from daybook.adapters.messages import timer_text
from daybook.domain.timers import Timer
from daybook.mail_ports import NotYet

if TYPE_CHECKING:
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_sqs import SQSClient

SOON = timedelta(minutes=2)
TRIES = 3

LONGEST_DELAY = 900
"""Seconds a message may rest (AWS: DelaySeconds)."""

# A ring that cannot be delivered is tried again for a day, then kept where somebody will look.
_RETRIES = {"MaximumEventAgeInSeconds": 86_400, "MaximumRetryAttempts": 185}


class SchedulerTimers:
    """`mail_ports.Timers` in a schedule group of their own.

    Args:
        role_arn: what Scheduler assumes to put a message into the queue.
        queue_url, queue_arn: of the standard queue where timers ring.
        failures_arn: of the queue for rings that could not be delivered.
    """

    def __init__(
        self,
        scheduler: "EventBridgeSchedulerClient",
        sqs: "SQSClient",
        *,
        group: str,
        role_arn: str,
        queue_url: str,
        queue_arn: str,
        failures_arn: str,
        now: Callable[[], datetime],
    ) -> None:
        self._scheduler = scheduler
        self._sqs = sqs
        self._group = group
        self._queue_url = queue_url
        self._now = now
        self._target = {
            "Arn": queue_arn,
            "RoleArn": role_arn,
            "RetryPolicy": _RETRIES,
            "DeadLetterConfig": {"Arn": failures_arn},
        }

    def set(self, timer: Timer) -> None:
        """Set a timer.

        Raises:
            NotYet: somebody else sets and drops the same timer all the time.
        """
        left = timer.at - self._now()
        if left >= SOON:
            self._put(self._schedule(timer))
            return
        seconds = min(max(math.ceil(left.total_seconds()), 0), LONGEST_DELAY)
        self._sqs.send_message(QueueUrl=self._queue_url, MessageBody=timer_text(timer), DelaySeconds=seconds)
        # What was set before for a later moment is replaced. Should this fail, it rings in vain.
        self.drop(timer.booking, [timer.name])

    def drop(self, booking: str, names: Collection[str]) -> None:
        for name in names:
            try:
                self._scheduler.delete_schedule(Name=_name(booking, name), GroupName=self._group)
            except ClientError as error:
                if _code(error) != "ResourceNotFoundException":
                    raise

    def _put(self, schedule: dict[str, Any]) -> None:
        """Create a schedule, or replace one of the same name, which may ring and vanish between the two calls."""
        for _ in range(TRIES):
            try:
                self._scheduler.create_schedule(**schedule)
            except ClientError as error:
                if _code(error) != "ConflictException":
                    raise
            else:
                return
            try:
                self._scheduler.update_schedule(**schedule)
            except ClientError as error:
                if _code(error) != "ResourceNotFoundException":
                    raise
            else:
                return
        raise NotYet(f"{schedule['Name']} comes and goes")

    def _schedule(self, timer: Timer) -> dict[str, Any]:
        """Return all fields of a schedule: an update sets back to its default what it does not name."""
        at = _whole_seconds(timer.at.astimezone(UTC))
        return {
            "Name": _name(timer.booking, timer.name),
            "GroupName": self._group,
            "ScheduleExpression": f"at({at:%Y-%m-%dT%H:%M:%S})",
            "ScheduleExpressionTimezone": "UTC",
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "ActionAfterCompletion": "DELETE",
            "State": "ENABLED",
            "Target": {**self._target, "Input": timer_text(timer)},
        }


def _name(booking: str, timer: str) -> str:
    """Spell a schedule's name: at most 64 of [0-9a-zA-Z-_.]; an id is a ULID of 26."""
    return f"{booking}.{timer}"


def _whole_seconds(moment: datetime) -> datetime:
    """Round up: a timer never rings before its moment."""
    rounded = moment.replace(microsecond=0)
    return rounded if rounded == moment else rounded + timedelta(seconds=1)


def _code(error: ClientError) -> str:
    return error.response["Error"]["Code"]
