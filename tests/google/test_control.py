"""What tests and demos do from outside: act as a person, make trouble, count calls; JSON under /_google/."""

import json
from typing import Any

import pytest

from tests.google.desk import ADA, AUTH, CLIENT, Desk, at, refused

NINE = {"start": "2026-12-01T09:00:00+01:00", "end": "2026-12-01T09:30:00+01:00"}
LIST = {"calendarId": "primary", "timeMin": "2026-11-01T00:00:00Z"}


@pytest.fixture
def tell(desk: Desk) -> Any:
    def tell(path: str, **body: Any) -> tuple[int, Any]:
        answer = desk.http.request("POST", f"{desk.url}/_google/{path}", json=body)
        return answer.status, answer.json()

    return tell


@pytest.fixture
def look(desk: Desk) -> Any:
    return lambda path: desk.http.request("GET", f"{desk.url}/_google/{path}").json()


def test_a_person_enters_moves_answers_and_deletes(desk: Desk, calendar: Any, tell: Any) -> None:
    guest = {"attendees": [{"email": ADA}], "organizer": {"email": "bob@example.org"}}
    status, made = tell("hands/insert", calendar_id=ADA, **NINE, summary="Dentist", **guest)
    assert status == 200
    one = {"calendar_id": ADA, "event_id": made["result"]}
    assert tell("hands/edit", **one, start="2026-12-01T10:00:00+01:00", end="2026-12-01T11:00:00+01:00")[0] == 200
    assert tell("hands/respond", **one, answer="declined")[0] == 200
    [seen] = calendar.events().list(**LIST).execute()["items"]
    assert seen["start"]["dateTime"] == "2026-12-01T10:00:00+01:00"
    assert seen["attendees"][0]["responseStatus"] == "declined"
    assert tell("hands/event", **one)[1]["result"]["summary"] == "Dentist"
    assert tell("hands/delete", **one)[0] == 200
    assert calendar.events().list(**LIST).execute()["items"] == []


def test_days_series_and_zones_are_written_as_in_the_api(desk: Desk, calendar: Any, tell: Any, look: Any) -> None:
    tell("hands/insert", calendar_id=ADA, start="2026-12-01", end="2026-12-02", summary="Off")
    nine = {"timeZone": "America/New_York", "dateTime": "2026-12-02T09:00:00"}
    ten = nine | {"dateTime": "2026-12-02T10:00:00"}
    weekly = ["RRULE:FREQ=WEEKLY;COUNT=2"]
    assert tell("hands/insert", calendar_id=ADA, start=nine, end=ten, recurrence=weekly)[0] == 200
    busy = look(f"busy?calendar_id={ADA}&from=2026-11-30T00:00:00Z&to=2026-12-31T00:00:00Z")["busy"]
    assert busy == [
        ["2026-11-30T23:00:00+00:00", "2026-12-01T23:00:00+00:00"],
        ["2026-12-02T14:00:00+00:00", "2026-12-02T15:00:00+00:00"],
        ["2026-12-09T14:00:00+00:00", "2026-12-09T15:00:00+00:00"],
    ]
    after, before = at("2026-11-30T00:00:00+00:00"), at("2026-12-31T00:00:00+00:00")
    assert [[start.isoformat(), end.isoformat()] for start, end in desk.google.people.busy(ADA, after, before)] == busy


