"""What booking refuses, in which order, and that a refusal writes nothing."""

import pytest

from tests.harness import Api
from tests.integration.scenes import INTRO, asked, at, book, booked, change, issue, nothing_written, slots

LAST_WEEK, FAR = "2027-02-22", "2027-06-07"


@pytest.mark.parametrize(
    ("start", "code"),
    [
        ("2027-03-01T10:00:00", "invalid_local_time"),
        (at("10:00", LAST_WEEK), "past"),
        ("2027-03-01T06:59:00+01:00", "past"),
        ("2027-03-01T07:30:00+01:00", "too_soon"),
        (at("10:00", FAR), "outside_window"),
        (at("12:00", "2027-03-03"), "blocked"),
        (at("10:00", "2027-03-04"), "blocked"),
        (at("10:00", "2027-03-05"), "blocked"),
        (at("08:30"), "outside_hours"),
        (at("17:00"), "outside_hours"),
        (at("16:45"), "outside_hours"),
        (at("10:00", "2027-03-06"), "outside_hours"),
        (at("10:15"), "not_offered"),
        (at("10:07"), "not_offered"),
        ("2027-03-01T10:00:01+01:00", "not_offered"),
        ("2027-03-01T10:00:00.5+01:00", "not_offered"),
    ],
)
def test_a_start_that_is_not_offered_is_refused_with_its_reason_and_nothing_is_written(
    studio: Api, start: str, code: str
) -> None:
    studio.host("POST", "/hosts/ada/blocks", {"start": at("12:00", "2027-03-03"), "end": at("13:00", "2027-03-03")})
    studio.host("POST", "/hosts/ada/blocks", {"date": "2027-03-04"})
    change(studio, "/hosts/ada/schedules/work", overrides={"2027-03-05": []})
    with nothing_written():
        refused = book(studio, start)
    assert (refused.status, refused.code) == (422, code), refused.text


def test_the_first_reason_that_applies_is_the_answer(studio: Api) -> None:
    """A start that breaks every rule at once; each repair uncovers the next reason."""
    night = at("03:07", "2027-06-06")  # a Sunday, off the grid, far ahead, blocked
    studio.host("POST", "/hosts/ada/blocks", {"date": "2027-06-06"})
    change(studio, INTRO, minimum_notice_minutes=525600)
    seen = [studio.post("/bookings", asked(night[:-6])).code, book(studio, night.replace("2027", "2026")).code]
    seen.append(book(studio, night).code)
    change(studio, INTRO, minimum_notice_minutes=0)
    seen.append(book(studio, night).code)
    change(studio, INTRO, booking_window={"type": "unlimited"})
    seen.append(book(studio, night).code)
    [block] = studio.host("GET", "/hosts/ada/blocks").json["items"]
    studio.host("DELETE", f"/hosts/ada/blocks/{block['id']}")
    seen.append(book(studio, night).code)
    change(studio, "/hosts/ada/schedules/work", overrides={"2027-06-06": [["00:00", "24:00"]]})
    seen.append(book(studio, night).code)
    assert seen == [
        "invalid_local_time",
        "past",
        "too_soon",
        "outside_window",
        "blocked",
        "outside_hours",
        "not_offered",
    ]


def test_rules_about_the_start_come_before_what_is_booked(studio: Api) -> None:
    booked(studio)
    change(studio, INTRO, minimum_notice_minutes=1440)
    assert book(studio).code == "too_soon"


def test_a_taken_start_is_the_same_409_for_everybody_and_nothing_is_written(studio: Api) -> None:
    booked(studio)
    with nothing_written():
        stranger, again = book(studio, who="eve"), book(studio)
    assert (stranger.status, stranger.code) == (409, "slot_taken")
    assert again.json == stranger.json


def test_a_limit_decides_before_the_ledger(studio: Api) -> None:
    change(studio, INTRO, limits={"per_day": 1})
    booked(studio)
    with nothing_written():
        assert book(studio).code == "limit_reached"


@pytest.mark.parametrize("path", ["/hosts/nobody/event-types/intro", "/hosts/ada/event-types/nothing"])
def test_an_unknown_host_or_event_type_is_404(studio: Api, path: str) -> None:
    _, _, host, _, event_type = path.split("/")
    with nothing_written():
        refused = studio.post("/bookings", asked(at("10:00"), event_type=event_type) | {"host": host})
    assert (refused.status, refused.code) == (404, "not_found")


def test_an_unknown_tenant_is_404(api: Api) -> None:
    assert api.post("/v1/nobody/bookings", asked(at("10:00"))).code == "not_found"


class TestAHostWhoBooks:
    def test_may_override_hours_notice_and_window(self, studio: Api) -> None:
        for start in (at("07:05"), at("20:10"), at("10:00", FAR)):
            reply = studio.host("POST", "/bookings", asked(start))
            assert reply.status == 201, reply.text

    @pytest.mark.parametrize(
        ("start", "code"), [(at("10:00", LAST_WEEK), "past"), (at("10:07"), "not_offered"), (at("12:00"), "blocked")]
    )
    def test_overrides_neither_the_past_nor_the_grid_of_minutes_nor_a_block(
        self, studio: Api, start: str, code: str
    ) -> None:
        studio.host("POST", "/hosts/ada/blocks", {"start": at("12:00"), "end": at("13:00")})
        assert studio.host("POST", "/bookings", asked(start)).code == code

    def test_never_overrides_a_booking(self, studio: Api) -> None:
        booked(studio)
        assert studio.host("POST", "/bookings", asked(at("10:10"), "eve")).code == "slot_taken"

    def test_needs_the_scope_bookings(self, studio: Api) -> None:
        reply = studio.post("/bookings", asked(at("10:00")), bearer=issue(studio, "read", "catalogue"))
        assert (reply.status, reply.code) == (403, "scope")

    def test_needs_a_live_key(self, studio: Api) -> None:
        reply = studio.post("/bookings", asked(at("10:00")), bearer="dbk_gone_secret")
        assert (reply.status, reply.code) == (401, "unauthenticated")


class TestAnswersToQuestions:
    @pytest.fixture(autouse=True)
    def _asking(self, studio: Api) -> None:
        questions = [{"id": "topic", "label": "Topic?", "required": True}, {"id": "phone", "label": "Phone?"}]
        change(studio, INTRO, questions=questions)

    def test_are_kept(self, studio: Api) -> None:
        reply = studio.post("/bookings", asked(at("10:00"), answers={"topic": "Tea\nand cake"}))
        assert reply.json["answers"] == {"topic": "Tea\nand cake"}

    @pytest.mark.parametrize(
        ("answers", "pointer"),
        [({}, "/answers/topic"), ({"topic": "  "}, "/answers/topic"), ({"topic": "x", "a/b~": "y"}, "/answers/a~1b~0")],
    )
    def test_are_required_where_asked_and_refused_where_not(
        self, studio: Api, answers: dict[str, str], pointer: str
    ) -> None:
        with nothing_written():
            refused = studio.post("/bookings", asked(at("10:00"), answers=answers))
        assert (refused.status, refused.code) == (422, "validation")
        assert [one["pointer"] for one in refused.json["errors"]] == [pointer]


def test_what_is_listed_can_be_booked_and_what_is_not_cannot(studio: Api) -> None:
    listed = slots(studio)
    assert listed[0] == "09:00"
    assert listed[-1] == "16:30"
    for n, start in enumerate(listed):
        booked(studio, at(start), f"guest{n}")
    assert slots(studio) == []
