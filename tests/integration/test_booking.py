"""A booking's way through the endpoints."""

from tests.harness import Api

ATTENDEE = {"name": "Bob", "email": "bob@example.com", "timezone": "America/New_York"}
SLOTS = "/hosts/ada/event-types/intro/slots?from=2027-03-01&to=2027-03-01&timezone=Europe/Berlin"


def book(api: Api, start: str = "2027-03-01T10:00:00+01:00", **attendee: str):
    body = {"host": "ada", "event_type": "intro", "start": start, "attendee": {**ATTENDEE, **attendee}}
    return api.post("/bookings", body)


def test_a_listed_start_can_be_booked_shown_moved_and_cancelled(studio: Api) -> None:
    listed = studio.get(SLOTS).json
    assert listed["timezone"] == "Europe/Berlin"
    assert listed["slots"][0] == {
        "start": "2027-03-01T09:00:00+01:00",
        "start_utc": "2027-03-01T08:00:00Z",
        "end": "2027-03-01T09:30:00+01:00",
        "end_utc": "2027-03-01T08:30:00Z",
        "seats_left": 1,
    }
    booked = book(studio)
    assert booked.status == 201, booked.text
    booking, token = booked.json, booked.json["manage_token"]
    assert booked.headers["location"] == f"/v1/acme/bookings/{booking['id']}"
    assert booking["start"] == "2027-03-01T04:00:00-05:00"
    assert booking["status"] == "confirmed"
    path = f"/bookings/{booking['id']}"
    assert studio.get(path, bearer=token).json["start_utc"] == "2027-03-01T09:00:00Z"
    assert studio.get(path).status == 404
    moved = studio.post(f"{path}/reschedule", {"start": "2027-03-01T10:30:00+01:00"}, bearer=token)
    assert (moved.status, moved.json["ics_sequence"], moved.json["ics_uid"]) == (200, 1, booking["ics_uid"])
    cancelled = studio.post(f"{path}/cancel", {"reason": "ill"}, bearer=token)
    assert (cancelled.status, cancelled.json["status"]) == (200, "cancelled")
    again = studio.post(f"{path}/cancel", {}, bearer=token)
    assert again.json == cancelled.json
    assert studio.get(SLOTS).json == listed
    history = studio.host("GET", f"{path}/history").json["items"]
    assert [event["event"] for event in history] == ["booking.booked", "booking.rescheduled", "booking.cancelled"]


def test_the_hosts_own_address_is_refused_as_the_attendees(studio: Api) -> None:
    refused = book(studio, email="ADA@example.com")
    assert (refused.status, refused.code) == (422, "validation")
    assert [error["pointer"] for error in refused.json["errors"]] == ["/attendee/email"]


def test_a_taken_start_is_refused_with_the_next_three(studio: Api) -> None:
    assert book(studio).status == 201
    refused = book(studio, email="eve@example.com")
    assert (refused.status, refused.code) == (409, "slot_taken")
    assert refused.json["alternatives"] == [
        "2027-03-01T09:30:00Z",
        "2027-03-01T10:00:00Z",
        "2027-03-01T10:30:00Z",
    ]
