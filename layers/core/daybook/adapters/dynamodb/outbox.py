"""The table's stream as a source of events."""

from collections.abc import Mapping
from typing import Any

from daybook.adapters.dynamodb import items
from daybook.domain.history import Event


def event_of(record: Mapping[str, Any]) -> Event:
    """Return the event in a stream record, as Lambda hands it over: `{"dynamodb": {"NewImage": {…}}}`.

    Raises:
        ValueError, KeyError: it is no inserted history item.
    Source: Amazon DynamoDB Streams API, Record and AttributeValue.
    """
    image = record["dynamodb"]["NewImage"]
    try:
        return items.decode(Event, image)
    except (AttributeError, TypeError) as error:
        raise ValueError("not an item in wire form") from error
