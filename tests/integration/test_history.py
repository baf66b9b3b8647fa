"""The audit trail, no-shows and erasing."""

import json

import pytest

from daybook import wiring
from daybook.domain.booking import Actor, Role
from daybook.domain.history import Origin
from daybook.usecases.erase_booking import finish_erasure
from tests.harness import Api
from tests.integration.scenes import (
    INTRO,
    at,
    book,
    booked,
    cancel,
    change,
    issue,
    move,
    nothing_written,
    offer,
    person,
    publish,
    rows,
    shown,
    take,
)

TEN = {"status": "confirmed", "start_utc": "2027-03-01T09:00:00Z", "end_utc": "2027-03-01T09:30:00Z"}
ELEVEN = {"status": "confirmed", "start_utc": "2027-03-01T10:00:00Z", "end_utc": "2027-03-01T10:30:00Z"}


def history(api: Api, booking: dict) -> list[dict]:
    reply = api.host("GET", f"/bookings/{booking['id']}/history")
    assert reply.status == 200
    return reply.json["items"]


def last_mail_is_out(api: Api, booking: dict) -> None:
    """Do what the mail worker does when the request for erasure is all that is left of a booking's queue."""
    found = wiring.bookings().booking(api.tenant, booking["id"])
    assert found is not None
    origin = Origin(Actor(Role.SYSTEM), api.clock(), "message-1")
    finish_erasure(found, origin=origin, ledger=wiring.ledger(), bookings=wiring.bookings())


class TestHistory:
    def test_tells_who_did_what_when_and_from_what_to_what(self, studio: Api) -> None:
        booking = booked(studio)
        studio.clock.advance(minutes=1)
        move(studio, booking, at("11:00"), bearer=studio.key)
        studio.clock.advance(minutes=1)
        cancel(studio, booking)
        first, second, third = history(studio, booking)
        key_id = studio.key.split("_")[1]
        assert first == {
            "version": 1,
            "event": "booking.booked",
            "at": "2027-03-01T06:00:00Z",
            "actor": {"role": "attendee", "id": ""},
            "request_id": "request-1",
            "before": None,
            "after": {**TEN, "ics_sequence": 0},
        }
        assert (second["event"], second["at"]) == ("booking.rescheduled", "2027-03-01T06:01:00Z")
        assert second["actor"] == {"role": "host", "id": key_id}
        assert (second["before"], second["after"]) == ({**TEN, "ics_sequence": 0}, {**ELEVEN, "ics_sequence": 1})
        assert third["after"] == {**ELEVEN, "status": "cancelled", "ics_sequence": 2}
        assert [event["version"] for event in (first, second, third)] == [1, 2, 3]

    def test_is_for_hosts(self, studio: Api) -> None:
        booking = booked(studio)
        path = f"/bookings/{booking['id']}/history"
        assert studio.get(path).status == 401
        assert studio.get(path, bearer=booking["manage_token"]).status == 403
        assert studio.get(path, bearer=issue(studio, "catalogue")).code == "scope"
        assert studio.get(path, bearer=issue(studio, "read")).status == 200

    def test_keeps_no_personal_datum_whatever_happens(self, studio: Api) -> None:
        change(studio, INTRO, questions=[{"id": "topic", "label": "Topic?"}])
        body = {"host": "ada", "event_type": "intro", "start": at("10:00"), "attendee": person()}
        booking = studio.post("/bookings", body | {"answers": {"topic": "A secret"}}).json
        move(studio, booking, at("11:00"))
        studio.post(f"/bookings/{booking['id']}/cancel", {"reason": "A secret"}, bearer=booking["manage_token"])
        studio.host("DELETE", f"/bookings/{booking['id']}")
        events = [row for row in rows() if row["sk"]["S"].startswith("EVENT#")]
        assert len(events) == 4
        for word in ("Bob", "Person", "example.com", "secret", "New_York"):
            assert word not in json.dumps(events)


