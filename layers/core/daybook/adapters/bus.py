"""The stack's own EventBridge bus: where others may listen to what happens to bookings."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from daybook.adapters.messages import event_detail
from daybook.domain.history import Event

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

BATCH = 10
"""Entries a call may have (AWS: PutEvents); ten events are some 6 KB of the 256 it may weigh."""

SOURCE = "daybook"


class EventBus:
    """`mail_ports.Outlet` to a bus, which promises no order; `version` in the detail tells it."""

    def __init__(self, client: "EventBridgeClient", name: str) -> None:
        self._client = client
        self._name = name

    def put(self, events: Sequence[Event]) -> Collection[Event]:
        """Publish events.

        Raises:
            ClientError, ConnectionError: a whole call failed; what it carried may have been taken.
        """
        batches = (events[first : first + BATCH] for first in range(0, len(events), BATCH))
        return [event for batch in batches for event in self._publish(batch)]

    def _publish(self, batch: Sequence[Event]) -> Sequence[Event]:
        answer = self._client.put_events(
            Entries=[
                {
                    "EventBusName": self._name,
                    "Source": SOURCE,
                    "DetailType": event.deed,
                    "Detail": event_detail(event),
                    "Resources": [],
                    "Time": event.at,
                }
                for event in batch
            ]
        )
        results = zip(batch, answer["Entries"], strict=True)
        return [event for event, result in results if result.get("ErrorCode")]
