"""Hosts, schedules, event types and blocks: added, shown, changed, removed."""

from typing import Any

import pytest

from tests.harness import Api
from tests.integration.scenes import INTRO, booked, cancel, change, nothing_written, offer, publish, slots

ADA = "/hosts/ada"
NEW = {
    "/hosts": {"slug": "grace", "name": "Grace", "email": "grace@example.com", "timezone": "UTC"},
    f"{ADA}/schedules": {"id": "night", "timezone": "UTC", "weekly": {"friday": [["22:00", "24:00"]]}},
    f"{ADA}/event-types": {"slug": "long", "title": "Long", "duration_minutes": 90},
    f"{ADA}/blocks": {"date": "2027-03-05"},
}
CHANGES = {
    "/hosts": {"name": "Grace H."},
    f"{ADA}/schedules": {"timezone": "Asia/Tokyo"},
    f"{ADA}/event-types": {"title": "Longer"},
    f"{ADA}/blocks": {"reason": "Holiday"},
}
versioned = pytest.mark.parametrize("path", [path for path in NEW if not path.endswith("blocks")])
every = pytest.mark.parametrize("path", list(NEW))


def add(api: Api, path: str) -> Any:
    reply = api.host("POST", path, NEW[path])
    assert reply.status == 201, reply.text
    return reply


class TestAnyOfThem:
    @every
    def test_is_added_found_where_location_says_listed_changed_and_removed(self, studio: Api, path: str) -> None:
        added = add(studio, path)
        where = added.headers["location"].removeprefix("/v1/acme")
        assert studio.host("GET", where).json == added.json
        assert added.json in studio.host("GET", path).json["items"]
        changed = studio.host("PATCH", where, CHANGES[path])
        assert (changed.status, changed.json) == (200, {**added.json, **CHANGES[path]})
        assert studio.host("GET", where).json == changed.json
        assert studio.host("DELETE", where).status == 204
        assert studio.host("GET", where).status == 404
        assert added.json not in studio.host("GET", path).json["items"]
        assert studio.host("DELETE", where).status == 404

    @versioned
    def test_exists_once(self, studio: Api, path: str) -> None:
        add(studio, path)
        with nothing_written():
            refused = studio.host("POST", path, NEW[path])
        assert (refused.status, refused.code) == (409, "exists")

    @versioned
    def test_changes_only_as_it_was_read(self, studio: Api, path: str) -> None:
        added = add(studio, path)
        where, etag = added.headers["location"].removeprefix("/v1/acme"), added.headers["etag"]
        changed = studio.host("PATCH", where, CHANGES[path], headers={"If-Match": etag})
        assert (changed.status, changed.headers["etag"] != etag) == (200, True)
        assert studio.host("GET", where).headers["etag"] == changed.headers["etag"]
        with nothing_written():
            for method, body in (("PATCH", {}), ("DELETE", None)):
                for stale in (etag, '"99"', "nonsense", '"-1"', '"1e3"'):
                    refused = studio.host(method, where, body, headers={"If-Match": stale})
                    assert (refused.status, refused.code) == (412, "precondition_failed")
        assert studio.host("DELETE", where, headers={"If-Match": "*"}).status == 204

    @every
    def test_has_no_unknown_field(self, studio: Api, path: str) -> None:
        where = add(studio, path).headers["location"].removeprefix("/v1/acme")
        with nothing_written():
            refused = studio.host("POST", path, {**NEW[path], "colour": "red"})
            changed = studio.host("PATCH", where, {"colour": "red"})
        for reply in (refused, changed):
            assert (reply.status, reply.json["errors"]) == (
                422,
                [{"pointer": "/colour", "detail": "Unknown field: remove it."}],
            )

    @every
    def test_takes_no_unknown_query_parameter(self, studio: Api, path: str) -> None:
        refused = studio.host("GET", path, query={"colour": "red"})
        assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/query/colour")

    @every
    def test_keeps_its_name(self, studio: Api, path: str) -> None:
        added = add(studio, path)
        where = added.headers["location"].removeprefix("/v1/acme")
        name = "slug" if "slug" in added.json else "id"
        with nothing_written():
            assert studio.host("PATCH", where, {name: "other"}).json["errors"][0]["pointer"] == f"/{name}"
        assert studio.host("PATCH", where, {name: added.json[name], **CHANGES[path]}).status == 200

    @every
    def test_that_is_required_cannot_be_taken_away(self, studio: Api, path: str) -> None:
        where = add(studio, path).headers["location"].removeprefix("/v1/acme")
        field = {"/hosts": "email", f"{ADA}/schedules": "weekly", f"{ADA}/event-types": "title"}.get(path, "date")
        with nothing_written():
            assert studio.host("PATCH", where, {field: None}).code == "validation"


