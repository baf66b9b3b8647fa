"""A tenant's settings: shown, changed as they were read, and each field within its bounds."""

from typing import Any

import pytest

from tests.harness import Api
from tests.integration.scenes import change, issue, nothing_written

PATH = "/settings"
NAMED = {"slug": "acme", "name": "Acme", "email": "owner@example.com"}
PLAIN = {"colour": "#1f4fd8", "logo_url": None, "signature": ""}
DEFAULTS = {"language": "en", "welcome": True, "follow_up": True, "feedback_url": None}
LOGO, FEEDBACK = "https://acme.example/logo.png", "https://acme.example:8443/feedback?from=mail#form"
CHOSEN: dict[str, Any] = {
    "name": "Acme Ltd.",
    "email": "hello@acme.example",
    "language": "de-AT",
    "brand": {"colour": "#ffcc00", "logo_url": LOGO, "signature": "Acme Ltd.\n1 High Street"},
    "welcome": False,
    "follow_up": False,
    "feedback_url": FEEDBACK,
}


def settings(api: Api) -> dict[str, Any]:
    reply = api.host("GET", PATH)
    assert reply.status == 200, reply.text
    return reply.json


def brand(api: Api, **fields: Any) -> dict[str, Any]:
    return change(api, PATH, brand=fields)["brand"]


class TestShowing:
    def test_a_new_tenant_has_defaults(self, api: Api) -> None:
        shown = settings(api)
        looks = shown.pop("brand")
        assert shown == {**NAMED, **DEFAULTS}
        assert looks == {**PLAIN, "ink": "#fefefe", "contrast": 6.57}

    def test_a_key_of_the_whole_tenant_that_reads_may_see_them(self, studio: Api) -> None:
        for scope in ("read", "catalogue"):
            assert studio.get(PATH, bearer=issue(studio, scope)).json == settings(studio)
        for key in (issue(studio, "bookings"), issue(studio, "admin", host="ada")):
            assert studio.get(PATH, bearer=key).code == "scope"


class TestChanging:
    def test_every_field_is_kept(self, api: Api) -> None:
        changed = change(api, PATH, **CHOSEN)
        assert changed == settings(api)
        looks = changed.pop("brand")
        assert {**changed, "brand": CHOSEN["brand"]} == {"slug": "acme", **CHOSEN}
        assert {name: looks[name] for name in PLAIN} == CHOSEN["brand"]

    def test_what_is_left_out_stays(self, api: Api) -> None:
        before = change(api, PATH, **CHOSEN)
        assert change(api, PATH, welcome=True) == {**before, "welcome": True}

    def test_null_goes_back_to_the_default(self, api: Api) -> None:
        change(api, PATH, **CHOSEN)
        back = change(api, PATH, **dict.fromkeys(["brand", *DEFAULTS]))
        assert {name: back[name] for name in DEFAULTS} == DEFAULTS
        assert {name: back["brand"][name] for name in PLAIN} == PLAIN

    def test_a_brand_is_replaced_whole(self, api: Api) -> None:
        change(api, PATH, **CHOSEN)
        looks = brand(api, signature="Acme", colour=None)
        assert {name: looks[name] for name in PLAIN} == {**PLAIN, "signature": "Acme"}

    def test_what_was_shown_can_be_sent_back(self, api: Api) -> None:
        before = change(api, PATH, **CHOSEN)
        assert change(api, PATH, **before) == before

    def test_only_as_it_was_read(self, api: Api) -> None:
        etag = api.host("GET", PATH).headers["etag"]
        changed = api.host("PATCH", PATH, {"welcome": False}, headers={"If-Match": etag})
        assert (changed.status, changed.headers["etag"] != etag) == (200, True)
        assert api.host("GET", PATH).headers["etag"] == changed.headers["etag"]
        with nothing_written():
            for stale in (etag, '"99"', "nonsense"):
                refused = api.host("PATCH", PATH, {"welcome": True}, headers={"If-Match": stale})
                assert (refused.status, refused.code) == (412, "precondition_failed")
        assert api.host("PATCH", PATH, {"welcome": True}, headers={"If-Match": "*"}).status == 200

    def test_leaves_the_secret_alone(self, studio: Api) -> None:
        booking = studio.post(
            "/bookings",
            {
                "host": "ada",
                "event_type": "intro",
                "start": "2027-03-01T09:00:00Z",
                "attendee": {"name": "Bob Person", "email": "bob@example.com", "timezone": "UTC"},
            },
        ).json
        change(studio, PATH, **CHOSEN)
        assert studio.get(f"/bookings/{booking['id']}", bearer=booking["manage_token"]).status == 200
        assert len(studio.host("GET", "/api-keys").json["items"]) == 1

    def test_of_one_tenant_touches_no_other(self, studio: Api, globex: Api) -> None:
        before = settings(globex)
        change(studio, PATH, **CHOSEN)
        assert settings(globex) == before

    @pytest.mark.parametrize(("scopes", "host"), [(("read", "bookings", "catalogue"), None), (("admin",), "ada")])
    def test_needs_an_admin_of_the_whole_tenant(self, studio: Api, scopes: tuple[str, ...], host: str | None) -> None:
        key = issue(studio, *scopes, host=host)
        with nothing_written():
            refused = studio.call("PATCH", PATH, {"welcome": False}, bearer=key)
        assert (refused.status, refused.code) == (403, "scope")


