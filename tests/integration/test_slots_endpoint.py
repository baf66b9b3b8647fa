"""Slots and days over HTTP: zones, reasons, hours, and the eyes of somebody who moves a booking."""

from datetime import UTC, datetime

import pytest

from tests.harness import Api
from tests.integration.scenes import INTRO, at, booked, cancel, change, issue, nothing_written, offer, slots

BERLIN = {"timezone": "Europe/Berlin"}
MONDAY = {"from": "2027-03-01", "to": "2027-03-01"}


def ask(api: Api, what: str = "slots", **query: str):
    return api.get(f"{INTRO}/{what}", query={**MONDAY, **BERLIN, **query})


class TestSlots:
    def test_are_those_of_the_viewers_dates(self, studio: Api) -> None:
        tokyo = ask(studio, timezone="Asia/Tokyo", **{"from": "2027-03-02", "to": "2027-03-02"}).json["slots"]
        assert tokyo[0]["start"] == "2027-03-02T00:00:00+09:00"
        assert tokyo[0]["start_utc"] == "2027-03-01T15:00:00Z"
        assert tokyo[-1]["start"] == "2027-03-02T23:30:00+09:00"

    def test_stay_on_the_hosts_grid_through_the_change_of_clocks(self, studio: Api) -> None:
        change(studio, INTRO, booking_window={"type": "unlimited"})
        listed = ask(studio, **{"from": "2027-03-26", "to": "2027-03-29"}).json["slots"]
        firsts = [slot["start"] for slot in listed if "T09:00" in slot["start"]]
        assert firsts == ["2027-03-26T09:00:00+01:00", "2027-03-29T09:00:00+02:00"]

    def test_that_are_unavailable_come_with_a_reason_when_asked_for(self, studio: Api) -> None:
        booked(studio, at("10:00"))
        studio.host("POST", "/hosts/ada/blocks", {"start": at("11:00"), "end": at("11:30")})
        studio.clock.now = datetime(2027, 3, 1, 8, 10, tzinfo=UTC)
        full = ask(studio, include_unavailable="true").json
        assert full["unavailable"] == [
            {"start": at("09:00"), "start_utc": "2027-03-01T08:00:00Z", "reason": "past"},
            {"start": at("09:30"), "start_utc": "2027-03-01T08:30:00Z", "reason": "too_soon"},
            {"start": at("10:00"), "start_utc": "2027-03-01T09:00:00Z", "reason": "too_soon"},
            {"start": at("11:00"), "start_utc": "2027-03-01T10:00:00Z", "reason": "blocked"},
        ]
        assert full["hours"] == {"2027-03-01": [["09:00", "11:00"], ["11:30", "17:00"]]}
        assert ask(studio).json.keys() == {"timezone", "slots"}

    def test_name_no_booking_to_the_public(self, studio: Api) -> None:
        booking = booked(studio, at("12:00"))
        studio.clock.now = datetime(2027, 3, 1, 5, 0, tzinfo=UTC)
        full = ask(studio, include_unavailable="true")
        [taken] = full.json["unavailable"]
        assert taken == {"start": at("12:00"), "start_utc": "2027-03-01T11:00:00Z", "reason": "fully_booked"}
        assert booking["id"] not in full.text

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ({"to": "2027-05-01"}, None),
            ({"to": "2027-05-02"}, "range_too_large"),
            ({"to": "2027-02-28"}, "range_too_large"),
            ({"timezone": "Europe/Atlantis"}, "unknown_timezone"),
            ({"timezone": ""}, "unknown_timezone"),
            ({"timezone": "../etc/passwd"}, "unknown_timezone"),
            ({"timezone": "Europe"}, "unknown_timezone"),
            ({"timezone": "+01:00"}, "unknown_timezone"),
            ({"timezone": "Asia/Calcutta"}, None),
            ({"timezone": "US/Eastern"}, None),
            ({"from": "2027-3-1"}, "validation"),
            ({"from": "1999-12-31"}, "validation"),
            ({"from": "2200-01-01"}, "validation"),
            ({"from": "2199-12-31", "to": "2199-12-31"}, None),
            ({"from": "2000-01-01", "to": "2000-01-01"}, None),
            ({"from": "２０２７-03-01"}, "validation"),
            ({"include_unavailable": "perhaps"}, "validation"),
            ({"colour": "red"}, "validation"),
            ({"reschedule_of": "x"}, "validation"),
        ],
        ids=str,
    )
    def test_refuse_what_is_no_question(self, studio: Api, query: dict[str, str], code: str | None) -> None:
        reply = ask(studio, **query)
        assert (reply.status, reply.code) == (422 if code else 200, code), reply.text

    def test_need_dates_and_a_zone(self, studio: Api) -> None:
        refused = studio.get(f"{INTRO}/slots")
        assert [one["pointer"] for one in refused.json["errors"]] == ["/query/from", "/query/to", "/query/timezone"]

    def test_show_an_alias_by_the_name_that_was_asked(self, studio: Api) -> None:
        assert ask(studio, timezone="Asia/Calcutta").json["timezone"] == "Asia/Calcutta"


