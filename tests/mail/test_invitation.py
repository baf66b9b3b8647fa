"""The calendar object of mails: what iTIP asks for, and what four other readers make of it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import vobject
from icalendar import Calendar

from daybook.domain.attendee import Answer, Reply
from daybook.domain.mail import Kind, Letter, Method
from tests.mail.conftest import NotAnObject, ReadWithIcalJs
from tests.mail.letters import ATTENDEE, HOST, MANAGE, SENT, START, attendee, composed, host, letter, text_of

HOUR = timedelta(hours=1)
JOIN = "https://meet.example/ada,room;1?a=b"
STORY = [
    (Kind.BOOKED, Method.REQUEST, START),
    (Kind.RESCHEDULED, Method.REQUEST, START + HOUR),
    (Kind.RESCHEDULED, Method.REQUEST, START + 2 * HOUR),
    (Kind.CANCELLED, Method.CANCEL, START + 2 * HOUR),
]
"""Booked, moved twice, cancelled."""


def invited(one: Letter, *, replies: bool = False) -> tuple[str, Any]:
    """Return the text of a mail's object and its event."""
    text = text_of(composed(one, replies=replies), "calendar")
    [event] = Calendar.from_ical(text).walk("VEVENT")
    return text, event


def told(sequence: int, recipient: Any = ATTENDEE) -> str:
    kind, method, start = STORY[sequence]
    about = {"sequence": sequence, "start": start, "location": JOIN}
    text, _ = invited(letter(kind, recipient, method=method, now=SENT + sequence * HOUR, booking=about))
    return text


def test_a_story_keeps_its_uid_and_counts_up_to_a_cancel() -> None:
    calendars = [Calendar.from_ical(told(sequence)) for sequence in range(4)]
    events = [calendar.walk("VEVENT")[0] for calendar in calendars]
    assert [calendar["METHOD"] for calendar in calendars] == ["REQUEST", "REQUEST", "REQUEST", "CANCEL"]
    assert {event["UID"] for event in events} == {"B1@daybook.example"}
    assert [event["SEQUENCE"] for event in events] == [0, 1, 2, 3]
    assert [event["STATUS"] for event in events] == ["CONFIRMED"] * 3 + ["CANCELLED"]
    assert [event["DTSTAMP"].dt for event in events] == [SENT + sequence * HOUR for sequence in range(4)]
    assert [event["DTSTART"].dt for event in events] == [start for _, _, start in STORY]


def test_moments_are_utc_and_bring_no_zone() -> None:
    text, event = invited(letter())
    for name in ("DTSTART", "DTEND", "DTSTAMP", "CREATED", "LAST-MODIFIED"):
        assert text.count(f"\r\n{name}:20") == 1
        assert event[name].to_ical().endswith(b"Z")
    assert not {"VTIMEZONE", "TZID", "VALARM", "SCHEDULE-AGENT", "CONTACT"} & set(text.replace(":", ";").split(";"))
    assert event["TRANSP"] == "OPAQUE"


def test_the_service_organizes_under_the_hosts_name_and_the_host_comes_first() -> None:
    for recipient in (ATTENDEE, HOST):
        message = composed(letter(recipient=recipient))
        _, event = invited(letter(recipient=recipient))
        assert event["ORGANIZER"] == f"mailto:{message['From'].addresses[0].addr_spec}"
        assert event["ORGANIZER"].params["CN"] == "Ada Lovelace"
        ada, guest = event["ATTENDEE"]
        assert (ada, ada.params["PARTSTAT"], ada.params["RSVP"]) == ("mailto:ada@example.com", "ACCEPTED", "FALSE")
        assert (guest, guest.params["CN"], guest.params["ROLE"], guest.params["CUTYPE"]) == (
            "mailto:bob@example.com",
            "Bob Guest",
            "REQ-PARTICIPANT",
            "INDIVIDUAL",
        )