def test_accounts_consent_and_its_end(desk: Desk, tell: Any, look: Any) -> None:
    assert tell("hands/add_account", email="bob@example.org", timezone="Asia/Kolkata")[0] == 200
    assert tell("hands/add_account", email="bob@example.org")[0] == 400
    shared = tell("hands/add_calendar", email="bob@example.org", summary="Rooms")[1]["result"]
    assert tell("hands/share", calendar_id=shared, email=ADA, role="freeBusyReader")[0] == 200
    assert look("accounts") == {ADA: [ADA, shared], "bob@example.org": ["bob@example.org", shared]}
    page = desk.authorization("openid", AUTH + "calendar.events.owned", prompt="consent")
    where = tell("hands/consent", url=page, email=ADA, without=[AUTH + "calendar.events.owned"])[1]["result"]
    assert "code=" in where
    assert "events.owned" not in where
    tokens = desk.tokens(AUTH + "calendar")
    assert tell("hands/withdraw", email=ADA, client_id=CLIENT)[0] == 200
    status, answer = desk.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert (status, answer["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("hands/insert", {"calendar_id": ADA, **NINE, "title": "Dentist"}, 400),
        ("hands/insert", {"calendar_id": ADA, "start": NINE["end"], "end": NINE["start"]}, 400),
        ("hands/insert", {"calendar_id": ADA, "start": "2026-12-01T09:00", "end": "2026-12-01T10:00"}, 400),
        ("hands/insert", {"calendar_id": ADA, "start": "tomorrow", "end": "2026-12-01"}, 400),
        ("hands/insert", {"calendar_id": "nobody@example.org", **NINE}, 404),
        ("hands/insert", {"calendar_id": ADA}, 400),
        ("hands/delete", {"calendar_id": ADA, "event_id": "n0never"}, 404),
        ("hands/respond", {"calendar_id": ADA, "event_id": "n0never", "answer": "accepted"}, 404),
        ("hands/consent", {"url": "http://x/?client_id=evil", "email": ADA}, 400),
        ("hands/share", {"calendar_id": ADA, "email": ADA, "role": "king"}, 404),
        ("hands/lock", {}, 404),
        ("trouble", {"downs": 1}, 400),
        ("trouble", {"pushes": {"lost": 1}}, 400),
        ("trouble", {"fail": [{"failure": "418"}]}, 400),
        ("nothing", {}, 404),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    desk: Desk, tell: Any, path: str, body: dict[str, Any], status: int
) -> None:
    assert tell(path, **body)[0] == status
    assert desk.google.world.calendars[ADA].events == {}


def test_a_form_of_another_site_gets_no_json_endpoint(desk: Desk) -> None:
    body = json.dumps({"calendar_id": ADA, **NINE})
    url = f"{desk.url}/_google/hands/insert"
    assert desk.http.request("POST", url, body=body, headers={"Content-Type": "text/plain"}).status == 404


def test_trouble_begins_and_what_is_unsaid_ends(desk: Desk, calendar: Any, tell: Any) -> None:
    assert tell("trouble", fail=[{"failure": "rateLimitExceeded", "calls": 2, "only": "events.list"}])[0] == 200
    calendar.calendarList().list().execute()
    for _ in range(2):
        assert refused(calendar.events().list(**LIST)) == (403, "rateLimitExceeded")
    calendar.events().list(**LIST).execute()
    tell("trouble", fail=[{"failure": "429", "calls": 99}])
    tell("trouble", page_limit=1, meet_delay=60)
    calendar.events().list(**LIST).execute()
    assert desk.google.trouble.page_limit == 1
    assert desk.google.trouble.meet_delay.total_seconds() == 60


def test_google_is_down_for_a_while_and_can_be_told_to_come_back(desk: Desk, calendar: Any, tell: Any) -> None:
    tell("trouble", down_seconds=3600)
    assert refused(calendar.events().list(**LIST)) == (503, "backendError")
    desk.clock.pass_(minutes=59)
    assert refused(calendar.events().list(**LIST)) == (503, "backendError")
    desk.clock.pass_(minutes=2)
    service = desk.service()
    service.events().list(**LIST).execute()
    tell("trouble", down=True)
    assert refused(service.events().list(**LIST)) == (503, "backendError")
    tell("trouble")
    service.events().list(**LIST).execute()


def test_sync_tokens_and_pushes_suffer(desk: Desk, calendar: Any, tell: Any, look: Any) -> None:
    hook = {"id": "c1", "type": "web_hook", "address": "https://hooks.example/google", "token": "secret"}
    calendar.events().watch(calendarId="primary", body=hook).execute()
    token = calendar.events().list(calendarId="primary").execute()["nextSyncToken"]
    desk.google.pushes.run()
    tell("hands/expire_sync_tokens")
    assert refused(calendar.events().list(calendarId="primary", syncToken=token))[0] == 410
    tell("trouble", pushes={"lose": 1})
    tell("hands/insert", calendar_id=ADA, **NINE)
    tell("hands/insert", calendar_id=ADA, **NINE)
    tell("trouble", pushes={"reorder": 5})
    tell("hands/insert", calendar_id=ADA, **NINE)
    desk.google.pushes.run()
    assert look("pushes")["waiting"] == 1
    tell("trouble")
    desk.google.pushes.run()
    pushes = look("pushes")
    assert pushes["waiting"] == 0
    assert [push["done"] for push in pushes["ended"]] == ["delivered", "lost", "delivered", "delivered"]
    assert [push["state"] for push in pushes["ended"]] == ["sync", "exists", "exists", "exists"]
    assert "secret" not in str(pushes)


def test_calls_and_mails_are_counted_and_control_is_no_call(desk: Desk, calendar: Any, tell: Any, look: Any) -> None:
    tell("forget")
    calendar.events().list(**LIST).execute()
    calendar.events().list(**LIST).execute()
    refused(calendar.events().get(calendarId="primary", eventId="n0never"))
    tell("hands/insert", calendar_id=ADA, **NINE, attendees=[{"email": "bob@example.org"}])
    assert look("calls") == {"methods": {"events.list": 2, "events.get": 1}, "failed": {"events.get": 1}}
    assert [(mail["kind"], mail["to"]) for mail in look("mails")["mails"]] == [("invitation", "bob@example.org")]
    tell("forget")
    assert look("calls") == {"methods": {}, "failed": {}}
    assert look("mails") == {"mails": []}