class TestColours:
    @pytest.mark.parametrize(
        ("colour", "ink", "ratio"),
        [
            ("#000000", "#fefefe", 20.82),
            ("#ffffff", "#030303", 20.62),
            ("#ffcc00", "#030303", 13.64),
            ("#1f4fd8", "#fefefe", 6.57),
            ("#667e37", "#fefefe", 4.52),
        ],
    )
    def test_go_with_the_ink_that_can_be_read(self, api: Api, colour: str, ink: str, ratio: float) -> None:
        looks = brand(api, colour=colour)
        assert (looks["colour"], looks["ink"], looks["contrast"]) == (colour, ink, ratio)

    def test_are_kept_in_lower_case(self, api: Api) -> None:
        assert brand(api, colour="#FFCC0A")["colour"] == "#ffcc0a"
        assert settings(api)["brand"]["colour"] == "#ffcc0a"

    def test_ink_follows_from_the_colour_whatever_is_sent(self, api: Api) -> None:
        assert brand(api, colour="#000000", ink="#000000", contrast=21)["ink"] == "#fefefe"


REFUSED: list[tuple[dict[str, Any], str]] = [
    *(
        ({"brand": {"colour": colour}}, "/brand/colour")
        for colour in ("red", "#fff", "ffcc00", "#ffcc0g", "#ffcc000", "#ffcc00\n", " #ffcc00", "#ＦＦcc00", "", 7)
    ),
    *(
        ({"brand": {"logo_url": url}}, "/brand/logo_url")
        for url in (
            "http://acme.example/logo.png",
            "HTTPS://acme.example/",
            "//acme.example/logo.png",
            "acme.example",
            "javascript:alert(1)",
            "data:image/png;base64,AAAA",
            "https://",
            "https:///logo.png",
            "https://bob:secret@acme.example/",
            "https://bob@acme.example/",
            "https://acme.example\\@evil.example/",
            "https://acme..example/",
            "https://acme.example:99999/",
            "https://acme.example/\r\nBcc: eve",
            "https://acme.example/a b",
            "https://acme.example/\x00",
            "https://acme.example/ü",
            'https://acme.example/"onerror=',
            "https://acme.example/<script>",
            "https://acme.example/" + "a" * 500,
            "",
            7,
        )
    ),
    ({"brand": {"signature": "x" * 501}}, "/brand/signature"),
    ({"brand": {"signature": "a\x00b"}}, "/brand/signature"),
    ({"brand": {"signature": ["Acme"]}}, "/brand/signature"),
    ({"brand": {"font": "serif"}}, "/brand/font"),
    ({"brand": "#ffcc00"}, "/brand"),
    ({"brand": []}, "/brand"),
    ({"feedback_url": "http://acme.example"}, "/feedback_url"),
    ({"name": None}, "/name"),
    ({"name": " "}, "/name"),
    ({"name": "a\r\nb"}, "/name"),
    ({"name": "x" * 501}, "/name"),
    ({"email": None}, "/email"),
    ({"email": "owner"}, "/email"),
    ({"email": "a@example.com\r\nBcc: b@example.com"}, "/email"),
    ({"language": "german language"}, "/language"),
    ({"language": "d"}, "/language"),
    ({"welcome": "yes"}, "/welcome"),
    ({"follow_up": 1}, "/follow_up"),
    ({"slug": "other"}, "/slug"),
    ({"slug": None}, "/slug"),
    ({"version": 7}, "/version"),
    ({"created_at": "2027-03-01T00:00:00Z"}, "/created_at"),
]


@pytest.mark.parametrize(("fields", "pointer"), REFUSED, ids=lambda one: ascii(one)[:60])
def test_a_field_out_of_bounds_is_refused_and_explained(api: Api, fields: dict[str, Any], pointer: str) -> None:
    with nothing_written():
        refused = api.host("PATCH", PATH, fields)
    assert (refused.status, refused.code) == (422, "validation"), refused.text
    [error] = refused.json["errors"]
    assert error["pointer"] == pointer
    assert error["detail"]


def test_a_wrong_colour_and_a_wrong_address_are_answered_by_right_ones(api: Api) -> None:
    refused = api.host("PATCH", PATH, {"brand": {"colour": "red", "logo_url": "logo.png"}})
    colour, logo = refused.json["errors"]
    assert "#1f4fd8" in colour["detail"]
    assert "https://" in logo["detail"]


@pytest.mark.parametrize("raw", ["[]", '"welcome"', "1", "null"])
def test_what_is_no_object_changes_nothing(api: Api, raw: str) -> None:
    with nothing_written():
        assert api.host("PATCH", PATH, raw=raw).code == "validation"
