"""Published slots: time a host offers by itself."""

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
    published,
    take,
)


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
        with nothing_written():
            refused = studio.post(f"/slots/{slot['id']}/book", {"attendee": attendee})
        assert (refused.status, refused.code) == (422, "validation")
        assert [error["pointer"] for error in refused.json["errors"]] == ["/attendee/email"]

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
