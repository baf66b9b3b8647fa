"""A host connects a Google account: link, start page, consent, and back."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from daybook import calendar_wiring, wiring
from daybook.adapters.google_calendar.provider import GoogleCalendar
from daybook.domain.brand import Brand
from daybook.domain.connection import Calendar, State
from daybook.domain.consent import ASKED, Right
from daybook.edge.wording import Wording
from local.google.trouble import Failure
from tests.harness import Api, Reply
from tests.integration.browsing import Elements, words
from tests.integration.calendars import CALLBACK, CLIENT, COOKIE, GMAIL, ORIGIN, START, Browser, Office
from tests.integration.conftest import Log
from tests.integration.scenes import at, change, issue, nothing_written, rows

NOTHING = "This link does not work"


def unallowed(page: Reply, language: str = "en") -> set[Right]:
    """Return the rights that a page names as not allowed."""
    wording = Wording.of(language)
    return {right for right in Right if wording(f"connect.rights.{right}") in words(page)}


def test_connecting_leads_from_link_to_a_connected_account(office: Office) -> None:
    connection = office.connect()
    assert (connection.account, connection.state) == (GMAIL, State.CONNECTED)
    assert connection.busy_from == {GMAIL}
    [made] = [one for one in connection.calendars if one.id == connection.write_to]
    assert (made.name, connection.dedicated) == ("Daybook", made.id)
    host = wiring.catalogue().host("acme", "ada")
    assert host is not None
    assert (host.connections, host.written_by) == ({connection.id}, connection.id)


def test_its_queue_is_told_to_read_everything_and_to_have_written_what_is_booked(office: Office) -> None:
    connection = office.connect()
    request = {"tenant": "acme", "host": "ada", "connection": connection.id, "afresh": True}
    assert office.queued("sync") == [{"sync": request}]
    assert connection.to_copy


def test_the_token_is_stored_sealed_and_nothing_else_of_the_way_is_kept(office: Office) -> None:
    office.connect()
    [refresh] = office.google.oauth.grants.refresh
    stored = repr(rows())
    assert refresh not in stored
    assert "OAUTH#" not in stored


class TestTheLink:
    def test_is_good_for_a_quarter_of_an_hour(self, office: Office) -> None:
        reply = office.api.host("POST", "/hosts/ada/calendars/google")
        assert reply.status == 201
        assert re.fullmatch(rf"{ORIGIN}{START}\?id=[A-Za-z0-9_-]{{43}}", reply.json["url"])
        assert reply.json["expires_at"] == "2027-03-01T06:15:00Z"
        office.api.clock.advance(minutes=14, seconds=59)
        assert office.browser.open(reply.json["url"]).status == 200
        office.api.clock.advance(seconds=1)
        assert office.browser.open(reply.json["url"]).status == 404

    def test_needs_a_host_and_a_key_that_may_change_it(self, office: Office) -> None:
        assert office.api.host("POST", "/hosts/nobody/calendars/google").status == 404
        host = {"slug": "eve", "name": "Eve", "email": "eve@example.com", "timezone": "UTC"}
        assert office.api.host("POST", "/hosts", host).status == 201
        for key in (issue(office.api, "read"), issue(office.api, "bookings"), issue(office.api, "admin", host="eve")):
            assert office.api.post("/hosts/ada/calendars/google", bearer=key).code == "scope"
        assert office.api.host("POST", "/hosts/ada/calendars/google", {"write_to": "mine"}).status == 422

    def test_is_not_made_where_google_is_not_set_up(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DAYBOOK_GOOGLE_CLIENT_ID", "")
        with nothing_written():
            reply = office.api.host("POST", "/hosts/ada/calendars/google")
        assert (reply.status, reply.code) == (404, "not_found")
        assert "GoogleClientId" in reply.json["detail"]


class TestTheStartPage:
    def test_says_whose_appointments_and_changes_nothing(self, office: Office) -> None:
        link = office.link()
        with nothing_written():
            page = office.browser.open(link, utm_source="mail")
        assert page.status == 200
        for said in ("Acme", "Ada", "Continue to Google"):
            assert said in words(page)

    def test_is_sound_html_and_lets_nothing_in(self, office: Office) -> None:
        page = office.browser.open(office.link())
        elements = Elements(page)
        assert len(elements.all("h1")) == len(elements.all("main")) == 1
        assert elements.all("script") == []
        policy = page.headers["content-security-policy"].split("; ")
        [google] = [rule for rule in policy if rule.startswith("form-action")]
        assert re.fullmatch(r"form-action 'self' http://127\.0\.0\.1:\d+", google)
        assert policy[0] == "default-src 'none'"
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"

    def test_gives_a_cookie_for_this_host_alone(self, office: Office) -> None:
        [cookie] = office.browser.open(office.link()).cookies
        assert re.fullmatch(
            rf"{COOKIE}=[A-Za-z0-9_-]{{43}}; Path=/; Max-Age=900; HttpOnly; Secure; SameSite=Lax", cookie
        )

    def test_on_plain_http_the_cookie_has_a_plain_name(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DAYBOOK_BASE_URL", "http://127.0.0.1:8123")
        wiring.settings.cache_clear()
        [cookie] = office.browser.open(office.link()).cookies
        assert cookie.startswith("daybook-connect=")
        assert "Secure" not in cookie

    def test_keeps_what_is_typed_harmless(self, office: Office) -> None:
        change(office.api, "/hosts/ada", name="<script>alert(1)</script>")
        page = office.browser.open(office.link())
        assert Elements(page).all("script") == []
        assert "&lt;script&gt;" in page.text

    @pytest.mark.parametrize(("language", "said"), [("de", "Weiter zu Google"), ("fr", "Continuer vers Google")])
    def test_speaks_the_hosts_language_and_wears_the_tenants_brand(
        self, office: Office, language: str, said: str
    ) -> None:
        change(office.api, "/hosts/ada", language=language)
        office.api.host("PATCH", "/settings", {"brand": {"colour": "#ffd500", "signature": "Acme Ltd"}})
        page = office.browser.open(office.link())
        assert said in words(page)
        assert "--brand: #ffd500" in page.text
        assert "Acme Ltd" in words(page)
        assert Brand().colour not in page.text

    def test_leads_to_google_with_a_state_and_a_challenge_and_back_here_alone(self, office: Office) -> None:
        link = office.link()
        page = office.gone_to_google(office.browser, link)
        asked = dict(pair.split("=", 1) for pair in page.partition("?")[2].split("&"))
        assert asked["state"] == link.partition("id=")[2]
        assert asked["redirect_uri"] == "https%3A%2F%2Fapi.example.com%2Fv1%2Foauth%2Fgoogle%2Fcallback"
        assert (asked["code_challenge_method"], asked["access_type"], asked["prompt"]) == ("S256", "offline", "consent")
        assert "calendar.events.owned" not in asked["scope"]
        page = office.gone_to_google(office.browser, office.link(write_to="existing"))
        assert "calendar.events.owned" in page

    def test_pressed_twice_or_after_going_back_leads_on_again(self, office: Office) -> None:
        browser, link = office.browser, office.link()
        page = browser.open(link)
        first, second = browser.press(page), browser.press(page)
        assert first.headers["location"] == second.headers["location"]
        again = browser.press(browser.open(link))
        assert browser.open(office.consented(again.headers["location"])).status == 200

    def test_its_button_is_nobody_elses(self, office: Office) -> None:
        """A form of another site has neither this browser's cookie to show nor the proof that belongs to it."""
        link = office.link()
        state = link.partition("id=")[2]
        browser, other = office.browser, office.browser
        fields = {each["name"]: each["value"] or "" for each in Elements(other.open(link)).all("input")}
        browser.open(link)
        with nothing_written():
            for form in ({}, {"id": state}, {**fields, "id": state}, {"id": state, "proof": "é" * 64}, {"id": "x"}):
                reply = browser.send(START, {name or "": value for name, value in form.items()})
                assert (reply.status, NOTHING in words(reply)) == (404, True), form
            assert office.browser.send(START, {name or "": value for name, value in fields.items()}).status == 404

    def test_belongs_to_the_browser_that_pressed_first(self, office: Office) -> None:
        link = office.link()
        late = office.browser
        page = late.open(link)
        office.gone_to_google(office.browser, link)
        with nothing_written():
            assert late.press(page).status == 404


