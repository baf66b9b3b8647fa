"""The page that mails link to: what it shows, and that it tells nobody else anything."""

import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from html import unescape
from typing import Any

import pytest

from daybook import wiring
from daybook.domain.brand import Brand
from tests.harness import Api, Reply
from tests.integration.browsing import Elements, followed, opened, path, seen, sent, words
from tests.integration.conftest import Log
from tests.integration.scenes import at, booked, change, issue, nothing_written, offer

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7 * 7 }}{t}"
ELEVEN = "2027-03-01T10:00:00Z"
"""11:00 on the host's clock."""


def branded(brand: Brand, tenant: str = "acme") -> None:
    known = wiring.access().tenant(tenant)
    assert known is not None
    changed = replace(known, brand=brand, version=known.version + 1)
    wiring.access().change_tenant(changed, version=known.version)


@pytest.fixture
def booking(studio: Api) -> dict[str, Any]:
    return booked(studio)


class TestThePage:
    def test_shows_the_booking_on_the_attendees_clock(self, studio: Api, booking: dict[str, Any]) -> None:
        reply = seen(studio, booking)
        assert reply.status == 200
        text = words(reply)
        for said in ("Acme", "Intro", "Confirmed", "Ada", "Bob Person"):
            assert said in text
        assert "1 March 2027, 04:00–04:30 (America/New_York, GMT-05:00)" in text

    @pytest.mark.parametrize("step", ["", "move", "cancel"])
    def test_is_sound_html_with_one_heading_and_a_label_for_every_field(
        self, studio: Api, booking: dict[str, Any], step: str
    ) -> None:
        elements = Elements(seen(studio, booking, step=step))
        assert len(elements.all("h1")) == len(elements.all("main")) == 1
        assert elements.all("html") == [{"lang": "en", "dir": "ltr"}]
        assert {"name": "robots", "content": "noindex, nofollow"} in elements.all("meta")
        assert elements.all("script") == []
        fields = {each["id"] for each in elements.all("textarea")}
        assert fields == {each["for"] for each in elements.all("label")}
        assert not [name for _, attributes in elements.found for name in attributes if name.startswith("on")]
        assert not [attributes for _, attributes in elements.found if "style" in attributes]

    def test_links_to_a_calendar_file_that_opens(self, studio: Api, booking: dict[str, Any]) -> None:
        links = [each["href"] or "" for each in Elements(seen(studio, booking)).all("a")]
        [invite] = [link for link in links if "invite.ics" in link]
        assert opened(studio, booking, invite).text.startswith("BEGIN:VCALENDAR")

    def test_shows_where_to_join(self, studio: Api) -> None:
        offer(studio, "call", location="https://meet.example.com/ada?x=1&y=2")
        reply = seen(studio, booked(studio, at("12:00"), event_type="call"))
        assert 'href="https://meet.example.com/ada?x=1&amp;y=2"' in reply.text

    @pytest.mark.parametrize("location", ["javascript:alert(1)", "Room 5", "https://a.example.com and more"])
    def test_links_to_no_other_place(self, studio: Api, location: str) -> None:
        offer(studio, "call", location=location)
        reply = seen(studio, booked(studio, at("12:00"), event_type="call"))
        assert location in words(reply)
        assert f'href="{location[:10]}' not in reply.text

    @pytest.mark.parametrize(
        ("language", "tag", "said"),
        [
            ("de-AT", "de", "Montag, 1. März 2027"),
            ("es", "es", "lunes, 1 de marzo de 2027"),
            ("fr-CA", "fr", "lundi 1 mars 2027"),
            ("en-US", "en", "Monday, March 1, 2027"),
            ("xx", "en", "Monday"),
        ],
    )
    def test_speaks_the_attendees_language(self, studio: Api, language: str, tag: str, said: str) -> None:
        body = {"host": "ada", "event_type": "intro", "start": at("12:00")}
        attendee = {"name": "Bob", "email": "bob@example.com", "timezone": "Europe/Berlin", "language": language}
        reply = seen(studio, studio.post("/bookings", {**body, "attendee": attendee}).json)
        assert Elements(reply).all("html") == [{"lang": tag, "dir": "ltr"}]
        assert said in words(reply)

    def test_wears_the_tenants_brand(self, studio: Api, booking: dict[str, Any]) -> None:
        branded(Brand(colour="#ffd500", logo_url="https://cdn.example.com/logo.png?a=1&b=2", signature="Acme <Ltd>\nX"))
        reply = seen(studio, booking)
        assert "--brand: #ffd500; --ink: #030303" in reply.text
        [logo] = Elements(reply).all("img")
        assert (logo["src"], logo["alt"]) == ("https://cdn.example.com/logo.png?a=1&b=2", "Acme")
        assert "img-src https://cdn.example.com" in reply.headers["content-security-policy"]
        assert "Acme &lt;Ltd&gt;" in reply.text

    @pytest.mark.parametrize(
        "brand",
        [
            Brand(logo_url="https://cdn.example.com; script-src 'unsafe-inline'/x"),
            Brand(logo_url="http://cdn.example.com/x"),
            Brand(logo_url="https://[::1"),
            Brand(colour="red}</style><script>"),
        ],
        ids=["policy", "plain", "broken", "colour"],
    )
    def test_wears_no_brand_that_would_open_it(self, studio: Api, booking: dict[str, Any], brand: Brand) -> None:
        branded(brand)
        reply = seen(studio, booking)
        assert reply.status == 200
        assert "script" not in reply.headers["content-security-policy"]
        assert Elements(reply).all("img") == Elements(reply).all("script") == []


