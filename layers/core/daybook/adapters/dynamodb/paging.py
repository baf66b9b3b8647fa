"""Stretches of the table and its indexes, page by page."""

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from daybook.adapters.dynamodb.items import Raw

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def stretch(client: "DynamoDBClient", table: str, pk: str, first: str, last: str) -> Iterator[Raw]:
    """Yield the items of a partition whose sort keys lie between two, both inclusive; strongly consistent."""
    query: dict[str, Any] = {
        "TableName": table,
        "KeyConditionExpression": "pk = :pk AND sk BETWEEN :first AND :last",
        "ExpressionAttributeValues": {":pk": {"S": pk}, ":first": {"S": first}, ":last": {"S": last}},
        "ConsistentRead": True,
    }
    while True:
        answer = client.query(**query)
        yield from answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return
        query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def under(client: "DynamoDBClient", table: str, pk: str, prefix: str) -> Iterator[Raw]:
    """Yield the items of a partition whose sort keys begin with a prefix of ASCII."""
    return stretch(client, table, pk, prefix, prefix + "~")


def page(
    client: "DynamoDBClient", query: dict[str, Any], *, cursor: str | None, limit: int
) -> tuple[Sequence[Raw], str | None]:
    """Run one Query of at most `limit` rows.

    Args:
        cursor: what an earlier call returned. It is trusted here: the edge signs what it hands out.
    """
    if cursor is not None:
        query = {**query, "ExclusiveStartKey": json.loads(cursor)}
    answer = client.query(**query, Limit=limit)
    last = answer.get("LastEvaluatedKey")
    return answer["Items"], json.dumps(last, separators=(",", ":"), sort_keys=True) if last else None