class TestTheWayBack:
    def test_says_what_was_connected_with_whom(self, office: Office) -> None:
        page = office.came_back()
        assert page.status == 200
        for said in ("The calendar is connected", "Ada", "Acme", GMAIL, "no longer offered", "Daybook"):
            assert said in words(page)
        assert "set-cookie" not in page.headers
        assert page.headers["content-security-policy"].startswith("default-src 'none'")

    def wrong(self, office: Office) -> Any:
        """Yield ways back that lead nowhere, each with its browser."""
        browser = office.browser
        good = office.consented(office.gone_to_google(browser, office.link()))
        state = re.search(r"state=([^&]+)", good)
        assert state
        other = office.browser
        theirs = office.consented(office.gone_to_google(other, office.link()))
        unpressed = office.link().partition("id=")[2]
        yield office.browser, good  # no cookie
        yield other, good  # another's cookie
        yield browser, theirs
        yield Browser(office.api, {COOKIE: ""}), good
        yield Browser(office.api, {COOKIE: "x" * 43}), good
        yield Browser(office.api, {"daybook-connect": browser.cookies[COOKIE]}), good
        yield browser, CALLBACK
        yield browser, f"{CALLBACK}?code=4/0Ax"
        yield browser, good.replace(state[1], "x" * 43)
        yield browser, good.replace(state[1], state[1] + "x")
        yield browser, f"{CALLBACK}?state={state[1]},{state[1]}&code=4/0Ax"
        yield browser, f"{CALLBACK}?state=%00{'x' * 42}&code=4/0Ax"
        yield browser, f"{CALLBACK}?state={unpressed}&code=4/0Ax"
        yield browser, f"{CALLBACK}?error=access_denied&state={'x' * 43}"
        yield office.browser, f"{CALLBACK}?error=access_denied&state={state[1]}"

    def test_that_is_not_the_way_it_went_leads_nowhere_and_all_look_the_same(self, office: Office) -> None:
        seen: set[str] = set()
        wrong = list(self.wrong(office))
        asked = office.asked("oauth.token")
        with nothing_written():
            for browser, address in wrong:
                reply = browser.open(address)
                assert reply.status == 404, address
                seen.add(reply.text)
        assert len(seen) == 1
        assert NOTHING in words(Reply(404, {}, seen.pop()))
        assert office.asked("oauth.token") == asked

    def test_is_gone_once(self, office: Office) -> None:
        browser = office.browser
        back = office.consented(office.gone_to_google(browser, office.link()))
        assert browser.open(back).status == 200
        with nothing_written():
            again = browser.open(back)
        assert (again.status, NOTHING in words(again)) == (404, True)
        assert len(office.connections()) == 1

    def test_ends_with_the_quarter_of_an_hour(self, office: Office) -> None:
        browser = office.browser
        back = office.consented(office.gone_to_google(browser, office.link()))
        office.api.clock.now += timedelta(minutes=15)
        with nothing_written():
            assert browser.open(back).status == 404

    def test_takes_parameters_of_googles_own(self, office: Office) -> None:
        browser = office.browser
        back = office.consented(office.gone_to_google(browser, office.link()))
        reply = browser.open(back, iss="https://accounts.google.com", authuser="0", hd="x", prompt="consent", new="1")
        assert reply.status == 200

    def test_a_code_of_somebody_elses_consent_is_not_taken(self, office: Office) -> None:
        """PKCE: the code belongs to the verifier of another link."""
        browser, other = office.browser, office.browser
        mine = office.consented(office.gone_to_google(browser, office.link()))
        theirs = office.consented(office.gone_to_google(other, office.link()))
        code = re.search(r"code=([^&]+)", theirs)
        assert code
        reply = browser.open(re.sub(r"code=[^&]+", f"code={code[1]}", mine))
        assert (reply.status, "could not be connected" in words(reply)) == (400, True)
        assert office.connections() == []

    def test_of_a_host_that_is_gone_leads_nowhere(self, office: Office) -> None:
        browser = office.browser
        back = office.consented(office.gone_to_google(browser, office.link()))
        assert office.api.host("DELETE", "/hosts/ada").status == 204
        assert browser.open(back).status == 404


