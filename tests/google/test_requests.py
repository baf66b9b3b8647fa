"""Requests are held to the discovery document: paths, parameters, bodies, scopes."""

import json
from typing import Any

import pytest
import urllib3

from local.google.discovery import calendar_v3
from tests.google.desk import ADA, AUTH, Desk, refused, timed

API = "/calendar/v3"
LIST = f"{API}/calendars/primary/events"
TEN = timed("2026-12-01T10:00:00", "2026-12-01T10:30:00")


@pytest.fixture
def ask(desk: Desk) -> Any:
    """Ask without the official client, which would not send what is wrong."""
    token = desk.tokens(AUTH + "calendar")["access_token"]

    def ask(method: str, target: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        sent = None if body is None else body if isinstance(body, str) else json.dumps(body)
        answer: urllib3.BaseHTTPResponse = desk.http.request(
            method,
            desk.url + target,
            body=sent,
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json", **headers},
        )
        return answer.status, answer.json()

    return ask


def why(answer: tuple[int, Any]) -> tuple[int, str]:
    status, body = answer
    assert body["error"]["code"] == status
    return status, body["error"]["errors"][0]["reason"]


def test_errors_have_googles_shape(ask: Any) -> None:
    status, body = ask("GET", LIST + "/n0never")
    assert status == 404
    assert body == {
        "error": {
            "errors": [{"domain": "global", "reason": "notFound", "message": "Not Found"}],
            "code": 404,
            "message": "Not Found",
        }
    }


@pytest.mark.parametrize(
    "query",
    [
        "maxresults=5",
        "maxResults=many",
        "maxResults=0",
        "singleEvents=1",
        "singleEvents=True",
        "orderBy=endTime",
        "timeMin=2026-12-01T10:00:00",
        "timeMin=2026-12-01T10:00:00+01:00",  # a plus sign that was not encoded is a space
        "timeMin=2026-13-01T10:00:00Z",
        "timeMin=tomorrow",
        "q=a&q=b",
        "eventTypes=party",
        "fields=items(title)",
        "fields=items(id",
    ],
)
def test_parameters_must_be_known_and_of_their_type(ask: Any, query: str) -> None:
    assert why(ask("GET", f"{LIST}?{query}")) == (400, "invalidParameter")


def test_repeatable_and_shared_parameters_are_taken(ask: Any) -> None:
    query = "eventTypes=default&eventTypes=outOfOffice&prettyPrint=false&alt=json&quotaUser=ada"
    assert ask("GET", f"{LIST}?{query}")[0] == 200


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Meeting"},
        {"start": {"datetime": "2026-12-01T10:00:00Z"}},
        {"summary": 5},
        {"attendees": {"email": "bob@example.org"}},
        {"attendees": [{"mail": "bob@example.org"}]},
        {"start": {"dateTime": "1 December"}},
        {"start": {"date": "2026-02-30"}},
        {"transparency": "free"},
        {"status": "canceled"},
        {"attendees": [{"email": "bob@example.org", "responseStatus": "yes"}]},
        {"sequence": "1"},
        {"extendedProperties": {"private": {"version": 3}}},
        {"summary": None},
    ],
)
def test_bodies_must_fit_the_schema(ask: Any, change: dict[str, Any]) -> None:
    assert why(ask("POST", LIST, TEN | change)) == (400, "badRequest")


def test_no_json_and_bodies_where_none_belongs_are_refused(ask: Any) -> None:
    assert why(ask("POST", LIST, "{summary")) == (400, "parseError")
    assert why(ask("GET", LIST, {"a": 1})) == (400, "badRequest")


def test_what_google_alone_writes_is_not_taken_from_a_client(ask: Any) -> None:
    theirs = {"hangoutLink": "https://evil.example", "organizer": {"email": "eve@example.org"}, "etag": '"1"'}
    status, made = ask("POST", LIST, TEN | theirs)
    assert status == 200
    assert "hangoutLink" not in made
    assert made["organizer"]["email"] == ADA
    assert made["etag"] != '"1"'


def test_unknown_paths_are_404_and_what_is_not_modelled_says_so(ask: Any) -> None:
    assert why(ask("GET", f"{API}/calendars/primary/happenings")) == (404, "notFound")
    assert why(ask("PUT", LIST)) == (404, "notFound")
    for method, path in (("GET", f"{API}/colors"), ("POST", f"{API}/calendars/primary/events/import")):
        assert why(ask(method, path)) == (501, "notImplemented")
    assert why(ask("POST", "/batch/calendar/v3")) == (501, "notImplemented")
    assert why(ask("GET", f"{LIST}?maxAttendees=3")) == (501, "notImplemented")


