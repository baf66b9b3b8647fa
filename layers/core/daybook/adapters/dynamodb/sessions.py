"""Events of shared sessions on the table: one item for each host and start."""

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from daybook.adapters.dynamodb import copies, items, keys
from daybook.adapters.dynamodb.items import attribute
from daybook.adapters.dynamodb.ledger import DynamoLedger
from daybook.adapters.dynamodb.transactions import Transactions, Write, stale
from daybook.calendar_ports import Copy
from daybook.ports import Move
from daybook.session_ports import SharedEvent, SharedMove

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoSessions:
    """`session_ports.Sessions` on one table."""

    def __init__(self, client: "DynamoDBClient", table: str, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._table = table
        self._transactions = Transactions(client, table, sleep=sleep)
        self._ledger = DynamoLedger(client, table, sleep=sleep)

    def session(self, tenant: str, host: str, start: "datetime") -> SharedEvent | None:
        item = self._get(keys.shared_event(tenant, host, items.minute(start)))
        return items.decode(SharedEvent, item) if item else None

    def put(self, session: SharedEvent, *, before: SharedEvent | None, copy: Copy | None = None) -> None:
        writes = [_put(session, before)]
        if copy is not None:
            known = self._get(keys.copy_of_booking(copy.tenant, copy.booking))
            writes += copies.written(copy, items.decode(Copy, known) if known else None)
        self._transactions.commit(writes)

    def move(self, moves: Sequence[Move], event: SharedMove, *, now: "datetime") -> None:
        along = [_put(event.after, None), _delete(event.before), *copies.written(event.copy, None)]
        self._ledger.move_session(moves, along, now=now)

    def remove(self, session: SharedEvent, copy: Copy | None) -> None:
        self._transactions.commit([_delete(session), *(copies.removed(copy) if copy else ())])

    def _get(self, key: keys.Key) -> items.Raw:
        return self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item", {})


def _key(session: SharedEvent) -> keys.Key:
    return keys.shared_event(session.tenant, session.host, items.minute(session.start))


def _put(session: SharedEvent, before: SharedEvent | None) -> Write:
    condition = _unchanged(before) if before else {"ConditionExpression": "attribute_not_exists(pk)"}
    item = {**items.encode(session), **_key(session), "ttl": items.expires(session.start + items.BOOKING_LIFE)}
    return Write({"Put": {"Item": item, **condition}}, stale)


def _delete(session: SharedEvent) -> Write:
    return Write({"Delete": {"Key": _key(session), **_unchanged(session)}}, stale)


def _unchanged(session: SharedEvent) -> dict[str, Any]:
    """Another session may have the version, but not the id."""
    return {
        "ConditionExpression": "#id = :id AND #version = :version",
        "ExpressionAttributeNames": {"#id": "id", "#version": "version"},
        "ExpressionAttributeValues": {":id": attribute(session.id), ":version": attribute(session.version)},
    }
