"""Events one by one: ids, etags, what a patch keeps and what deletion leaves."""

from typing import Any

import pytest

from tests.google.desk import ADA, AUTH, TEN, Desk, at, get, insert, patch, refused, timed

UID = "01jd8x@daybook.example"


def test_an_event_comes_back_with_what_google_adds(calendar: Any) -> None:
    made = insert(calendar, timed("2026-12-01T09:00:00Z", "2026-12-01T09:30:00Z", iCalUID=UID))
    assert made["iCalUID"] == UID
    assert made["status"] == "confirmed"
    assert made["sequence"] == 0
    assert made["organizer"] == {"email": ADA, "self": True}
    assert made["created"] == "2026-10-19T08:00:00.000Z"
    assert made["htmlLink"].startswith("https://www.google.com/calendar/event?eid=")
    assert made["start"]["dateTime"] == "2026-12-01T10:00:00+01:00", "in the calendar's zone, whatever was sent"
    assert get(calendar, made["id"]) == made
    own_id = insert(calendar, {**TEN, "id": "b00c1ng0"})
    assert (own_id["id"], own_id["iCalUID"]) == ("b00c1ng0", "b00c1ng0@google.com")


def test_times_come_back_in_the_zone_that_is_asked_for(calendar: Any) -> None:
    made = insert(calendar, TEN)
    events = calendar.events()
    there = events.get(calendarId="primary", eventId=made["id"], timeZone="America/New_York").execute()
    assert there["start"]["dateTime"] == "2026-12-01T04:00:00-05:00"
    listed = events.list(calendarId="primary", timeZone="UTC").execute()
    assert listed["items"][0]["start"]["dateTime"] == "2026-12-01T09:00:00Z"


@pytest.mark.parametrize("bad", ["01JD8X4QZ", "01jd8x4qz", "6a1f0b1e-2c3d", "abcd", "wxyz0"])
def test_ids_outside_base32hex_are_refused(calendar: Any, bad: str) -> None:
    assert refused(calendar.events().insert(calendarId="primary", body={**TEN, "id": bad})) == (400, "invalid")


def test_an_id_or_uid_is_taken_for_good_and_a_deleted_event_can_be_put_back(calendar: Any) -> None:
    made = insert(calendar, {**TEN, "iCalUID": UID, "extendedProperties": {"private": {"booking": "b1"}}})
    again = calendar.events().insert(calendarId="primary", body={**TEN, "iCalUID": UID})
    assert refused(again) == (409, "duplicate")
    calendar.events().delete(calendarId="primary", eventId=made["id"]).execute()
    assert refused(again) == (409, "duplicate")
    assert refused(calendar.events().insert(calendarId="primary", body={**TEN, "id": made["id"]})) == (409, "duplicate")
    found = calendar.events().list(calendarId="primary", iCalUID=UID, showDeleted=True).execute()["items"]
    assert [(one["id"], one["status"]) for one in found] == [(made["id"], "cancelled")]
    back = patch(calendar, found[0]["id"], {"status": "confirmed"}).execute()
    assert (back["status"], back["summary"], back["extendedProperties"]["private"]) == (
        "confirmed",
        "Meeting",
        {"booking": "b1"},
    )
    both = {**TEN, "id": "abcde", "iCalUID": "x@y"}
    assert refused(calendar.events().insert(calendarId="primary", body=both)) == (400, "invalid")


def test_deleting_twice_is_410_and_elsewhere_404(calendar: Any) -> None:
    made = insert(calendar, TEN)
    request = calendar.events().delete(calendarId="primary", eventId=made["id"])
    assert request.execute() == ""
    assert refused(request) == (410, "deleted")
    assert refused(calendar.events().delete(calendarId="primary", eventId="n0never")) == (404, "notFound")
    assert refused(patch(calendar, "n0never", {})) == (404, "notFound")
    assert refused(calendar.events().get(calendarId="no@calendar", eventId=made["id"])) == (404, "notFound")
    gone = get(calendar, made["id"])
    assert (gone["status"], gone["summary"]) == ("cancelled", "Meeting")


