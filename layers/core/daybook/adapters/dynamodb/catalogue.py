"""Hosts with their schedules and blocks, and event types."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from daybook.adapters.dynamodb import items, keys
from daybook.adapters.dynamodb.expressions import Expression
from daybook.adapters.dynamodb.items import attribute
from daybook.adapters.dynamodb.paging import page, under
from daybook.adapters.dynamodb.transactions import Transactions, Write
from daybook.adapters.plain import plain
from daybook.domain.errors import Exists, NotFound
from daybook.domain.event_type import EventType
from daybook.domain.host import Host
from daybook.domain.schedule import Block, Schedule
from daybook.domain.tenant import Tenant
from daybook.ports import Context, Record, Stale

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_OWN_FIELDS = (
    "name",
    "email",
    "zone",
    "default_schedule",
    "defaults",
    "calendar_policy",
    "language",
    "invitations",
    "reminders",
    "version",
)


class DynamoCatalogue:
    """`ports.Catalogue` on one table; schedules and blocks are maps inside the host's item (docs/adr/0003)."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table
        self._transactions = Transactions(client, table)

    def context(
        self,
        tenant: str,
        host: str,
        event_type: str | None,
        *,
        record: str | None = None,
        with_secret: bool = False,
        with_tenant: bool = False,
    ) -> Context:
        wanted = [keys.host(tenant, host)]
        if with_secret:
            wanted.append(keys.secret(tenant))
        if with_tenant:
            wanted.append(keys.tenant(tenant))
        if event_type is not None:
            wanted.append(keys.event_type(tenant, host, event_type))
        if record is not None:
            wanted.append(keys.idempotency(tenant, record))
        found = {item["sk"]["S"]: item for item in items.batch_get(self._client, self._table, wanted)}
        named = f"{keys.EVENT_TYPE}{event_type}"
        return Context(
            secret=bytes(found["SECRET"]["secret"]["B"]) if "SECRET" in found else None,
            host=items.decode(Host, found["HOST"]) if "HOST" in found else None,
            event_type=items.decode(EventType, found[named]) if named in found else None,
            record=items.decode(Record, found["KEY"]) if "KEY" in found else None,
            tenant=items.decode(Tenant, found["TENANT"]) if "TENANT" in found else None,
        )

    def host(self, tenant: str, host: str) -> Host | None:
        found = self._client.get_item(TableName=self._table, Key=keys.host(tenant, host), ConsistentRead=True)
        return items.decode(Host, found["Item"]) if "Item" in found else None

    def hosts(self, tenant: str, *, cursor: str | None, limit: int) -> tuple[Sequence[Host], str | None]:
        rows, after = page(
            self._client,
            {
                "TableName": self._table,
                "IndexName": keys.BY_TENANT,
                "KeyConditionExpression": "tenant_pk = :pk",
                "ExpressionAttributeValues": {":pk": {"S": keys.tenant_index(tenant, keys.HOSTS)}},
            },
            cursor=cursor,
            limit=limit,
        )
        wanted = [keys.host(tenant, keys.slug_of(row["pk"]["S"])) for row in rows]
        found = items.batch_get(self._client, self._table, wanted)
        return sorted((items.decode(Host, item) for item in found), key=lambda host: host.slug), after

    def add_host(self, tenant: str, host: Host) -> None:
        item = {
            **items.encode(host),
            **keys.host(tenant, host.slug),
            "tenant_pk": {"S": keys.tenant_index(tenant, keys.HOSTS)},
            "tenant_sk": {"S": host.slug},
        }
        self._write(
            {"Put": {"Item": item, "ConditionExpression": "attribute_not_exists(pk)"}},
            Exists(f"There is a host {host.slug} already."),
        )

    def change_host(self, tenant: str, host: Host, *, version: int) -> None:
        update = Expression(keys.host(tenant, host.slug))
        fields = items.encode(host)
        for name in _OWN_FIELDS:
            if name in fields:
                update.set(name, fields[name])
            else:
                update.remove(name)
        update.require_same("version", attribute(version))
        self._write(update.update(), Stale())

    def remove_host(self, tenant: str, host: Host) -> None:
        condition = {
            "ConditionExpression": "#version = :version",
            "ExpressionAttributeNames": {"#version": "version"},
            "ExpressionAttributeValues": {":version": attribute(host.version)},
        }
        self._write({"Delete": {"Key": keys.host(tenant, host.slug), **condition}}, Stale())

    def put_schedule(self, tenant: str, host: str, schedule: Schedule, *, version: int | None) -> None:
        update = _nested(tenant, host, "schedules", schedule.id, attribute(plain(schedule)))
        path = f"{update.name('schedules')}.{update.name(schedule.id)}"
        if version is None:
            update.set_if_absent("default_schedule", attribute(schedule.id))
            update.add("version", attribute(1))
            update.require(f"attribute_not_exists({path})")
        else:
            update.require(f"{path}.{update.name('version')} = {update.value('version', attribute(version))}")
        refusal = Exists(f"There is a schedule {schedule.id} already.") if version is None else Stale()
        self._change_part(update, refusal)

    def remove_schedule(self, tenant: str, host: Host, schedule: Schedule) -> None:
        update = Expression(keys.host(tenant, host.slug))
        path = f"{update.name('schedules')}.{update.name(schedule.id)}"
        update.remove_path(path)
        default = host.default_schedule
        if default == schedule.id:
            update.remove("default_schedule")
            update.add("version", attribute(1))
        update.require_same("default_schedule", attribute(default) if default else None)
        update.require(f"{path}.{update.name('version')} = {update.value('version', attribute(schedule.version))}")
        self._change_part(update, Stale())

    def put_block(self, tenant: str, host: str, block: Block, *, pruned: Collection[str]) -> None:
        update = _nested(tenant, host, "blocks", block.id, attribute(plain(block)))
        for old in pruned:
            update.remove_path(f"{update.name('blocks')}.{update.name(old)}")
        self._change_part(update)

    def remove_block(self, tenant: str, host: str, block: str) -> None:
        update = Expression(keys.host(tenant, host))
        update.remove_path(f"{update.name('blocks')}.{update.name(block)}")
        self._change_part(update)

    def event_types(self, tenant: str, host: str) -> Sequence[EventType]:
        found = under(self._client, self._table, keys.host_pk(tenant, host), keys.EVENT_TYPE)
        return [items.decode(EventType, item) for item in found]

    def put_event_type(self, tenant: str, host: str, event_type: EventType, *, version: int | None) -> None:
        item = {**items.encode(event_type), **keys.event_type(tenant, host, event_type.slug)}
        put: dict[str, Any] = {"Item": item, "ConditionExpression": "attribute_not_exists(pk)"}
        refusal: Exception = Exists(f"There is an event type {event_type.slug} already.")
        if version is not None:
            refusal = Stale()
            put["ConditionExpression"] = "#version = :version"
            put["ExpressionAttributeNames"] = {"#version": "version"}
            put["ExpressionAttributeValues"] = {":version": attribute(version)}
        check: dict[str, Any] = {"Key": keys.host(tenant, host), "ConditionExpression": "attribute_exists(pk)"}
        if event_type.schedule is not None:
            check["ConditionExpression"] = "attribute_exists(#schedules.#id)"
            check["ExpressionAttributeNames"] = {"#schedules": "schedules", "#id": event_type.schedule}
        missing = NotFound("No such host, or the schedule has just been removed.")
        self._transactions.commit(
            [Write({"Put": put}, lambda _: refusal), Write({"ConditionCheck": check}, lambda _: missing)]
        )

    def remove_event_type(self, tenant: str, host: str, event_type: EventType) -> None:
        condition = {
            "ConditionExpression": "#version = :version",
            "ExpressionAttributeNames": {"#version": "version"},
            "ExpressionAttributeValues": {":version": attribute(event_type.version)},
        }
        self._write({"Delete": {"Key": keys.event_type(tenant, host, event_type.slug), **condition}}, Stale())

    def _change_part(self, update: Expression, refusal: Exception | None = None) -> None:
        """Change a schedule or block inside a host's item; NotFound if the host is gone."""
        update.require("attribute_exists(pk)")
        missing = NotFound("No such host.")
        self._transactions.commit([Write(update.update(), lambda found: refusal if found and refusal else missing)])

    def _write(self, action: dict[str, Any], refusal: Exception) -> None:
        self._transactions.commit([Write(action, lambda _: refusal)])


def _nested(tenant: str, host: str, kind: str, identifier: str, value: Any) -> Expression:
    update = Expression(keys.host(tenant, host))
    update.set_path(f"{update.name(kind)}.{update.name(identifier)}", value)
    return update
