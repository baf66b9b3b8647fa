"""What a booking's event in a calendar says, and to whom."""

from dataclasses import replace
from typing import Any

import pytest

from daybook.domain.attendee import Attendee
from daybook.domain.booking import Booking
from daybook.domain.entry import LONGEST, STANDING, Entry, Seat, entry_of, session_entry
from daybook.domain.event_type import GOOGLE_MEET
from tests.fakes import values

BOB = Attendee(name="Bob  Guest\r\nx", email="bob@example.com", timezone="America/New_York")
ANSWERS = (("Topic", "Tea\x00\r\nand cake "),)


def booking(**fields: Any) -> Booking:
    return values.booking("acme", **{"title": "Intro", "attendee": BOB, **fields})


def entry(*, invites: bool = False, answers: Any = (), **fields: Any) -> Entry:
    return entry_of(booking(**fields), answers=answers, invites=invites)


def test_a_host_reads_who_comes_and_why() -> None:
    made = entry(answers=ANSWERS)
    assert made.title == "Intro – Bob Guest x"
    assert made.description == "Bob Guest x\nbob@example.com\nAmerica/New_York\n\nTopic: Tea\nand cake"
    assert made.guests == ()


def test_an_invited_guest_reads_nothing_that_was_typed_but_a_plain_name() -> None:
    typed = replace(BOB, name="Bob https://evil.example")
    made = entry(invites=True, answers=ANSWERS, attendee=typed)
    assert (made.title, made.description, made.guests) == ("Intro", "", (("bob@example.com", "Bob"),))
    assert "evil" not in str(made)


@pytest.mark.parametrize("invites", [False, True])
def test_nobody_is_named_who_is_forgotten(invites: bool) -> None:
    made = entry(invites=invites, attendee=BOB.nobody)
    assert (made.title, made.description, made.guests) == ("Intro", "", ())


def test_an_event_always_has_a_title() -> None:
    assert entry(title="", attendee=BOB.nobody).title == "Daybook"
    assert entry(title="").title == "Bob Guest x"
    assert entry(title="", invites=True).title == "Daybook"


def test_a_video_meeting_is_no_place_in_words() -> None:
    call, room = entry(location=GOOGLE_MEET), entry(location=" Room 1\x00 ")
    assert (call.meeting, call.location) == (True, "")
    assert (room.meeting, room.location) == (False, "Room 1")
    assert entry(location=None).location == ""


def test_times_uid_and_version_are_the_bookings() -> None:
    about = booking(version=7)
    made = entry_of(about, answers=(), invites=False)
    assert (made.booking, made.uid, made.version) == (about.id, about.uid, 7)
    assert (made.start, made.end) == (about.start, about.end)


def test_a_request_is_in_no_calendar() -> None:
    assert booking(deadline=values.NINE).status not in STANDING
    assert booking().status in STANDING


def session(*seats: Seat, invites: bool = False) -> Entry:
    return session_entry("S1", 3, "session-s1@daybook.example", seats, invites=invites, tells=True)


def seat(name: str, answers: Any = (), **fields: Any) -> Seat:
    person = Attendee(name=name, email=f"{name.lower()}@example.com", timezone="UTC")
    return Seat(booking(**{"attendee": person, "capacity": 5, "title": "Yoga", **fields}), answers)


class TestASession:
    def test_says_how_many_and_who_sits_there(self) -> None:
        made = session(seat("Bob", ANSWERS), seat("Eve", capacity=6))
        assert made.title == "Yoga (2/6)"
        assert made.description == ("Bob\nbob@example.com\nUTC\n\nTopic: Tea\nand cake\n\nEve\neve@example.com\nUTC")
        assert (made.booking, made.uid, made.shared) == ("S1", "session-s1@daybook.example", True)
        assert made.guests == ()

    def test_that_google_invites_to_says_nothing_of_who_sits_there(self) -> None:
        made = session(seat("Bob", ANSWERS), seat("Eve"), invites=True)
        assert (made.title, made.description) == ("Yoga", "")
        assert made.guests == (("bob@example.com", "Bob"), ("eve@example.com", "Eve"))

    @pytest.mark.parametrize("invites", [False, True])
    def test_names_nobody_who_is_forgotten_though_the_seat_is_taken(self, invites: bool) -> None:
        made = session(seat("Bob"), seat("Eve", attendee=BOB.nobody), invites=invites)
        assert made.title == ("Yoga" if invites else "Yoga (2/5)")
        assert made.description == ("" if invites else "Bob\nbob@example.com\nUTC")
        assert len(made.guests) == invites

    def test_always_has_a_title(self) -> None:
        assert session(seat("Bob", title="")).title == "Daybook (1/5)"

    def test_with_much_to_say_leaves_out_answers_and_then_persons(self) -> None:
        talkative = [seat(f"Person{number}", (("Topic", "x" * 3000),)) for number in range(3)]
        assert session(*talkative).description.count("@") == 3
        assert "Topic" not in session(*talkative).description
        crowd = [seat(f"Person{number}") for number in range(500)]
        assert len(session(*crowd).description) == LONGEST + 1
        assert session(*crowd).description.endswith("…")
