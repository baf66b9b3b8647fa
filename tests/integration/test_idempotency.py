"""Repeating a request with its Idempotency-Key."""

import pytest

from daybook import wiring
from tests.harness import TABLE, Api
from tests.integration.scenes import (
    INTRO,
    asked,
    at,
    book,
    booked,
    cancel,
    change,
    issue,
    move,
    nothing_written,
    publish,
    rows,
    shown,
    take,
)

KEY, OTHER = "idempotency-key-1", "idempotency-key-2"


def test_the_same_key_and_body_give_the_same_answer_with_the_token_and_write_nothing(studio: Api) -> None:
    first = book(studio, key=KEY)
    assert first.status == 201
    with nothing_written():
        again = [book(studio, key=KEY) for _ in range(4)]
    assert [(reply.status, reply.json, reply.headers["location"]) for reply in again] == [
        (201, first.json, first.headers["location"])
    ] * 4


def test_an_order_of_fields_is_no_other_body(studio: Api) -> None:
    body = asked(at("10:00"))
    first = studio.post("/bookings", body, headers={"Idempotency-Key": KEY})
    again = studio.post("/bookings", dict(reversed(body.items())), headers={"Idempotency-Key": KEY})
    assert again.json == first.json


def test_the_same_key_with_another_body_is_refused(studio: Api) -> None:
    book(studio, key=KEY)
    with nothing_written():
        refused = book(studio, at("11:00"), key=KEY)
    assert (refused.status, refused.code) == (422, "idempotency_key_reused")


def test_without_a_key_a_repetition_is_a_taken_time(studio: Api) -> None:
    booked(studio)
    assert book(studio).code == "slot_taken"
    assert book(studio, key=KEY).code == "slot_taken"


def test_only_successes_are_kept(studio: Api) -> None:
    blocking = booked(studio, who="eve")
    assert book(studio, key=KEY).code == "slot_taken"
    cancel(studio, blocking)
    assert book(studio, key=KEY).status == 201


def test_a_key_is_the_attendees_own(studio: Api) -> None:
    first, second = book(studio, key=KEY), book(studio, at("11:00"), "eve", key=KEY)
    assert (first.status, second.status) == (201, 201)


def test_a_key_is_the_callers_own(studio: Api) -> None:
    """The same Idempotency-Key under two API keys and under none is three keys."""
    headers = {"Idempotency-Key": KEY}
    replies = [
        book(studio, key=KEY),
        studio.host("POST", "/bookings", asked(at("11:00")), headers=headers),
        studio.post("/bookings", asked(at("12:00")), headers=headers, bearer=issue(studio, "bookings")),
    ]
    assert [reply.status for reply in replies] == [201, 201, 201]


def test_a_key_is_the_tenants_own(studio: Api, globex: Api) -> None:
    assert book(studio, key=KEY).status == 201
    reply = book(globex, key=KEY)
    assert (reply.status, reply.json["tenant"]) == (201, "globex")


def test_a_repetition_is_answered_after_the_notice_has_passed(studio: Api) -> None:
    first = book(studio, key=KEY)
    studio.clock.advance(hours=2, minutes=30)
    assert book(studio, key=KEY).json == first.json
    assert book(studio, key=OTHER).code == "too_soon"


def test_a_repetition_is_answered_after_the_event_type_has_changed(studio: Api) -> None:
    first = book(studio, key=KEY)
    change(studio, INTRO, questions=[{"id": "topic", "label": "Topic?", "required": True}])
    assert book(studio, key=KEY).json == first.json


def test_a_repetition_shows_the_booking_as_it_stands(studio: Api) -> None:
    first = book(studio, key=KEY).json
    cancel(studio, first)
    again = book(studio, key=KEY)
    assert (again.status, again.json["id"], again.json["status"]) == (201, first["id"], "cancelled")


def test_after_24_hours_a_key_is_new_although_its_record_is_still_there(studio: Api) -> None:
    wednesday = at("10:00", "2027-03-03")
    first = book(studio, wednesday, key=KEY).json
    studio.clock.advance(hours=23, minutes=59)
    assert book(studio, wednesday, key=KEY).json["id"] == first["id"]
    studio.clock.advance(minutes=1)
    assert book(studio, wednesday, key=KEY).code == "slot_taken"
    other = book(studio, at("11:00", "2027-03-03"), key=KEY)
    assert other.status == 201
    assert book(studio, at("11:00", "2027-03-03"), key=KEY).json == other.json


