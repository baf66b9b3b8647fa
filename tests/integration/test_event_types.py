"""Event types and blocks: fields, defaults, bounds."""

from datetime import timedelta
from typing import Any

import pytest

from daybook import wiring
from tests.harness import Api
from tests.integration.scenes import INTRO, at, booked, cancel, change, nothing_written, offer, publish, slots

ADA = "/hosts/ada"


def test_what_is_left_out_follows_the_hosts_defaults_and_then_daybooks(studio: Api) -> None:
    plain = studio.host("GET", INTRO).json
    assert plain["minimum_notice_minutes"] == 60
    assert plain["booking_window"] == {"type": "rolling_days", "days": 60}
    assert (plain["slot_interval_minutes"], plain["buffer_before_minutes"]) == (30, 0)
    change(studio, ADA, defaults={"buffer_before_minutes": 15, "booking_window": {"type": "unlimited"}})
    followed = studio.host("GET", INTRO).json
    assert (followed["buffer_before_minutes"], followed["booking_window"]) == (15, {"type": "unlimited"})
    change(studio, INTRO, buffer_before_minutes=0)
    assert change(studio, INTRO, buffer_before_minutes=None)["buffer_before_minutes"] == 15


def test_the_public_sees_what_a_booking_page_needs(studio: Api) -> None:
    change(studio, INTRO, price={"amount": 5000, "currency": "EUR"}, limits={"per_day": 3})
    public = studio.get(INTRO).json
    assert (public["host"], public["timezone"], public["duration_minutes"]) == ("ada", "Europe/Berlin", 30)
    assert public["price"] == {"amount": 5000, "currency": "EUR"}
    assert public.keys().isdisjoint({"limits", "reminders_minutes", "schedule", "hidden"})


def test_reminders_are_kept_once_each_and_the_earliest_first(studio: Api) -> None:
    assert studio.host("GET", INTRO).json["reminders_minutes"] == [1440, 60]
    assert change(studio, INTRO, reminders_minutes=[5, 60, 5, 86400])["reminders_minutes"] == [86400, 60, 5]
    assert change(studio, INTRO, reminders_minutes=[])["reminders_minutes"] == []
    assert change(studio, INTRO, reminders_minutes=list(range(1, 11)))["reminders_minutes"] == list(range(10, 0, -1))
    assert change(studio, INTRO, reminders_minutes=None)["reminders_minutes"] == [1440, 60]


def test_a_booking_keeps_the_reminders_it_was_made_with(studio: Api) -> None:
    change(studio, INTRO, reminders_minutes=[30, 120])
    booking = booked(studio)
    change(studio, INTRO, reminders_minutes=[15])
    agreed = wiring.bookings().booking("acme", booking["id"])
    assert agreed is not None
    assert agreed.policy.reminders == (timedelta(hours=2), timedelta(minutes=30))


def test_a_hidden_one_can_be_booked_by_who_knows_it(studio: Api) -> None:
    offer(studio, "secret", hidden=True)
    assert studio.get(f"{ADA}/event-types/secret").status == 200
    booked(studio, event_type="secret")


def test_an_interval_of_its_own_sets_the_grid(studio: Api) -> None:
    offer(studio, "hour", 60, slot_interval_minutes=20)
    assert slots(studio, event_type="hour")[:4] == ["09:00", "09:20", "09:40", "10:00"]


def test_buffers_keep_the_larger_distance_of_two_neighbours(studio: Api) -> None:
    offer(studio, "before", buffer_before_minutes=30)
    offer(studio, "after", buffer_after_minutes=60)
    booked(studio, at("12:00"), event_type="after")
    assert [start for start in slots(studio, event_type="before") if start > "11:00"][:2] == ["11:30", "13:30"]
    assert next(start for start in slots(studio) if start > "11:30") == "13:30"


