"""Event types whose bookings wait for the host."""

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
    open_slots,
    publish,
    shown,
    slots,
    take,
)

TUESDAY, WEDNESDAY, THURSDAY = "2027-03-02", "2027-03-03", "2027-03-04"
TEN = at("10:00", THURSDAY)


@pytest.fixture(autouse=True)
def asking(studio: Api) -> None:
    change(studio, INTRO, requires_confirmation=True, confirmation_hours=24)


def decide(api: Api, booking: dict, verb: str, **given):
    given.setdefault("bearer", api.key)
    return api.post(f"/bookings/{booking['id']}/{verb}", **given)


def test_a_request_waits_and_blocks(studio: Api) -> None:
    booking = booked(studio, TEN)
    assert (booking["status"], booking["hold_expires_at"]) == ("pending_confirmation", "2027-03-02T06:00:00Z")
    assert "10:00" not in slots(studio, THURSDAY)
    assert book(studio, TEN, "eve").code == "slot_taken"


def test_its_deadline_is_the_start_if_that_comes_first(studio: Api) -> None:
    assert booked(studio)["hold_expires_at"] == "2027-03-01T09:00:00Z"


def test_confirming_makes_it_firm_for_good(studio: Api) -> None:
    booking = booked(studio, TEN)
    confirmed = decide(studio, booking, "confirm")
    assert (confirmed.status, confirmed.json["status"], confirmed.json["ics_sequence"]) == (200, "confirmed", 0)
    assert "hold_expires_at" not in confirmed.json
    studio.clock.advance(days=2)
    assert book(studio, TEN, "eve").code == "slot_taken"


def test_confirming_takes_no_reason_for_nobody_would_be_told(studio: Api) -> None:
    booking = booked(studio, TEN)
    assert decide(studio, booking, "confirm", body={"reason": "With pleasure"}).code == "validation"
    assert decide(studio, booking, "decline", body={"reason": "I am away."}).status == 200


def test_declining_frees_the_time(studio: Api) -> None:
    booking = booked(studio, TEN)
    declined = decide(studio, booking, "decline")
    assert (declined.status, declined.json["status"], declined.json["ics_sequence"]) == (200, "declined", 1)
    assert book(studio, TEN, "eve").status == 201
    assert cancel(studio, booking).code == "already_cancelled"


@pytest.mark.parametrize("first", ["confirm", "decline"])
@pytest.mark.parametrize("second", ["confirm", "decline"])
def test_what_is_decided_is_decided(studio: Api, first: str, second: str) -> None:
    booking = booked(studio, TEN)
    decide(studio, booking, first)
    with nothing_written():
        refused = decide(studio, booking, second)
    assert (refused.status, refused.code) == (409, "not_pending")


def test_the_attendee_may_withdraw_a_request(studio: Api) -> None:
    booking = booked(studio, TEN)
    assert cancel(studio, booking).json["status"] == "cancelled"
    assert decide(studio, booking, "confirm").code == "not_pending"
    assert book(studio, TEN, "eve").status == 201


def test_the_attendee_decides_nothing(studio: Api) -> None:
    booking = booked(studio, TEN)
    assert decide(studio, booking, "confirm", bearer=booking["manage_token"]).status == 403
    assert decide(studio, booking, "confirm", bearer=issue(studio, "read", "catalogue")).code == "scope"


def test_moving_makes_it_pending_again_with_a_new_deadline(studio: Api) -> None:
    booking = booked(studio, TEN)
    decide(studio, booking, "confirm")
    studio.clock.advance(hours=1)
    moved = move(studio, booking, at("11:00", THURSDAY)).json
    assert (moved["status"], moved["hold_expires_at"]) == ("pending_confirmation", "2027-03-02T07:00:00Z")
    assert decide(studio, booking, "confirm").json["status"] == "confirmed"
    assert book(studio, at("11:00", THURSDAY), "eve").code == "slot_taken"


class TestAfterTheDeadline:
    @pytest.fixture
    def lapsed(self, studio: Api) -> dict:
        booking = booked(studio, TEN)
        studio.clock.advance(hours=24)
        return booking

    def test_a_request_reads_expired_although_nobody_wrote_it(self, studio: Api, lapsed: dict) -> None:
        with nothing_written():
            assert shown(studio, lapsed)["status"] == "expired"
            assert studio.get(f"/bookings/{lapsed['id']}", bearer=lapsed["manage_token"]).json["status"] == "expired"

    def test_it_can_be_neither_decided_nor_moved_nor_cancelled(self, studio: Api, lapsed: dict) -> None:
        with nothing_written():
            codes = [decide(studio, lapsed, "confirm").code, decide(studio, lapsed, "decline").code]
            codes += [move(studio, lapsed, at("11:00", THURSDAY)).code, cancel(studio, lapsed).code]
        assert codes == ["not_pending", "not_pending", "already_cancelled", "already_cancelled"]

    def test_its_time_is_listed_and_booked(self, studio: Api, lapsed: dict) -> None:
        assert "10:00" in slots(studio, THURSDAY)
        assert book(studio, TEN, "eve").status == 201
        history = studio.host("GET", f"/bookings/{lapsed['id']}/history").json["items"]
        assert [(event["event"], event["actor"]["role"]) for event in history] == [
            ("booking.requested", "attendee"),
            ("booking.expired", "system"),
        ]
        assert shown(studio, lapsed)["status"] == "expired"

    def test_another_booking_may_move_there(self, studio: Api, lapsed: dict) -> None:
        other = booked(studio, at("12:00", THURSDAY), "eve")
        assert move(studio, other, TEN).status == 200

    def test_its_time_may_be_published(self, studio: Api, lapsed: dict) -> None:
        publish(studio, TEN)

    def test_a_second_before_it_still_blocks(self, studio: Api) -> None:
        booked(studio, TEN)
        studio.clock.advance(hours=23, minutes=59, seconds=59)
        assert book(studio, TEN, "eve").code == "slot_taken"