@pytest.mark.parametrize(
    ("replies", "answered", "verified", "expected"),
    [
        (False, None, True, ("ACCEPTED", "FALSE")),
        (True, None, True, ("NEEDS-ACTION", "TRUE")),
        (True, 2, True, ("TENTATIVE", "TRUE")),
        (False, 2, True, ("TENTATIVE", "FALSE")),
        (True, 1, True, ("NEEDS-ACTION", "TRUE")),
        (True, 2, False, ("NEEDS-ACTION", "TRUE")),
        (False, 2, False, ("ACCEPTED", "FALSE")),
    ],
)
def test_whoever_booked_comes_unless_asked_and_a_sure_answer_holds_for_its_sequence(
    replies: bool, answered: int | None, verified: bool, expected: tuple[str, str]
) -> None:
    reply = None if answered is None else Reply(answer=Answer.TENTATIVE, sequence=answered, at=SENT, verified=verified)
    _, event = invited(letter(booking={"sequence": 2, "reply": reply}), replies=replies)
    guest = event["ATTENDEE"][1]
    assert (guest.params["PARTSTAT"], guest.params["RSVP"]) == expected


def test_a_time_that_waits_for_a_word_is_tentative() -> None:
    _, event = invited(letter(Kind.RESCHEDULED, pending=True, method=Method.REQUEST))
    assert event["STATUS"] == "TENTATIVE"


def test_only_the_attendees_copy_says_how_to_manage() -> None:
    assert MANAGE in invited(letter(recipient=ATTENDEE))[1]["DESCRIPTION"]
    message = composed(letter(recipient=HOST, manage_url=MANAGE))
    assert all("dbm_" not in text_of(message, subtype) for subtype in ("plain", "html", "calendar"))
    assert "Arithmetic" in invited(letter(recipient=HOST))[1]["DESCRIPTION"]
    assert "Arithmetic" not in composed(letter(recipient=ATTENDEE)).as_string()


def test_a_meeting_online_can_be_joined_from_everywhere() -> None:
    _, event = invited(letter(booking={"location": JOIN}))
    assert event["LOCATION"] == JOIN
    assert JOIN in event["DESCRIPTION"]
    assert event["CONFERENCE"] == JOIN
    assert event["CONFERENCE"].params["VALUE"] == "URI"


@pytest.mark.parametrize(
    "location", ["Market Square 4", "http://meet.example", "https://", "https://a b", "https://[a", None]
)
def test_a_place_is_no_conference(location: str | None) -> None:
    _, event = invited(letter(booking={"location": location}))
    assert "CONFERENCE" not in event
    assert event.get("LOCATION") == location


@pytest.mark.parametrize(("recipient", "expected"), [(ATTENDEE, "Termin"), (HOST, "Bob Guest – Rendez-vous")])
def test_a_booking_without_a_title_has_a_summary_in_the_readers_language(recipient: Any, expected: str) -> None:
    about = {"title": "", "attendee": attendee(language="de")}
    _, event = invited(letter(recipient=recipient, booking=about, host=host(language="fr")))
    assert event["SUMMARY"] == expected


def test_the_host_alone_reads_in_the_summary_who_comes_so_that_seats_differ() -> None:
    assert invited(letter(recipient=ATTENDEE))[1]["SUMMARY"] == "First conversation"
    assert invited(letter(recipient=HOST))[1]["SUMMARY"] == "Bob Guest – First conversation"


@pytest.mark.parametrize("about", [{"attendee": attendee(name="https://evil.example")}, {"erasing": True}])
def test_a_guest_who_has_no_name_to_show_is_not_in_the_summary(about: dict[str, Any]) -> None:
    assert invited(letter(recipient=HOST, booking=about))[1]["SUMMARY"] == "First conversation"


# What others make of it.


@pytest.mark.parametrize("recipient", [ATTENDEE, HOST])
@pytest.mark.parametrize("sequence", range(4))
def test_libical_finds_every_step_of_a_story_as_rfc_5546_has_it(libical: Any, sequence: int, recipient: Any) -> None:
    assert libical.complaints(told(sequence, recipient)) == []


