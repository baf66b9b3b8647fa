"""Connected calendars with what belongs to them: snapshots, copies of bookings, push channels, asked consents."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from daybook.adapters.dynamodb import connected, items, keys
from daybook.adapters.dynamodb.copies import DynamoCopies
from daybook.adapters.dynamodb.expressions import Expression
from daybook.adapters.dynamodb.items import attribute
from daybook.adapters.dynamodb.paging import under
from daybook.adapters.dynamodb.transactions import Write, stale
from daybook.calendar_ports import Consenting, Watch
from daybook.domain.connection import Connection
from daybook.domain.errors import NotFound
from daybook.domain.snapshot import Snapshot
from daybook.ports import Stale

TRIES = 4
_INDEXED = ("tenant_pk", "tenant_sk")
_NOTED = ("calendars", "channels", "to_copy", "synced_at", "due_at", "problem", *_INDEXED)
_CHOSEN = frozenset({one.name for one in fields(Connection)} | {*_INDEXED})


class DynamoConnections(DynamoCopies):
    """`calendar_ports.Connections` on one table."""

    def connection(self, tenant: str, host: str, connection: str) -> Connection | None:
        item = self._get(keys.connection(tenant, host, connection))
        return items.decode(Connection, item) if item else None

    def connections(self, tenant: str, host: str) -> Sequence[Connection]:
        found = under(self._client, self._table, keys.host_pk(tenant, host), keys.CALENDAR)
        return [items.decode(Connection, item) for item in found]

    def put(self, connection: Connection, *, version: int | None) -> None:
        put: dict[str, Any] = {"Item": connected.item(connection), "ConditionExpression": "attribute_not_exists(pk)"}
        writes = [{"Put": put}]
        if version is None:
            user = connected.account_user(connection)
            writes.append({"Put": {"Item": user, "ConditionExpression": "attribute_not_exists(pk)"}})
        else:
            put |= _same_version(version)
        self._with_host(connection, writes, lambda host: connected.host_after(host, connection))

    def choose(self, connection: Connection, *, version: int, listed: bool = False) -> None:
        left = {"channels"} if listed else {"channels", "calendars"}
        if connection.synced_at is not None:
            left.add("synced_at")
        if not connection.to_copy:
            left.add("to_copy")
        update = _update(connection, sorted(_CHOSEN - left), version)
        self._with_host(connection, [update], lambda host: connected.host_after(host, connection))

    def note(self, connection: Connection) -> None:
        self._unless_stale("update_item", _update(connection, _NOTED, connection.version)["Update"])

    def users(self, subject: str) -> Collection[tuple[str, str]]:
        found = under(self._client, self._table, keys.account_pk(subject), "T#")
        return [(item["tenant"]["S"], item["host"]["S"]) for item in found]

    def remove(self, connection: Connection) -> None:
        tenant, host = connection.tenant, connection.host
        known = self.connection(tenant, host, connection.id)
        if known is None or known.version != connection.version:
            raise Stale
        # Last of all the connection: who dies in between is repeated.
        for item in under(self._client, self._table, keys.host_pk(tenant, host), keys.snapshots(connection.id)):
            self._delete({"pk": item["pk"], "sk": item["sk"]})
        for copy in self._copies(tenant, host):
            if copy.connection == connection.id:
                self.remove_copy(copy)
        for channel in connection.channels.values():
            self.remove_watch(channel.id)
        key = keys.connection(tenant, host, connection.id)
        user = {"Key": keys.account_user(connection.subject, tenant, host)}
        deletes = [{"Delete": {"Key": key, **_same_version(connection.version)}}, {"Delete": user}]
        try:
            self._with_host(connection, deletes, lambda known: connected.host_without(known, connection))
        except NotFound:  # the host has been removed before it
            self._transactions.commit([Write(delete, stale) for delete in deletes])

    def due(self, now: datetime, limit: int) -> Sequence[Connection]:
        query: Any = {
            "TableName": self._table,
            "IndexName": keys.BY_TENANT,
            "KeyConditionExpression": "tenant_pk = :pk AND tenant_sk < :now",
            "ExpressionAttributeValues": {
                ":pk": {"S": keys.CALENDARS},
                ":now": {"S": connected.due_key(now + timedelta(seconds=1), "")},
            },
            "Limit": limit,
        }
        rows = self._client.query(**query)["Items"]
        found = items.batch_get(self._client, self._table, [{"pk": row["pk"], "sk": row["sk"]} for row in rows])
        due = (items.decode(Connection, item) for item in found)
        return sorted((one for one in due if one.due_at <= now), key=lambda one: (one.due_at, one.id))

    def count_broken(self) -> int:
        query: Any = {
            "TableName": self._table,
            "IndexName": keys.BY_TENANT,
            "KeyConditionExpression": "tenant_pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": keys.BROKEN_CALENDARS}},
            "Select": "COUNT",
        }
        count = 0
        while True:
            answer = self._client.query(**query)
            count += answer["Count"]
            if "LastEvaluatedKey" not in answer:
                return count
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def snapshot(self, connection: Connection, calendar: str) -> tuple[Snapshot, str] | None:
        item = self._get(_snapshot_key(connection, calendar))
        return connected.decode_snapshot(item) if item else None

    def put_snapshot(
        self, connection: Connection, calendar: str, snapshot: Snapshot, token: str, *, before: str | None
    ) -> None:
        put: dict[str, Any] = {
            "Item": {**_snapshot_key(connection, calendar), **connected.encode_snapshot(snapshot, token)},
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        if before is not None:
            put["ConditionExpression"] = "#token = :before"
            put["ExpressionAttributeNames"] = {"#token": "token"}
            put["ExpressionAttributeValues"] = {":before": {"S": before}}
        self._unless_stale("put_item", put)

    def remove_snapshot(self, connection: Connection, calendar: str) -> None:
        self._delete(_snapshot_key(connection, calendar))

    def add_watch(self, watch: Watch) -> None:
        ttl = items.expires(watch.channel.expires_at + timedelta(days=1))
        item = {**items.encode(watch), **keys.channel(watch.channel.id), "ttl": ttl}
        self._client.put_item(TableName=self._table, Item=item)

    def watch(self, channel: str) -> Watch | None:
        item = self._get(keys.channel(channel))
        return items.decode(Watch, item) if item else None

    def remove_watch(self, channel: str) -> None:
        self._delete(keys.channel(channel))

    def add_consenting(self, consenting: Consenting) -> None:
        ttl = items.expires(consenting.expires_at + timedelta(hours=1))
        item = {**items.encode(consenting), **keys.consenting(consenting.id), "ttl": ttl}
        self._client.put_item(TableName=self._table, Item=item, ConditionExpression="attribute_not_exists(pk)")

    def consenting(self, consenting: str) -> Consenting | None:
        item = self._get(keys.consenting(consenting))
        return items.decode(Consenting, item) if item else None

    def bind(self, consenting: Consenting) -> None:
        update = Expression(keys.consenting(consenting.id))
        mine = attribute(consenting.cookie_sha256)
        update.set("cookie_sha256", mine)
        cookie, nobody = update.name("cookie_sha256"), update.value("nobody", attribute(""))
        update.require(f"{cookie} IN ({nobody}, {update.value('mine', mine)})")
        self._unless_stale("update_item", update.update()["Update"])

    def redeem(self, consenting: Consenting) -> None:
        delete = {
            "Key": keys.consenting(consenting.id),
            "ConditionExpression": "cookie_sha256 = :cookie",
            "ExpressionAttributeValues": {":cookie": attribute(consenting.cookie_sha256)},
        }
        self._unless_stale("delete_item", delete)

    def _with_host(self, connection: Connection, actions: Sequence[Any], after: connected.Change) -> None:
        """Write a connection together with what its host's item says of connections, as that stands now."""
        writes = [Write(action, stale) for action in actions]
        for _ in range(TRIES):
            host = self._get(keys.host(connection.tenant, connection.host))
            if not host:
                raise NotFound("No such host.")
            update = connected.host_update(keys.host(connection.tenant, connection.host), host, after)
            try:
                self._transactions.commit([*writes, Write(update, lambda _: _HostChanged())])
            except _HostChanged:
                continue
            return
        raise Stale

    def _delete(self, key: keys.Key) -> None:
        self._client.delete_item(TableName=self._table, Key=key)

    def _unless_stale(self, call: str, request: Mapping[str, Any]) -> None:
        try:
            getattr(self._client, call)(TableName=self._table, **request)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            raise Stale from None


class _HostChanged(Exception):
    """What the host's item says of connections changed between our reading and our writing."""


def _update(connection: Connection, names: Iterable[str], version: int) -> dict[str, Any]:
    """Return the write of some of a connection's attributes, if its stored version is this."""
    found = connected.item(connection)
    update = Expression(keys.connection(connection.tenant, connection.host, connection.id))
    for name in names:
        if name in found:
            update.set(name, found[name])
        else:
            update.remove(name)
    update.require_same("version", attribute(version))
    return update.update()


def _same_version(version: int) -> dict[str, Any]:
    return {
        "ConditionExpression": "#version = :version",
        "ExpressionAttributeNames": {"#version": "version"},
        "ExpressionAttributeValues": {":version": attribute(version)},
    }


def _snapshot_key(connection: Connection, calendar: str) -> keys.Key:
    return keys.snapshot(connection.tenant, connection.host, connection.id, calendar)
