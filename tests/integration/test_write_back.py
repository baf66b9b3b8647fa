"""From a booking over HTTP to the host's connected calendar and back into the booking, each worker by its handler."""

import json
from datetime import timedelta
from typing import Any

import pytest

from daybook import calendar_wiring, mail_wiring, wiring
from daybook.adapters import messages
from daybook.domain.connection import Connection, State
from daybook.domain.entry import CopyRequest
from tests.harness import Context
from tests.integration.calendars import GMAIL, Office, Workers
from tests.integration.conftest import Log
from tests.integration.scenes import at, booked, cancel, change, move, offer, rows
from workers import send_mail, write_back


@pytest.fixture
def connection(office: Office, workers: Workers) -> Connection:
    found = office.connect()
    office.queued("calendar")
    return found


@pytest.fixture
def put_off(monkeypatch: pytest.MonkeyPatch) -> dict[str, timedelta]:
    """The delays that were asked for, by receipt."""
    delays: dict[str, timedelta] = {}
    monkeypatch.setattr(mail_wiring, "put_off", delays.__setitem__)
    return delays


def told(booking: dict[str, Any]) -> list[str]:
    """Return what the outbox has of a booking, as the queue carries it."""
    return [messages.event_text(event) for event in wiring.bookings().history("acme", booking["id"])]


def handed(handler: Any, *bodies: str) -> list[str]:
    """Hand messages of one group to a worker; return those that failed."""
    records = [
        {
            "messageId": str(number),
            "receiptHandle": str(number),
            "body": body,
            "attributes": {"ApproximateReceiveCount": "1", "MessageGroupId": "group", "SentTimestamp": "1"},
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:CalendarQueue.fifo",
            "awsRegion": "eu-central-1",
        }
        for number, body in enumerate(bodies)
    ]
    answer = handler({"Records": records}, Context())
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def events(office: Office, connection: Connection) -> list[dict[str, Any]]:
    known = office.google.world.calendars[str(connection.write_to)].events.values()
    return [event.resource for event in known if event.resource["status"] != "cancelled"]


def test_a_booking_appears_moves_and_goes(
    office: Office, connection: Connection, put_off: dict[str, timedelta], log: Log
) -> None:
    booking = booked(office.api)
    assert handed(write_back.handler, *told(booking)) == []
    [event] = events(office, connection)
    assert (event["iCalUID"], event["summary"]) == (booking["ics_uid"], "Intro – Bob Person")
    assert move(office.api, booking, at("11:00")).status == 200
    assert handed(write_back.handler, *told(booking)) == []
    [moved] = events(office, connection)
    assert (moved["id"], moved["start"]["dateTime"]) == (event["id"], "2027-03-01T10:00:00Z")
    assert cancel(office.api, booking).status == 200
    assert handed(write_back.handler, *told(booking), messages.copy_text(CopyRequest("acme", booking["id"]))) == []
    assert events(office, connection) == []
    assert put_off == {}


def test_a_google_that_is_down_lets_messages_wait_without_an_error(
    office: Office, connection: Connection, put_off: dict[str, timedelta], log: Log
) -> None:
    booking = booked(office.api)
    office.google.trouble.down = True
    assert handed(write_back.handler, *told(booking)) == ["0"]
    assert put_off == {"0": timedelta(seconds=5)}
    assert '"level":"ERROR"' not in log.text.replace(" ", "")
    office.google.trouble.down = False
    assert handed(write_back.handler, *told(booking)) == []
    assert len(events(office, connection)) == 1


def test_a_video_meeting_comes_back_into_the_booking(
    office: Office, connection: Connection, put_off: dict[str, timedelta]
) -> None:
    offer(office.api, "call", location="google_meet")
    booking = booked(office.api, at("12:00"), event_type="call")
    assert handed(write_back.handler, *told(booking)) == ["0"], "it is being made"
    office.api.clock.advance(seconds=5)
    assert handed(write_back.handler, *told(booking)) == []
    reply = office.api.get(f"/bookings/{booking['id']}", bearer=booking["manage_token"])
    [event] = events(office, connection)
    assert reply.json["meeting_url"] == event["hangoutLink"]


def test_a_session_has_one_event_and_one_meeting(
    office: Office, connection: Connection, put_off: dict[str, timedelta]
) -> None:
    api = office.api
    offer(api, "class", title="Class", capacity=3, location="google_meet")
    seats = [booked(api, at("12:00"), who, "class") for who in ("bob", "eve")]
    assert handed(write_back.handler, *told(seats[0])) == ["0"], "the meeting is being made"
    api.clock.advance(seconds=5)
    for seat in seats:
        assert handed(write_back.handler, *told(seat)) == []
    [event] = events(office, connection)
    assert event["summary"] == "Class (2/3)"
    assert [line for line in event["description"].split("\n") if "@" in line] == ["bob@example.com", "eve@example.com"]
    shown = [api.get(f"/bookings/{seat['id']}", bearer=seat["manage_token"]).json for seat in seats]
    assert [one["meeting_url"] for one in shown] == [event["hangoutLink"]] * 2
    assert move(api, seats[0], at("14:00")).status == 200
    moved = api.get(f"/bookings/{seats[0]['id']}", bearer=seats[0]["manage_token"])
    assert "meeting_url" not in moved.json, "the meeting is the session's that it has left"
    assert cancel(api, seats[1]).status == 200
    assert handed(write_back.handler, *told(seats[1])) == []
    handed(write_back.handler, *told(seats[0]))
    api.clock.advance(seconds=5)
    assert handed(write_back.handler, *told(seats[0])) == []
    [event] = events(office, connection)
    assert (event["summary"], event["start"]["dateTime"]) == ("Class (1/3)", "2027-03-01T13:00:00Z")


def test_a_grant_that_is_lost_breaks_the_connection_and_asks_for_a_mail(
    office: Office, connection: Connection, put_off: dict[str, timedelta], log: Log
) -> None:
    office.google.people.withdraw(GMAIL, "daybook.apps.example")
    change(office.api, "/hosts/ada", calendar_policy="accept_stale")
    booking = booked(office.api)
    assert handed(write_back.handler, *told(booking)) == []
    [broken] = office.connections()
    assert broken.state is State.BROKEN
    [notice] = office.queued("mail")
    assert notice["notice"]["kind"] == "calendar_lost"
    assert GMAIL not in json.dumps(notice)


def test_what_is_to_be_taken_out_is_remembered_for_as_long_as_the_booking(
    office: Office, connection: Connection, put_off: dict[str, timedelta]
) -> None:
    booking = booked(office.api)
    assert handed(write_back.handler, *told(booking)) == []
    store = calendar_wiring.connections()
    store.put(connection.broken("grant_lost", now=office.api.clock()), version=connection.version)
    assert cancel(office.api, booking).status == 200
    assert handed(write_back.handler, *told(booking)) == []
    assert {copy.owed for copy in store.copies("acme", "ada").values()} == {True}
    lives = {item["ttl"]["N"] for item in rows() if item["sk"]["S"].partition("#")[0] == "COPY"}
    [kept] = [item["ttl"]["N"] for item in rows() if item["sk"]["S"] == "BOOKING"]
    assert lives == {kept}


def test_what_belongs_elsewhere_is_an_error(
    office: Office, connection: Connection, put_off: dict[str, timedelta]
) -> None:
    notice = '{"notice": {"tenant": "acme", "host": "ada", "connection": "C1", "kind": "calendar_lost", "number": 1}}'
    assert handed(write_back.handler, notice) == ["0"]
    assert handed(send_mail.handler, messages.copy_text(CopyRequest("acme", "B1"))) == ["0"]
