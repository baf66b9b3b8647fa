"""Event types with seats: several attendees share one meeting."""

import pytest

from tests.harness import Api
from tests.integration.scenes import at, book, booked, cancel, change, move, nothing_written, offer, slots

CLASS = "/hosts/ada/event-types/class"


@pytest.fixture(autouse=True)
def seats(studio: Api) -> None:
    offer(studio, "class", 60, capacity=2, buffer_after_minutes=30)


def join(api: Api, who: str, start: str = at("10:00")):
    return book(api, start, who, "class")


def seats_left(api: Api, start: str = "10:00") -> int | None:
    day = {"from": "2027-03-01", "to": "2027-03-01", "timezone": "Europe/Berlin"}
    listed = api.get(f"{CLASS}/slots", query=day).json["slots"]
    return next((slot["seats_left"] for slot in listed if slot["start"][11:16] == start), None)


def test_each_attendee_takes_one_seat_of_the_same_time(studio: Api) -> None:
    assert seats_left(studio) == 2
    first = join(studio, "bob").json
    assert seats_left(studio) == 1
    second = join(studio, "eve").json
    assert seats_left(studio) is None
    assert (first["start_utc"], first["status"]) == (second["start_utc"], "confirmed")
    assert first["id"] != second["id"]


def test_a_full_session_is_refused_and_nothing_is_written(studio: Api) -> None:
    join(studio, "bob")
    join(studio, "eve")
    with nothing_written():
        refused = join(studio, "zoe")
    assert (refused.status, refused.code) == (409, "session_full")


@pytest.mark.parametrize("email", ["bob@example.com", "BOB@example.com"])
def test_the_same_address_takes_one_seat(studio: Api, email: str) -> None:
    join(studio, "bob")
    attendee = {"name": "Bob Person", "email": email, "timezone": "UTC"}
    body = {"host": "ada", "event_type": "class", "start": at("10:00"), "attendee": attendee}
    with nothing_written():
        refused = studio.post("/bookings", body)
    assert (refused.status, refused.code) == (409, "exists")


def test_the_same_address_may_come_to_another_session(studio: Api) -> None:
    join(studio, "bob")
    assert join(studio, "bob", at("14:00")).status == 201


def test_a_session_takes_the_hosts_time_once(studio: Api) -> None:
    join(studio, "bob")
    join(studio, "eve")
    assert book(studio, at("10:30"), "zoe").code == "slot_taken"
    assert book(studio, at("11:00"), "zoe").code == "slot_taken"
    assert book(studio, at("11:30"), "zoe").status == 201


def test_leaving_frees_a_seat_and_the_same_person_may_come_back(studio: Api) -> None:
    booking = join(studio, "bob").json
    join(studio, "eve")
    cancel(studio, booking)
    assert seats_left(studio) == 1
    assert join(studio, "bob").status == 201


def test_the_last_one_who_leaves_frees_the_hosts_time(studio: Api) -> None:
    bookings = [join(studio, who).json for who in ("bob", "eve")]
    cancel(studio, bookings[0])
    assert book(studio, at("10:00"), "zoe").code == "slot_taken"
    cancel(studio, bookings[1])
    assert book(studio, at("10:00"), "zoe").status == 201


def test_a_session_may_not_begin_where_another_meeting_is(studio: Api) -> None:
    booked(studio, at("10:30"))
    assert join(studio, "eve").code == "slot_taken"


class TestMovingBetweenSessions:
    def test_takes_a_seat_there_and_frees_one_here(self, studio: Api) -> None:
        bob, eve = join(studio, "bob").json, join(studio, "eve", at("14:00")).json
        join(studio, "zoe")
        assert move(studio, bob, at("14:00")).status == 200
        assert (seats_left(studio), seats_left(studio, "14:00")) == (1, None)
        cancel(studio, eve)
        assert seats_left(studio, "14:00") == 1

    def test_is_refused_by_a_full_one_and_the_old_seat_kept(self, studio: Api) -> None:
        bob = join(studio, "bob").json
        join(studio, "eve", at("14:00"))
        join(studio, "zoe", at("14:00"))
        with nothing_written():
            refused = move(studio, bob, at("14:00"))
        assert (refused.status, refused.code) == (409, "session_full")

    def test_is_refused_where_the_same_address_sits_already(self, studio: Api) -> None:
        bob = join(studio, "bob").json
        join(studio, "bob", at("14:00"))
        with nothing_written():
            assert move(studio, bob, at("14:00")).code == "exists"

    def test_the_only_one_may_move_over_their_own_time(self, studio: Api) -> None:
        change(studio, CLASS, slot_interval_minutes=15)
        bob = join(studio, "bob").json
        assert move(studio, bob, at("10:15")).status == 200
        assert seats_left(studio, "10:15") == 1

    def test_one_of_two_may_not(self, studio: Api) -> None:
        change(studio, CLASS, slot_interval_minutes=15)
        bob = join(studio, "bob").json
        join(studio, "eve")
        mine = slots(studio, event_type="class", reschedule_of=bob["id"], bearer=bob["manage_token"])
        assert "10:15" not in mine
        assert move(studio, bob, at("10:15")).code == "slot_taken"


class TestAChangedEventType:
    def test_takes_nobody_into_a_session_of_other_lengths(self, studio: Api) -> None:
        join(studio, "bob")
        change(studio, CLASS, duration_minutes=30)
        assert seats_left(studio) is None
        assert join(studio, "eve").code == "slot_taken"

    def test_with_more_seats_lets_more_people_in(self, studio: Api) -> None:
        join(studio, "bob")
        join(studio, "eve")
        change(studio, CLASS, capacity=3)
        assert seats_left(studio) == 1
        assert join(studio, "zoe").status == 201

    def test_with_fewer_seats_lets_nobody_in_and_sends_nobody_away(self, studio: Api) -> None:
        bob = join(studio, "bob").json
        change(studio, CLASS, capacity=1)
        assert seats_left(studio) is None
        assert join(studio, "eve").code == "slot_taken"
        cancel(studio, bob)
        assert join(studio, "eve").status == 201


def test_a_limit_counts_attendees(studio: Api) -> None:
    change(studio, CLASS, limits={"per_day": 1})
    join(studio, "bob")
    assert join(studio, "eve").code == "limit_reached"


def test_a_host_takes_no_seat(studio: Api) -> None:
    """Two seats are for two attendees beside the host."""
    assert [join(studio, who).status for who in ("bob", "eve")] == [201, 201]
