"""The calculator of units follows AWS's documented rules, example by example."""

from fractions import Fraction
from typing import Any

import pytest

from benchmarks.units import Meter, size

KEY = {"pk": {"S": "p"}, "sk": {"S": "s"}}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"S": "größe"}, 7),
        ({"N": "27"}, 2),
        ({"N": "-27"}, 3),
        ({"N": "1000"}, 2),
        ({"N": "12345"}, 4),
        ({"B": b"1234"}, 4),
        ({"BOOL": True}, 1),
        ({"NULL": True}, 1),
        ({"L": []}, 3),
        ({"M": {}}, 3),
        ({"L": [{"S": "ab"}, {"N": "7"}]}, 3 + 3 + 3),
        ({"M": {"ab": {"S": "c"}}}, 3 + 2 + 1 + 1),
        ({"SS": ["ab", "c"]}, 3),
        ({"NS": ["1", "200"]}, 4),
    ],
)
def test_an_attribute_is_its_name_and_its_value(value: dict[str, Any], expected: int) -> None:
    """Amazon DynamoDB Developer Guide, "DynamoDB item sizes and formats"."""
    assert size({"name": value}) == 4 + expected


class Table:
    """A table as far as the meter looks at it: what stands under a key, and hooks around each call."""

    def __init__(self) -> None:
        self.hooks: dict[str, Any] = {}
        self.item: dict[str, Any] = {}
        self.meta = self
        self.events = self

    def register(self, event: str, hook: Any) -> None:
        self.hooks[event] = hook

    def get_item(self, **_: Any) -> dict[str, Any]:
        return {"Item": self.item} if self.item else {}

    def call(self, operation: str, params: dict[str, Any], after: dict[str, Any], answer: dict[str, Any]) -> None:
        model, context = type("Model", (), {"name": operation}), dict[str, Any]()
        self.hooks["provide-client-params.dynamodb"](params=params, model=model, context=context)
        self.item = after
        self.hooks["after-call.dynamodb"](parsed=answer, model=model, context=context)


def writes(operation: str, params: dict[str, Any], before: dict[str, Any], after: dict[str, Any]) -> int:
    table = Table()
    table.item = before
    meter = Meter(table, table, "t")
    table.call(operation, params, after, {})
    return meter.calls[0].writes


def filled(bytes_: int, **more: Any) -> dict[str, Any]:
    return {**KEY, "text": {"S": "x" * (bytes_ - size(KEY) - 4)}, **more}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({}, filled(1024), 1),
        ({}, filled(1025), 2),
        (filled(2048), KEY, 2),
        (filled(500), {}, 1),
        ({}, KEY, 1),
    ],
)
def test_a_write_costs_the_larger_image_by_the_kilobyte(before: Any, after: Any, expected: int) -> None:
    """Amazon DynamoDB Developer Guide, "DynamoDB read and write operations"."""
    assert writes("PutItem", {"Item": KEY}, before, after) == expected


def test_a_transaction_writes_twice_but_its_index_entries_once() -> None:
    entry = {"host_pk": {"S": "h"}, "host_sk": {"S": "1"}}
    params = {"TransactItems": [{"Put": {"Item": KEY}}]}
    assert writes("TransactWriteItems", params, {}, filled(1025)) == 4
    assert writes("TransactWriteItems", params, {}, {**KEY, **entry}) == 3


@pytest.mark.parametrize(
    ("before", "after", "expected"), [("1", "1", 0), ("", "1", 1), ("1", "", 1), ("1", "2", 2), ("", "", 0)]
)
def test_an_index_entry_costs_one_to_come_or_go_and_two_to_move(before: str, after: str, expected: int) -> None:
    def image(sort: str) -> dict[str, Any]:
        return {**KEY, **({"host_pk": {"S": "h"}, "host_sk": {"S": sort}} if sort else {})}

    assert writes("PutItem", {"Item": KEY}, image(before), image(after)) == 1 + expected


@pytest.mark.parametrize(
    ("operation", "params", "answer", "expected"),
    [
        ("GetItem", {"ConsistentRead": True}, {"Item": filled(4096)}, Fraction(1)),
        ("GetItem", {"ConsistentRead": True}, {"Item": filled(4097)}, Fraction(2)),
        ("GetItem", {}, {}, Fraction(1, 2)),
        ("Query", {"ConsistentRead": True}, {"Items": [filled(3000), filled(3000)]}, Fraction(2)),
        ("Query", {}, {"Items": []}, Fraction(1, 2)),
        (
            "BatchGetItem",
            {"RequestItems": {"t": {"Keys": [KEY, KEY, KEY], "ConsistentRead": True}}},
            {"Responses": {"t": [filled(100), filled(5000)]}},
            Fraction(1 + 2 + 1),
        ),
    ],
)
def test_reads_are_rounded_as_documented(operation: str, params: Any, answer: Any, expected: Fraction) -> None:
    table = Table()
    meter = Meter(table, table, "t")
    table.call(operation, {"Key": KEY, **params}, {}, answer)
    assert meter.calls[0].reads == expected
