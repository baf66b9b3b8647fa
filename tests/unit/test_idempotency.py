"""The record of an Idempotency-Key."""

import json
from datetime import timedelta

import pytest

from daybook.domain.errors import IdempotencyKeyReused
from daybook.usecases.idempotency import LIFE, Repeatable
from tests.fakes.values import NOW

BODY: dict[str, object] = {"start": "2027-03-01T09:00:00Z", "attendee": {"email": "bob@example.com", "name": "Bob"}}
FIRST = Repeatable(key="k" * 16, caller="bob@example.com", body=BODY)


def test_without_a_key_nothing_is_remembered() -> None:
    assert Repeatable.of(None, "bob", BODY) is None
    assert Repeatable.of("k" * 16, "bob@example.com", BODY) == FIRST


def test_the_first_request_has_no_answer_and_a_repetition_the_firsts() -> None:
    record = FIRST.record("B1", NOW)
    assert FIRST.answered(None, NOW) is None
    assert FIRST.answered(record, NOW + LIFE - timedelta(seconds=1)) == "B1"
    assert FIRST.answered(record, NOW + LIFE) is None


def test_another_body_under_the_same_key_is_refused_while_the_record_lives() -> None:
    record = FIRST.record("B1", NOW)
    other = Repeatable(key=FIRST.key, caller=FIRST.caller, body={**BODY, "start": "2027-03-01T10:00:00Z"})
    assert other.name == FIRST.name
    with pytest.raises(IdempotencyKeyReused):
        other.answered(record, NOW)
    assert other.answered(record, NOW + LIFE) is None


def test_the_order_of_fields_does_not_matter() -> None:
    turned = {"attendee": {"name": "Bob", "email": "bob@example.com"}, "start": BODY["start"]}
    assert Repeatable(key=FIRST.key, caller=FIRST.caller, body=turned).body_hash == FIRST.body_hash


def test_each_caller_and_each_key_has_a_record_of_its_own() -> None:
    names = {
        FIRST.name,
        Repeatable(key="x" * 16, caller=FIRST.caller, body=BODY).name,
        Repeatable(key=FIRST.key, caller="eve@example.com", body=BODY).name,
    }
    assert len(names) == 3


def test_a_record_tells_nothing_about_the_person_or_the_key() -> None:
    record = FIRST.record("B1", NOW)
    stored = json.dumps([record.name, record.body_hash, record.result])
    for word in ("bob", "Bob", FIRST.key):
        assert word not in stored
