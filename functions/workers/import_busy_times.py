"""Bring what hosts do in their connected calendars into the ledger, and to bookings."""

from datetime import datetime

from daybook import calendar_wiring, mail_wiring
from daybook.domain.connection import SyncRequest
from daybook.edge.batches import timed_worker
from daybook.usecases import import_busy_times as usecase


def import_busy_times(body: str, message_id: str, sent_at: datetime) -> None:
    """Act on one message: in order for each host, whose ledger all of their connections share."""
    asked = mail_wiring.parsed(body)
    if not isinstance(asked, SyncRequest):
        raise TypeError("only wishes to read a connection belong in this queue")
    origin = mail_wiring.system(message_id)
    usecase.import_busy_times(asked, asked_at=sent_at, ports=calendar_wiring.importing(), origin=origin)


handler = timed_worker(import_busy_times, ordered=True, warm=calendar_wiring.load_client)