def test_a_patch_merges_objects_and_replaces_lists(calendar: Any) -> None:
    people = [{"email": "eve@example.org"}, {"email": "bob@example.org"}]
    private = {"private": {"booking": "b1", "version": "1"}, "shared": {"a": "1"}}
    made = insert(calendar, {**TEN, "description": "Long", "attendees": people, "extendedProperties": private})
    body = {
        "extendedProperties": {"private": {"version": "2"}, "shared": None},
        "attendees": [{"email": "bob@example.org", "responseStatus": "accepted"}],
        "description": None,
    }
    changed = patch(calendar, made["id"], body).execute()
    assert changed["extendedProperties"] == {"private": {"booking": "b1", "version": "2"}}
    assert changed["attendees"] == [{"email": "bob@example.org", "responseStatus": "accepted"}]
    assert "description" not in changed
    assert changed["start"] == made["start"]


def test_an_update_drops_what_is_not_sent(calendar: Any) -> None:
    made = insert(calendar, {**TEN, "description": "Long", "location": "Here", "iCalUID": UID})
    changed = calendar.events().update(calendarId="primary", eventId=made["id"], body=TEN).execute()
    assert not {"description", "location"} & changed.keys()
    assert (changed["id"], changed["iCalUID"], changed["created"]) == (made["id"], UID, made["created"])
    bodiless = calendar.events().update(calendarId="primary", eventId=made["id"], body={"summary": "No times"})
    assert refused(bodiless) == (400, "required")


def test_a_time_moves_with_a_sequence_that_never_goes_back(calendar: Any) -> None:
    made = insert(calendar, TEN)
    renamed = patch(calendar, made["id"], {"summary": "Other"}).execute()
    moved = patch(calendar, made["id"], timed("2026-12-02T10:00:00", "2026-12-02T10:30:00")).execute()
    assert (made["sequence"], renamed["sequence"], moved["sequence"]) == (0, 0, 1)
    assert refused(patch(calendar, made["id"], {"sequence": 0})) == (400, "invalid")
    assert patch(calendar, made["id"], {"sequence": 5}).execute()["sequence"] == 5


def test_if_match_lets_nobody_overwrite_what_they_have_not_seen(desk: Desk, calendar: Any) -> None:
    made = insert(calendar, TEN)
    desk.google.people.edit(ADA, made["id"], summary="By hand")
    for request in (
        patch(calendar, made["id"], {"summary": "Mine"}),
        calendar.events().delete(calendarId="primary", eventId=made["id"]),
    ):
        request.headers["If-Match"] = made["etag"]
        assert refused(request) == (412, "conditionNotMet")
    seen = get(calendar, made["id"])
    assert seen["etag"] != made["etag"]
    request = patch(calendar, made["id"], {"summary": "Mine"})
    request.headers["If-Match"] = seen["etag"]
    assert request.execute()["summary"] == "Mine"


def test_every_write_changes_etag_and_updated(desk: Desk, calendar: Any) -> None:
    made = insert(calendar, TEN)
    desk.clock.pass_(seconds=1)
    same = patch(calendar, made["id"], {"summary": made["summary"]}).execute()
    assert same["etag"] != made["etag"]
    assert same["updated"] > made["updated"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"end": None}, "required"),
        ({"start": {"dateTime": "2026-12-01T10:00:00"}}, "required"),
        ({"start": {"dateTime": "2026-12-01T10:00:00", "timeZone": "Mars/Base"}}, "invalid"),
        ({"start": {"date": "2026-12-01"}}, "invalid"),
        ({"start": {"dateTime": "2026-12-01T11:00:00Z"}}, "timeRangeEmpty"),
        ({"attendees": [{"displayName": "Bob"}]}, "required"),
        ({"attendees": [{"email": "nobody"}]}, "invalid"),
        ({"recurrence": ["RRULE:FREQ=SOMETIMES"]}, "invalid"),
        ({"recurrence": ["DTSTART:20261201T100000Z"]}, "invalid"),
        (
            {"reminders": {"useDefault": True, "overrides": [{"method": "popup", "minutes": 5}]}},
            "cannotUseDefaultRemindersAndSpecifyOverride",
        ),
        ({"source": {"title": "Us", "url": "ftp://example.com"}}, "invalid"),
    ],
)
def test_an_event_that_cannot_be_is_refused(calendar: Any, change: dict[str, Any], reason: str) -> None:
    body = {name: value for name, value in (TEN | change).items() if value is not None}
    assert refused(calendar.events().insert(calendarId="primary", body=body)) == (400, reason)