class TestForABookingThatMoves:
    def test_its_own_time_is_free(self, studio: Api) -> None:
        booking = booked(studio)
        assert "10:00" not in slots(studio)
        for bearer in (booking["manage_token"], studio.key, issue(studio, "read")):
            assert "10:00" in slots(studio, reschedule_of=booking["id"], bearer=bearer)

    def test_days_count_it_too(self, studio: Api) -> None:
        booking = booked(studio)
        query = {**MONDAY, **BERLIN, "reschedule_of": booking["id"]}
        mine = studio.get(f"{INTRO}/days", query=query, bearer=booking["manage_token"]).json
        assert mine["days"][0]["slots"] == ask(studio, "days").json["days"][0]["slots"] + 1

    def test_others_need_its_token(self, studio: Api) -> None:
        booking, other = booked(studio), booked(studio, at("11:00"), "eve")
        query = {**MONDAY, **BERLIN, "reschedule_of": booking["id"]}
        for what in ("slots", "days"):
            for bearer in (None, other["manage_token"], "dbm_wrong"):
                assert studio.get(f"{INTRO}/{what}", query=query, bearer=bearer).status == 404

    def test_a_booking_of_another_event_type_or_host_frees_nothing(self, studio: Api) -> None:
        offer(studio, "other")
        booking = booked(studio)
        query = {**MONDAY, **BERLIN, "reschedule_of": booking["id"]}
        for what in ("slots", "days"):
            reply = studio.get(f"/hosts/ada/event-types/other/{what}", query=query, bearer=booking["manage_token"])
            assert (reply.status, reply.code) == (404, "not_found")

    def test_one_that_is_cancelled_frees_nothing(self, studio: Api) -> None:
        booking = booked(studio)
        cancel(studio, booking)
        booked(studio, who="eve")
        assert "10:00" not in slots(studio, reschedule_of=booking["id"], bearer=booking["manage_token"])


