"""Booking limits: a day, a week, a month, minutes; of an event type and over all of a host's."""

import pytest

from tests.harness import Api
from tests.integration.scenes import (
    INTRO,
    asked,
    at,
    book,
    booked,
    cancel,
    change,
    move,
    nothing_written,
    offer,
    publish,
    slots,
    take,
)

TUESDAY, SUNDAY, NEXT_MONDAY, MARCH_31, APRIL_1 = "2027-03-02", "2027-03-07", "2027-03-08", "2027-03-31", "2027-04-01"


@pytest.mark.parametrize(
    ("limits", "full", "free"),
    [
        ({"per_day": 1}, at("16:30"), at("09:00", TUESDAY)),
        ({"minutes_per_day": 55}, at("16:30"), at("09:00", TUESDAY)),
        ({"per_week": 1}, at("16:30", "2027-03-05"), at("09:00", NEXT_MONDAY)),
        ({"per_month": 1}, f"{MARCH_31}T09:00:00+02:00", f"{APRIL_1}T09:00:00+02:00"),
    ],
)
def test_a_limit_closes_its_period_and_no_other(studio: Api, limits: dict[str, int], full: str, free: str) -> None:
    change(studio, INTRO, limits=limits)
    booked(studio)
    with nothing_written():
        refused = book(studio, full, "eve")
    assert (refused.status, refused.code) == (409, "limit_reached")
    assert full[11:16] not in slots(studio, full[:10])
    assert free[11:16] in slots(studio, free[:10])
    assert book(studio, free, "eve").status == 201


def test_minutes_count_what_is_booked_and_not_how_often(studio: Api) -> None:
    change(studio, INTRO, limits={"minutes_per_day": 60})
    booked(studio, at("09:00"))
    booked(studio, at("10:00"))
    assert book(studio, at("11:00")).code == "limit_reached"


def test_an_event_type_longer_than_a_days_minutes_is_never_offered(studio: Api) -> None:
    offer(studio, "long", 120, limits={"minutes_per_day": 60})
    assert slots(studio, event_type="long") == []
    assert book(studio, at("09:00"), event_type="long").code == "limit_reached"


def test_each_event_type_counts_its_own(studio: Api) -> None:
    change(studio, INTRO, limits={"per_day": 1})
    offer(studio, "other", limits={"per_day": 1})
    booked(studio)
    booked(studio, at("11:00"), event_type="other")
    assert book(studio, at("12:00"), event_type="other").code == "limit_reached"


def test_a_hosts_limit_holds_over_all_event_types_and_published_slots(studio: Api) -> None:
    change(studio, "/hosts/ada", defaults={"limits": {"per_day": 3}})
    offer(studio, "other")
    slot, another = publish(studio, at("18:00")), publish(studio, at("19:00"))
    booked(studio)
    booked(studio, at("11:00"), event_type="other")
    assert take(studio, slot).status == 201
    assert take(studio, another, "eve").code == "limit_reached"
    assert book(studio, at("12:00")).code == "limit_reached"
    assert slots(studio) == slots(studio, event_type="other") == []


def test_a_host_who_books_keeps_the_limits_too(studio: Api) -> None:
    change(studio, INTRO, limits={"per_day": 1})
    booked(studio)
    assert studio.host("POST", "/bookings", asked(at("12:00"), "eve")).code == "limit_reached"


def test_cancelling_makes_room(studio: Api) -> None:
    change(studio, INTRO, limits={"per_day": 1})
    cancel(studio, booked(studio))
    assert book(studio, at("12:00")).status == 201


def test_moving_to_another_day_makes_room_and_takes_it_there(studio: Api) -> None:
    change(studio, INTRO, limits={"per_day": 1, "per_week": 2})
    booking = booked(studio)
    assert move(studio, booking, at("09:00", TUESDAY)).status == 200
    assert book(studio, at("12:00", TUESDAY), "eve").code == "limit_reached"
    assert book(studio, at("12:00"), "eve").status == 201
    assert book(studio, at("12:00", "2027-03-03"), "zoe").code == "limit_reached"


def test_a_booking_that_moves_within_its_day_does_not_count_against_itself(studio: Api) -> None:
    change(studio, INTRO, limits={"per_day": 1, "minutes_per_day": 30})
    booking = booked(studio)
    assert slots(studio) == []
    mine = slots(studio, reschedule_of=booking["id"], bearer=booking["manage_token"])
    assert "10:00" in mine
    assert "15:00" in mine
    assert move(studio, booking, at("15:00")).status == 200


def test_moving_onto_a_full_day_is_refused_and_the_old_time_kept(studio: Api) -> None:
    change(studio, INTRO, limits={"per_day": 1})
    booked(studio, at("10:00", TUESDAY), "eve")
    booking = booked(studio)
    with nothing_written():
        assert move(studio, booking, at("12:00", TUESDAY)).code == "limit_reached"


