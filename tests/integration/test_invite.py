"""invite.ics: what calendars make of a booking."""

from email import message_from_bytes
from typing import Any

import pytest
from icalendar import Calendar

from daybook import wiring
from daybook.adapters.mail.composer import MailComposer
from daybook.domain.mail import Kind, Letter, Method, Recipient
from tests.harness import Api
from tests.integration.scenes import INTRO, asked, at, booked, cancel, change, move, publish, take


def invite(api: Api, booking: dict[str, Any]) -> tuple[Calendar, Any, str]:
    """Return the calendar, its event, and the text."""
    reply = api.get(f"/bookings/{booking['id']}/invite.ics", bearer=booking["manage_token"])
    assert (reply.status, reply.headers["content-type"]) == (200, "text/calendar; charset=utf-8"), reply.text
    calendar = Calendar.from_ical(reply.text)
    [event] = calendar.walk("VEVENT")
    return calendar, event, reply.text


def named(api: Api, name: str, title: str = "Intro", location: str = "Room") -> dict[str, Any]:
    change(api, INTRO, title=title, location=location)
    body = asked(at("10:00"))
    body["attendee"]["name"] = name
    reply = api.post("/bookings", body)
    assert reply.status == 201, reply.text
    return reply.json


def test_a_booking_is_a_request_at_its_time(studio: Api) -> None:
    booking = booked(studio)
    calendar, event, _ = invite(studio, booking)
    assert (calendar["METHOD"], calendar["VERSION"]) == ("REQUEST", "2.0")
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == (booking["ics_uid"], 0, "CONFIRMED")
    assert event["UID"].endswith("@daybook.example")
    assert f"{event['DTSTART'].dt:%Y-%m-%dT%H:%M:%SZ}" == booking["start_utc"]
    assert f"{event['DTEND'].dt:%Y-%m-%dT%H:%M:%SZ}" == booking["end_utc"]
    assert event["ORGANIZER"] == "mailto:bookings@daybook.example"
    assert [str(person) for person in event["ATTENDEE"]] == ["mailto:ada@example.com", "mailto:bob@example.com"]


def test_sequence_grows_and_the_last_word_is_cancel_under_one_uid(studio: Api) -> None:
    booking = booked(studio)
    seen = [invite(studio, booking)]
    for step in (at("11:00"), at("12:00"), None):
        studio.clock.advance(seconds=1)
        assert (move(studio, booking, step) if step else cancel(studio, booking)).status == 200
        seen.append(invite(studio, booking))
    assert [calendar["METHOD"] for calendar, _, _ in seen] == ["REQUEST"] * 3 + ["CANCEL"]
    assert [event["SEQUENCE"] for _, event, _ in seen] == [0, 1, 2, 3]
    assert len({event["UID"] for _, event, _ in seen}) == 1
    stamps = [event["DTSTAMP"].dt for _, event, _ in seen]
    assert stamps == sorted(set(stamps))
    assert seen[-1][1]["STATUS"] == "CANCELLED"


def test_a_request_is_tentative_and_cancelled_once_it_lapsed(studio: Api) -> None:
    change(studio, INTRO, requires_confirmation=True, confirmation_hours=1)
    booking = booked(studio, at("10:00", "2027-03-03"))
    assert invite(studio, booking)[1]["STATUS"] == "TENTATIVE"
    studio.clock.advance(hours=1)
    assert invite(studio, booking)[0]["METHOD"] == "CANCEL"


def mailed(booking: dict[str, Any], recipient: Recipient, *, replies: bool) -> str:
    """Return the calendar object that somebody's mail about a booking would carry."""
    found, host, tenant = (
        wiring.bookings().booking("acme", booking["id"]),
        wiring.catalogue().host("acme", "ada"),
        wiring.access().tenant("acme"),
    )
    assert found is not None
    assert host is not None
    assert tenant is not None
    letter = Letter(
        kind=Kind.BOOKED,
        recipient=recipient,
        tenant=tenant,
        host=host,
        booking=found,
        now=wiring.now(),
        method=Method.REQUEST,
    )
    raw = MailComposer("daybook.example", replies=replies).compose(letter).raw
    [part] = [each for each in message_from_bytes(raw).walk() if each.get_content_type() == "text/calendar"]
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode()


