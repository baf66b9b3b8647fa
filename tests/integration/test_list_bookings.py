"""Lists of bookings: filters, order, pages."""

import pytest

from daybook.usecases.list_bookings import BookingsQuery
from tests.harness import Api
from tests.integration.scenes import INTRO, asked, at, booked, cancel, change, issue, person

TUESDAY, WEDNESDAY = "2027-03-02", "2027-03-03"


@pytest.fixture
def week(studio: Api) -> dict[str, str]:
    """Bookings in every state; the clock then stands at noon on Tuesday, Berlin."""
    late = booked(studio, at("10:00", WEDNESDAY), "late")
    past = booked(studio, at("11:00"), "past")
    older = booked(studio, at("09:00"), "older")
    missed = booked(studio, at("12:00"), "missed")
    cancelled = booked(studio, at("13:00", TUESDAY), "cancelled")
    change(studio, INTRO, requires_confirmation=True, confirmation_hours=20)
    lapsed = booked(studio, at("14:00", TUESDAY), "lapsed")
    declined = booked(studio, at("15:00", TUESDAY), "declined")
    cancel(studio, cancelled)
    studio.host("POST", f"/bookings/{declined['id']}/decline", {})
    studio.clock.advance(hours=29)
    pending = booked(studio, at("16:00", TUESDAY), "pending")
    studio.host("POST", f"/bookings/{missed['id']}/no-show", {})
    every = (late, past, older, missed, cancelled, lapsed, declined, pending)
    return {one["id"]: one["attendee"]["email"].partition("@")[0] for one in every}


def listed(api: Api, names: dict[str, str], **query: str) -> list[str]:
    reply = api.host("GET", "/bookings", query=query)
    assert reply.status == 200, reply.text
    return [names[one["id"]] for one in reply.json["items"]]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("upcoming", ["late"]),
        ("pending", ["pending"]),
        ("past", ["missed", "past", "older"]),
        ("cancelled", ["cancelled", "lapsed", "declined"]),
    ],
)
def test_a_status_selects_and_past_ones_come_latest_first(
    studio: Api, week: dict[str, str], status: str, expected: list[str]
) -> None:
    assert listed(studio, week, status=status) == expected
    assert listed(studio, week, status=status, host="ada") == expected


def test_without_a_status_all_come_by_start(studio: Api, week: dict[str, str]) -> None:
    everything = ["older", "past", "missed", "cancelled", "lapsed", "declined", "pending", "late"]
    assert listed(studio, week) == everything


def test_dates_are_inclusive_and_in_the_asked_zone(studio: Api, week: dict[str, str]) -> None:
    assert listed(studio, week, **{"from": WEDNESDAY}) == ["late"]
    assert listed(studio, week, to="2027-03-01") == ["older", "past", "missed"]
    assert listed(studio, week, **{"from": "2027-03-01", "to": "2027-03-01", "status": "past"})[0] == "missed"
    # 09:00 in Berlin is still Sunday in Honolulu.
    assert listed(studio, week, to="2027-02-28", timezone="Pacific/Honolulu") == ["older"]


def test_a_reversed_range_is_refused(studio: Api) -> None:
    refused = studio.host("GET", "/bookings", query={"from": TUESDAY, "to": "2027-03-01"})
    assert (refused.status, refused.code) == (422, "range_too_large")


def test_an_unknown_host_has_none(studio: Api, week: dict[str, str]) -> None:
    assert listed(studio, week, host="grace") == []


def test_lapsed_requests_read_expired_in_lists_too(studio: Api, week: dict[str, str]) -> None:
    items = studio.host("GET", "/bookings", query={"status": "cancelled"}).json["items"]
    assert [item["status"] for item in items] == ["cancelled", "expired", "declined"]


def test_no_list_shows_a_token(studio: Api, week: dict[str, str]) -> None:
    assert "dbm_" not in studio.host("GET", "/bookings").text


def test_a_key_of_one_host_lists_that_hosts_alone(studio: Api, week: dict[str, str]) -> None:
    host = {"slug": "grace", "name": "Grace", "email": "grace@example.com", "timezone": "UTC"}
    assert studio.host("POST", "/hosts", host).status == 201
    bound = issue(studio, "read", host="grace")
    assert studio.get("/bookings", bearer=bound).json == {"items": [], "next_cursor": None}
    assert studio.get("/bookings", bearer=bound, query={"host": "ada"}).code == "scope"


class TestPages:
    @pytest.fixture
    def ids(self, studio: Api, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        monkeypatch.setitem(BookingsQuery.__init__.__kwdefaults__, "limit", 3)
        return [booked(studio, at(f"{hour:02}:00"), f"guest{hour}")["id"] for hour in range(9, 16)]

    def pages(self, api: Api, **query: str) -> list[list[str]]:
        found, cursor = [], None
        while True:
            page = api.host("GET", "/bookings", query=query | ({"cursor": cursor} if cursor else {})).json
            found.append([one["id"] for one in page["items"]])
            cursor = page["next_cursor"]
            if cursor is None:
                return found

    @pytest.mark.parametrize("query", [{}, {"host": "ada"}, {"status": "upcoming"}, {"to": TUESDAY}])
    def test_follow_one_another_without_gap_or_repetition(
        self, studio: Api, ids: list[str], query: dict[str, str]
    ) -> None:
        pages = self.pages(studio, **query)
        assert [one for page in pages for one in page] == ids
        assert [len(page) for page in pages if page] == [3, 3, 1]

    def test_of_past_bookings_run_backwards(self, studio: Api, ids: list[str]) -> None:
        studio.clock.advance(days=1)
        assert [one for page in self.pages(studio, status="past") for one in page] == ids[::-1]

    def test_with_a_sparse_filter_find_what_lies_behind_it(self, studio: Api, ids: list[str]) -> None:
        studio.host("POST", f"/bookings/{ids[-1]}/cancel", {})
        assert [one for page in self.pages(studio, status="cancelled") for one in page] == ids[-1:]

    @pytest.mark.parametrize(
        "other", [{"status": "upcoming"}, {"host": "ada"}, {"from": "2027-03-01"}, {"to": TUESDAY}]
    )
    def test_belong_to_their_list(self, studio: Api, ids: list[str], other: dict[str, str]) -> None:
        cursor = studio.host("GET", "/bookings").json["next_cursor"]
        refused = studio.host("GET", "/bookings", query=other | {"cursor": cursor})
        assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/query/cursor")

    @pytest.mark.parametrize("cursor", ["", "x", "AAAA", "=" * 8, "é", "a" * 2049])
    def test_need_a_cursor_of_ours(self, studio: Api, cursor: str) -> None:
        assert studio.host("GET", "/bookings", query={"cursor": cursor}).status in {200, 422}

    def test_take_no_cursor_with_a_changed_byte(self, studio: Api, ids: list[str]) -> None:
        cursor = studio.host("GET", "/bookings").json["next_cursor"]
        for n in (0, 45, len(cursor) - 1):
            changed = cursor[:n] + ("A" if cursor[n] != "A" else "B") + cursor[n + 1 :]
            assert studio.host("GET", "/bookings", query={"cursor": changed}).status == 422


def test_a_host_who_booked_for_somebody_finds_the_booking(studio: Api) -> None:
    reply = studio.host("POST", "/bookings", asked(at("10:00")))
    [found] = studio.host("GET", "/bookings").json["items"]
    assert (found["id"], found["attendee"]["email"]) == (reply.json["id"], person()["email"])
