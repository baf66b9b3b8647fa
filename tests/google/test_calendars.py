"""Calendars: the list, a dedicated one that the app made, and what others share."""

from typing import Any

from local.google.world import Access
from tests.google.desk import ADA, AUTH, CLIENT, REDIRECT, SECRET, Desk, refused, timed

TEN = timed("2026-12-01T10:00:00", "2026-12-01T10:30:00")
NARROW = (AUTH + "calendar.app.created", AUTH + "calendar.events.freebusy")


def test_the_list_shows_roles_and_the_primary_calendar(desk: Desk, calendar: Any) -> None:
    team = desk.google.people.add_calendar(ADA, "Team", timezone="America/New_York")
    desk.google.people.add_account("bob@example.com")
    desk.google.people.share("bob@example.com", ADA, Access.FREE_BUSY)
    listed = calendar.calendarList().list().execute()
    assert [(one["id"], one["accessRole"], one.get("primary"), one["timeZone"]) for one in listed["items"]] == [
        (ADA, "owner", True, "Europe/Berlin"),
        (team, "owner", None, "America/New_York"),
        ("bob@example.com", "freeBusyReader", None, "Europe/Berlin"),
    ]
    writable = calendar.calendarList().list(minAccessRole="writer").execute()["items"]
    assert [one["id"] for one in writable] == [ADA, team]
    first = calendar.calendarList().list(maxResults=2).execute()
    rest = calendar.calendarList().list(maxResults=2, pageToken=first["nextPageToken"]).execute()
    assert [one["id"] for one in rest["items"]] == ["bob@example.com"]
    assert calendar.calendarList().get(calendarId="primary").execute()["id"] == ADA


def test_a_shared_calendar_allows_what_its_role_says(desk: Desk, calendar: Any) -> None:
    desk.google.people.add_account("bob@example.com")
    insert = calendar.events().insert(calendarId="bob@example.com", body=TEN)
    assert refused(insert) == (404, "notFound")
    desk.google.people.share("bob@example.com", ADA, Access.READ)
    assert refused(insert) == (403, "requiredAccessLevel")
    desk.google.people.share("bob@example.com", ADA, Access.WRITE)
    made = insert.execute()
    assert made["creator"] == {"email": ADA}
    assert made["organizer"] == {"email": "bob@example.com", "self": True}
    assert refused(calendar.calendars().delete(calendarId="bob@example.com")) == (403, "requiredAccessLevel")
    own_alone = desk.service(AUTH + "calendar.events.owned")
    elsewhere = own_alone.events().insert(calendarId="bob@example.com", body=TEN)
    assert refused(elsewhere) == (403, "insufficientPermissions")


def test_narrow_scopes_are_enough_for_a_calendar_of_ones_own(desk: Desk) -> None:
    service = desk.service(*NARROW)
    made = service.calendars().insert(body={"summary": "Daybook", "timeZone": "Europe/Berlin"}).execute()
    assert made["dataOwner"] == ADA
    event = service.events().insert(calendarId=made["id"], body=TEN).execute()
    assert event["organizer"] == {"email": made["id"], "self": True}
    patched = service.events().patch(calendarId=made["id"], eventId=event["id"], body={"summary": "New"}).execute()
    assert patched["summary"] == "New"
    (whole,) = service.events().list(calendarId=made["id"]).execute()["items"]
    assert whole["summary"] == "New"
    assert service.calendarList().get(calendarId=made["id"]).execute()["accessRole"] == "owner"
    assert refused(service.events().insert(calendarId="primary", body=TEN)) == (403, "insufficientPermissions")
    assert refused(service.calendarList().get(calendarId="primary")) == (403, "insufficientPermissions")


def test_app_created_means_this_client_and_no_other(desk: Desk) -> None:
    made = desk.service(*NARROW).calendars().insert(body={"summary": "Daybook"}).execute()
    assert desk.google.world.calendars[made["id"]].created_by == CLIENT
    desk.google.people.register("another", SECRET, [REDIRECT])
    code = desk.code(*NARROW, client_id="another", prompt="consent")
    form = {"client_id": "another", "client_secret": SECRET, "code": code, "redirect_uri": REDIRECT}
    _, tokens = desk.token(grant_type="authorization_code", **form)
    stranger = desk.service(credentials=desk.credentials(tokens))
    assert refused(stranger.events().insert(calendarId=made["id"], body=TEN)) == (403, "insufficientPermissions")


def test_a_deleted_calendar_is_gone_with_all_that_was_in_it(desk: Desk, calendar: Any) -> None:
    made = calendar.calendars().insert(body={"summary": "Daybook"}).execute()["id"]
    calendar.events().insert(calendarId=made, body=TEN).execute()
    assert calendar.calendars().get(calendarId=made).execute()["summary"] == "Daybook"
    assert calendar.calendars().delete(calendarId=made).execute() == ""
    assert refused(calendar.events().list(calendarId=made)) == (404, "notFound")
    assert refused(calendar.calendars().delete(calendarId=made)) == (404, "notFound")
    assert [one["id"] for one in calendar.calendarList().list().execute()["items"]] == [ADA]
    assert refused(calendar.calendars().delete(calendarId="primary")) == (400, "cannotDeletePrimaryCalendar")
    assert refused(calendar.calendars().insert(body={"timeZone": "UTC"})) == (400, "required")


def test_accounts_do_not_see_each_other(desk: Desk) -> None:
    desk.google.people.add_account("bob@example.com")
    bob = desk.service(email="bob@example.com")
    assert refused(bob.events().list(calendarId=ADA)) == (404, "notFound")
    assert [one["id"] for one in bob.calendarList().list().execute()["items"]] == ["bob@example.com"]