@pytest.mark.parametrize("replies", [False, True])
def test_it_says_what_the_object_in_the_mail_says(
    studio: Api, monkeypatch: pytest.MonkeyPatch, *, replies: bool
) -> None:
    monkeypatch.setenv("DAYBOOK_REPLIES", str(replies).lower())
    booking = booked(studio)
    _, event, text = invite(studio, booking)
    assert text == mailed(booking, Recipient.ATTENDEE, replies=replies)
    host = studio.host("GET", f"/bookings/{booking['id']}/invite.ics")
    assert host.text == mailed(booking, Recipient.HOST, replies=replies) != text
    attendee = event["ATTENDEE"][1].params
    assert (attendee["PARTSTAT"], attendee["RSVP"]) == (("NEEDS-ACTION", "TRUE") if replies else ("ACCEPTED", "FALSE"))


def test_of_a_slot_without_an_event_type_it_is_called_what_the_readers_language_calls_it(studio: Api) -> None:
    studio.host("PATCH", "/settings", {"language": "es"})
    studio.host("PATCH", "/hosts/ada", {"language": "fr"})
    slot = publish(studio)
    booking = take(studio, slot).json
    assert invite(studio, booking)[1]["SUMMARY"] == "Cita"
    reply = studio.host("GET", f"/bookings/{booking['id']}/invite.ics")
    assert Calendar.from_ical(reply.text).walk("VEVENT")[0]["SUMMARY"] == "Bob Person – Rendez-vous"


@pytest.mark.parametrize(
    "name",
    [
        "=cmd|' /C calc'!A0",
        "<script>alert(1)</script>",
        "🦘" * 200,
        "Ærøskøbing; Ünal, José: \\n",
        'Bob "B" Person',
        "a" * 500,
        "^n^'",
        '"',
    ],
)
def test_any_name_is_one_parameter_of_one_line(studio: Api, name: str) -> None:
    _, event, text = invite(studio, named(studio, name, title=name))
    assert event["ATTENDEE"][1].params.get("CN", "") == name.replace('"', "")
    assert event["SUMMARY"] == name
    assert len([line for line in text.split("\r\n") if line.startswith("ATTENDEE")]) == 2


@pytest.mark.parametrize("name", ["Bob\r\nBcc: eve@example.com", "Bob\nX", "Bob\x00", "Bob\u2028X", "Bob\x85X", "\t"])
def test_a_name_of_several_lines_is_refused(studio: Api, name: str) -> None:
    body = asked(at("10:00"))
    body["attendee"]["name"] = name
    refused = studio.post("/bookings", body)
    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/attendee/name")


def test_lines_end_in_crlf_and_fold_at_75_octets(studio: Api) -> None:
    _, event, text = invite(studio, named(studio, "Ü" * 300, location="1st line\n2nd, line; \\ end"))
    assert text.replace("\r\n", "").isprintable()
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert event["LOCATION"] == "1st line\n2nd, line; \\ end"


def test_a_token_may_stand_in_the_address_of_a_file_and_of_nothing_else(studio: Api) -> None:
    booking = booked(studio)
    path, query = f"/bookings/{booking['id']}", {"token": booking["manage_token"]}
    assert studio.get(f"{path}/invite.ics", query=query).status == 200
    assert studio.get(f"{path}/invite.ics", query={"token": "dbm_wrong"}).status == 404
    assert studio.get(f"{path}/invite.ics").status == 404
    assert studio.get(path, query=query).status == 422
    assert studio.post(f"{path}/cancel", query=query).status == 422


def test_the_hosts_key_downloads_it_even_after_the_person_was_erased(studio: Api) -> None:
    booking = booked(studio)
    studio.host("DELETE", f"/bookings/{booking['id']}")
    reply = studio.host("GET", f"/bookings/{booking['id']}/invite.ics")
    assert reply.status == 200
    assert "bob@example.com" not in reply.text
    assert "METHOD:CANCEL" in reply.text
