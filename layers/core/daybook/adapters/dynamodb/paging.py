"""Stretches of an index: a cursor is the key of the last row that was read."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from daybook.adapters.dynamodb.items import Raw

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


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