class TestHosts:
    def test_are_shown_to_the_public_without_their_address_and_hidden_types(self, studio: Api) -> None:
        offer(studio, "secret", hidden=True)
        profile = studio.get(ADA).json
        assert profile.keys() == {"slug", "name", "timezone", "event_types"}
        assert [one["slug"] for one in profile["event_types"]] == ["intro"]

    def test_take_null_as_back_to_the_default(self, studio: Api) -> None:
        change(studio, ADA, defaults={"minimum_notice_minutes": 240}, calendar_policy="accept_stale")
        back = change(studio, ADA, defaults=None, calendar_policy=None)
        assert (back["defaults"], back["calendar_policy"]) == ({}, "strict")
        assert slots(studio)[0] == "09:00"

    def test_choose_how_they_hear_of_bookings(self, studio: Api) -> None:
        plain = studio.host("GET", ADA).json
        assert (plain["language"], plain["invitations"], plain["reminders"]) == ("", "calendar", False)
        wish = {"language": "pt-BR", "invitations": "none", "reminders": True}
        assert change(studio, ADA, **wish) == {**plain, **wish} == studio.host("GET", ADA).json
        assert not wish.keys() & studio.get(ADA).json.keys()
        assert change(studio, ADA, **dict.fromkeys(wish)) == plain

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("language", "german language"),
            ("language", "d"),
            ("language", 7),
            ("invitations", "sometimes"),
            ("invitations", True),
            ("reminders", "yes"),
            ("reminders", [60]),
        ],
    )
    def test_choose_among_what_there_is(self, studio: Api, field: str, value: object) -> None:
        with nothing_written():
            refused = studio.host("PATCH", ADA, {field: value})
        assert (refused.code, refused.json["errors"][0]["pointer"]) == ("validation", f"/{field}")

    def test_have_their_first_schedule_as_default(self, studio: Api) -> None:
        studio.host("POST", f"{ADA}/schedules", NEW[f"{ADA}/schedules"])
        assert studio.host("GET", ADA).json["default_schedule"] == "work"

    def test_go_by_a_schedule_they_have(self, studio: Api) -> None:
        refused = studio.host("PATCH", ADA, {"default_schedule": "none"})
        assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/default_schedule")

    def test_without_a_schedule_are_closed(self, studio: Api) -> None:
        change(studio, ADA, default_schedule=None)
        assert slots(studio) == []

    def test_are_in_use_while_a_booking_or_an_open_slot_needs_them(self, studio: Api) -> None:
        booking, slot = booked(studio), publish(studio)
        for free in (lambda: cancel(studio, booking), lambda: studio.host("DELETE", f"/slots/{slot['id']}")):
            with nothing_written():
                refused = studio.host("DELETE", ADA)
            assert (refused.status, refused.code) == (409, "in_use")
            assert free().status in {200, 204}
        assert studio.host("DELETE", ADA).status == 204
        assert studio.get(INTRO).status == 404

    def test_that_come_again_know_what_is_booked(self, studio: Api) -> None:
        booked(studio)
        studio.clock.advance(hours=4)
        assert studio.host("DELETE", ADA).status == 204
        body = {"slug": "ada", "name": "Ada", "email": "ada@example.com", "timezone": "Europe/Berlin"}
        assert studio.host("POST", "/hosts", body).status == 201
        assert studio.host("GET", f"{ADA}/event-types").json["items"] == []

    def test_come_in_pages_of_a_hundred(self, api: Api) -> None:
        names = [f"host-{n:03}" for n in range(101)]
        for name in names:
            api.host("POST", "/hosts", {"slug": name, "name": name, "email": "h@example.com", "timezone": "UTC"})
        first = api.host("GET", "/hosts").json
        second = api.host("GET", "/hosts", query={"cursor": first["next_cursor"]}).json
        assert [host["slug"] for host in first["items"] + second["items"]] == names
        assert second["next_cursor"] is None


class TestSchedules:
    def test_merge_what_overlaps_and_end_at_midnight(self, studio: Api) -> None:
        weekly = {
            "monday": [["22:00", "24:00"], ["09:30", "10:30"], ["09:00", "10:00"]],
            "tuesday": [["00:00", "01:00"]],
        }
        change(studio, f"{ADA}/schedules/work", weekly=weekly)
        offer(studio, "hour", 60, slot_interval_minutes=30)
        assert slots(studio, event_type="hour") == ["09:00", "09:30", "22:00", "22:30", "23:00", "23:30"]

    def test_override_dates(self, studio: Api) -> None:
        overrides = {"2027-03-01": [["12:00", "13:00"]], "2027-03-02": []}
        change(studio, f"{ADA}/schedules/work", overrides=overrides)
        assert slots(studio) == ["12:00", "12:30"]
        assert slots(studio, "2027-03-02") == []
        change(studio, f"{ADA}/schedules/work", overrides=None)
        assert slots(studio)[0] == "09:00"

    @pytest.mark.parametrize(
        "hours",
        [["9:00", "10:00"], ["09:00", "09:00"], ["10:00", "09:00"], ["09:01", "10:00"], ["09:00", "24:05"], ["09:00"]],
    )
    def test_have_sound_hours(self, studio: Api, hours: list[str]) -> None:
        for field in ({"weekly": {"monday": [hours]}}, {"overrides": {"2027-03-01": [hours]}}):
            assert studio.host("PATCH", f"{ADA}/schedules/work", field).code == "validation"

    def test_are_in_use_while_an_event_type_goes_by_them(self, studio: Api) -> None:
        studio.host("POST", f"{ADA}/schedules", NEW[f"{ADA}/schedules"])
        assert studio.host("DELETE", f"{ADA}/schedules/work").code == "in_use"
        change(studio, INTRO, schedule="night")
        assert studio.host("DELETE", f"{ADA}/schedules/work").status == 204
        assert studio.host("DELETE", f"{ADA}/schedules/night").code == "in_use"

    def test_are_at_most_twenty(self, studio: Api) -> None:
        for n in range(19):
            body = {**NEW[f"{ADA}/schedules"], "id": f"n{n}"}
            assert studio.host("POST", f"{ADA}/schedules", body).status == 201
        assert studio.host("POST", f"{ADA}/schedules", NEW[f"{ADA}/schedules"]).code == "validation"