@pytest.mark.parametrize(
    "fields",
    [
        {"duration_minutes": 0},
        {"duration_minutes": 7},
        {"duration_minutes": 1445},
        {"duration_minutes": 30.0},
        {"duration_minutes": "30"},
        {"duration_minutes": True},
        {"duration_minutes": 1e999},
        {"slot_interval_minutes": 0},
        {"buffer_before_minutes": -5},
        {"buffer_after_minutes": 1445},
        {"buffer_after_minutes": 3},
        {"minimum_notice_minutes": -1},
        {"booking_window": {"type": "rolling_days", "days": -1}},
        {"booking_window": {"type": "unlimited", "days": 3}},
        {"booking_window": {"type": "date_range", "from": "2027-03-02"}},
        {"booking_window": {"type": "date_range", "from": "2027-03-02", "to": "2027-03-01"}},
        {"booking_window": {"type": "rolling_days", "days": 3, "from": "2027-03-02"}},
        {"booking_window": {"type": "sometimes"}},
        {"limits": {"per_day": 0}},
        {"limits": {"per_year": 5}},
        {"limits": {"minutes_per_day": 4}},
        {"capacity": 0},
        {"capacity": 2, "requires_confirmation": True},
        {"confirmation_hours": 0},
        {"cancel_cutoff_minutes": -1},
        {"max_reschedules": -1},
        {"reminders_minutes": [0]},
        {"reminders_minutes": [60 * 24 * 60 + 1]},
        {"reminders_minutes": [60.0]},
        {"reminders_minutes": ["60"]},
        {"reminders_minutes": [True]},
        {"reminders_minutes": 60},
        {"reminders_minutes": list(range(1, 12))},
        {"price": {"amount": -1, "currency": "EUR"}},
        {"price": {"amount": 1, "currency": "eur"}},
        {"questions": [{"id": "a", "label": "A"}, {"id": "a", "label": "B"}]},
        {"questions": [{"id": "A B", "label": "A"}]},
        {"title": ""},
        {"title": "   "},
        {"title": "a\r\nb"},
        {"hidden": "yes"},
        {"schedule": "none"},
        {"slug": "Has Spaces"},
        {"slug": "-dash"},
        {"slug": "a" * 64},
        {"slug": "a\n"},
    ],
    ids=str,
)
def test_a_field_out_of_bounds_is_refused(studio: Api, fields: dict[str, Any]) -> None:
    body = {"slug": "new", "title": "New", "duration_minutes": 30, **fields}
    with nothing_written():
        refused = studio.host("POST", f"{ADA}/event-types", body)
    assert refused.status == 422, refused.text
    assert refused.code in {"validation", "malformed"}


def test_one_is_in_use_while_a_booking_or_an_open_slot_needs_it(studio: Api) -> None:
    offer(studio, "other")
    booked(studio, at("11:00"), "eve", event_type="other")
    booking, slot = booked(studio), publish(studio, event_type="intro")
    for free in (lambda: cancel(studio, booking), lambda: studio.host("DELETE", f"/slots/{slot['id']}")):
        with nothing_written():
            refused = studio.host("DELETE", INTRO)
        assert (refused.status, refused.code) == (409, "in_use")
        free()
    assert studio.host("DELETE", INTRO).status == 204


def test_a_lapsed_request_needs_nothing(studio: Api) -> None:
    change(studio, INTRO, requires_confirmation=True, confirmation_hours=1)
    booked(studio, at("10:00", "2027-03-03"))
    assert studio.host("DELETE", INTRO).code == "in_use"
    studio.clock.advance(hours=1)
    assert studio.host("DELETE", INTRO).status == 204


class TestBlocks:
    def test_take_time_away_and_give_it_back(self, studio: Api) -> None:
        whole = slots(studio)
        block = studio.host("POST", f"{ADA}/blocks", {"start": at("09:10"), "end": at("10:30")}).json
        assert slots(studio) == whole[3:]
        change(studio, f"{ADA}/blocks/{block['id']}", date="2027-03-01", start=None, end=None)
        assert slots(studio) == []
        studio.host("DELETE", f"{ADA}/blocks/{block['id']}")
        assert slots(studio) == whole

    def test_of_a_date_are_in_the_hosts_zone(self, studio: Api) -> None:
        change(studio, ADA, timezone="Pacific/Auckland")
        studio.host("POST", f"{ADA}/blocks", {"date": "2027-03-02"})
        assert slots(studio)[-1] == "11:30"  # Tuesday begins at noon in Berlin
        assert slots(studio, "2027-03-02")[0] == "12:00"

    def test_leave_bookings_alone(self, studio: Api) -> None:
        booking = booked(studio)
        studio.host("POST", f"{ADA}/blocks", {"date": "2027-03-01"})
        assert studio.host("GET", f"/bookings/{booking['id']}").json["status"] == "confirmed"

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"start": at("09:00")},
            {"end": at("09:00")},
            {"start": at("10:00"), "end": at("10:00")},
            {"start": at("11:00"), "end": at("10:00")},
            {"start": at("09:00"), "end": at("10:00"), "date": "2027-03-01"},
            {"date": "2027-02-29"},
            {"date": "20270301"},
            {"date": "2027-W09-1"},
        ],
    )
    def test_are_a_span_or_a_date(self, studio: Api, body: dict[str, str]) -> None:
        assert studio.host("POST", f"{ADA}/blocks", body).code == "validation"

    def test_that_are_over_make_room(self, studio: Api) -> None:
        past = studio.host("POST", f"{ADA}/blocks", {"date": "2027-03-01"}).json["id"]
        studio.clock.advance(days=7)
        studio.host("POST", f"{ADA}/blocks", {"date": "2027-03-10"})
        assert past not in [one["id"] for one in studio.host("GET", f"{ADA}/blocks").json["items"]]

    def test_come_by_their_end(self, studio: Api) -> None:
        for body in ({"date": "2027-03-09"}, {"start": at("09:00"), "end": at("10:00")}, {"date": "2027-03-04"}):
            studio.host("POST", f"{ADA}/blocks", body)
        items = studio.host("GET", f"{ADA}/blocks").json["items"]
        assert [one.get("date") for one in items] == [None, "2027-03-04", "2027-03-09"]
