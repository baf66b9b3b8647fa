"""What DynamoDB charges for a request, worked out from item sizes by AWS's documented rules.

The engines at hand report capacity wrongly, so nothing is asked of them. Sources, Amazon DynamoDB Developer Guide:
"DynamoDB item sizes and formats", "DynamoDB read and write operations", "Transactions: How it works" (capacity).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from threading import current_thread, main_thread
from typing import Any

Item = Mapping[str, Any]

READ, WRITE = 4096, 1024
INDEXES: dict[str, tuple[str, ...]] = {"by-host": ("host_pk", "host_sk"), "by-tenant": ("tenant_pk", "tenant_sk")}
INDEXES |= {"by-attendee": ("attendee_pk", "attendee_sk", "status")}


def size(item: Item) -> int:
    """Bytes of an item: names, values, and 3 bytes a map or list plus 1 for each element."""
    return sum(len(name.encode()) + _value(value) for name, value in item.items())


def _number(text: str) -> int:
    digits = text.replace("-", "").replace(".", "").strip("0") or "0"
    return 1 + ceil(len(digits) / 2) + text.startswith("-")


_SIZES: Mapping[str, Callable[[Any], int]] = {
    "S": lambda text: len(text.encode()),
    "N": _number,
    "B": len,
    "SS": lambda texts: sum(len(text.encode()) for text in texts),
    "NS": lambda texts: sum(map(_number, texts)),
    "M": lambda fields: 3 + size(fields) + len(fields),
    "L": lambda values: 3 + sum(1 + _value(value) for value in values),
}


def _value(wire: Mapping[str, Any]) -> int:
    [(kind, value)] = wire.items()
    return _SIZES[kind](value) if kind in _SIZES else 1  # NULL and BOOL


@dataclass(frozen=True)
class Metered:
    """One call: what it is, the units it took, and whether it ran beside the request on a thread of its own."""

    operation: str
    reads: Fraction = Fraction(0)
    writes: int = 0
    beside: bool = False


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
        written, beside = _written(model.name, call), current_thread() is not main_thread()
        if not written:
            reads = _read_units(model.name, call, parsed)
            self.calls.append(Metered(model.name, reads=reads, beside=beside))
            return
        factor = 2 if model.name == "TransactWriteItems" else 1
        units = (
            factor * ceil(max(size(before), size(after), 1) / WRITE) + _index_writes(before, after)
            for before, after in zip(stored, self._images(written), strict=True)
        )
        self.calls.append(Metered(model.name, writes=sum(units), beside=beside))

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