class TestWhatIsTyped:
    def test_is_shown_as_it_is_and_never_run(self, studio: Api) -> None:
        change(studio, "/hosts/ada", name=EVIL)
        offer(studio, "evil", location=EVIL)
        change(studio, "/hosts/ada/event-types/evil", title=EVIL)
        attendee = {"name": EVIL, "email": "bob@example.com", "timezone": "Europe/Berlin"}
        body = {"host": "ada", "event_type": "evil", "start": at("12:00"), "attendee": attendee}
        booking = studio.post("/bookings", body).json
        pages = [seen(studio, booking, step=step) for step in ("", "move", "cancel")]
        pages.append(followed(studio, booking, sent(studio, booking, "cancel", reason=EVIL)))
        for reply in pages:
            elements = Elements(reply)
            assert elements.all("script") == elements.all("img") == []
            assert EVIL in unescape(reply.text)
        assert unescape(pages[-1].text).count(EVIL) >= 5  # title, host, place, guest and reason

    def test_in_an_address_is_never_shown(self, studio: Api, booking: dict[str, Any]) -> None:
        for query in ({"step": EVIL}, {"from": EVIL, "step": "move"}, {"done": EVIL}, {"utm_source": EVIL}):
            reply = seen(studio, booking, **query)
            assert reply.status == 200
            assert "alert(" not in reply.text

    def test_in_a_form_is_bounded(self, studio: Api, booking: dict[str, Any]) -> None:
        with nothing_written():
            assert sent(studio, booking, "cancel", reason="x" * 2001).status == 422
            assert sent(studio, booking, "cancel", reason="\x1b[0m").status == 422
            assert sent(studio, booking, "cancel", reason="x" * 40_000).status == 413
            assert sent(studio, booking, "dance").status == 422
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            assert studio.call("POST", path(booking), raw="token=%ff&action=cancel", headers=headers).status == 422


class TestItsHeaders:
    def replies(self, api: Api, booking: dict[str, Any]) -> Iterator[Reply]:
        yield from (seen(api, booking), seen(api, booking, step="move"), seen(api, booking, token="dbm_x"))
        yield from (sent(api, booking, "move", start=at("03:00")), sent(api, booking, "dance"))
        yield sent(api, booking, "cancel")

    def test_keep_the_token_to_the_page(self, studio: Api, booking: dict[str, Any]) -> None:
        seen_statuses = set()
        for reply in self.replies(studio, booking):
            seen_statuses.add(reply.status)
            assert reply.headers["cache-control"] == "no-store"
            assert reply.headers["referrer-policy"] == "no-referrer"
            assert reply.headers["x-content-type-options"] == "nosniff"
            assert reply.headers["x-robots-tag"] == "noindex, nofollow"
            assert "set-cookie" not in reply.headers
        assert seen_statuses == {200, 404, 422, 303}

    def test_let_nothing_in_but_the_style_sheet(self, studio: Api, booking: dict[str, Any]) -> None:
        for reply in self.replies(studio, booking):
            if reply.status == 303:
                continue
            assert reply.headers["content-type"] == "text/html; charset=utf-8"
            [style] = re.findall(r"<style>(.*?)</style>", reply.text, flags=re.DOTALL)
            digest = b64encode(sha256(style.encode()).digest()).decode()
            assert reply.headers["content-security-policy"].split("; ") == [
                "default-src 'none'",
                f"style-src 'sha256-{digest}'",
                "form-action 'self'",
                "frame-ancestors 'none'",
                "base-uri 'none'",
            ]


class TestLooking:
    def test_changes_nothing_whatever_the_address_says(self, studio: Api, booking: dict[str, Any]) -> None:
        with nothing_written():
            for step in ("", "move", "cancel"):
                for more in ({}, {"action": "cancel"}, {"action": "move", "start": ELEVEN}, {"done": "1"}):
                    assert seen(studio, booking, step=step, **more).status == 200
            address = f"{path(booking)}?token={booking['manage_token']}&action=cancel"
            assert studio.call("HEAD", address).status == 405
            for method in ("PUT", "PATCH", "DELETE"):
                assert studio.call(method, address).status == 405


