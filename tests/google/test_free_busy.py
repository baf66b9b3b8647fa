"""Free/busy: what counts as busy, and errors inside good answers."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.google.desk import ADA, Desk, at, refused

Json = dict[str, Any]


def query(calendar: Any, *ids: str, day: str = "2026-12-01", **more: Any) -> Json:
    body = {"timeMin": f"{day}T00:00:00Z", "timeMax": f"{day}T23:59:59Z", "items": [{"id": one} for one in ids], **more}
    found: Json = calendar.freebusy().query(body=body).execute()["calendars"]
    return found


def enter(desk: Desk, start: str, minutes: int = 60, calendar_id: str = ADA, **fields: Any) -> str:
    begins = at(start)
    return desk.google.people.insert(calendar_id, start=begins, end=begins + timedelta(minutes=minutes), **fields)


def busy(calendar: Any, **more: Any) -> list[tuple[str, str]]:
    return [(one["start"][11:16], one["end"][11:16]) for one in query(calendar, ADA, **more)[ADA]["busy"]]


def test_busy_times_are_merged_sorted_and_cut(desk: Desk, calendar: Any) -> None:
    for start in ("2026-12-01T14:00Z", "2026-12-01T09:30Z", "2026-12-01T09:00Z", "2026-12-01T10:30Z"):
        enter(desk, start)
    enter(desk, "2026-11-30T23:30Z")
    assert busy(calendar) == [("00:00", "00:30"), ("09:00", "11:30"), ("14:00", "15:00")]
    assert busy(calendar, timeZone="Europe/Berlin")[1] == ("10:00", "12:30")


@pytest.mark.parametrize(
    ("fields", "blocks"),
    [
        ({}, True),
        ({"status": "tentative"}, True),
        ({"transparency": "transparent"}, False),
        ({"attendees": [{"email": ADA, "responseStatus": "needsAction"}]}, True),
        ({"attendees": [{"email": ADA, "responseStatus": "tentative"}]}, True),
        ({"attendees": [{"email": ADA, "responseStatus": "declined"}]}, False),
        ({"attendees": [{"email": "bob@example.com", "responseStatus": "declined"}]}, True),
        ({"eventType": "outOfOffice"}, True),
        ({"eventType": "workingLocation"}, False),
    ],
)
def test_what_counts_as_busy(desk: Desk, calendar: Any, fields: Json, blocks: bool) -> None:
    enter(desk, "2026-12-01T09:00Z", **fields)
    assert bool(busy(calendar)) is blocks


def test_deleted_events_and_instances_are_free(desk: Desk, calendar: Any) -> None:
    event = enter(desk, "2026-12-01T09:00Z")
    series = enter(desk, "2026-11-30T12:00Z", recurrence=["RRULE:FREQ=DAILY"])
    assert busy(calendar) == [("09:00", "10:00"), ("12:00", "13:00")]
    desk.google.people.delete(ADA, event)
    desk.google.people.delete(ADA, f"{series}_20261201T120000Z")
    assert busy(calendar) == []


def test_all_day_events_follow_the_calendars_zone(desk: Desk, calendar: Any) -> None:
    desk.google.people.insert(ADA, start=date(2026, 12, 1), end=date(2026, 12, 2))
    day = query(calendar, ADA, timeMin="2026-11-30T00:00:00Z", timeMax="2026-12-03T00:00:00Z")[ADA]["busy"]
    assert day == [{"start": "2026-11-30T23:00:00Z", "end": "2026-12-01T23:00:00Z"}]


def test_a_day_of_changing_clocks_has_its_own_length(desk: Desk, calendar: Any) -> None:
    desk.google.people.insert(ADA, start=date(2026, 10, 25), end=date(2026, 10, 26))
    day = query(calendar, ADA, timeMin="2026-10-24T00:00:00Z", timeMax="2026-10-27T00:00:00Z")[ADA]["busy"]
    assert day == [{"start": "2026-10-24T22:00:00Z", "end": "2026-10-25T23:00:00Z"}]


def test_one_calendars_error_is_inside_a_good_answer(desk: Desk, calendar: Any) -> None:
    team = desk.google.people.add_calendar(ADA, "Team")
    enter(desk, "2026-12-01T09:00Z", calendar_id=team)
    desk.google.trouble.free_busy = {ADA: "internalError"}
    found = query(calendar, ADA, team, "gone@example.com")
    assert found[ADA] == {"errors": [{"domain": "global", "reason": "internalError"}], "busy": []}
    assert found["gone@example.com"]["errors"][0]["reason"] == "notFound"
    assert len(found[team]["busy"]) == 1
    crowd = query(calendar, ADA, team, calendarExpansionMax=1)
    assert {one["errors"][0]["reason"] for one in crowd.values()} == {"tooManyCalendarsRequested"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"timeMax": None}, "required"),
        ({"timeMax": "2026-12-01T00:00:00Z"}, "timeRangeEmpty"),
        ({"timeMax": "2027-03-04T00:00:00Z"}, "timeRangeTooLong"),
        ({"timeMax": "2026-12-02T00:00:00"}, "badRequest"),
        ({"calendarExpansionMax": 51}, "invalid"),
    ],
)
def test_a_query_that_cannot_be_is_refused(calendar: Any, change: Json, reason: str) -> None:
    body = {"timeMin": "2026-12-01T00:00:00Z", "timeMax": "2026-12-02T00:00:00Z"} | change
    sent = {name: value for name, value in body.items() if value is not None}
    assert refused(calendar.freebusy().query(body=sent)) == (400, reason)
