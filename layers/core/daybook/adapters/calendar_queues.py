"""SQS FIFO queues of connected calendars: what is to be read, what is to be written, and what hosts must hear.

Source: Amazon SQS, "FIFO queue delivery logic": within five minutes a deduplication id is taken once.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING
from uuid import uuid4

from daybook.adapters.messages import copy_text, notice_text, sync_text
from daybook.domain.connection import SyncRequest
from daybook.domain.entry import CopyRequest
from daybook.domain.notice import Notice

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

BATCH = 10
"""Entries a call may have (AWS: SendMessageBatch)."""


class NotTaken(Exception):
    """The queue did not take every message, and would not say why."""


class SyncRequests:
    """`calendar_ports.SyncQueue`: in order for each host, whose ledger all of its connections share."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def put(self, tenant: str, host: str, connection: str, *, cause: str, afresh: bool = False) -> None:
        request = SyncRequest(tenant=tenant, host=host, connection=connection, afresh=afresh)
        self._client.send_message(
            QueueUrl=self._url,
            MessageBody=sync_text(request),
            MessageGroupId=f"{tenant}/{host}",
            MessageDeduplicationId=f"{connection}-{cause}",
        )


class CopyRequests:
    """`calendar_ports.CopyQueue`: a booking's requests lie among its events, in order; none is left out."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def put(self, tenant: str, bookings: Collection[str]) -> None:
        """Raises NotTaken; a repetition of all of them does no harm."""
        waiting = list(bookings)
        for first in range(0, len(waiting), BATCH):
            answer = self._client.send_message_batch(
                QueueUrl=self._url,
                Entries=[
                    {
                        "Id": str(number),
                        "MessageBody": copy_text(CopyRequest(tenant, booking)),
                        "MessageGroupId": booking,
                        "MessageDeduplicationId": f"{booking}-copy-{uuid4().hex}",
                    }
                    for number, booking in enumerate(waiting[first : first + BATCH])
                ],
            )
            if answer.get("Failed"):
                raise NotTaken


class Notices:
    """`calendar_ports.NoticeBoard` into the mail worker's queue."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def put(self, notice: Notice) -> None:
        self._client.send_message(
            QueueUrl=self._url,
            MessageBody=notice_text(notice),
            MessageGroupId=notice.connection,
            MessageDeduplicationId=f"{notice.connection}-{notice.name.text}",
        )