def test_a_partial_answer_has_what_was_asked_for(ask: Any) -> None:
    ask("POST", LIST, TEN)
    status, page = ask("GET", f"{LIST}?fields=nextSyncToken,items(id,start/dateTime,extendedProperties/private)")
    assert status == 200
    assert page.keys() == {"nextSyncToken", "items"}
    assert page["items"][0].keys() == {"id", "start"}
    assert page["items"][0]["start"] == {"dateTime": "2026-12-01T10:00:00+01:00"}
    assert ask("GET", f"{LIST}?fields=*")[1]["kind"] == "calendar#events"


def test_a_query_too_long_for_an_address_comes_in_the_body(desk: Desk, calendar: Any) -> None:
    calendar.events().insert(calendarId="primary", body=TEN).execute()
    constraints = [f"key{number}={'v' * 40}" for number in range(60)]
    listing = calendar.events().list(calendarId="primary", privateExtendedProperty=constraints)
    assert listing.execute()["items"] == []
    assert desk.google.calls[-1].method == "events.list"


def test_an_etag_stands_in_the_header_too(desk: Desk, ask: Any) -> None:
    _, made = ask("POST", LIST, TEN)
    token = desk.tokens(AUTH + "calendar")["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    answer = desk.http.request("GET", f"{desk.url}{LIST}/{made['id']}", headers=headers)
    assert answer.headers["ETag"] == made["etag"]


def test_nobody_gets_in_without_a_good_token(desk: Desk, ask: Any) -> None:
    for wrong in ("", "Bearer nonsense", "Basic nonsense"):
        status, body = ask("GET", LIST, Authorization=wrong)
        assert (status, body["error"]["errors"][0]["reason"]) == (401, "authError")
        assert body["error"]["status"] == "UNAUTHENTICATED"


SCOPE_CASES = [
    ("calendar.events", "freebusy", 403),
    ("calendar.freebusy", "freebusy", 200),
    ("calendar.events.freebusy", "freebusy", 200),
    ("calendar.app.created", "freebusy", 403),
    ("calendar.events.freebusy", "list", 200),
    ("calendar.events.freebusy", "watch", 200),
    ("calendar.freebusy", "list", 403),
    ("calendar.app.created", "list", 403),
    ("calendar.app.created", "calendars", 403),
    ("calendar.calendarlist.readonly", "calendars", 200),
    ("calendar.events", "calendars", 403),
    ("calendar.events.freebusy", "insert", 403),
    ("calendar.events.readonly", "insert", 403),
    ("calendar.app.created", "insert", 403),
    ("calendar.events.owned", "insert", 200),
    ("calendar.events", "insert", 200),
    ("calendar.app.created", "new calendar", 200),
    ("calendar.events.owned", "new calendar", 403),
]


@pytest.mark.parametrize(("scope", "what", "status"), SCOPE_CASES)
def test_a_scope_opens_what_the_document_says(desk: Desk, scope: str, what: str, status: int) -> None:
    service = desk.service(AUTH + scope)
    window = {"timeMin": "2026-12-01T00:00:00Z", "timeMax": "2026-12-02T00:00:00Z", "items": [{"id": ADA}]}
    channel = {"id": "c", "type": "web_hook", "address": "https://hooks.example"}
    requests = {
        "freebusy": lambda: service.freebusy().query(body=window),
        "list": lambda: service.events().list(calendarId="primary"),
        "watch": lambda: service.events().watch(calendarId="primary", body=channel),
        "calendars": lambda: service.calendarList().list(),
        "insert": lambda: service.events().insert(calendarId="primary", body=TEN),
        "new calendar": lambda: service.calendars().insert(body={"summary": "Daybook"}),
    }
    if status == 200:
        assert requests[what]().execute()
    else:
        assert refused(requests[what]()) == (403, "insufficientPermissions")


def test_the_document_is_the_one_the_client_carries() -> None:
    document = calendar_v3()
    assert len(document.methods) > 35
    assert document.find("POST", f"{API}/calendars/a%40b/events")[0].name == "events.insert"
    assert AUTH + "calendar.app.created" in document.scopes