def test_a_record_holds_neither_the_key_nor_a_token_nor_a_person(studio: Api) -> None:
    booking = book(studio, key=KEY).json
    [record] = [row for row in rows() if row["sk"]["S"] == "KEY"]
    assert record["result"] == {"S": booking["id"]}
    for secret in (KEY, booking["manage_token"], "bob@example.com", "Bob"):
        assert secret not in str(record)


def test_a_request_whose_first_is_not_finished_is_told_to_wait(studio: Api) -> None:
    """A record without its booking, as a reader between two reads may see it."""
    booking = book(studio, key=KEY).json
    stored = {"pk": {"S": f"T#acme#B#{booking['id']}"}, "sk": {"S": "BOOKING"}}
    wiring.client().delete_item(TableName=TABLE, Key=stored)
    waiting = book(studio, key=KEY)
    assert (waiting.status, waiting.code, waiting.headers["retry-after"]) == (409, "request_in_progress", "1")


@pytest.mark.parametrize("key", ["x" * 15, "x" * 129, "x" * 15 + "é", "x" * 16 + "\t", ""])
def test_a_key_has_16_to_128_printable_characters(studio: Api, key: str) -> None:
    with nothing_written():
        refused = studio.post("/bookings", asked(at("10:00")), headers={"Idempotency-Key": key})
    assert (refused.status, refused.code) == (422, "validation")


@pytest.mark.parametrize("key", ["x" * 16, "x" * 128])
def test_the_bounds_of_a_key_belong_to_it(studio: Api, key: str) -> None:
    assert book(studio, key=key).status == 201


class TestOtherRequestsThatCanBeRepeated:
    def test_a_move_is_made_once(self, studio: Api) -> None:
        booking = booked(studio)
        headers = {"Idempotency-Key": KEY}
        first = move(studio, booking, at("11:00"), headers=headers)
        with nothing_written():
            again = move(studio, booking, at("11:00"), headers=headers)
            refused = move(studio, booking, at("12:00"), headers=headers)
        assert (again.status, again.json) == (200, first.json)
        assert refused.code == "idempotency_key_reused"
        assert move(studio, booking, at("12:00"), headers={"Idempotency-Key": OTHER}).json["ics_sequence"] == 2

    def test_a_move_that_somebody_undid_is_not_made_again(self, studio: Api) -> None:
        booking = booked(studio)
        headers = {"Idempotency-Key": KEY}
        move(studio, booking, at("11:00"), headers=headers)
        move(studio, booking, at("12:00"))
        assert move(studio, booking, at("11:00"), headers=headers).json["start_utc"] == "2027-03-01T11:00:00Z"

    def test_a_published_slot_is_booked_once(self, studio: Api) -> None:
        slot, other = publish(studio), publish(studio, at("19:00"))
        first = take(studio, slot, headers={"Idempotency-Key": KEY})
        with nothing_written():
            again = take(studio, slot, headers={"Idempotency-Key": KEY})
            refused = take(studio, other, headers={"Idempotency-Key": KEY})
        assert (again.status, again.json) == (201, first.json)
        assert refused.code == "idempotency_key_reused"

    def test_a_slot_is_published_once(self, studio: Api) -> None:
        body = {"host": "ada", "start": at("18:00"), "duration_minutes": 30}
        headers = {"Idempotency-Key": KEY}
        first = studio.host("POST", "/slots", body, headers=headers)
        with nothing_written():
            again = studio.host("POST", "/slots", body, headers=headers)
            refused = studio.host("POST", "/slots", body | {"duration_minutes": 60}, headers=headers)
        assert (again.status, again.json) == (201, first.json)
        assert refused.code == "idempotency_key_reused"


def test_a_key_that_is_not_needed_is_tolerated(studio: Api) -> None:
    booking = booked(studio)
    assert cancel(studio, booking, headers={"Idempotency-Key": KEY}).status == 200
    assert shown(studio, booking)["status"] == "cancelled"