def test_a_patch_to_all_day_must_take_the_time_away(calendar: Any) -> None:
    made = insert(calendar, TEN)
    half = {"start": {"date": "2026-12-01"}, "end": {"date": "2026-12-02"}}
    assert refused(patch(calendar, made["id"], half)) == (400, "invalid")
    whole = {name: {"dateTime": None, "timeZone": None, **value} for name, value in half.items()}
    assert patch(calendar, made["id"], whole).execute()["start"] == {"date": "2026-12-01"}


def test_long_private_properties_are_dropped_or_cut_in_silence(calendar: Any) -> None:
    made = insert(calendar, {**TEN, "extendedProperties": {"private": {"k" * 45: "x", "fits": "v" * 1100}}})
    assert made["extendedProperties"]["private"] == {"fits": "v" * 1024}


def test_events_are_found_by_private_property_uid_text_and_time(calendar: Any) -> None:
    for hour in (8, 10, 12):
        body = timed(f"2026-12-01T{hour:02}:00:00", f"2026-12-01T{hour + 1:02}:00:00", summary=f"At {hour}")
        insert(calendar, {**body, "extendedProperties": {"private": {"hour": str(hour), "kind": "x"}}})

    def found(**filters: Any) -> list[str]:
        listed = calendar.events().list(calendarId="primary", **filters).execute()
        return [one["summary"] for one in listed["items"]]

    assert found(privateExtendedProperty=["hour=10", "kind=x"]) == ["At 10"]
    assert found(privateExtendedProperty="hour=11") == []
    assert found(q="at 1") == ["At 10", "At 12"]
    # Both bounds are exclusive: of the end, and of the start.
    assert found(timeMin="2026-12-01T09:00:00+01:00", timeMax="2026-12-01T12:00:00+01:00") == ["At 10"]
    assert found(timeMin="2026-12-01T08:59:59+01:00", timeMax="2026-12-01T12:00:01+01:00") == ["At 8", "At 10", "At 12"]
    same = {"timeMin": "2026-12-01T09:00:00Z", "timeMax": "2026-12-01T09:00:00Z"}
    assert refused(calendar.events().list(calendarId="primary", **same)) == (400, "timeRangeEmpty")
    ordered = calendar.events().list(calendarId="primary", orderBy="startTime")
    assert refused(ordered) == (400, "invalid")


def test_free_busy_access_shows_times_and_nothing_else(desk: Desk, calendar: Any) -> None:
    desk.google.people.insert(
        ADA,
        start=at("2026-12-01T10:00+01:00"),
        end=at("2026-12-01T11:00+01:00"),
        summary="Secret",
        organizer={"email": "boss@example.org"},
        attendees=[{"email": ADA, "responseStatus": "declined"}],
    )
    narrow = desk.service(AUTH + "calendar.events.freebusy")
    listed = narrow.events().list(calendarId="primary").execute()
    assert listed["accessRole"] == "freeBusyReader"
    (event,) = listed["items"]
    assert not {"summary", "attendees", "extendedProperties", "organizer"} & event.keys()
    assert event["transparency"] == "transparent"
    assert event["start"]["dateTime"] == "2026-12-01T10:00:00+01:00"
