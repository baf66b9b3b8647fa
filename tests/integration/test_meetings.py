"""Video meetings that a host's calendar makes: where bookings, pages and calendar files say they are."""

from typing import Any

import pytest
from icalendar import Calendar

from daybook import wiring
from daybook.domain.actor import Actor, Role
from daybook.domain.history import Deed, Origin, event
from tests.harness import Api
from tests.integration.browsing import seen, words
from tests.integration.scenes import at, booked, cancel, offer

MEET = "https://meet.google.com/abc-defg-hij"


@pytest.fixture
def booking(studio: Api) -> dict[str, Any]:
    offer(studio, "call", location="google_meet")
    return booked(studio, at("12:00"), event_type="call")


def made(booking: dict[str, Any]) -> None:
    """Let the meeting be made, as the worker that writes into calendars notes it."""
    before = wiring.bookings().booking("acme", booking["id"])
    assert before
    after = before.met_at(MEET, now=wiring.now())
    origin = Origin(Actor(Role.SYSTEM), wiring.now(), "message-1")
    wiring.ledger().settle(before, after, event(Deed.MEETING_MADE, origin, before=before, after=after))


def shown(api: Api, booking: dict[str, Any]) -> dict[str, Any]:
    reply = api.get(f"/bookings/{booking['id']}", bearer=booking["manage_token"])
    assert reply.status == 200
    return reply.json


def invite(api: Api, booking: dict[str, Any]) -> Any:
    reply = api.get(f"/bookings/{booking['id']}/invite.ics", bearer=booking["manage_token"])
    [found] = Calendar.from_ical(reply.text).walk("VEVENT")
    return found


def test_a_meeting_that_is_yet_to_be_made_is_said_in_words(studio: Api, booking: dict[str, Any]) -> None:
    assert (booking["location"], "meeting_url" in booking) == ("google_meet", False)
    page = seen(studio, booking)
    assert "Online, with Google Meet" in words(page)
    assert "google_meet" not in page.text
    assert "LOCATION" not in invite(studio, booking)


def test_a_meeting_is_shown_to_who_may_see_the_booking(studio: Api, booking: dict[str, Any]) -> None:
    made(booking)
    assert shown(studio, booking)["meeting_url"] == MEET
    assert f'href="{MEET}"' in seen(studio, booking).text
    assert (invite(studio, booking)["LOCATION"], invite(studio, booking)["CONFERENCE"]) == (MEET, MEET)
    [listed] = studio.host("GET", "/bookings", query={"host": "ada"}).json["items"]
    assert listed["meeting_url"] == MEET
    history = studio.host("GET", f"/bookings/{booking['id']}/history").json["items"]
    assert [one["event"] for one in history] == ["booking.booked", "booking.meeting_made"]


def test_nobody_is_led_to_a_meeting_that_was_called_off(studio: Api, booking: dict[str, Any]) -> None:
    made(booking)
    cancel(studio, booking)
    assert f'href="{MEET}"' not in seen(studio, booking).text
