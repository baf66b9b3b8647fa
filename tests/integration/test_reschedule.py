"""Moving a booking."""

from datetime import UTC, datetime, timedelta

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
    move,
    nothing_written,
    offer,
    publish,
    shown,
    slots,
    take,
)

TUESDAY = "2027-03-02"
TEN_ON_TUESDAY = datetime(2027, 3, 2, 9, 0, tzinfo=UTC)


def test_a_move_frees_the_old_time_at_once_and_takes_the_new_one(studio: Api) -> None:
    booking = booked(studio)
    moved = move(studio, booking, at("15:00"))
    assert (moved.status, moved.json["start_utc"], moved.json["end_utc"]) == (
        200,
        "2027-03-01T14:00:00Z",
        "2027-03-01T14:30:00Z",
    )
    assert book(studio, at("10:00"), "eve").status == 201
    assert book(studio, at("15:00"), "zoe").code == "slot_taken"


def test_id_and_uid_stay_while_sequence_and_version_grow(studio: Api) -> None:
    booking = booked(studio)
    moved = move(studio, booking, at("15:00")).json
    assert (moved["id"], moved["ics_uid"]) == (booking["id"], booking["ics_uid"])
    assert (moved["ics_sequence"], moved["version"], moved["reschedules"]) == (1, 2, 1)


def test_a_booking_may_overlap_itself(studio: Api) -> None:
    offer(studio, "hour", 60, slot_interval_minutes=15, buffer_before_minutes=30, buffer_after_minutes=30)
    booking = booked(studio, event_type="hour")
    assert move(studio, booking, at("10:15")).status == 200
    assert move(studio, booking, at("10:00")).status == 200


def test_moving_to_the_time_it_has_changes_nothing(studio: Api) -> None:
    booking = booked(studio)
    with nothing_written():
        moved = move(studio, booking, at("10:00"))
    assert (moved.status, moved.json["version"]) == (200, 1)


def test_moving_onto_a_taken_time_keeps_the_old_one_and_names_others(studio: Api) -> None:
    booked(studio, at("15:00"), "eve")
    booking = booked(studio)
    with nothing_written():
        refused = move(studio, booking, at("15:00"))
    assert (refused.status, refused.code) == (409, "slot_taken")
    assert refused.json["alternatives"] == ["2027-03-01T14:30:00Z", "2027-03-01T15:00:00Z", "2027-03-01T15:30:00Z"]


@pytest.mark.parametrize(
    ("start", "code"),
    [
        (at("10:00", "2027-02-22"), "past"),
        (at("10:00", "2027-06-07"), "outside_window"),
        (at("20:00"), "outside_hours"),
        (at("10:10"), "not_offered"),
    ],
)
def test_an_attendee_moves_to_offered_starts_alone(studio: Api, start: str, code: str) -> None:
    booking = booked(studio)
    with nothing_written():
        assert move(studio, booking, start).code == code


def test_a_host_moves_outside_hours_notice_and_window(studio: Api) -> None:
    booking = booked(studio)
    for start in (at("20:10"), at("07:05"), at("10:00", "2027-06-07")):
        assert move(studio, booking, start, bearer=studio.key).status == 200


def test_a_key_needs_the_scope_bookings(studio: Api) -> None:
    refused = move(studio, booked(studio), at("15:00"), bearer=issue(studio, "read", "catalogue"))
    assert (refused.status, refused.code) == (403, "scope")


def test_a_move_keeps_what_was_agreed_although_the_event_type_has_changed(studio: Api) -> None:
    booking = booked(studio)
    change(studio, INTRO, duration_minutes=120, buffer_after_minutes=60, title="Longer", location="Elsewhere")
    moved = move(studio, booking, at("11:00")).json
    assert (moved["duration_minutes"], moved["end_utc"], moved["location"]) == (30, "2027-03-01T10:30:00Z", None)
    mine = slots(studio, reschedule_of=booking["id"], bearer=booking["manage_token"])
    assert mine[-1] == "15:00"  # the grid is the new one's; the last start leaves room for 30 minutes alone


class TestTheCutOff:
    @pytest.fixture
    def late(self, studio: Api) -> dict:
        change(studio, INTRO, reschedule_cutoff_minutes=1440, minimum_notice_minutes=0)
        return booked(studio, at("10:00", TUESDAY))

    def test_is_shown(self, late: dict) -> None:
        assert late["reschedule_by"] == "2027-03-01T09:00:00Z"

    def test_allows_a_move_at_exactly_24_hours(self, studio: Api, late: dict) -> None:
        studio.clock.now = TEN_ON_TUESDAY - timedelta(hours=24)
        assert move(studio, late, at("15:00", TUESDAY)).status == 200

    def test_refuses_one_a_second_later(self, studio: Api, late: dict) -> None:
        studio.clock.now = TEN_ON_TUESDAY - timedelta(hours=24) + timedelta(seconds=1)
        with nothing_written():
            refused = move(studio, late, at("15:00", TUESDAY))
        assert (refused.status, refused.code) == (403, "cutoff_passed")

    def test_does_not_bind_the_host(self, studio: Api, late: dict) -> None:
        studio.clock.now = TEN_ON_TUESDAY - timedelta(seconds=1)
        assert move(studio, late, at("15:00", TUESDAY), bearer=studio.key).status == 200

    def test_follows_the_booking(self, studio: Api, late: dict) -> None:
        moved = move(studio, late, at("10:00", "2027-03-04")).json
        assert moved["reschedule_by"] == "2027-03-03T09:00:00Z"

    def test_is_the_one_agreed_upon(self, studio: Api, late: dict) -> None:
        change(studio, INTRO, reschedule_cutoff_minutes=0)
        assert shown(studio, late)["reschedule_by"] == "2027-03-01T09:00:00Z"


