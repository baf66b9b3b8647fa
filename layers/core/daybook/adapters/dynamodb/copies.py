"""The items of a copy: one by which its booking or session finds it, one by which its event does."""

from datetime import timedelta
from typing import Any

from daybook.adapters.dynamodb import items, keys
from daybook.adapters.dynamodb.transactions import Write, stale
from daybook.calendar_ports import Copy

COPY_FOLLOWED = timedelta(days=30)
"""How long after its end an event may still be told from others by its id."""


def written(copy: Copy, earlier: Copy | None) -> list[Write]:
    """Return the writes of a copy in place of an earlier one, whatever event that was of."""
    fields = items.encode(copy)
    by_booking = {
        **fields,
        **keys.copy_of_booking(copy.tenant, copy.booking),
        "ttl": items.expires(copy.end + items.BOOKING_LIFE),
    }
    kept = items.BOOKING_LIFE if copy.owed else COPY_FOLLOWED
    by_event = {**fields, **_event_key(copy), "ttl": items.expires(copy.end + kept)}
    writes = [Write({"Put": {"Item": item}}, stale) for item in (by_booking, by_event)]
    if earlier is not None and earlier.event != copy.event:
        writes.append(_delete(_event_key(earlier)))
    return writes


def removed(copy: Copy) -> list[Write]:
    return [_delete(keys.copy_of_booking(copy.tenant, copy.booking)), _delete(_event_key(copy))]


def _delete(key: Any) -> Write:
    return Write({"Delete": {"Key": key}}, stale)


def _event_key(copy: Copy) -> keys.Key:
    return keys.copy_of_event(copy.tenant, copy.host, copy.event)