class TestWhatGoogleSays:
    def test_declined_is_said_and_can_be_tried_again_with_the_same_link(self, office: Office) -> None:
        browser, link = office.browser, office.link()
        back = office.consented(office.gone_to_google(browser, link), cancel=True)
        with nothing_written():
            page = browser.open(back)
        assert (page.status, "Nothing was connected" in words(page)) == (200, True)
        [again] = Elements(page).all("a")
        assert again["href"] == f"start?id={link.partition('id=')[2]}"
        assert office.came_back(browser=browser, link=link).status == 200

    def test_googles_own_words_are_not_shown(self, office: Office) -> None:
        browser = office.browser
        back = office.consented(office.gone_to_google(browser, office.link()), cancel=True)
        page = browser.open(back.replace("access_denied", "%3Cscript%3Ealert(1)"), error_description="evil.example")
        assert page.status == 200
        assert "alert" not in page.text
        assert "evil" not in page.text

    @pytest.mark.parametrize(
        ("failure", "status", "said"),
        [(Failure.INTERNAL, 503, "did not answer"), (Failure.LOST_REQUEST, 503, "did not answer")],
    )
    @pytest.mark.parametrize("method", ["oauth.token", "calendarList.list", "calendars.insert"])
    def test_while_it_is_down_nothing_is_connected(
        self, office: Office, failure: Failure, status: int, said: str, method: str
    ) -> None:
        browser = office.browser
        back = office.consented(office.gone_to_google(browser, office.link()))
        office.google.trouble.fail(failure, calls=9, only=method)
        reply = browser.open(back)
        assert (reply.status, said in words(reply)) == (status, True), reply.text
        assert office.connections() == []
        assert office.queued("sync") == []

    def test_no_lasting_access_is_no_connection(self, office: Office) -> None:
        browser = office.browser
        page = office.gone_to_google(browser, office.link())
        office.consented(page)  # Google gives its lasting token with the first consent alone, unless asked again
        reply = browser.open(office.consented(page.replace("prompt=consent", "prompt=none")))
        assert (reply.status, "for a short time only" in words(reply)) == (400, True)
        assert office.connections() == []

    def test_five_accounts_are_enough(self, office: Office) -> None:
        for number in range(6):
            office.google.people.add_account(f"ada{number}@gmail.example")
        replies = [office.came_back(email=f"ada{number}@gmail.example") for number in range(6)]
        assert [reply.status for reply in replies] == [200] * 5 + [409]
        assert len(office.connections()) == 5
        assert len([one for one in office.connections() if one.write_to]) == 1
        assert office.came_back(email="ada3@gmail.example").status == 200

    @pytest.mark.parametrize("missing", [Right.READ_BUSY, Right.LIST_CALENDARS, Right.MAKE_CALENDAR])
    def test_what_was_not_allowed_stays_off_and_is_named(self, office: Office, missing: Right) -> None:
        page = office.came_back(without=(ASKED[missing],))
        assert (page.status, "The calendar is connected" in words(page)) == (200, True)
        assert unallowed(page) == {missing}
        assert "ask for a new link" in words(page)
        assert ("no longer offered" in words(page)) is (missing is not Right.READ_BUSY)
        assert ("do not appear in this account" in words(page)) is (missing is Right.MAKE_CALENDAR)
        [shown] = office.calendars()
        assert set(shown["granted"]) == {"list_calendars", "make_calendar", "read_busy"} - {missing}
        assert (shown["busy_from"] == []) is (missing is Right.READ_BUSY)
        assert (shown["write_to"] is None) is (missing is Right.MAKE_CALENDAR)

    def test_all_allowed_leaves_nothing_to_name(self, office: Office) -> None:
        page = office.came_back()
        assert unallowed(page) == set()
        assert "ask for a new link" not in words(page)
        assert "not allowed" not in words(page)

    def test_a_right_that_was_asked_for_besides_is_missed_besides(self, office: Office) -> None:
        page = office.came_back(link=office.link(write_to="existing"), without=(ASKED[Right.WRITE_EXISTING],))
        assert unallowed(page) == {Right.WRITE_EXISTING}
        assert "Appointments appear in the calendar: Daybook" in words(page)
        office.google.people.withdraw(GMAIL, CLIENT)
        assert unallowed(office.came_back()) == set()

    def test_nothing_allowed_at_all_is_connected_and_has_a_title_of_its_own(self, office: Office) -> None:
        page = office.came_back(link=office.link(write_to="existing"), without=tuple(ASKED.values()))
        assert (page.status, "Connected, but nothing was allowed" in words(page)) == (200, True)
        assert "The calendar is connected" not in words(page)
        assert GMAIL in words(page)
        assert unallowed(page) == set(Right)
        [shown] = office.calendars()
        assert (shown["granted"], shown["busy_from"], shown["write_to"]) == ([], [], None)

    @pytest.mark.parametrize("language", ["de", "es", "fr"])
    def test_what_was_not_allowed_is_named_in_the_hosts_language(self, office: Office, language: str) -> None:
        change(office.api, "/hosts/ada", language=language)
        page = office.came_back(without=tuple(ASKED.values()))
        assert unallowed(page, language) == {Right.READ_BUSY, Right.LIST_CALENDARS, Right.MAKE_CALENDAR}
        assert Wording.of(language)("connect.nothing.title") in words(page)

    def test_without_the_list_a_first_time_and_a_later_one_differ(self, office: Office) -> None:
        """What an earlier connection knew stays; only a first one knows nothing but the main calendar."""
        first = office.came_back(without=(ASKED[Right.LIST_CALENDARS],))
        assert "one that was made for appointments before is not found again" in words(first)
        office.google.people.withdraw(GMAIL, CLIENT)
        later = office.came_back(without=(ASKED[Right.LIST_CALENDARS],))
        assert "not found again" not in words(later)
        assert "Only calendars known already" in words(later)