class TestDays:
    def days(self, api: Api, **query: str) -> tuple[dict[str, object], str | None]:
        answer = api.get(f"{INTRO}/days", query={**BERLIN, **query}).json
        found = {day["date"][5:]: day.get("reason", day["slots"]) for day in answer["days"]}
        return found, answer["next_available_date"]

    def test_of_a_month_are_all_there_with_a_number_or_a_reason(self, studio: Api) -> None:
        studio.clock.now = datetime(2027, 3, 2, 12, 0, tzinfo=UTC)
        change(studio, INTRO, booking_window={"type": "rolling_days", "days": 20}, limits={"per_day": 3})
        for clock in ("09:00", "10:00", "11:00"):
            booked(studio, at(clock, "2027-03-04"))
        studio.host("POST", "/hosts/ada/blocks", {"date": "2027-03-05"})
        change(studio, "/hosts/ada/schedules/work", overrides={"2027-03-08": []})
        days, following = self.days(studio, month="2027-03")
        assert len(days) == 31
        assert {day: days[day] for day in ("03-01", "03-02", "03-03", "03-04", "03-05", "03-06", "03-08")} == {
            "03-01": "past",
            "03-02": 6,
            "03-03": 16,
            "03-04": "limit_reached",
            "03-05": "blocked",
            "03-06": "no_service_hours",
            "03-08": "blocked",
        }
        assert (days["03-22"], days["03-23"], following) == (16, "outside_window", "2027-03-02")

    def test_that_are_full_say_so(self, studio: Api) -> None:
        change(studio, "/hosts/ada/schedules/work", weekly={"monday": [["09:00", "10:00"]]})
        booked(studio, at("09:00"))
        booked(studio, at("09:30"))
        assert self.days(studio, **MONDAY) == ({"03-01": "fully_booked"}, "2027-03-08")

    def test_too_late_in_the_day_are_too_soon(self, studio: Api) -> None:
        studio.clock.now = datetime(2027, 3, 1, 15, 10, tzinfo=UTC)
        assert self.days(studio, **MONDAY) == ({"03-01": "too_soon"}, "2027-03-02")

    @pytest.mark.parametrize("month", ["2026-03", "2027-02", "2027-03", "2027-04", "2029-01"])
    def test_name_the_next_date_from_today_whatever_was_asked(self, studio: Api, month: str) -> None:
        booked(studio)
        assert self.days(studio, month=month)[1] == "2027-03-01"

    def test_name_a_next_date_beyond_the_asked_ones(self, studio: Api) -> None:
        window = {"type": "date_range", "from": "2027-07-01", "to": "2027-12-31"}
        change(studio, INTRO, booking_window=window)
        for month in ("2027-03", "2027-07", "2027-09"):
            assert self.days(studio, month=month)[1] == "2027-07-01"

    @pytest.mark.parametrize(("month", "found"), [("2027-03", None), ("2027-08", "2027-08-30"), ("2027-09", None)])
    def test_name_a_date_after_180_days_only_if_the_asked_ones_reach_there(
        self, studio: Api, month: str, found: str | None
    ) -> None:
        """180 days from March 1st is August 28th, a Saturday."""
        change(studio, INTRO, booking_window={"type": "date_range", "from": "2027-08-30", "to": "2027-12-31"})
        assert self.days(studio, month=month)[1] == found

    def test_name_none_where_there_is_none(self, studio: Api) -> None:
        change(studio, "/hosts/ada/schedules/work", weekly={})
        days, following = self.days(studio, month="2027-03")
        assert (set(days.values()), following) == ({"past", "no_service_hours"} - {"past"}, None)

    @pytest.mark.parametrize(
        "query",
        [
            {},
            {"month": "2027-03", "from": "2027-03-01"},
            {"from": "2027-03-01"},
            {"to": "2027-03-01"},
            {"month": "2027-13"},
            {"month": "2027-3"},
            {"month": "1999-12"},
        ],
        ids=str,
    )
    def test_are_a_months_or_of_a_range(self, studio: Api, query: dict[str, str]) -> None:
        refused = studio.get(f"{INTRO}/days", query={**BERLIN, **query})
        assert (refused.status, refused.code) == (422, "validation")


class TestExplaining:
    def explain(self, api: Api, start: str, **given: str):
        return api.host("GET", f"{INTRO}/explain", query={"start": start}, **given)

    def test_names_the_booking_that_stands_in_the_way(self, studio: Api) -> None:
        change(studio, INTRO, buffer_after_minutes=30)
        booking = booked(studio)
        answer = self.explain(studio, at("10:30")).json
        assert answer["verdict"] == "fully_booked"
        [check] = [check for check in answer["checks"] if not check["passed"]]
        assert check["rule"] == "bookings"
        assert booking["id"] in check["detail"]

    def test_agrees_with_booking(self, studio: Api) -> None:
        studio.host("POST", "/hosts/ada/blocks", {"start": at("11:00"), "end": at("12:00")})
        verdicts = {
            start: self.explain(studio, start).json["verdict"]
            for start in (at("09:00"), at("11:30"), at("09:10"), at("20:00"), at("07:30"), at("09:00", "2027-06-07"))
        }
        assert list(verdicts.values()) == [
            "available",
            "blocked",
            "not_offered",
            "outside_hours",
            "too_soon",
            "outside_window",
        ]

    def test_is_for_hosts_and_writes_nothing(self, studio: Api) -> None:
        with nothing_written():
            assert studio.get(f"{INTRO}/explain", query={"start": at("09:00")}).status == 401
            assert self.explain(studio, "2000-01-01T00:00:00Z").json["verdict"] == "past"
            assert self.explain(studio, "2199-12-31T23:59:59Z").json["verdict"] == "outside_window"
            assert self.explain(studio, "tomorrow").code == "validation"