class TestLimitsThatCameLater:
    def test_count_what_was_booked_before(self, studio: Api) -> None:
        booking = booked(studio)
        change(studio, INTRO, limits={"per_day": 1})
        assert slots(studio) == []
        assert book(studio, at("12:00"), "eve").code == "limit_reached"
        cancel(studio, booking)
        assert book(studio, at("12:00"), "eve").status == 201

    def test_count_the_days_of_the_month_that_have_passed(self, studio: Api) -> None:
        booked(studio)
        studio.clock.advance(days=20)
        change(studio, INTRO, limits={"per_month": 1})
        assert book(studio, at("12:00", "2027-03-23"), "eve").code == "limit_reached"

    def test_count_the_bookings_of_all_event_types_if_they_are_the_hosts(self, studio: Api) -> None:
        offer(studio, "other")
        booked(studio)
        booked(studio, at("11:00"), event_type="other")
        change(studio, "/hosts/ada", defaults={"limits": {"per_day": 2}})
        assert book(studio, at("12:00"), "eve").code == "limit_reached"

    def test_count_no_cancelled_ones(self, studio: Api) -> None:
        cancel(studio, booked(studio))
        change(studio, INTRO, limits={"per_day": 1})
        assert book(studio, at("12:00"), "eve").status == 201

    def test_are_forgotten_when_they_are_taken_away(self, studio: Api) -> None:
        change(studio, INTRO, limits={"per_day": 1})
        booked(studio)
        change(studio, INTRO, limits=None)
        assert book(studio, at("12:00"), "eve").status == 201
        change(studio, INTRO, limits={"per_day": 3})
        booked(studio, at("13:00"), "zoe")
        assert book(studio, at("14:00")).code == "limit_reached"

    def test_come_with_an_event_type_that_is_added_again(self, studio: Api) -> None:
        studio.clock.advance(days=1)
        booked(studio, at("10:00", TUESDAY))
        studio.clock.advance(days=1, hours=4)
        assert studio.host("DELETE", INTRO).status == 204
        offer(studio, "intro", limits={"per_week": 1})
        assert book(studio, at("10:00", "2027-03-04"), "eve").code == "limit_reached"


class TestAChangedZone:
    """A booking at 16:30 in Berlin is on the next date in Tokyo."""

    def test_of_the_schedule_moves_bookings_to_the_counters_of_their_new_dates(self, studio: Api) -> None:
        change(studio, INTRO, limits={"per_day": 1})
        booked(studio, at("16:30"))
        weekly = {day: [["00:00", "24:00"]] for day in ("monday", "tuesday")}
        change(studio, "/hosts/ada/schedules/work", timezone="Asia/Tokyo", weekly=weekly)
        assert book(studio, "2027-03-02T10:00:00+09:00", "eve").code == "limit_reached"
        assert book(studio, "2027-03-01T20:00:00+09:00", "eve").status == 201

    def test_of_the_host_does_so_where_the_host_has_no_schedule(self, api: Api) -> None:
        host = {"slug": "ada", "name": "Ada", "email": "ada@example.com", "timezone": "Europe/Berlin"}
        api.host("POST", "/hosts", host | {"defaults": {"limits": {"per_day": 1}}})
        first, second = publish(api, "2027-03-01T16:30:00Z"), publish(api, "2027-03-02T01:00:00Z")
        assert take(api, first).status == 201
        change(api, "/hosts/ada", timezone="Asia/Tokyo")
        assert take(api, second, "eve").code == "limit_reached"

    def test_of_a_first_schedule_takes_over_from_the_host(self, api: Api) -> None:
        host = {"slug": "ada", "name": "Ada", "email": "ada@example.com", "timezone": "Europe/Berlin"}
        api.host("POST", "/hosts", host | {"defaults": {"limits": {"per_day": 1}}})
        first, second = publish(api, "2027-03-01T16:30:00Z"), publish(api, "2027-03-02T01:00:00Z")
        assert take(api, first).status == 201
        added = api.host("POST", "/hosts/ada/schedules", {"id": "tokyo", "timezone": "Asia/Tokyo", "weekly": {}})
        assert added.status == 201
        assert take(api, second, "eve").code == "limit_reached"

    def test_of_the_default_schedule_follows_its_replacement(self, studio: Api) -> None:
        change(studio, INTRO, limits={"per_day": 1})
        booked(studio, at("16:30"))
        weekly = {"monday": [["00:00", "24:00"]], "tuesday": [["00:00", "24:00"]]}
        studio.host("POST", "/hosts/ada/schedules", {"id": "tokyo", "timezone": "Asia/Tokyo", "weekly": weekly})
        change(studio, "/hosts/ada", default_schedule="tokyo")
        assert book(studio, "2027-03-02T10:00:00+09:00", "eve").code == "limit_reached"
