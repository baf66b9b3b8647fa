"""What Google mails to guests, and what people do by hand; both outlive a restart."""

from datetime import date
from pathlib import Path
from typing import Any

from local.google.memory import remembered
from local.google.port import serving
from local.google.server import GoogleServer
from tests.google.desk import ADA, TEN, Desk, at, get, insert, patch, timed


def test_google_mails_guests_only_when_told_to(desk: Desk, calendar: Any) -> None:
    desk.google.people.add_account("bob@example.com")
    guests = [{"email": "bob@example.com"}, {"email": "eve@example.org"}]
    body = {**TEN, "attendees": guests}
    quiet = insert(calendar, body)
    assert desk.google.world.mails == []
    calendar.events().delete(calendarId="primary", eventId=quiet["id"]).execute()
    assert desk.google.world.mails == []
    made = insert(calendar, body, sendUpdates="all")
    patch(
        calendar, made["id"], timed("2026-12-02T10:00:00", "2026-12-02T10:30:00"), sendUpdates="externalOnly"
    ).execute()
    patch(calendar, made["id"], {"attendees": guests[:1]}, sendUpdates="all").execute()
    calendar.events().delete(calendarId="primary", eventId=made["id"], sendUpdates="all").execute()
    assert [(mail.kind, mail.to, mail.sequence) for mail in desk.google.world.mails] == [
        ("invitation", "bob@example.com", 0),
        ("invitation", "eve@example.org", 0),
        ("update", "eve@example.org", 1),
        ("update", "bob@example.com", 1),
        ("cancellation", "eve@example.org", 1),
        ("cancellation", "bob@example.com", 2),
    ]


def test_people_edit_answer_and_delete_by_hand(desk: Desk, calendar: Any) -> None:
    people = desk.google.people
    invited = people.insert(
        ADA,
        start=at("2026-12-01T10:00+01:00"),
        end=at("2026-12-01T11:00+01:00"),
        organizer={"email": "boss@example.org"},
        attendees=[{"email": ADA}, {"email": "boss@example.org", "responseStatus": "accepted"}],
    )
    event = get(calendar, invited)
    assert event["organizer"] == {"email": "boss@example.org"}
    assert event["attendees"][0] == {"email": ADA, "responseStatus": "needsAction", "self": True}
    assert event["attendees"][1]["organizer"] is True
    people.respond(ADA, invited, "declined")
    assert get(calendar, invited)["attendees"][0]["responseStatus"] == "declined"
    people.edit(ADA, invited, start=date(2026, 12, 3), end=date(2026, 12, 4))
    assert get(calendar, invited)["start"] == {"date": "2026-12-03"}
    people.delete(ADA, invited)
    assert get(calendar, invited)["status"] == "cancelled"
    assert desk.google.world.mails == [], "an invited person's edits go to nobody"


def test_what_google_knows_outlives_a_restart(desk: Desk, calendar: Any, tmp_path: Path) -> None:
    """Signed in, connected and watching, a client goes on with the tokens it has."""
    file = tmp_path / "google"
    with remembered(desk.google, file) as continued:
        assert not continued
        made = calendar.events().insert(calendarId="primary", body=TEN).execute()
        token = calendar.events().list(calendarId="primary").execute()["nextSyncToken"]
        hook = {"id": "c1", "type": "web_hook", "address": "https://hooks.example/google"}
        calendar.events().watch(calendarId="primary", body=hook).execute()
        tokens = desk.tokens("https://www.googleapis.com/auth/calendar")
    again = GoogleServer(desk.clock, desk.mailbox)
    with remembered(again, file) as continued, serving(again, pump=False) as url:
        assert continued
        desk.url = url
        service = desk.service(credentials=desk.credentials(tokens | {"access_token": None}))
        service.events().patch(calendarId="primary", eventId=made["id"], body={"summary": "Later"}).execute()
        [change] = service.events().list(calendarId="primary", syncToken=token).execute()["items"]
        assert change["summary"] == "Later"
        again.pushes.run()
        assert desk.mailbox.states[-1] == "exists"
    file.write_bytes(b"from another time")
    fresh = GoogleServer(desk.clock, desk.mailbox)
    with remembered(fresh, file) as continued:
        assert not continued
