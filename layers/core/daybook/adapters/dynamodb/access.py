"""Tenants, their secret, API keys and rate counters."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from daybook.adapters.dynamodb import items
from daybook.adapters.dynamodb import keys as key_patterns
from daybook.adapters.dynamodb.paging import page
from daybook.adapters.dynamodb.transactions import Transactions, Write, stale
from daybook.domain.errors import Exists
from daybook.domain.tenant import ApiKey, Tenant

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoAccess:
    """`ports.Access` on one table."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def add_tenant(self, tenant: Tenant, secret: bytes, key: ApiKey | None = None) -> None:
        def exists(_: items.Raw) -> Exception:
            return Exists(f"There is a tenant {tenant.slug} already.")

        rows = [
            {**items.encode(tenant), **key_patterns.tenant(tenant.slug)},
            {**key_patterns.secret(tenant.slug), "secret": {"B": secret}},
            *([_key_item(key)] if key else []),
        ]
        Transactions(self._client, self._table).commit(
            [Write({"Put": {"Item": row, "ConditionExpression": "attribute_not_exists(pk)"}}, exists) for row in rows]
        )

    def tenant(self, tenant: str) -> Tenant | None:
        item = self._get(key_patterns.tenant(tenant))
        return items.decode(Tenant, item) if item else None

    def change_tenant(self, tenant: Tenant, *, version: int) -> None:
        first = " OR attribute_not_exists(#version)" if version == 1 else ""
        put = {
            "Item": {**items.encode(tenant), **key_patterns.tenant(tenant.slug)},
            # Tenants were made before they had a version.
            "ConditionExpression": f"attribute_exists(pk) AND (#version = :version{first})",
            "ExpressionAttributeNames": {"#version": "version"},
            "ExpressionAttributeValues": {":version": items.attribute(version)},
        }
        Transactions(self._client, self._table).commit([Write({"Put": put}, stale)])

    def secret(self, tenant: str) -> bytes | None:
        item = self._get(key_patterns.secret(tenant))
        return bytes(item["secret"]["B"]) if item else None

    def key(self, key_id: str) -> ApiKey | None:
        item = self._get(key_patterns.api_key(key_id))
        return items.decode(ApiKey, item) if item else None

    def keys(self, tenant: str, *, cursor: str | None, limit: int) -> tuple[Sequence[ApiKey], str | None]:
        rows, after = page(
            self._client,
            {
                "TableName": self._table,
                "IndexName": key_patterns.BY_TENANT,
                "KeyConditionExpression": "tenant_pk = :pk",
                "ExpressionAttributeValues": {":pk": {"S": key_patterns.tenant_index(tenant, key_patterns.API_KEYS)}},
            },
            cursor=cursor,
            limit=limit,
        )
        wanted = [key_patterns.api_key(key_patterns.slug_of(row["pk"]["S"])) for row in rows]
        found = items.batch_get(self._client, self._table, wanted)
        return sorted((items.decode(ApiKey, item) for item in found), key=lambda key: key.id), after

    def add_key(self, key: ApiKey) -> None:
        condition = "attribute_not_exists(pk)"
        self._client.put_item(TableName=self._table, Item=_key_item(key), ConditionExpression=condition)

    def remove_key(self, key: ApiKey) -> None:
        self._client.delete_item(TableName=self._table, Key=key_patterns.api_key(key.id))

    def hit(self, tenant: str, who: str, *, window: timedelta, now: datetime) -> int:
        number = int(now.timestamp() // window.total_seconds())
        answer = self._client.update_item(
            TableName=self._table,
            Key=key_patterns.rate(tenant, who, number),
            UpdateExpression="SET #ttl = :ttl ADD hits :one",
            ExpressionAttributeNames={"#ttl": "ttl"},
            ExpressionAttributeValues={":ttl": items.expires(now + 2 * window), ":one": {"N": "1"}},
            ReturnValues="UPDATED_NEW",
        )
        return int(answer["Attributes"]["hits"]["N"])

    def _get(self, key: key_patterns.Key) -> items.Raw:
        return self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item", {})


def _key_item(key: ApiKey) -> dict[str, Any]:
    return {
        **items.encode(key),
        **key_patterns.api_key(key.id),
        "tenant_pk": {"S": key_patterns.tenant_index(key.tenant, key_patterns.API_KEYS)},
        "tenant_sk": {"S": key.id},
    }
