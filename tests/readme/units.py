"""What DynamoDB charges for a request, worked out from item sizes by AWS's documented rules.

The engines at hand report capacity wrongly, so nothing is asked of them. Sources, Amazon DynamoDB Developer Guide:
"DynamoDB item sizes and formats", "DynamoDB read and write operations", "Transactions: How it works" (capacity).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any

Item = Mapping[str, Any]

READ, WRITE = 4096, 1024
INDEXES = {"by-host": ("host_pk", "host_sk"), "by-tenant": ("tenant_pk", "tenant_sk")}
INDEXES |= {"by-attendee": ("attendee_pk", "attendee_sk", "status")}


def size(item: Item) -> int:
    """Bytes of an item: names, values, and 3 bytes a map or list plus 1 for each element."""
    return sum(len(name.encode()) + _value(value) for name, value in item.items())


def _value(wire: Mapping[str, Any]) -> int:
    [(kind, value)] = wire.items()
    match kind:
        case "S":
            return len(value.encode())
        case "N":
            return _number(value)
        case "B":
            return len(value)
        case "SS":
            return sum(len(one.encode()) for one in value)
        case "NS":
            return sum(_number(one) for one in value)
        case "M":
            return 3 + size(value) + len(value)
        case "L":
            return 3 + sum(1 + _value(one) for one in value)
    return 1  # NULL and BOOL


def _number(text: str) -> int:
    digits = text.replace("-", "").replace(".", "").strip("0") or "0"
    return 1 + ceil(len(digits) / 2) + text.startswith("-")


@dataclass(frozen=True)
class Metered:
    """One call: what it is, and the units it took."""

    operation: str
    reads: Fraction = Fraction(0)
    writes: int = 0


class Meter:
    """Notes the units of every call a boto3 client makes to one table.

    A transaction writes each item twice, to prepare and to commit; its index entries are counted once.
    """

    def __init__(self, client: Any, shadow: Any, table: str) -> None:
        """`shadow` is another client, by which items are read unmetered."""
        self.calls: list[Metered] = []
        self._shadow, self._table = shadow, table
        client.meta.events.register("provide-client-params.dynamodb", self._before)
        client.meta.events.register("after-call.dynamodb", self._after)

    def _before(self, params: Mapping[str, Any], model: Any, context: Any, **_: object) -> None:
        context["metered"] = (params, self._images(_written(model.name, params)))

    def _after(self, parsed: Mapping[str, Any], model: Any, context: Any, **_: object) -> None:
        call, stored = context["metered"]
        written = _written(model.name, call)
        if not written:
            self.calls.append(Metered(model.name, reads=_read_units(model.name, call, parsed)))
            return
        factor = 2 if model.name == "TransactWriteItems" else 1
        units = (
            factor * ceil(max(size(before), size(after), 1) / WRITE) + _index_writes(before, after)
            for before, after in zip(stored, self._images(written), strict=True)
        )
        self.calls.append(Metered(model.name, writes=sum(units)))

    def _images(self, keys: Iterable[Item]) -> list[Item]:
        return [self._shadow.get_item(TableName=self._table, Key=key).get("Item", {}) for key in keys]


def _written(operation: str, call: Mapping[str, Any]) -> list[Item]:
    """Return the keys of what a call writes; empty for a call that reads."""
    if operation == "TransactWriteItems":
        return [_key(body) for action in call["TransactItems"] for body in action.values()]
    return [_key(call)] if operation in {"PutItem", "UpdateItem", "DeleteItem"} else []


def _key(body: Mapping[str, Any]) -> Item:
    return body.get("Key") or {name: body["Item"][name] for name in ("pk", "sk")}


def _index_writes(before: Item, after: Item) -> int:
    """One write for an entry that appears, goes or changes a projected attribute; two if its key changes."""
    units = 0
    for names in INDEXES.values():
        old, new = ({name: item[name] for name in names if name in item} for item in (before, after))
        old, new = (image if names[0] in image else {} for image in (old, new))
        if old != new:
            moved = old and new and [old[name] for name in names[:2]] != [new[name] for name in names[:2]]
            units += 2 if moved else 1
    return units


def _read_units(operation: str, call: Mapping[str, Any], parsed: Mapping[str, Any]) -> Fraction:
    """Single items are rounded up one by one, a Query as a whole; what is missing costs as much as the smallest.

    A count brings no items along; what Daybook counts are a handful of index entries, far from 4 KB.
    """
    if operation == "BatchGetItem":
        [asked] = call["RequestItems"].values()
        found = [size(item) for items in parsed["Responses"].values() for item in items]
        sizes, consistent = found + [0] * (len(asked["Keys"]) - len(found)), asked.get("ConsistentRead")
    elif operation == "GetItem":
        sizes, consistent = [size(parsed.get("Item", {}))], call.get("ConsistentRead")
    else:
        sizes, consistent = [sum(map(size, parsed.get("Items", ())))], call.get("ConsistentRead")
    return sum(max(ceil(length / READ), 1) for length in sizes) * Fraction(1, 1 if consistent else 2)