class TestTheNumberOfMoves:
    def test_may_be_limited_for_attendees(self, studio: Api) -> None:
        change(studio, INTRO, max_reschedules=1)
        booking = booked(studio)
        assert move(studio, booking, at("11:00")).status == 200
        with nothing_written():
            refused = move(studio, booking, at("12:00"))
        assert (refused.status, refused.code) == (403, "reschedule_limit")

    def test_does_not_bind_the_host(self, studio: Api) -> None:
        change(studio, INTRO, max_reschedules=0)
        booking = booked(studio)
        assert move(studio, booking, at("11:00")).code == "reschedule_limit"
        assert move(studio, booking, at("11:00"), bearer=studio.key).status == 200


def test_a_cancelled_booking_cannot_be_moved(studio: Api) -> None:
    booking = booked(studio)
    cancel(studio, booking)
    for bearer in (booking["manage_token"], studio.key):
        refused = move(studio, booking, at("11:00"), bearer=bearer)
        assert (refused.status, refused.code) == (409, "already_cancelled")


def test_a_booking_that_has_begun_cannot_be_moved(studio: Api) -> None:
    booking = booked(studio)
    studio.clock.advance(hours=3)
    for bearer in (booking["manage_token"], studio.key):
        refused = move(studio, booking, at("15:00"), bearer=bearer)
        assert (refused.status, refused.code) == (409, "already_started")


@pytest.mark.parametrize("body", [{}, {"start": at("11:00"), "slot_id": "0" * 26}])
def test_a_target_is_a_start_or_a_slot(studio: Api, body: dict[str, str]) -> None:
    booking = booked(studio)
    refused = studio.post(f"/bookings/{booking['id']}/reschedule", body, bearer=booking["manage_token"])
    assert (refused.status, refused.code) == (422, "validation")


class TestBookingsOfPublishedSlots:
    def test_move_to_another_open_slot(self, studio: Api) -> None:
        first, second = publish(studio, at("18:00")), publish(studio, at("19:00"), duration_minutes=45)
        booking = take(studio, first).json
        body = {"slot_id": second["id"]}
        moved = studio.post(f"/bookings/{booking['id']}/reschedule", body, bearer=booking["manage_token"])
        assert (moved.status, moved.json["slot_id"], moved.json["duration_minutes"]) == (200, second["id"], 45)
        assert take(studio, second, "eve").code == "slot_taken"
        assert take(studio, first, "eve").status == 201

    def test_do_not_move_to_a_taken_withdrawn_or_unknown_one(self, studio: Api) -> None:
        first, second, third = (publish(studio, at(clock)) for clock in ("18:00", "19:00", "20:00"))
        booking = take(studio, first).json
        take(studio, second, "eve")
        studio.host("DELETE", f"/slots/{third['id']}")
        with nothing_written():
            seen = [
                studio.post(f"/bookings/{booking['id']}/reschedule", {"slot_id": one}, bearer=studio.key).code
                for one in (second["id"], third["id"], "0" * 26)
            ]
        assert seen == ["slot_taken", "slot_taken", "not_found"]

    def test_do_not_move_to_a_start_nor_others_to_a_slot(self, studio: Api) -> None:
        slot = publish(studio)
        by_slot, by_start = take(studio, slot).json, booked(studio, who="eve")
        assert move(studio, by_slot, at("11:00")).json["errors"][0]["pointer"] == "/slot_id"
        refused = studio.post(f"/bookings/{by_start['id']}/reschedule", {"slot_id": slot["id"]}, bearer=studio.key)
        assert refused.json["errors"][0]["pointer"] == "/start"

    def test_do_not_take_a_seat_while_they_wait_for_the_host(self, studio: Api) -> None:
        offer(studio, "asked", requires_confirmation=True)
        single, shared = publish(studio, event_type="asked"), publish(studio, at("20:00"), capacity=2)
        booking = take(studio, single).json
        with nothing_written():
            refused = studio.post(
                f"/bookings/{booking['id']}/reschedule", {"slot_id": shared["id"]}, bearer=booking["manage_token"]
            )
        assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/slot_id")
