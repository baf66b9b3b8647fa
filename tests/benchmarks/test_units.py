"""The calculator of units follows AWS's documented rules, example by example."""

from fractions import Fraction
from typing import Any

import pytest

from benchmarks.units import Index, Meter, Metered, indexes, size

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
        ({"BS": [b"12", b"3"]}, 3),
    ],
)
def test_an_attribute_is_its_name_and_its_value(value: dict[str, Any], expected: int) -> None:
    """Amazon DynamoDB Developer Guide, "DynamoDB item sizes and formats"."""
    assert size({"name": value}) == 4 + expected


def test_a_kind_nobody_knows_is_not_guessed() -> None:
    with pytest.raises(KeyError):
        size({"name": {"Z": "?"}})


class Table:
    """A table as far as the meter looks at it: what stands under a key, what a Query finds, and hooks around calls."""

    def __init__(self) -> None:
        self.hooks: dict[str, Any] = {}
        self.item: dict[str, Any] = {}
        self.items: list[dict[str, Any]] = []
        self.queried: dict[str, Any] = {}
        self.meta = self
        self.events = self

    def register(self, event: str, hook: Any) -> None:
        self.hooks[event] = hook

    def get_item(self, **_: Any) -> dict[str, Any]:
        return {"Item": self.item} if self.item else {}

    def query(self, **call: Any) -> dict[str, Any]:
        self.queried = call
        return {"Items": self.items}

    def call(self, operation: str, params: dict[str, Any], after: dict[str, Any], answer: dict[str, Any]) -> None:
        model, context = type("Model", (), {"name": operation}), dict[str, Any]()
        self.hooks["provide-client-params.dynamodb"](params=params, model=model, context=context)
        self.item = after
        self.hooks["after-call.dynamodb"](parsed=answer, model=model, context=context)


def metered(operation: str, params: dict[str, Any], before: dict[str, Any], after: dict[str, Any]) -> Metered:
    table = Table()
    table.item = before
    meter = Meter(table, table, "t")
    table.call(operation, params, after, {})
    [call] = meter.calls
    return call


def writes(operation: str, params: dict[str, Any], before: dict[str, Any], after: dict[str, Any]) -> int:
    call = metered(operation, params, before, after)
    assert call.at_most == call.writes or operation == "TransactWriteItems"
    return call.writes


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


def test_a_transaction_writes_twice_and_its_index_entries_once_or_twice() -> None:
    """What it does to indexes is not documented, so both are told."""
    entry = {"host_pk": {"S": "h"}, "host_sk": {"S": "1"}}
    params = {"TransactItems": [{"Put": {"Item": KEY}}]}
    assert metered("TransactWriteItems", params, {}, filled(1025)) == Metered("TransactWriteItems", 0, 4, 4)
    assert metered("TransactWriteItems", params, {}, {**KEY, **entry}) == Metered("TransactWriteItems", 0, 3, 4)


@pytest.mark.parametrize(
    ("before", "after", "expected"), [("1", "1", 0), ("", "1", 1), ("1", "", 1), ("1", "2", 2), ("", "", 0)]
)
def test_an_index_entry_costs_one_to_come_or_go_and_two_to_move(before: str, after: str, expected: int) -> None:
    def image(sort: str) -> dict[str, Any]:
        return {**KEY, **({"host_pk": {"S": "h"}, "host_sk": {"S": sort}} if sort else {})}

    assert writes("PutItem", {"Item": KEY}, image(before), image(after)) == 1 + expected


def test_an_index_keeps_what_the_template_projects() -> None:
    """A change of what is not projected is free, of `status` and `deadline` it is not."""
    person = {"attendee_pk": {"S": "a"}, "attendee_sk": {"S": "1"}}

    def changed(name: str) -> int:
        before, after = ({**KEY, **person, name: {"S": value}} for value in ("old", "new"))
        return writes("PutItem", {"Item": KEY}, before, after) - 1

    assert [changed(name) for name in ("status", "deadline", "answers")] == [1, 1, 0]
    assert {index.key for index in indexes()} == {(f"{of}_pk", f"{of}_sk") for of in ("host", "tenant", "attendee")}


def test_an_item_without_the_whole_key_is_in_no_index() -> None:
    assert writes("PutItem", {"Item": KEY}, {}, {**KEY, "host_pk": {"S": "h"}}) == 1


def test_an_index_that_keeps_everything_is_charged_by_the_kilobyte() -> None:
    index = Index(("host_pk",), None)
    small, large = ({**KEY, "host_pk": {"S": "h"}, "text": {"S": "x" * length}} for length in (9, 2000))
    assert [index.writes({}, large), index.writes(large, small), index.writes(small, small)] == [2, 2, 0]


@pytest.mark.parametrize("cut", ["FilterExpression", "ProjectionExpression", "Select"])
def test_a_query_is_charged_for_what_it_went_over(cut: str) -> None:
    """API Reference, Query: neither a filter nor a projection nor counting makes it cheaper."""
    table = Table()
    table.items = [filled(3000)] * 3
    meter = Meter(table, table, "t")
    key = {"TableName": "t", "KeyConditionExpression": "#pk = :pk", "Limit": 3}
    names = {"ExpressionAttributeNames": {"#pk": "pk", "#status": "status"}}
    table.call("Query", {**key, **names, cut: "#status"}, {}, {"Items": [KEY], "Count": 1})
    assert meter.calls[0].reads == Fraction(3, 2)
    assert table.queried == {**key, "ExpressionAttributeNames": {"#pk": "pk"}}


@pytest.mark.parametrize("operation", ["Scan", "BatchWriteItem", "TransactGetItems"])
def test_what_there_is_no_rule_for_is_not_guessed(operation: str) -> None:
    table = Table()
    Meter(table, table, "t")
    with pytest.raises(ValueError, match=operation):
        table.call(operation, {}, {}, {})


@pytest.mark.parametrize(
    ("operation", "params", "answer"),
    [
        ("GetItem", {"Key": KEY, "ProjectionExpression": "pk"}, {"Item": KEY}),
        (
            "BatchGetItem",
            {"RequestItems": {"t": {"Keys": [KEY], "ProjectionExpression": "pk"}}},
            {"Responses": {"t": [KEY]}},
        ),
    ],
)
def test_a_part_of_an_item_says_nothing_of_what_it_cost(operation: str, params: Any, answer: Any) -> None:
    table = Table()
    Meter(table, table, "t")
    with pytest.raises(ValueError, match="whole items"):
        table.call(operation, params, {}, answer)


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
