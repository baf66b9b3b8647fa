"""Filter patterns of event source mappings."""

from typing import Any

import pytest

from local.pattern import matches

RECORD = {
    "eventName": "INSERT",
    "dynamodb": {"Keys": {"sk": {"S": "EVENT#000001"}}, "NewImage": {"kind": {"S": "booked"}, "version": {"N": "1"}}},
}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ({}, True),
        ({"eventName": ["INSERT"]}, True),
        ({"eventName": ["MODIFY", "INSERT"]}, True),
        ({"eventName": ["MODIFY"]}, False),
        ({"eventName": ["INSERT"], "dynamodb": {"Keys": {"sk": {"S": [{"prefix": "EVENT#"}]}}}}, True),
        ({"dynamodb": {"Keys": {"sk": {"S": [{"prefix": "SLOT"}]}}}}, False),
        ({"dynamodb": {"Keys": {"sk": {"S": [{"suffix": "1"}]}}}}, True),
        ({"dynamodb": {"NewImage": {"kind": {"S": [{"anything-but": ["erased"]}]}}}}, True),
        ({"dynamodb": {"NewImage": {"kind": {"S": [{"anything-but": ["booked"]}]}}}}, False),
        ({"dynamodb": {"OldImage": {"kind": {"S": [{"exists": False}]}}}}, True),
        ({"dynamodb": {"NewImage": {"kind": {"S": [{"exists": True}]}}}}, True),
        ({"dynamodb": {"OldImage": {"kind": {"S": ["booked"]}}}}, False),
    ],
)
def test_a_record_matches_when_every_leaf_has_a_rule_that_holds(pattern: dict[str, Any], expected: bool) -> None:
    assert matches(pattern, RECORD) is expected


def test_a_rule_that_is_not_understood_is_an_error() -> None:
    with pytest.raises(ValueError, match="numeric"):
        matches({"dynamodb": {"NewImage": {"version": {"N": [{"numeric": [">", 0]}]}}}}, RECORD)
