"""Terms of published slots, what cannot be published, and the list of open ones."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.harness import Api
from tests.integration.scenes import INTRO, at, change, nothing_written, open_slots, publish, published, slots, take

EVENING = datetime(2027, 3, 1, 17, 0, tzinfo=UTC)  # 18:00 in Berlin


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
        studio.clock.now = EVENING + timedelta(seconds=1)
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
