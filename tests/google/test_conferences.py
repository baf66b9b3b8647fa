"""Google Meet links: asked for with a write, there a little later."""

from typing import Any

import pytest

from tests.google.desk import Desk, refused, timed

TEN = timed("2026-12-01T10:00:00", "2026-12-01T10:30:00")


def wish(request_id: str = "r1", kind: str = "hangoutsMeet") -> dict[str, Any]:
    return {
        "conferenceData": {"createRequest": {"requestId": request_id, "conferenceSolutionKey": {"type": kind}}},
    }


def get(calendar: Any, event_id: str) -> Any:
    return calendar.events().get(calendarId="primary", eventId=event_id).execute()


def insert(calendar: Any, *, version: int = 1) -> Any:
    return calendar.events().insert(calendarId="primary", conferenceDataVersion=version, body=TEN | wish()).execute()


def stage(event: Any) -> str:
    return str(event["conferenceData"]["createRequest"]["status"]["statusCode"])


def patch(calendar: Any, event_id: str, body: dict[str, Any], version: int) -> Any:
    events = calendar.events()
    return events.patch(calendarId="primary", eventId=event_id, conferenceDataVersion=version, body=body)


def test_a_conference_is_pending_and_then_there_and_tells_its_watchers(desk: Desk, calendar: Any) -> None:
    channel = {"id": "c", "type": "web_hook", "address": "https://hooks.example"}
    calendar.events().watch(calendarId="primary", body=channel).execute()
    made = insert(calendar)
    assert stage(made) == "pending"
    assert "hangoutLink" not in made
    token = calendar.events().list(calendarId="primary").execute()["nextSyncToken"]
    desk.clock.pass_(seconds=2)
    there = get(calendar, made["id"])
    assert stage(there) == "success"
    assert there["hangoutLink"].startswith("https://meet.google.com/")
    assert there["conferenceData"]["entryPoints"][0]["uri"] == there["hangoutLink"]
    assert there["etag"] != made["etag"]
    desk.google.pushes.run()
    assert desk.mailbox.states == ["sync", "exists", "exists"]
    (delta,) = calendar.events().list(calendarId="primary", syncToken=token).execute()["items"]
    assert delta["hangoutLink"] == there["hangoutLink"]


def test_without_the_version_google_takes_no_notice(desk: Desk, calendar: Any) -> None:
    ignored = insert(calendar, version=0)
    assert "conferenceData" not in ignored
    desk.clock.pass_(seconds=9)
    assert "hangoutLink" not in get(calendar, ignored["id"])
    made = insert(calendar)
    desk.clock.pass_(seconds=9)
    link = get(calendar, made["id"])["hangoutLink"]
    kept = patch(calendar, made["id"], {"conferenceData": None}, 0).execute()
    assert kept["hangoutLink"] == link
    body = TEN | {"summary": "Whole"}
    assert (
        calendar.events().update(calendarId="primary", eventId=made["id"], body=body).execute()["hangoutLink"] == link
    )
    update = calendar.events().update(calendarId="primary", eventId=made["id"], body=body, conferenceDataVersion=1)
    assert not {"hangoutLink", "conferenceData"} & update.execute().keys()


def test_a_request_id_counts_once_and_null_takes_the_conference_away(desk: Desk, calendar: Any) -> None:
    made = insert(calendar)
    desk.clock.pass_(seconds=9)
    link = get(calendar, made["id"])["hangoutLink"]
    assert patch(calendar, made["id"], wish(), 1).execute()["hangoutLink"] == link
    assert stage(patch(calendar, made["id"], wish("r2"), 1).execute()) == "pending"
    desk.clock.pass_(seconds=9)
    assert get(calendar, made["id"])["hangoutLink"] != link
    moved = patch(calendar, made["id"], timed("2026-12-02T10:00:00", "2026-12-02T10:30:00"), 1).execute()
    assert "hangoutLink" in moved
    assert "hangoutLink" not in patch(calendar, made["id"], {"conferenceData": None}, 1).execute()


def test_it_can_fail(desk: Desk, calendar: Any) -> None:
    desk.google.trouble.meet_fails = True
    made = insert(calendar)
    desk.clock.pass_(seconds=2)
    there = get(calendar, made["id"])
    assert stage(there) == "failure"
    assert "hangoutLink" not in there


@pytest.mark.parametrize(
    ("body", "reason"),
    [(wish(kind="eventHangout"), "invalid"), (wish(""), "required"), (wish(kind="zoom"), "badRequest")],
)
def test_a_request_that_cannot_be_is_refused(calendar: Any, body: dict[str, Any], reason: str) -> None:
    request = calendar.events().insert(calendarId="primary", conferenceDataVersion=1, body=TEN | body)
    assert refused(request) == (400, reason)
    assert calendar.events().list(calendarId="primary").execute()["items"] == []
