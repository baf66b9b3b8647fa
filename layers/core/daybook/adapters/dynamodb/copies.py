"""The items of a copy: one by which its booking or session finds it, one by which its event does.

A third remembers one that is owed when another account's has taken its place.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from daybook.adapters.dynamodb import items, keys
from daybook.adapters.dynamodb.items import attribute
from daybook.adapters.dynamodb.paging import under
from daybook.adapters.dynamodb.transactions import Transactions, Write, stale
from daybook.calendar_ports import Copy
from daybook.ports import Stale

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

COPY_FOLLOWED = timedelta(days=30)
"""How long after its end an event may still be told from others by its id."""


class DynamoCopies:
    """What `calendar_ports.Connections` says of copies, on one table."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table
        self._transactions = Transactions(client, table)

    def copy(self, tenant: str, booking: str) -> Copy | None:
        item = self._get(keys.copy_of_booking(tenant, booking))
        return items.decode(Copy, item) if item else None

    def copies(self, tenant: str, host: str) -> Mapping[str, Copy]:
        return {copy.event: copy for copy in self._copies(tenant, host)}

    def owed(self, tenant: str, booking: str) -> Sequence[Copy]:
        found = under(self._client, self._table, keys.booking_pk(tenant, booking), keys.OWED)
        return [items.decode(Copy, item) for item in found]

    def put_copy(self, copy: Copy) -> None:
        self._transactions.commit(written(copy, self.copy(copy.tenant, copy.booking)))

    def remove_copy(self, copy: Copy) -> None:
        try:
            self._transactions.commit(removed(copy))
        except Stale:  # another has taken its place
            self._transactions.commit(forgotten(copy))

    def _copies(self, tenant: str, host: str) -> Iterator[Copy]:
        found = under(self._client, self._table, keys.host_pk(tenant, host), keys.COPY)
        return (items.decode(Copy, item) for item in found)

    def _get(self, key: keys.Key) -> items.Raw:
        return self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item", {})


def written(copy: Copy, earlier: Copy | None) -> list[Write]:
    """Return the writes of a copy in place of an earlier one, whatever event that was of.

    An earlier one that is owed in another account stays, to be found by its event and beside the booking's.
    """
    kept = items.BOOKING_LIFE if copy.owed else COPY_FOLLOWED
    writes = [
        _put(copy, keys.copy_of_booking(copy.tenant, copy.booking), items.BOOKING_LIFE),
        _put(copy, _event_key(copy), kept),
    ]
    if earlier is not None and earlier.owed and earlier.connection != copy.connection:
        writes.append(_put(earlier, _owed_key(earlier), items.BOOKING_LIFE))
    elif earlier is not None and earlier.event != copy.event:
        writes.append(_delete(_event_key(earlier)))
    return writes


def removed(copy: Copy) -> list[Write]:
    """Return the writes that remove a copy; refused as stale if it is its booking's no more."""
    still = {
        "ConditionExpression": "attribute_not_exists(pk) OR #event = :event",
        "ExpressionAttributeNames": {"#event": "event"},
        "ExpressionAttributeValues": {":event": attribute(copy.event)},
    }
    return [_delete(keys.copy_of_booking(copy.tenant, copy.booking), still), *forgotten(copy)]


def forgotten(copy: Copy) -> list[Write]:
    """Return the writes that remove what leads from an event to its booking, and from that to what is owed."""
    deletes = [_delete(_event_key(copy))]
    return [*deletes, _delete(_owed_key(copy))] if copy.owed else deletes


def _put(copy: Copy, key: keys.Key, kept: timedelta) -> Write:
    return Write({"Put": {"Item": {**items.encode(copy), **key, "ttl": items.expires(copy.end + kept)}}}, stale)


def _delete(key: keys.Key, condition: Mapping[str, Any] | None = None) -> Write:
    return Write({"Delete": {"Key": key, **(condition or {})}}, stale)


def _event_key(copy: Copy) -> keys.Key:
    return keys.copy_of_event(copy.tenant, copy.host, copy.event)


def _owed_key(copy: Copy) -> keys.Key:
    return keys.copy_owed(copy.tenant, copy.booking, copy.event)
