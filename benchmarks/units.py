"""What DynamoDB charges for a request, worked out from item sizes by the rules AWS documents.

The engines at hand report capacity wrongly, so nothing is asked of them. Sources, Amazon DynamoDB Developer Guide:
"DynamoDB item sizes and formats", "DynamoDB read and write operations", "Transactions: How it works" (capacity),
"Global secondary indexes" (writes); API Reference, Query (Select, FilterExpression).

One thing is not documented: whether a transaction doubles the writes to indexes, too. They are counted once, and twice
in `at_most`; the truth is one of the two. What there is no rule for here is refused, not guessed.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import ceil
from threading import current_thread, main_thread
from typing import Any

from tools.routes import template

Item = Mapping[str, Any]

READ, WRITE = 4096, 1024


@dataclass(frozen=True)
class Index:
    """A secondary index: the attributes of its key, and all it keeps; None is everything."""

    key: tuple[str, ...]
    kept: frozenset[str] | None

    def entry(self, item: Item) -> Item:
        """Return what the index keeps of an item; empty if the item lacks a part of the key."""
        if not all(name in item for name in self.key):
            return {}
        return {name: value for name, value in item.items() if self.kept is None or name in self.kept}

    def writes(self, before: Item, after: Item) -> int:
        """One for an entry that appears, goes or changes, two if its key changes; for each KB of it."""
        old, new = self.entry(before), self.entry(after)
        if old == new:
            return 0
        if old and new and all(old[name] == new[name] for name in self.key):
            return _kilobytes(old, new)
        return sum(_kilobytes(entry) for entry in (old, new) if entry)


@cache
def indexes() -> tuple[Index, ...]:
    """Return the indexes of template.yaml."""
    table = template()["Resources"]["Table"]["Properties"]
    primary = [part["AttributeName"] for part in table["KeySchema"]]
    found = []
    for each in table["GlobalSecondaryIndexes"]:
        key = tuple(part["AttributeName"] for part in each["KeySchema"])
        named = each["Projection"].get("NonKeyAttributes", ())
        everything = each["Projection"]["ProjectionType"] == "ALL"
        found.append(Index(key, None if everything else frozenset([*primary, *key, *named])))
    return tuple(found)


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
    "BOOL": lambda _: 1,
    "NULL": lambda _: 1,
    "SS": lambda texts: sum(len(text.encode()) for text in texts),
    "NS": lambda texts: sum(map(_number, texts)),
    "BS": lambda values: sum(map(len, values)),
    "M": lambda fields: 3 + size(fields) + len(fields),
    "L": lambda values: 3 + sum(1 + _value(value) for value in values),
}


def _value(wire: Mapping[str, Any]) -> int:
    [(kind, value)] = wire.items()
    return _SIZES[kind](value)


def _kilobytes(*images: Item) -> int:
    return ceil(max(1, *map(size, images)) / WRITE)


@dataclass(frozen=True)
class Metered:
    """One call: what it is, the units it took, and whether it ran beside the request on a thread of its own.

    Attributes:
        writes: with indexes, those of a transaction counted once.
        at_most: with those of a transaction counted twice.
    """

    operation: str
    reads: Fraction = Fraction(0)
    writes: int = 0
    at_most: int = 0
    beside: bool = False


class Meter:
    """Notes the units of every call a boto3 client makes to one table.

    A transaction writes each item twice, to prepare and to commit. Queries are asked again for what they passed over.
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
            reads = _read_units(call, self._read(model.name, call, parsed))
            self.calls.append(Metered(model.name, reads=reads, beside=beside))
            return
        factor = 2 if model.name == "TransactWriteItems" else 1
        images = list(zip(stored, self._images(written), strict=True))
        items = factor * sum(_kilobytes(before, after) for before, after in images)
        entries = sum(index.writes(before, after) for before, after in images for index in indexes())
        self.calls.append(Metered(model.name, writes=items + entries, at_most=items + factor * entries, beside=beside))

    def _images(self, keys: Iterable[Item]) -> list[Item]:
        found = [self._shadow.get_item(TableName=self._table, Key=key, ConsistentRead=True) for key in keys]
        return [answer.get("Item", {}) for answer in found]

    def _read(self, operation: str, call: Mapping[str, Any], parsed: Mapping[str, Any]) -> list[int]:
        """Return the sizes that are rounded up, each by itself: of single items, and of all a Query went over."""
        if operation == "Query":
            return [sum(map(size, self._gone_over(call, parsed)))]
        if operation == "BatchGetItem":
            [call] = call["RequestItems"].values()
            found = [size(item) for items in parsed["Responses"].values() for item in items]
            sizes = found + [0] * (len(call["Keys"]) - len(found))  # what is missing costs as much as the smallest
        elif operation == "GetItem":
            sizes = [size(parsed.get("Item", {}))]
        else:
            raise ValueError(f"no rule for {operation}")
        if "ProjectionExpression" in call:
            raise ValueError(f"{operation} is charged for whole items, of which it shows only a part")
        return sizes

    def _gone_over(self, call: Mapping[str, Any], parsed: Mapping[str, Any]) -> list[Item]:
        """Return what a Query is charged for: what it found before it filtered, counted or cut anything."""
        if not call.keys() & _CUTTING:
            return list(parsed.get("Items", ()))
        whole = {name: value for name, value in call.items() if name not in _CUTTING}
        for values in ("ExpressionAttributeNames", "ExpressionAttributeValues"):  # those left over are refused
            used = {name: value for name, value in whole.pop(values, {}).items() if name in _words(whole)}
            whole |= {values: used} if used else {}
        return list(self._shadow.query(**whole)["Items"])


_CUTTING = {"FilterExpression", "ProjectionExpression", "Select"}


def _words(query: Mapping[str, Any]) -> set[str]:
    return set(re.findall(r"[#:]\w+", query["KeyConditionExpression"]))


def _written(operation: str, call: Mapping[str, Any]) -> list[Item]:
    """Return the keys of what a call writes; empty for a call that reads."""
    if operation == "TransactWriteItems":
        return [_key(body) for action in call["TransactItems"] for body in action.values()]
    return [_key(call)] if operation in {"PutItem", "UpdateItem", "DeleteItem"} else []


def _key(body: Mapping[str, Any]) -> Item:
    return body.get("Key") or {name: body["Item"][name] for name in ("pk", "sk")}


def _read_units(call: Mapping[str, Any], sizes: Iterable[int]) -> Fraction:
    """Four KB a unit, if strongly consistent; else eight."""
    [asked] = call["RequestItems"].values() if "RequestItems" in call else [call]
    return sum(max(ceil(length / READ), 1) for length in sizes) * Fraction(1, 1 if asked.get("ConsistentRead") else 2)