class TestLimits:
    @pytest.mark.parametrize("limits", [{"per_day": 1}, {"per_week": 1}, {"per_month": 1}, {"minutes_per_day": 30}])
    def test_count_a_request_until_it_lapses(self, studio: Api, limits: dict[str, int]) -> None:
        change(studio, INTRO, limits=limits)
        booked(studio, TEN)
        assert book(studio, at("12:00", THURSDAY), "eve").code == "limit_reached"
        studio.clock.advance(hours=24)
        assert "12:00" in slots(studio, THURSDAY)
        assert book(studio, at("12:00", THURSDAY), "eve").status == 201

    @pytest.mark.parametrize("limits", [{"per_week": 1}, {"per_month": 1}])
    def test_of_a_period_know_of_lapsed_requests_on_other_days(self, studio: Api, limits: dict[str, int]) -> None:
        """What is listed is bookable and the other way round, also where the request lay on another day."""
        change(studio, INTRO, limits=limits)
        booked(studio, at("10:00"))
        studio.clock.advance(hours=24)
        assert "12:00" in slots(studio, THURSDAY)
        days = {"from": THURSDAY, "to": THURSDAY, "timezone": "Europe/Berlin"}
        assert studio.get(f"{INTRO}/days", query=days).json["days"][0]["slots"] == 16
        assert book(studio, at("12:00", THURSDAY), "eve").status == 201

    def test_of_the_host_count_each_lapsed_request_with_its_own_minutes(self, studio: Api) -> None:
        change(studio, "/hosts/ada", defaults={"limits": {"minutes_per_day": 60}})
        offer(studio, "long", 60, requires_confirmation=True, confirmation_hours=24)
        change(studio, INTRO, requires_confirmation=False)
        booked(studio, TEN, event_type="long")
        studio.clock.advance(hours=24)
        change(studio, "/hosts/ada", defaults={"limits": {"minutes_per_day": 90}})
        booked(studio, at("12:00", THURSDAY), "eve")
        change(studio, "/hosts/ada", defaults={"limits": {"minutes_per_day": 60}})
        assert "14:00" in slots(studio, THURSDAY)
        assert book(studio, at("14:00", THURSDAY), "zoe").status == 201


class TestPublishedSlots:
    def test_wait_and_are_open_again_after_a_decline(self, studio: Api) -> None:
        slot = publish(studio, at("18:00", THURSDAY), event_type="intro")
        booking = take(studio, slot).json
        assert booking["status"] == "pending_confirmation"
        assert open_slots(studio) == []
        decide(studio, booking, "decline")
        assert open_slots(studio) == [slot["id"]]

    def test_are_open_again_when_the_request_lapses(self, studio: Api) -> None:
        slot = publish(studio, at("18:00", THURSDAY), event_type="intro")
        take(studio, slot)
        studio.clock.advance(hours=24)
        [listed] = studio.get("/slots").json["items"]
        assert (listed["id"], listed["status"], listed["seats_left"]) == (slot["id"], "open", 1)
        assert take(studio, slot, "eve").status == 201
        assert open_slots(studio) == []

    def test_can_be_moved_to_when_the_request_there_has_lapsed(self, studio: Api) -> None:
        first, second = (publish(studio, at(clock, THURSDAY), event_type="intro") for clock in ("18:00", "19:00"))
        take(studio, first)
        studio.clock.advance(hours=24)
        other = take(studio, second, "eve").json
        body = {"slot_id": first["id"]}
        assert studio.post(f"/bookings/{other['id']}/reschedule", body, bearer=studio.key).status == 200

    def test_can_be_withdrawn_when_the_request_has_lapsed(self, studio: Api) -> None:
        slot = publish(studio, at("18:00", THURSDAY), event_type="intro")
        take(studio, slot)
        studio.clock.advance(hours=24)
        assert studio.host("DELETE", f"/slots/{slot['id']}").status == 204
        assert open_slots(studio) == []


def test_seats_and_confirmation_do_not_go_together(studio: Api) -> None:
    assert studio.host("PATCH", INTRO, {"capacity": 2}).code == "validation"