def test_libical_takes_each_step_for_what_it_is(libical: Any) -> None:
    steps = [told(sequence) for sequence in range(4)]
    user = "bob@example.com"
    assert [libical.classified(new, old, user) for old, new in zip([None, *steps], steps, strict=False)] == [
        "REQUEST-NEW",
        "REQUEST-RESCHEDULE",
        "REQUEST-RESCHEDULE",
        "CANCEL-EVENT",
    ]
    update = steps[0].replace("SEQUENCE:0", "SEQUENCE:1").replace("SUMMARY:First", "SUMMARY:Second")
    assert libical.classified(update, steps[0], user) == "REQUEST-UPDATE"


def without(name: str) -> Callable[[str], str]:
    """Drop a property."""

    def broken(text: str) -> str:
        lines = text.replace("\r\n ", "").split("\r\n")
        return "\r\n".join(line for line in lines if not line.startswith(name))

    return broken


@pytest.mark.parametrize(
    "breaking",
    [
        *(without(name) for name in ("UID", "DTSTAMP", "DTSTART", "ORGANIZER", "ATTENDEE", "SUMMARY")),
        lambda text: text.replace("STATUS:CONFIRMED", "STATUS:CANCELLED"),
        lambda text: text.replace("DTSTART:2026", "DTSTART:no"),
    ],
)
def test_libical_would_find_a_fault(libical: Any, breaking: Callable[[str], str]) -> None:
    broken = breaking(told(0))
    assert broken != told(0)
    assert libical.complaints(broken)


def test_libical_would_find_what_comes_too_late(libical: Any) -> None:
    assert libical.classified(told(0), told(1), "bob@example.com") == "OBSOLETE"


@pytest.mark.parametrize("sequence", range(4))
def test_icaljs_reads_every_step_as_it_was_meant(icaljs: ReadWithIcalJs, sequence: int) -> None:
    _, method, start = STORY[sequence]
    seen = icaljs(told(sequence))
    assert (seen["method"], seen["uid"], seen["sequence"]) == (method, "B1@daybook.example", sequence)
    assert datetime.fromisoformat(seen["start"]).astimezone(UTC) == start
    assert datetime.fromisoformat(seen["end"]).astimezone(UTC) == start + HOUR / 2
    assert seen["organizer"] == "mailto:bookings@daybook.example"
    assert seen["attendees"] == [
        ["mailto:ada@example.com", "Ada Lovelace", "ACCEPTED"],
        ["mailto:bob@example.com", "Bob Guest", "ACCEPTED"],
    ]
    assert seen["location"] == JOIN


@pytest.mark.parametrize(
    "breaking",
    [
        lambda text: text.replace("\r\n", "\n"),
        lambda text: text.replace("\r\n ", ""),
        lambda text: text.replace("END:VEVENT\r\n", ""),
        lambda text: text.replace("DTSTART:2026", "DTSTART;TZID=Europe/Berlin:2026"),
        lambda text: text.replace("SUMMARY:", "SUMMARY\x07:"),
        lambda text: text.replace("SUMMARY:First", "SUMMARY"),
        without("SEQUENCE"),
    ],
)
def test_icaljs_would_find_a_fault(icaljs: ReadWithIcalJs, breaking: Callable[[str], str]) -> None:
    broken = breaking(told(0))
    assert broken != told(0)
    with pytest.raises(NotAnObject):
        icaljs(broken)


@pytest.mark.parametrize("sequence", range(4))
def test_vobject_and_icalendar_find_nothing_amiss(sequence: int) -> None:
    calendar = vobject.readOne(told(sequence))
    assert calendar.validate(raiseException=True)
    assert calendar.vevent.dtstart.value == STORY[sequence][2]
    [event] = Calendar.from_ical(told(sequence)).walk("VEVENT")
    assert event.errors == []


def test_vobject_and_icalendar_would_find_a_fault() -> None:
    with pytest.raises(vobject.base.ValidateError):
        vobject.readOne(without("UID")(told(0))).validate(raiseException=True)
    [event] = Calendar.from_ical(told(0).replace("DTSTART:2026", "DTSTART:no")).walk("VEVENT")
    assert event.errors
