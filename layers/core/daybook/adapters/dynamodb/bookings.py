"""Bookings, their history and published slots, read."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from daybook.adapters.dynamodb import items, keys
from daybook.adapters.dynamodb.paging import page, under
from daybook.domain.booking import PENDING, Booking, Status
from daybook.domain.history import Event
from daybook.domain.published_slot import PublishedSlot
from daybook.ports import Page

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_EARLIEST, _LATEST = "0000", "9999"
_ACTIVE = [Status.CONFIRMED, *sorted(PENDING)]


class DynamoBookings:
    """`ports.Bookings` on one table."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def booking(self, tenant: str, booking: str) -> Booking | None:
        item = self._get(keys.booking(tenant, booking))
        return items.decode(Booking, item) if item else None

    def bookings(self, tenant: str, ids: Sequence[str]) -> Sequence[Booking]:
        found = items.batch_get(self._client, self._table, [keys.booking(tenant, one) for one in ids])
        by_id = {booking.id: booking for booking in (items.decode(Booking, item) for item in found)}
        return [by_id[one] for one in ids if one in by_id]

    def by_host(
        self,
        tenant: str,
        host: str | None,
        *,
        since: datetime | None,
        until: datetime | None,
        cursor: str | None,
        limit: int,
        backwards: bool = False,
    ) -> Page:
        index = keys.BY_HOST if host else keys.BY_TENANT
        partition = keys.host_pk(tenant, host) if host else keys.tenant_index(tenant, keys.BOOKINGS)
        first = items.bound_key(since) if since else _EARLIEST
        last = items.bound_key(until) if until else _LATEST
        return self._page(index, partition, (first, last), cursor, limit, backwards=backwards)

    def count_active(self, tenant: str, attendee_key: str, *, now: datetime, most: int) -> int:
        states = {f":s{n}": {"S": status} for n, status in enumerate(_ACTIVE)}
        active = f"#status IN ({', '.join(states)}) AND (attribute_not_exists(deadline) OR deadline > :now)"
        query: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": keys.BY_ATTENDEE,
            "KeyConditionExpression": "attendee_pk = :pk AND attendee_sk > :later",
            "FilterExpression": active,
            "ExpressionAttributeNames": {"#status": "status"},
            "ExpressionAttributeValues": {
                ":pk": {"S": keys.attendee_index(tenant, attendee_key)},
                ":later": {"S": items.bound_key(now + timedelta.resolution)},
                ":now": {"S": f"{now:%Y-%m-%dT%H:%M:%SZ}"},
                **states,
            },
            "Select": "COUNT",
        }
        count = 0
        while True:
            answer = self._client.query(**query)
            count += answer["Count"]
            if count >= most or "LastEvaluatedKey" not in answer:
                return count
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def is_first(self, booking: Booking) -> bool:
        if not booking.attendee_key:
            return False
        query: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": keys.BY_ATTENDEE,
            "KeyConditionExpression": "attendee_pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": keys.attendee_index(booking.tenant, booking.attendee_key)}},
            "ProjectionExpression": "pk",
        }
        while True:
            answer = self._client.query(**query)
            if any(keys.slug_of(row["pk"]["S"]) < booking.id for row in answer["Items"]):
                return False
            if "LastEvaluatedKey" not in answer:
                return True
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def seated(self, tenant: str, host: str, start: datetime) -> Sequence[str]:
        seats = keys.seats(items.minute(start))
        return [item["booking"]["S"] for item in under(self._client, self._table, keys.host_pk(tenant, host), seats)]

    def history(self, tenant: str, booking: str) -> Sequence[Event]:
        found = under(self._client, self._table, keys.booking_pk(tenant, booking), keys.EVENT)
        return [items.decode(Event, item) for item in found]

    def slot(self, tenant: str, slot: str) -> PublishedSlot | None:
        item = self._get(keys.slot(tenant, slot))
        return items.decode(PublishedSlot, item) if item else None

    def slots(self, tenant: str, *, since: datetime, until: datetime, cursor: str | None, limit: int) -> Page:
        span = (items.bound_key(since), items.bound_key(until))
        partition = keys.tenant_index(tenant, keys.SLOTS)
        return self._page(keys.BY_TENANT, partition, span, cursor, limit, backwards=False)

    def slots_by_id(self, tenant: str, ids: Sequence[str]) -> Sequence[PublishedSlot]:
        found = items.batch_get(self._client, self._table, [keys.slot(tenant, one) for one in ids])
        return sorted((items.decode(PublishedSlot, item) for item in found), key=lambda slot: (slot.start, slot.id))

    def _get(self, key: keys.Key) -> items.Raw:
        return self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item", {})

    def _page(
        self,
        index: str,
        partition: str,
        span: tuple[str, str],
        cursor: str | None,
        limit: int,
        *,
        backwards: bool,
    ) -> Page:
        name = index.removeprefix("by-")
        rows, after = page(
            self._client,
            {
                "TableName": self._table,
                "IndexName": index,
                "KeyConditionExpression": f"{name}_pk = :pk AND {name}_sk BETWEEN :first AND :last",
                "ExpressionAttributeValues": {
                    ":pk": {"S": partition},
                    ":first": {"S": span[0]},
                    ":last": {"S": span[1]},
                },
                "ScanIndexForward": not backwards,
            },
            cursor=cursor,
            limit=limit,
        )
        return Page([keys.slug_of(row["pk"]["S"]) for row in rows], after)
