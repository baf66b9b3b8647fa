"""Published slots: time a host offers by itself."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.harness import Api
from tests.integration.scenes import (
    INTRO,
    at,
    book,
    booked,
    cancel,
    change,
    issue,
    nothing_written,
    offer,
    open_slots,
    publish,
    slots,
    take,
)

EVENING = datetime(2027, 3, 1, 17, 0, tzinfo=UTC)  # 18:00 in Berlin


def published(api: Api, **body: Any):
    return api.host("POST", "/slots", {"host": "ada", "start": at("18:00"), **body})


def test_a_published_slot_is_listed_in_the_asked_zone(studio: Api) -> None:
    slot = publish(studio)
    [listed] = studio.get("/slots", query={"timezone": "Asia/Kathmandu"}).json["items"]
    assert listed == {
        "id": slot["id"],
        "host": "ada",
        "start": "2027-03-01T22:45:00+05:45",
        "start_utc": "2027-03-01T17:00:00Z",
        "end": "2027-03-01T23:15:00+05:45",
        "end_utc": "2027-03-01T17:30:00Z",
        "status": "open",
        "event_type": None,
        "capacity": 1,
        "seats_left": 1,
    }


def test_booking_makes_it_booked_and_answers_like_any_booking(studio: Api) -> None:
    slot = publish(studio)
    reply = take(studio, slot)
    assert (reply.status, reply.json["slot_id"], reply.json["start_utc"]) == (201, slot["id"], slot["start_utc"])
    assert reply.headers["location"] == f"/v1/acme/bookings/{reply.json['id']}"
    assert reply.json["manage_token"].startswith("dbm_")
    assert open_slots(studio) == []
    with nothing_written():
        refused = take(studio, slot, "eve")
    assert (refused.status, refused.code) == (409, "slot_taken")


def test_a_refused_slot_names_the_hosts_next_open_ones(studio: Api) -> None:
    slot, *others = (publish(studio, at(clock)) for clock in ("18:00", "19:00", "20:00", "21:00", "22:00"))
    take(studio, slot)
    refused = take(studio, slot, "eve")
    assert refused.json["alternatives"] == [other["start_utc"] for other in others[:3]]


def test_cancelling_its_booking_opens_it_again(studio: Api) -> None:
    slot = publish(studio)
    cancel(studio, take(studio, slot).json)
    assert open_slots(studio) == [slot["id"]]
    assert take(studio, slot, "eve").status == 201


@pytest.mark.parametrize("start", ["17:45", "18:00", "18:15"])
def test_it_may_not_overlap_another_open_one(studio: Api, start: str) -> None:
    publish(studio)
    with nothing_written():
        refused = published(studio, start=at(start), duration_minutes=30)
    assert (refused.status, refused.code) == (409, "slot_overlap")


def test_it_may_touch_another(studio: Api) -> None:
    publish(studio)
    assert published(studio, start=at("18:30"), duration_minutes=30).status == 201
    assert published(studio, start=at("17:30"), duration_minutes=30).status == 201


def test_it_may_not_overlap_a_booking_nor_its_own_booked_time(studio: Api) -> None:
    booked(studio)
    assert published(studio, start=at("10:15"), duration_minutes=30).code == "slot_overlap"
    take(studio, publish(studio))
    assert published(studio, duration_minutes=30).code == "slot_overlap"


def test_it_may_lie_outside_all_hours_and_cross_midnight(studio: Api) -> None:
    slot = publish(studio, "2027-03-06T23:30:00Z", duration_minutes=90)
    assert take(studio, slot).status == 201
    assert published(studio, start="2027-03-07T00:30:00Z", duration_minutes=30).code == "slot_overlap"


def test_its_time_is_taken_by_whoever_books_first(studio: Api) -> None:
    slot = publish(studio, at("10:00"))
    booking = booked(studio)
    assert open_slots(studio) == []
    assert take(studio, slot, "eve").code == "slot_taken"
    cancel(studio, booking)
    assert take(studio, slot, "eve").status == 201
    assert book(studio, who="zoe").code == "slot_taken"


class TestWithdrawing:
    def test_takes_an_open_slot_away(self, studio: Api) -> None:
        slot = publish(studio)
        assert studio.host("DELETE", f"/slots/{slot['id']}").status == 204
        assert open_slots(studio) == []
        assert take(studio, slot).code == "slot_taken"

    def test_twice_changes_nothing(self, studio: Api) -> None:
        slot = publish(studio)
        studio.host("DELETE", f"/slots/{slot['id']}")
        with nothing_written():
            assert studio.host("DELETE", f"/slots/{slot['id']}").status == 204

    def test_makes_room_for_another(self, studio: Api) -> None:
        studio.host("DELETE", f"/slots/{publish(studio)['id']}")
        assert published(studio, duration_minutes=60).status == 201

    def test_is_refused_while_it_is_booked(self, studio: Api) -> None:
        slot = publish(studio)
        booking = take(studio, slot).json
        with nothing_written():
            refused = studio.host("DELETE", f"/slots/{slot['id']}")
        assert (refused.status, refused.code) == (409, "in_use")
        cancel(studio, booking)
        assert studio.host("DELETE", f"/slots/{slot['id']}").status == 204

    def test_an_unknown_one_is_404(self, studio: Api) -> None:
        assert studio.host("DELETE", "/slots/00000000000000000000000000").status == 404


class TestAHostsOwnSlots:
    def test_are_hidden_from_and_refused_to_the_hosts_key(self, studio: Api) -> None:
        slot = publish(studio)
        own = issue(studio, "admin", host="ada")
        assert open_slots(studio, bearer=own) == []
        with nothing_written():
            refused = take(studio, slot, bearer=own)
        assert (refused.status, refused.code) == (403, "own_slot")

    def test_are_refused_to_the_hosts_address(self, studio: Api) -> None:
        slot = publish(studio)
        attendee = {"name": "Ada", "email": "ADA@example.com", "timezone": "UTC"}
        assert studio.post(f"/slots/{slot['id']}/book", {"attendee": attendee}).code == "own_slot"

    def test_are_for_other_hosts(self, studio: Api) -> None:
        host = {"slug": "grace", "name": "Grace", "email": "grace@example.com", "timezone": "UTC"}
        assert studio.host("POST", "/hosts", host).status == 201
        slot = publish(studio)
        other = issue(studio, "bookings", host="grace")
        assert open_slots(studio, bearer=other) == [slot["id"]]
        assert take(studio, slot, bearer=other).status == 201


class TestCapacity:
    def test_takes_so_many_people_and_each_once(self, studio: Api) -> None:
        slot = publish(studio, capacity=2)
        first = take(studio, slot).json
        assert studio.get("/slots").json["items"][0]["seats_left"] == 1
        assert take(studio, slot).code == "exists"
        assert take(studio, slot, "eve").status == 201
        assert open_slots(studio) == []
        assert take(studio, slot, "zoe").code == "session_full"
        cancel(studio, first)
        assert open_slots(studio) == [slot["id"]]

    def test_of_a_slot_outranks_the_event_types(self, studio: Api) -> None:
        offer(studio, "class", capacity=5)
        assert publish(studio, event_type="class")["capacity"] == 5
        assert publish(studio, at("19:00"), event_type="class", capacity=2)["capacity"] == 2

    def test_above_one_does_not_go_with_confirmation(self, studio: Api) -> None:
        change(studio, INTRO, requires_confirmation=True)
        refused = published(studio, event_type="intro", capacity=2)
        assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/capacity")

    def test_above_one_is_confirmed_at_once_if_confirmation_came_later(self, studio: Api) -> None:
        slot = publish(studio, event_type="intro", capacity=2)
        change(studio, INTRO, requires_confirmation=True)
        assert take(studio, slot).json["status"] == "confirmed"


class TestItsEventType:
    def test_gives_the_length_and_the_buffers(self, studio: Api) -> None:
        change(studio, INTRO, buffer_before_minutes=30, buffer_after_minutes=60)
        slot = publish(studio, at("12:00"), event_type="intro")
        assert slot["end_utc"] == "2027-03-01T11:30:00Z"
        take(studio, slot)
        listed = slots(studio)
        assert "11:30" not in listed
        assert "13:00" not in listed
        assert "13:30" in listed

    def test_gives_title_place_questions_and_cut_offs(self, studio: Api) -> None:
        question = {"id": "topic", "label": "Topic?", "required": True}
        change(studio, INTRO, location="Room 1", questions=[question], cancel_cutoff_minutes=600)
        slot = publish(studio, event_type="intro")
        assert take(studio, slot).json["errors"][0]["pointer"] == "/answers/topic"
        body = {"attendee": {"name": "B", "email": "b@example.com", "timezone": "UTC"}, "answers": {"topic": "Tea"}}
        booking = studio.post(f"/slots/{slot['id']}/book", body).json
        assert (booking["location"], booking["event_type"]) == ("Room 1", "intro")
        assert booking["cancel_by"] == "2027-03-01T07:00:00Z"

    def test_gives_limits(self, studio: Api) -> None:
        change(studio, INTRO, limits={"per_day": 1})
        first, second = publish(studio, event_type="intro"), publish(studio, at("19:00"), event_type="intro")
        assert take(studio, first).status == 201
        assert open_slots(studio) == []
        assert take(studio, second, "eve").code == "limit_reached"

    def test_must_be_one_of_the_hosts(self, studio: Api) -> None:
        refused = published(studio, event_type="nothing")
        assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/event_type")


class TestNotice:
    def test_of_an_hour_holds_without_an_event_type(self, studio: Api) -> None:
        slot = publish(studio)
        studio.clock.now = EVENING - timedelta(minutes=60)
        assert open_slots(studio) == [slot["id"]]
        studio.clock.advance(seconds=1)
        assert open_slots(studio) == []
        assert take(studio, slot).code == "too_soon"
        studio.clock.now = EVENING
        assert take(studio, slot).code == "past"

    def test_of_the_event_type_goes_first(self, studio: Api) -> None:
        change(studio, INTRO, minimum_notice_minutes=0)
        slot = publish(studio, event_type="intro")
        studio.clock.now = EVENING - timedelta(seconds=1)
        assert take(studio, slot).status == 201


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"start": at("06:00"), "duration_minutes": 30}, "past"),
        ({}, "validation"),
        ({"duration_minutes": 30, "end": at("18:30")}, "validation"),
        ({"end": at("18:00")}, "validation"),
        ({"end": at("17:00")}, "validation"),
        ({"end": at("18:00", "2027-03-03")}, "validation"),
        ({"duration_minutes": 31}, "validation"),
        ({"duration_minutes": 1445}, "validation"),
        ({"start": at("18:01"), "duration_minutes": 30}, "validation"),
        ({"start": "2027-03-01T18:00:00", "duration_minutes": 30}, "invalid_local_time"),
        ({"duration_minutes": 30, "capacity": 0}, "validation"),
    ],
)
def test_what_cannot_be_published_is_refused(studio: Api, body: dict[str, Any], code: str) -> None:
    with nothing_written():
        refused = published(studio, **body)
    assert (refused.status, refused.code) == (422, code), refused.text


def test_an_unknown_host_is_404(studio: Api) -> None:
    assert published(studio, host="nobody", duration_minutes=30).status == 404


class TestListing:
    def test_is_of_the_asked_dates_and_host(self, studio: Api) -> None:
        days = [publish(studio, at("18:00", f"2027-03-0{n}"))["id"] for n in (1, 2, 3)]
        zone = {"timezone": "Europe/Berlin"}
        assert open_slots(studio, query={"from": "2027-03-02", "to": "2027-03-02"} | zone) == [days[1]]
        assert open_slots(studio, query={"from": "2027-03-02"} | zone) == days[1:]
        assert open_slots(studio, query={"to": "2027-03-02"} | zone) == days[:2]
        assert open_slots(studio, query={"host": "ada", "status": "open"}) == days
        assert open_slots(studio, query={"host": "grace"}) == []

    def test_of_past_dates_is_empty(self, studio: Api) -> None:
        publish(studio)
        assert open_slots(studio, query={"to": "2027-02-01"}) == []
        assert open_slots(studio, query={"from": "2027-01-01", "to": "2027-02-01"}) == []

    def test_takes_at_most_62_days(self, studio: Api) -> None:
        query = {"from": "2027-03-01", "to": "2027-05-02"}
        assert studio.get("/slots", query=query).code == "range_too_large"
        assert studio.get("/slots", query={"from": "2027-03-02", "to": "2027-03-01"}).code == "range_too_large"

    def test_of_a_removed_host_is_empty(self, studio: Api) -> None:
        slot = publish(studio)
        assert studio.host("DELETE", "/hosts/ada").code == "in_use"
        studio.host("DELETE", f"/slots/{slot['id']}")
        assert studio.host("DELETE", "/hosts/ada").status == 204
        assert take(studio, slot).status == 404