class TestANoShow:
    def test_can_be_recorded_once_the_meeting_has_begun(self, studio: Api) -> None:
        booking = booked(studio)
        path = f"/bookings/{booking['id']}/no-show"
        with nothing_written():
            early = studio.host("POST", path, {})
        assert (early.status, early.code) == (409, "not_started")
        studio.clock.advance(hours=3)
        missed = studio.host("POST", path, {})
        assert (missed.status, missed.json["status"]) == (200, "no_show")
        assert history(studio, booking)[-1]["event"] == "booking.no_show"

    def test_twice_answers_as_the_first_time(self, studio: Api) -> None:
        booking = booked(studio)
        studio.clock.advance(hours=3)
        first = studio.host("POST", f"/bookings/{booking['id']}/no-show", {})
        with nothing_written():
            assert studio.host("POST", f"/bookings/{booking['id']}/no-show", {}).json == first.json

    def test_is_no_end_of_a_cancelled_or_pending_booking(self, studio: Api) -> None:
        change(studio, INTRO, requires_confirmation=True)
        pending, cancelled = booked(studio, at("12:00")), booked(studio, at("13:00"))
        cancel(studio, cancelled)
        codes = [studio.host("POST", f"/bookings/{one['id']}/no-show", {}).code for one in (pending, cancelled)]
        assert codes == ["not_pending", "already_cancelled"]

    def test_still_counts_in_limits(self, studio: Api) -> None:
        change(studio, INTRO, limits={"per_day": 1})
        booking = booked(studio)
        studio.clock.advance(hours=3)
        studio.host("POST", f"/bookings/{booking['id']}/no-show", {})
        assert book(studio, at("15:00"), "eve").code == "limit_reached"

    def test_can_be_neither_moved_nor_cancelled(self, studio: Api) -> None:
        booking = booked(studio)
        studio.clock.advance(hours=3)
        studio.host("POST", f"/bookings/{booking['id']}/no-show", {})
        assert move(studio, booking, at("15:00")).code == "already_started"
        assert cancel(studio, booking).code == "already_started"


class TestErasing:
    def erase(self, api: Api, booking: dict) -> None:
        assert api.host("DELETE", f"/bookings/{booking['id']}").status == 204

    def test_cancels_what_still_stands_and_forgets_the_person(self, studio: Api) -> None:
        booking = booked(studio)
        self.erase(studio, booking)
        left = shown(studio, booking)
        assert left["attendee"] == {"name": "", "email": "", "timezone": "America/New_York", "language": ""}
        assert (left["answers"], left["status"]) == ({}, "cancelled")
        assert [event["event"] for event in history(studio, booking)] == [
            "booking.booked",
            "booking.cancelled",
            "booking.erasure_requested",
        ]
        assert book(studio, who="eve").status == 201

    @pytest.mark.parametrize("capacity", [1, 3])
    def test_leaves_no_trace_of_the_person_in_the_table(self, studio: Api, capacity: int) -> None:
        offer(studio, "class", capacity=capacity, questions=[{"id": "topic", "label": "Topic?"}])
        body = {"host": "ada", "event_type": "class", "start": at("10:00"), "attendee": person()}
        booking = studio.post("/bookings", body | {"answers": {"topic": "Quokkas"}}).json
        self.erase(studio, booking)
        assert "Quokkas" not in json.dumps(rows(), default=str)
        last_mail_is_out(studio, booking)
        assert history(studio, booking)[-1]["event"] == "booking.erased"
        assert not any(word in json.dumps(rows(), default=str) for word in ("Bob", "bob@example", "Quokkas"))

    def test_of_a_past_booking_keeps_its_time_state_and_count(self, studio: Api) -> None:
        change(studio, INTRO, limits={"per_day": 1})
        booking = booked(studio)
        studio.clock.advance(hours=3)
        self.erase(studio, booking)
        left = shown(studio, booking)
        assert (left["status"], left["start_utc"]) == ("confirmed", "2027-03-01T09:00:00Z")
        assert book(studio, at("15:00"), "eve").code == "limit_reached"

    def test_ends_every_manage_token(self, studio: Api) -> None:
        booking = booked(studio)
        self.erase(studio, booking)
        assert studio.get(f"/bookings/{booking['id']}", bearer=booking["manage_token"]).status == 404

    def test_twice_asks_again_while_the_address_is_there(self, studio: Api) -> None:
        booking = booked(studio)
        self.erase(studio, booking)
        before = shown(studio, booking)
        self.erase(studio, booking)
        assert {**shown(studio, booking), "updated_at": 0, "version": 0} == {**before, "updated_at": 0, "version": 0}
        events = [event["event"] for event in studio.host("GET", f"/bookings/{booking['id']}/history").json["items"]]
        assert events[-3:] == ["booking.cancelled", "booking.erasure_requested", "booking.erasure_requested"]

    def test_of_a_lapsed_request_writes_down_no_other_end(self, studio: Api) -> None:
        change(studio, INTRO, requires_confirmation=True, confirmation_hours=1)
        booking = booked(studio, at("10:00", "2027-03-03"))
        studio.clock.advance(hours=1)
        self.erase(studio, booking)
        assert shown(studio, booking)["status"] == "expired"
        assert book(studio, at("10:00", "2027-03-03"), "eve").status == 201

    def test_opens_a_published_slot_again(self, studio: Api) -> None:
        slot = publish(studio)
        self.erase(studio, take(studio, slot).json)
        assert take(studio, slot, "eve").status == 201

    def test_frees_the_cap_of_the_address(self, studio: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        """A person who was erased is counted by nothing that the address could be found with."""
        booking = booked(studio)
        self.erase(studio, booking)
        [stored] = [row for row in rows() if row["sk"]["S"] == "BOOKING"]
        assert "attendee_pk" not in stored
        assert stored["attendee_key"] == {"S": ""}
