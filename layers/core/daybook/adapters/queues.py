"""SQS FIFO queues: the messages of a booking are one group, handed out in the order they were put.

Source: Amazon SQS, "FIFO queue delivery logic": within five minutes a deduplication id is taken once.
"""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from daybook.adapters.messages import event_text, timer_text
from daybook.domain.history import Event
from daybook.domain.timers import Timer

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

BATCH = 10
"""Entries a call may have (AWS: SendMessageBatch); ten events are some 6 KB of the 256 it may weigh."""


class EventQueue:
    """`mail_ports.Outlet` into a worker's queue."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def put(self, events: Sequence[Event]) -> Collection[Event]:
        """Send events in order; what follows a lost one of the same booking is lost with it, and not sent.

        Raises:
            ClientError, ConnectionError: a whole call failed; what it carried may have been taken.
        """
        lost: list[Event] = []
        waiting = list(events)
        while waiting:
            batch = _next(waiting)
            waiting = [event for event in waiting if event not in batch]
            lost += self._send(batch)
            broken = {event.booking for event in lost}
            lost += [event for event in waiting if event.booking in broken]
            waiting = [event for event in waiting if event.booking not in broken]
        return lost

    def _send(self, batch: Sequence[Event]) -> Sequence[Event]:
        answer = self._client.send_message_batch(
            QueueUrl=self._url,
            Entries=[
                {
                    "Id": str(number),
                    "MessageBody": event_text(event),
                    "MessageGroupId": event.booking,
                    "MessageDeduplicationId": f"{event.booking}-{event.version}",
                }
                for number, event in enumerate(batch)
            ],
        )
        return [batch[int(failure["Id"])] for failure in answer.get("Failed", [])]


class TimerLetterbox:
    """`mail_ports.Letterbox` into the mail worker's queue."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def put(self, timer: Timer) -> None:
        self._client.send_message(
            QueueUrl=self._url,
            MessageBody=timer_text(timer),
            MessageGroupId=timer.booking,
            MessageDeduplicationId=f"{timer.booking}-{timer.name}-{timer.sequence}",
        )


def _next(waiting: Sequence[Event]) -> Sequence[Event]:
    """Take as many as a call may have, but one a booking: entries of a call can be lost singly, and so overtaken."""
    firsts: dict[str, Event] = {}
    for event in waiting:
        firsts.setdefault(event.booking, event)
    return list(firsts.values())[:BATCH]
