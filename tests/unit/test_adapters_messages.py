"""Events and timers on their way: as JSON in queues, as items in the table's stream."""

import json
from datetime import timedelta
from typing import Any

import pytest

from daybook.adapters.dynamodb import items
from daybook.adapters.dynamodb.outbox import event_of
from daybook.adapters.messages import copy_text, event_text, notice_text, parse, timer_text
from daybook.domain.actor import Actor, Role
from daybook.domain.entry import CopyRequest
from daybook.domain.history import Deed, Event, Origin
from daybook.domain.history import event as step
from daybook.domain.mail import Kind
from daybook.domain.notice import Notice
from daybook.domain.timers import Timer, TimerKind
from tests.fakes import values
from tests.fakes.values import HOUR, NINE, NOW

BOOKING = values.booking("acme")
PLACED = values.step(Deed.BOOKED, None, BOOKING)
MOVED = step(
    Deed.RESCHEDULED,
    Origin(Actor(Role.HOST, "key"), NOW + timedelta(microseconds=1), "request-1"),
    before=BOOKING,
    after=values.booking("acme", start=NINE + HOUR, version=2, sequence=1),
)
REMINDER = Timer(
    tenant="acme", booking="B1", kind=TimerKind.REMINDER, ahead=timedelta(days=1), at=NINE - 24 * HOUR, sequence=3
)
COPY = CopyRequest("acme", "B1")
LOST = Notice(tenant="acme", host="ada", connection="C1", kind=Kind.CALENDAR_LOST, number=7)
EXPIRY = Timer(tenant="acme", booking="B1", kind=TimerKind.EXPIRY, at=NINE, sequence=0)


@pytest.mark.parametrize("event", [PLACED, MOVED])
def test_an_event_is_read_as_it_was_written(event: Event) -> None:
    assert parse(event_text(event)) == event


@pytest.mark.parametrize("timer", [REMINDER, EXPIRY])
def test_a_timer_is_read_as_it_was_written(timer: Timer) -> None:
    assert parse(timer_text(timer)) == timer


def test_what_connected_calendars_ask_for_is_read_as_it_was_written() -> None:
    assert parse(copy_text(COPY)) == COPY
    assert json.loads(copy_text(COPY)) == {"copy": {"tenant": "acme", "booking": "B1"}}
    assert parse(notice_text(LOST)) == LOST


def test_messages_are_plain_json_that_others_can_read() -> None:
    assert json.loads(timer_text(REMINDER)) == {
        "timer": {
            "tenant": "acme",
            "booking": "B1",
            "kind": "reminder",
            "ahead": "P1D",
            "at": "2027-02-28T09:00:00Z",
            "sequence": 3,
        }
    }
    assert json.loads(event_text(PLACED))["event"]["after"] == {
        "status": "confirmed",
        "start": "2027-03-01T09:00:00Z",
        "end": "2027-03-01T09:30:00Z",
        "sequence": 0,
    }


def test_a_field_of_a_later_version_is_passed_over() -> None:
    fields = json.loads(timer_text(EXPIRY))["timer"]
    assert parse(json.dumps({"timer": {**fields, "colour": "blue"}})) == EXPIRY


def changed(text: str, **fields: Any) -> str:
    [(kind, plain)] = json.loads(text).items()
    return json.dumps({kind: {**plain, **fields}})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "null",
        "[]",
        "{}",
        '"event"',
        '{"event": {}}',
        '{"event": null}',
        '{"timer": []}',
        '{"other": {}}',
        json.dumps({**json.loads(event_text(PLACED)), **json.loads(timer_text(EXPIRY))}),
        changed(event_text(PLACED), deed="booking.sold"),
        changed(event_text(PLACED), at="yesterday"),
        changed(event_text(PLACED), at="2027-03-01T06:00:00"),
        changed(timer_text(EXPIRY), at="2027-03-01T06:00:00"),
        changed(timer_text(EXPIRY), kind="alarm"),
        changed(timer_text(EXPIRY), sequence="many"),
        changed(notice_text(LOST), kind="calendar_sold"),
        '{"copy": {"tenant": "acme"}}',
        '{"copy": {"tenant": "acme", "booking": "B1"}, "notice": {}}',
    ],
)
def test_garbage_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse(text)


class TestTheStream:
    def record(self, **image: Any) -> dict[str, Any]:
        item = {**items.event_item(MOVED, "token"), **image}
        wire = json.loads(json.dumps(item))
        return {"eventName": "INSERT", "dynamodb": {"NewImage": wire, "SequenceNumber": "1"}}

    def test_tells_the_event_that_was_written(self) -> None:
        assert event_of(self.record()) == MOVED

    @pytest.mark.parametrize(
        "record",
        [
            {},
            {"dynamodb": {}},
            {"dynamodb": {"OldImage": {}}},
            {"dynamodb": {"NewImage": {}}},
            {"dynamodb": {"NewImage": []}},
            {"dynamodb": {"NewImage": {"deed": "booking.booked"}}},
            {"dynamodb": {"NewImage": {"deed": {"X": "booking.booked"}}}},
            {"dynamodb": {"NewImage": {"deed": {}}}},
            {"dynamodb": {"NewImage": items.encode(BOOKING)}},
        ],
    )
    def test_says_what_is_none(self, record: dict[str, Any]) -> None:
        with pytest.raises((ValueError, KeyError)):
            event_of(record)

    @pytest.mark.parametrize("image", [{"deed": {"S": "booking.sold"}}, {"version": {"S": "two"}}, {"at": {"N": "x"}}])
    def test_says_what_is_an_event_in_part(self, image: dict[str, Any]) -> None:
        with pytest.raises((ValueError, KeyError)):
            event_of(self.record(**image))
