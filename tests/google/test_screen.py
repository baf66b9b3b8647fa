"""The pages on which a person keeps a calendar: what they show, what their buttons do, and who can use them."""

from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.google.desk import ADA, CLIENT, Desk, at, refused

HOME = "/_google/"
CALENDAR = f"/_google/calendars/{ADA}"
EVIL = "<script>alert(1)</script>\"'&"
LIST = {"calendarId": "primary", "singleEvents": True, "orderBy": "startTime", "timeMin": "2026-10-01T00:00:00Z"}


class Page(HTMLParser):
    """The parts of a page that tests look at."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str, **attributes: str) -> list[dict[str, str | None]]:
        return [found for name, found in self.tags if name == tag and attributes.items() <= found.items()]


@pytest.fixture
def get(desk: Desk) -> Any:
    def get(path: str = CALENDAR) -> Page:
        answer = desk.http.request("GET", desk.url + path)
        assert answer.status == 200
        assert "script-src" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        return Page(answer.data.decode())

    return get


@pytest.fixture
def click(desk: Desk) -> Any:
    def click(do: str, path: str = CALENDAR, **fields: str) -> int:
        body = urlencode({"do": do, **fields})
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
        answer = desk.http.request("POST", desk.url + path, body=body, headers=headers)
        if answer.status == 303:
            assert answer.headers["Location"].startswith(HOME)
        return answer.status

    return click


def listed(calendar: Any) -> list[tuple[str, str, str]]:
    items = calendar.events().list(**LIST).execute()["items"]
    return [
        (one["summary"], *(one[end].get("dateTime") or one[end]["date"] for end in ("start", "end"))) for one in items
    ]


def test_an_event_is_added_changed_and_deleted(get: Any, click: Any, calendar: Any) -> None:
    assert click("insert", title="Dentist", start="2026-10-24T10:00", end="2026-10-24T10:30") == 303
    [one] = [found["id"] for found in get().all("li")]
    assert listed(calendar) == [("Dentist", "2026-10-24T10:00:00+02:00", "2026-10-24T10:30:00+02:00")]
    # The clocks change on the 25th.
    assert click("edit", event=one, title="Teeth", start="2026-10-26T10:00", end="2026-10-26T11:00", free="on") == 303
    assert listed(calendar) == [("Teeth", "2026-10-26T10:00:00+01:00", "2026-10-26T11:00:00+01:00")]
    assert "free" in get().text
    assert click("delete", event=one) == 303
    assert listed(calendar) == []
    assert "Nothing in these four weeks." in get().text
    assert click("delete", event=one) == 410


def test_all_day_events_count_their_last_day(get: Any, click: Any, calendar: Any) -> None:
    click("insert", title="Away", start="2026-10-20T10:00", end="2026-10-21T10:30", all_day="on")
    assert listed(calendar) == [("Away", "2026-10-20", "2026-10-22")]
    page = get()
    assert [field["value"] for field in page.all("input", type="date")] == ["2026-10-20", "2026-10-21"]
    assert "Tuesday, 20 October 2026 to Wednesday, 21 October 2026, all day" in page.text
    [one] = [found["id"] for found in page.all("li")]
    click("edit", event=one, title="Away", start="2026-10-20", end="2026-10-20")
    assert listed(calendar) == [("Away", "2026-10-20", "2026-10-21")]


def test_a_series_can_lose_one_or_all(get: Any, click: Any, calendar: Any) -> None:
    click("insert", title="Run", start="2026-10-20T07:00", end="2026-10-20T08:00", repeats="WEEKLY")
    ids = [found["id"] for found in get().all("li")]
    assert len(ids) == 4
    click("delete", event=ids[1])
    assert [found["id"] for found in get().all("li")] == [ids[0], *ids[2:]]
    click("edit", event=ids[2], title="Swim", start="2026-11-03T07:00", end="2026-11-03T08:00")
    assert "Swim" in get().text
    assert "Run" in get().text
    click("delete_series", event=ids[0])
    assert get().all("li", id=ids[0]) == []
    assert listed(calendar) == []


def test_a_title_alone_moves_nothing(desk: Desk, get: Any, click: Any) -> None:
    one = desk.google.people.insert(
        ADA,
        start={"dateTime": "2026-10-20T09:00:30", "timeZone": "America/New_York"},
        end={"dateTime": "2026-10-20T09:45:30", "timeZone": "America/New_York"},
    )
    before = desk.google.people.event(ADA, one)
    start, end = (str(get().all("input", name=name)[-1]["value"]) for name in ("start", "end"))
    assert (start, end) == ("2026-10-20T15:00", "2026-10-20T15:45")
    click("edit", event=one, title="Call", start=start, end=end)
    after = desk.google.people.event(ADA, one)
    assert after["summary"] == "Call"
    assert [after[name] for name in ("start", "end", "sequence")] == [
        before[name] for name in ("start", "end", "sequence")
    ]


def test_an_invitation_is_answered(desk: Desk, get: Any, click: Any) -> None:
    people = [{"email": ADA}, {"email": "bob@example.org"}]
    one = desk.google.people.insert(
        ADA,
        start=at("2026-10-20T09:00+02:00"),
        end=at("2026-10-20T10:00+02:00"),
        attendees=people,
        organizer={"email": "bob@example.org"},
    )
    assert click("declined", event=one) == 303
    assert "declined" in get().text
    assert desk.google.people.busy(ADA, at("2026-10-20T00:00+02:00"), at("2026-10-21T00:00+02:00")) == []
    click("accepted", event=one)
    assert len(desk.google.people.busy(ADA, at("2026-10-20T00:00+02:00"), at("2026-10-21T00:00+02:00"))) == 1


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"do": "insert", "start": "2026-10-24T10:00", "end": "2026-10-24T09:00"}, 400),
        ({"do": "insert", "start": "soon", "end": "2026-10-24T09:00"}, 400),
        ({"do": "insert"}, 400),
        ({"do": "edit", "event": "n0never", "start": "2026-10-24T10:00", "end": "2026-10-24T11:00"}, 404),
        ({"do": "dance"}, 400),
        ({"do": ""}, 400),
    ],
)
def test_what_cannot_be_is_said_on_the_page(desk: Desk, fields: dict[str, str], status: int) -> None:
    answer = desk.http.request_encode_body("POST", desk.url + CALENDAR, fields=fields, encode_multipart=False)
    assert answer.status == status
    assert len(Page(answer.data.decode()).all("p", role="alert")) == 1
    assert desk.google.world.calendars[ADA].events == {}


def test_another_site_cannot_click_here(desk: Desk) -> None:
    for path in (HOME, CALENDAR):
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "cross-site"}
        body = "do=down&start=2026-10-24T10:00&end=2026-10-24T11:00"
        assert desk.http.request("POST", desk.url + path, body=body, headers=headers).status == 403
    assert not desk.google.trouble.down


def test_whatever_an_event_says_is_text(desk: Desk, get: Any) -> None:
    times = {"start": at("2026-10-20T09:00+02:00"), "end": at("2026-10-20T10:00+02:00")}
    other = desk.google.people.add_calendar(ADA, EVIL)
    for which in (ADA, other):
        desk.google.people.insert(which, **times, summary=EVIL, location=EVIL, description=EVIL)
    for path in (HOME, CALENDAR, f"/_google/calendars/{other}"):
        page = get(path)
        assert page.all("script") == []
        assert "alert(1)" in page.text or path == CALENDAR
    assert get().text.count(EVIL) == 4
    assert get().all("input", name="title")[-1]["value"] == EVIL


def test_every_field_has_a_name_and_every_page_a_heading(desk: Desk, get: Any, click: Any) -> None:
    click("insert", title="Run", start="2026-10-20T07:00", end="2026-10-20T08:00", repeats="DAILY")
    for path in (HOME, CALENDAR):
        page = get(path)
        assert page.all("html", lang="en")
        assert len(page.all("h1")) == 1
        named = {label.get("for") for label in page.all("label")}
        for field in page.all("input") + page.all("select"):
            if field.get("type") not in ("hidden", "checkbox"):
                assert field["id"] in named
        ids = [found["id"] for _, found in page.tags if "id" in found]
        assert len(ids) == len(set(ids))


def test_the_overview_leads_everywhere_and_has_the_switches(desk: Desk, calendar: Any, get: Any, click: Any) -> None:
    assert desk.http.request("GET", desk.url + "/", redirect=False).headers["Location"] == HOME
    page = get(HOME)
    assert page.all("a", href=CALENDAR)
    assert f"{CLIENT} has access." in page.text
    token = calendar.events().list(calendarId="primary").execute()["nextSyncToken"]
    click("expire", HOME)
    assert refused(calendar.events().list(calendarId="primary", syncToken=token))[0] == 410
    click("down", HOME)
    assert "Google is down" in get(HOME).text
    assert refused(calendar.events().list(calendarId="primary"))[0] == 503
    click("up", HOME)
    calendar.events().list(calendarId="primary").execute()
    click("withdraw", HOME, account=ADA, client=CLIENT)
    assert "has access" not in get(HOME).text
    assert click("dance", HOME) == 404


def test_the_page_goes_back_and_forth_in_time(desk: Desk, get: Any) -> None:
    desk.google.people.insert(ADA, start=at("2026-11-20T09:00+01:00"), end=at("2026-11-20T10:00+01:00"), summary="Far")
    page = get()
    assert "Far" not in page.text
    later = next(link["href"] for link in page.all("a") if "from=2026-11-16" in str(link["href"]))
    assert "Far" in get(later).text
    for odd in ("?from=0001-01-01", "?from=9999-12-31", "?from=never"):
        assert "19 October 2026" in get(CALENDAR + odd).text
    assert desk.http.request("GET", desk.url + "/_google/calendars/nobody").status == 404