class TestTheToken:
    def tokens(self, api: Api, globex: Api, booking: dict[str, Any]) -> Iterator[str]:
        token = booking["manage_token"]
        yield from ("", "dbm_", "dbm_wrong", token[:-1], token + "AAAA", token.removeprefix("dbm_"), "dbm_" + "é" * 40)
        yield booked(api, at("12:00"), "eve")["manage_token"]
        yield booked(globex, "2027-03-01T10:00:00Z")["manage_token"]
        yield api.key
        yield "x" * 5000

    def test_that_does_not_fit_opens_nothing_and_all_look_the_same(
        self, studio: Api, globex: Api, booking: dict[str, Any]
    ) -> None:
        wrong = list(self.tokens(studio, globex, booking))
        unknown = seen(studio, {**booking, "id": "00000000000000000000000000"})
        nobody = seen(studio, {**booking, "tenant": "nobody"})
        nameless = studio.get("/manage/acme/%3Cb%3E?token=x")
        assert unknown.status == 404
        assert unknown.text == nobody.text == nameless.text
        with nothing_written():
            for token in wrong:
                for reply in (
                    seen(studio, booking, token=token),
                    seen(studio, booking, token=token, step="move"),
                    sent(studio, booking, "cancel", token=token),
                    sent(studio, booking, "move", token=token, start=ELEVEN),
                ):
                    assert (reply.status, reply.text) == (404, unknown.text), token
            assert studio.get(path(booking)).text == unknown.text
        assert "Intro" not in unknown.text

    def test_of_a_booking_with_the_same_id_elsewhere_opens_nothing(
        self, studio: Api, globex: Api, booking: dict[str, Any]
    ) -> None:
        assert seen(globex, {**booking, "tenant": "globex"}).status == 404
        assert sent(globex, {**booking, "tenant": "globex"}, "cancel").status == 404

    def test_dies_30_days_after_the_end(self, studio: Api, booking: dict[str, Any]) -> None:
        studio.clock.now = datetime(2027, 3, 1, 9, 30, tzinfo=UTC) + timedelta(days=30) - timedelta(seconds=1)
        assert seen(studio, booking).status == 200
        studio.clock.advance(seconds=1)
        assert seen(studio, booking).status == 404

    def test_dies_with_the_persons_data(self, studio: Api, booking: dict[str, Any]) -> None:
        assert studio.host("DELETE", f"/bookings/{booking['id']}").status == 204
        assert seen(studio, booking).status == 404
        assert sent(studio, booking, "cancel").status == 404

    def test_counts_only_in_the_form(self, studio: Api, booking: dict[str, Any]) -> None:
        raw, address = "action=cancel", f"{path(booking)}"
        for credential in (booking["manage_token"], studio.key, issue(studio, "bookings")):
            with nothing_written():
                assert studio.call("POST", address, raw=raw, bearer=credential).status == 404
                cookie = {"Cookie": f"token={credential}"}
                assert studio.call("POST", address, raw=raw, headers=cookie).status == 404
                query = {"token": credential}
                assert studio.call("POST", address, raw=raw, query=query).status in {404, 422}
                assert studio.get(address, bearer=credential).status == 404

    def test_is_in_no_log(self, studio: Api, booking: dict[str, Any], log: Log) -> None:
        seen(studio, booking, step="move")
        seen(studio, booking, token="dbm_AAAA")
        followed(studio, booking, sent(studio, booking, "move", start=ELEVEN, reason="bob is ill"))
        sent(studio, booking, "dance")
        lines = [line for line in log.lines if line.get("message") == "answered"]
        assert {line["route"] for line in lines[-5:]} == {
            "GET /manage/{tenant}/{booking}",
            "POST /manage/{tenant}/{booking}",
        }
        assert "dbm_" not in log.text


class TestFaults:
    def test_tell_the_request_id_and_nothing_else(
        self, studio: Api, booking: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DAYBOOK_POSTS_PER_MINUTE_PER_TENANT", "many")
        wiring.settings.cache_clear()
        reply = sent(studio, booking, "cancel")
        assert reply.status == 500
        assert "request-1" in reply.text
        assert "many" not in words(reply)
        assert "default-src 'none'" in reply.headers["content-security-policy"]

    @pytest.mark.parametrize(
        ("accepted", "tag"),
        [("de-CH,de;q=0.9,en;q=0.8", "de"), ("en;q=0.1, fr;q=0.5", "fr"), ("q=;,,;q=x", "en"), ("", "en")],
    )
    def test_are_told_in_the_browsers_language(self, studio: Api, accepted: str, tag: str) -> None:
        reply = studio.get("/manage/acme/nothing?token=x", headers={"Accept-Language": accepted})
        assert Elements(reply).all("html") == [{"lang": tag, "dir": "ltr"}]