class TestConnectingAgain:
    def test_the_same_account_renews_its_connection_and_keeps_what_was_chosen(self, office: Office) -> None:
        before = office.connect()
        path = office.path(before)
        other = office.google.people.add_calendar(GMAIL, "Family")
        office.came_back()  # sees the new calendar
        assert office.api.host("PATCH", path, {"busy_from": [other], "on_edit": "restore"}).status == 200
        [chosen] = office.connections()
        after = office.connect()
        assert (after.id, after.created_at) == (before.id, before.created_at)
        assert (after.busy_from, after.on_edit, after.write_to) == ({other}, chosen.on_edit, before.write_to)
        assert after.version == chosen.version + 1
        assert after.sealed_token != before.sealed_token
        assert office.asked("calendars.insert") == 1

    def test_what_google_does_not_name_this_time_goes_on_blocking(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = office.connect()
        other = office.google.people.add_calendar(GMAIL, "Family")
        office.came_back()
        assert office.api.host("PATCH", office.path(before), {"busy_from": [GMAIL, other]}).status == 200
        [chosen] = office.connections()
        listed = GoogleCalendar.calendars

        def short(account: GoogleCalendar) -> list[Calendar]:
            return [one for one in listed(account) if one.id != other]

        monkeypatch.setattr(GoogleCalendar, "calendars", short)
        after = office.connect()
        assert after.busy_from == {GMAIL, other}
        assert after.calendar(other) == chosen.calendar(other), "its dates mean what they did"

    def test_mends_a_broken_one(self, office: Office) -> None:
        before = office.connect()
        broken = before.broken("invalid_grant", now=office.api.clock())
        calendar_wiring.connections().put(broken, version=before.version)
        office.queued("sync")
        after = office.connect()
        assert (after.id, after.state, after.problem) == (before.id, State.CONNECTED, "")
        [message] = office.queued("sync")
        assert message["sync"]["afresh"] is True

    def test_waits_until_the_account_is_disconnected(self, office: Office) -> None:
        before = office.connect()
        assert office.api.host("DELETE", office.path(before)).status == 204
        page = office.came_back()
        assert page.status == 409
        assert "just being disconnected" in words(page)
        [after] = office.connections()
        assert (after.state, after.sealed_token) == (State.LEAVING, before.sealed_token)

    def test_from_two_browsers_at_once_is_one_connection_and_both_are_told(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first, second = office.browser, office.browser
        mine = office.consented(office.gone_to_google(first, office.link()))
        theirs = office.consented(office.gone_to_google(second, office.link()))
        listed, pages = GoogleCalendar.calendars, list[Reply]()

        def slow(account: GoogleCalendar) -> Sequence[Calendar]:
            known = listed(account)
            monkeypatch.setattr(GoogleCalendar, "calendars", listed)
            pages.append(second.open(theirs))
            return known

        monkeypatch.setattr(GoogleCalendar, "calendars", slow)
        pages.append(first.open(mine))
        for page in pages:
            assert (page.status, "The calendar is connected" in words(page)) == (200, True)
        [connection] = office.connections()
        host = wiring.catalogue().host("acme", "ada")
        assert host is not None
        assert (host.written_by, host.connections) == (connection.id, {connection.id})
        calendar_wiring.providers().open(connection).calendars()
        made = [one for one in office.google.world.calendars.values() if one.created_by and not one.deleted]
        assert [one.id for one in made] == [connection.write_to]

    def test_with_less_allowed_than_it_is_used_for_changes_nothing_and_says_so(self, office: Office) -> None:
        before = office.connect()
        office.google.people.withdraw(GMAIL, CLIENT)
        page = office.came_back(without=(ASKED[Right.READ_BUSY],))
        assert (page.status, "Less was allowed" in words(page)) == (409, True)
        assert office.connections() == [before]

    def test_asks_for_the_right_to_write_where_bookings_are(self, office: Office) -> None:
        office.connect(link=office.link(write_to="existing"))
        assert "calendar.events.owned" in office.gone_to_google(office.browser, office.link())

    def test_after_disconnecting_finds_the_calendar_that_was_made(self, office: Office) -> None:
        before = office.connect()
        calendar_wiring.connections().remove(before)
        after = office.connect()
        assert (after.write_to, after.id == before.id) == (before.write_to, False)
        assert office.asked("calendars.insert") == 1

    def test_with_the_wish_to_write_elsewhere_takes_the_main_calendar(self, office: Office) -> None:
        after = office.connect(link=office.link(write_to="existing"))
        assert (after.write_to, after.dedicated) == (GMAIL, None)
        assert office.asked("calendars.insert") == 0

    def test_leaves_bookings_nowhere_if_so_it_was_chosen(self, office: Office) -> None:
        before = office.connect()
        office.api.host("PATCH", office.path(before), {"write_to": None, "busy_from": []})
        after = office.connect()
        assert (after.write_to, after.busy_from) == (None, frozenset())

    def test_an_account_may_serve_two_hosts_and_two_tenants(self, office: Office, globex: Api) -> None:
        host = {"slug": "eve", "name": "Eve", "email": "eve@example.com", "timezone": "UTC"}
        assert office.api.host("POST", "/hosts", host).status == 201
        ids = {office.connect().id}
        assert office.came_back(link=office.link("eve")).status == 200
        assert office.came_back(link=office.link(api=globex)).status == 200
        ids |= {one.id for one in office.connections("eve")}
        assert len(ids) == 2
        assert len(office.connections()) == 1


class TestTheLog:
    def test_has_no_link_code_token_or_secret(self, office: Office, log: Log, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level("DEBUG"):
            browser, link = office.browser, office.link()
            back = office.consented(office.gone_to_google(browser, link))
            browser.open(back)
            browser.open(back)
            office.google.trouble.fail(Failure.INTERNAL, calls=9, only="oauth.token")
            office.came_back()
        secrets = {link.partition("id=")[2], browser.cookies[COOKIE], "the-client-secret"}
        secrets |= set(re.findall(r"(?:code|state)=([^&]+)", back))
        secrets |= {*office.google.oauth.grants.refresh, *office.google.oauth.grants.access}
        assert len(secrets) >= 6
        # AWS's own client tells of its calls at DEBUG, and moto of what it plays; functions log at INFO.
        ours = [one for one in caplog.records if not one.name.startswith(("botocore", "moto", "boto3"))]
        text = log.text + "\n".join(f"{one.name} {one.getMessage()} {one.__dict__}" for one in ours)
        assert len(text) > 1000
        for secret in secrets:
            assert secret not in text
        assert at("10:00") not in text
