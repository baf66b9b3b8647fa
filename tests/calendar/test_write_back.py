"""Bookings in a connected calendar: each has one event that follows it, whatever fails, doubles or comes late."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from daybook.domain.actor import Actor, Role
from daybook.domain.booking import Booking, Status
from daybook.domain.connection import Guests, State
from daybook.domain.event_type import GOOGLE_MEET, Question
from daybook.domain.history import Deed, Origin
from daybook.domain.history import event as step
from daybook.domain.mail import Kind, Method, Recipient
from daybook.usecases.confirm import confirm
from daybook.usecases.erase_booking import erase_booking
from local.google.errors import invalid
from local.google.trouble import Failure
from tests.calendar.office import BOB, Office, opened
from tests.calendar.world import ADA, at
from tests.fakes import values
from tests.fakes.ports import interrupted
from tests.fakes.post import Died
from tests.fakes.scene import ACME
from tests.fakes.values import HALF_HOUR, HOUR, NINE, NOW

MINUTE = timedelta(minutes=1)
ATTENDEE, HOST = Recipient.ATTENDEE, Recipient.HOST


@pytest.fixture
def unconnected() -> Iterator[Office]:
    with opened() as office:
        yield office


@pytest.fixture
def office(unconnected: Office) -> Office:
    unconnected.connect()
    return unconnected


def start_of(event: dict[str, Any]) -> Any:
    return at(event["start"]["dateTime"])


def die() -> None:
    raise Died


class TestABooking:
    def test_is_in_the_calendar_under_its_own_uid(self, office: Office) -> None:
        booking = office.scene.book()
        office.room.settle()
        event = office.event()
        assert event["iCalUID"] == booking.uid
        assert event["extendedProperties"]["private"]["daybook_booking"] == booking.id
        assert (event["summary"], event["description"]) == ("Intro – Bob", f"Bob\n{BOB}\nUTC")
        assert (start_of(event), at(event["end"]["dateTime"])) == (NINE, NINE + HALF_HOUR)
        assert "attendees" not in event
        assert office.google_mails() == []

    def test_brings_the_answers_and_the_place(self, office: Office) -> None:
        office.scene.offer("talk", questions=(Question(id="topic", label="Your topic?"),), location="Room 1")
        office.scene.book(event_type="talk", answers={"topic": '<a href="https://evil.example">Tea</a> & more'})
        office.room.settle()
        assert office.event()["description"].endswith(
            '\n\nYour topic?: &lt;a href="https://evil.example"&gt;Tea&lt;/a&gt; &amp; more'
        )
        assert office.event()["location"] == "Room 1"

    def test_moves_its_event_and_keeps_its_id(self, office: Office) -> None:
        booking = office.scene.book()
        office.room.settle()
        before = office.event()
        office.scene.move(booking, NINE + HOUR)
        office.room.settle()
        after = office.event()
        assert (after["id"], after["iCalUID"]) == (before["id"], booking.uid)
        assert start_of(after) == NINE + HOUR
        assert office.ever() == 1

    def test_that_is_cancelled_leaves_the_calendar(self, office: Office) -> None:
        booking = office.scene.book()
        office.room.settle()
        office.scene.cancel(booking)
        office.room.settle()
        assert office.events() == []
        assert office.scene.ports.connections.copy(ACME, booking.id) is None

    def test_of_a_host_without_a_calendar_asks_nobody(self, unconnected: Office) -> None:
        def account(_: object) -> Any:
            raise AssertionError("no account is open")

        unconnected.room.account = account
        booking = unconnected.scene.book()
        unconnected.room.settle()
        assert unconnected.scene.stored(booking) == booking

    def test_that_is_over_is_not_written_anew(self, office: Office) -> None:
        booking = office.scene.book()
        office.scene.now = NINE + HOUR
        office.room.settle()
        office.ask(booking)
        assert office.ever() == 0


class TestARequest:
    def pending(self, office: Office) -> Booking:
        office.scene.offer("visit", requires_confirmation=True)
        return office.scene.book(event_type="visit")

    def confirm(self, office: Office, booking: Booking) -> None:
        ports = office.scene.ports
        origin = values.origin(Role.HOST, office.scene.now)
        confirm(office.scene.stored(booking), origin=origin, ledger=ports.ledger, bookings=ports.bookings)
        office.room.settle()

    def test_waits_outside_the_calendar(self, office: Office) -> None:
        booking = self.pending(office)
        office.room.settle()
        assert office.ever() == 0
        self.confirm(office, booking)
        assert start_of(office.event()) == NINE

    def test_for_another_time_waits_outside_too_and_comes_back_as_the_same_event(self, office: Office) -> None:
        booking = self.pending(office)
        self.confirm(office, booking)
        known = office.event()["id"]
        office.scene.move(office.scene.stored(booking), NINE + HOUR)
        office.room.settle()
        assert office.events() == []
        self.confirm(office, booking)
        assert (office.event()["id"], start_of(office.event())) == (known, NINE + HOUR)
        assert office.ever() == 1


class TestAnyOrder:
    @pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
    @pytest.mark.parametrize("cancelled", [False, True])
    def test_of_delivery_and_each_twice_leaves_one_true_event(
        self, office: Office, order: tuple[int, ...], cancelled: bool
    ) -> None:
        scene = office.scene
        booking = scene.move(scene.book(), NINE + HOUR)
        booking = scene.cancel(booking) if cancelled else scene.move(booking, NINE + 2 * HOUR)
        events = office.room.events()
        for number in (*order, *order):
            office.room.copy(events[number])
        assert [start_of(event) for event in office.events()] == ([] if cancelled else [NINE + 2 * HOUR])
        assert office.ever() <= 1

    def test_with_changes_in_between_leaves_one_true_event(self, office: Office) -> None:
        scene = office.scene
        booking = scene.book()
        office.room.copy(office.room.events()[0])
        scene.move(booking, NINE + HOUR)
        for told in reversed(office.room.events()):
            office.room.copy(told)
        assert start_of(office.event()) == NINE + HOUR
        assert office.ever() == 1

    def test_twice_writes_once(self, office: Office) -> None:
        office.room.twice = True
        office.scene.book()
        office.room.settle()
        assert office.writes() == 1


class TestAWorkerThatDies:
    @pytest.mark.parametrize("cancelled", [False, True])
    def test_after_google_answered_makes_no_second_event(self, office: Office, cancelled: bool) -> None:
        connections = office.scene.ports.connections
        booking = office.scene.book()
        self.die_at(office, "put_copy")
        office.room.settle()
        assert (len(office.events()), connections.copy(ACME, booking.id)) == (1, None)
        if cancelled:
            # Nobody remembers the event, but whoever tries again finds it by its UID.
            office.scene.move(booking, NINE + HOUR)
        office.room.until(NOW + HALF_HOUR)
        assert start_of(office.event()) == (NINE + HOUR if cancelled else NINE)
        assert office.ever() == 1

    def test_after_a_deletion_deletes_again(self, office: Office) -> None:
        booking = office.scene.book()
        office.room.settle()
        office.scene.cancel(booking)
        self.die_at(office, "remove_copy")
        office.room.until(NOW + HALF_HOUR)
        assert office.events() == []
        assert office.scene.ports.connections.copy(ACME, booking.id) is None

    @pytest.mark.parametrize("failure", [Failure.LOST_ANSWER, Failure.LOST_REQUEST])
    @pytest.mark.parametrize("method", ["events.insert", "events.patch", "events.delete"])
    def test_or_an_answer_that_is_lost_makes_no_second_event(
        self, office: Office, method: str, failure: Failure
    ) -> None:
        office.world.google.trouble.fail(failure, only=method)
        booking = office.scene.book()
        office.room.until(NOW + MINUTE)
        assert start_of(office.event()) == NINE
        booking = office.scene.move(booking, NINE + HOUR)
        office.room.until(NOW + 2 * MINUTE)
        assert start_of(office.event()) == NINE + HOUR
        office.scene.cancel(booking)
        office.room.until(NOW + 3 * MINUTE)
        assert (office.events(), office.ever()) == ([], 1)

    def die_at(self, office: Office, method: str) -> None:
        def die() -> None:
            raise Died

        ports = office.scene.ports
        office.scene.ports = replace(ports, connections=interrupted(ports.connections, method, die))


class TestAGoogleThatIsDown:
    @pytest.mark.parametrize("failure", [Failure.UNAVAILABLE, Failure.RATE_LIMIT, Failure.TOO_MANY])
    def test_for_an_hour_is_caught_up_with(self, office: Office, failure: Failure) -> None:
        first = office.scene.book(NINE + 4 * HOUR)
        office.room.settle()
        office.world.google.trouble.fail(failure, calls=10_000)
        second = office.scene.book(NINE + 5 * HOUR, "eve")
        office.room.until(NOW + HALF_HOUR)
        office.scene.move(first, NINE + 6 * HOUR)
        third = office.scene.cancel(office.scene.book(NINE + 7 * HOUR, "kim"))
        office.room.until(NOW + HOUR)
        office.world.google.trouble = type(office.world.google.trouble)()
        office.room.until(NOW + 2 * HOUR)
        assert [(event["iCalUID"], start_of(event)) for event in office.events()] == [
            (second.uid, NINE + 5 * HOUR),
            (first.uid, NINE + 6 * HOUR),
        ]
        assert office.ever() == 2
        assert third.status is Status.CANCELLED
        assert office.connection.state is State.CONNECTED

    def test_does_not_keep_mails_back(self, office: Office) -> None:
        office.world.google.trouble.down = True
        office.scene.book()
        office.room.settle()
        assert set(office.room.names()) >= {"0-booked-attendee", "0-booked-host"}


class TestAnEventThatIsGone:
    """Whoever deletes it by hand is followed elsewhere; a change of the booking that came first brings it back."""

    def test_comes_back_with_the_next_change(self, office: Office) -> None:
        booking = office.scene.book()
        office.room.settle()
        known = office.event()["id"]
        office.world.people.delete(office.calendar, known)
        office.scene.move(booking, NINE + HOUR)
        office.room.settle()
        assert (office.event()["id"], start_of(office.event())) == (known, NINE + HOUR)

    def test_is_no_trouble_when_the_booking_ends(self, office: Office) -> None:
        booking = office.scene.book()
        office.room.settle()
        office.world.people.delete(office.calendar, office.event()["id"])
        office.scene.cancel(booking)
        office.room.settle()
        assert office.events() == []
        assert office.room.copying.messages == []

    def test_or_edited_is_left_to_whoever_reads_the_calendar(self, office: Office) -> None:
        booking = office.scene.book()
        office.room.settle()
        event = office.event()["id"]
        office.world.people.edit(office.calendar, event, start=NINE + HOUR, end=NINE + HOUR + HALF_HOUR)
        office.ask(booking)
        assert start_of(office.event()) == NINE + HOUR
        office.world.people.delete(office.calendar, event)
        office.ask(booking)
        assert office.events() == []

    def test_or_edited_is_as_before_once_the_edit_is_refused(self, office: Office) -> None:
        scene = office.scene
        booking = scene.book()
        office.room.settle()
        office.world.people.edit(office.calendar, office.event()["id"], start=NINE + HOUR, end=NINE + 3 * HOUR)
        after = scene.stored(booking).kept(now=scene.now)
        scene.ports.ledger.settle(booking, after, values.step(Deed.EDIT_REFUSED, booking, after))
        office.room.settle()
        event = office.event()
        assert (start_of(event), at(event["end"]["dateTime"])) == (NINE, NINE + HALF_HOUR)
        assert office.room.names(HOST)[-1] == "0-edit_refused_2-host"
        assert office.room.names(ATTENDEE) == ["0-booked-attendee", "0-welcome-attendee"]


class TestAMoveBetweenSessions:
    def move(self, office: Office) -> tuple[Booking, Booking]:
        """Let Bob move while somebody else is at the event he leaves."""
        scene = office.scene
        scene.offer("yoga", title="Yoga", capacity=3)
        bob, eve = scene.book(NINE, "bob", event_type="yoga"), scene.book(NINE, "eve", event_type="yoga")
        office.room.settle()
        known = scene.ports.sessions.session(ACME, "ada", NINE)
        assert known
        held = replace(known, version=known.version + 1, held_until=scene.now + 6 * MINUTE)
        scene.ports.sessions.put(held, before=known)
        scene.move(bob, NINE + 2 * HOUR)
        office.room.settle()
        return bob, eve

    def test_does_not_wait_for_the_one_that_is_left(self, office: Office) -> None:
        self.move(office)
        shown = [(start_of(event), event["summary"]) for event in office.events()]
        assert shown == [(NINE, "Yoga (2/3)"), (NINE + 2 * HOUR, "Yoga (1/3)")]

    def test_is_done_with_once_that_is_written_too(self, office: Office) -> None:
        self.move(office)
        assert len(office.room.copying.messages) == 1
        office.room.until(office.scene.now + HOUR)
        shown = [(start_of(event), event["summary"]) for event in office.events()]
        assert shown == [(NINE, "Yoga (1/3)"), (NINE + 2 * HOUR, "Yoga (1/3)")]
        assert office.room.copying.messages == []


class TestInvitations:
    def test_are_ours_and_the_host_gets_no_second_entry(self, office: Office) -> None:
        booking = office.scene.book()
        office.room.settle()
        assert office.room.methods(booking, ATTENDEE)[0] is Method.REQUEST
        assert office.room.methods(booking, HOST) == [None]

    def test_are_googles_alone_if_the_host_wants_that(self, office: Office) -> None:
        office.change(guests=Guests.PROVIDER)
        booking = office.scene.book()
        office.room.settle()
        assert [(one["email"], one["displayName"]) for one in office.event()["attendees"]] == [(BOB, "Bob")]
        office.scene.move(booking, NINE + HOUR)
        office.room.settle()
        office.scene.cancel(office.scene.stored(booking))
        office.room.settle()
        assert office.google_mails() == [("invitation", BOB), ("update", BOB), ("cancellation", BOB)]
        assert set(office.room.methods(booking, ATTENDEE)) == {None}

    def test_of_google_carry_nothing_that_was_typed_but_a_plain_name(self, office: Office) -> None:
        office.change(guests=Guests.PROVIDER)
        office.scene.offer("talk", questions=(Question(id="topic", label="Your topic?"),))
        office.scene.book(event_type="talk", answers={"topic": "https://evil.example"})
        office.room.settle()
        event = office.event()
        assert event["summary"] == "Talk"
        assert event.get("description", "") == ""
        assert "evil" not in str(event)

    def test_of_google_are_not_repeated_when_the_host_moved_the_event_there(self, office: Office) -> None:
        office.change(guests=Guests.PROVIDER)
        scene = office.scene
        booking = scene.book()
        office.room.settle()
        start, end = NINE + HOUR, NINE + HOUR + HALF_HOUR
        office.world.people.edit(office.calendar, office.event()["id"], start=start, end=end)
        # As whoever reads the calendar follows.
        origin = Origin(Actor(Role.HOST, "C1"), scene.now, "calendar")
        ports = scene.ports
        after = booking.moved(start, end, actor=origin.actor, now=scene.now)
        told = step(Deed.RESCHEDULED, origin, before=booking, after=after)
        ports.ledger.move(booking, after, told, bounds=(), record=None, now=scene.now)
        copy = ports.connections.copy(ACME, booking.id)
        assert copy
        ports.connections.put_copy(replace(copy, start=start, end=end))
        office.room.settle()
        assert office.google_mails() == [("invitation", BOB), ("update", BOB)]
        assert office.writes() == 1

    def test_of_google_are_not_taken_back_when_bookings_go_elsewhere(self, office: Office) -> None:
        office.change(guests=Guests.PROVIDER)
        booking = office.scene.book()
        office.room.settle()
        office.change(write_to=None)
        office.ask(booking)
        assert office.events() == []
        assert ("cancellation", BOB) not in office.google_mails()

    def test_of_google_are_not_repeated_by_redelivery(self, office: Office) -> None:
        office.change(guests=Guests.PROVIDER)
        office.room.twice = True
        office.scene.book()
        office.room.settle()
        assert office.google_mails() == [("invitation", BOB)]


class TestAVideoMeeting:
    def book(self, office: Office) -> Booking:
        office.scene.offer("call", location=GOOGLE_MEET)
        return office.scene.book(event_type="call")

    def test_is_made_and_mailed(self, office: Office) -> None:
        booking = self.book(office)
        office.room.settle()
        assert office.room.names() == [], "mails wait for the link"
        office.room.until(NOW + MINUTE)
        url = office.event()["hangoutLink"]
        assert office.scene.stored(booking).meeting_url == url
        letters = {letter.recipient: letter for letter in office.room.composer.letters if letter.kind is Kind.BOOKED}
        assert {letter.booking.meeting_url for letter in letters.values()} == {url}
        assert len(letters) == 2
        assert [event.deed for event in office.room.events()][:2] == [Deed.BOOKED, Deed.MEETING_MADE]

    def test_that_takes_too_long_keeps_no_mail_back_for_ever(self, office: Office) -> None:
        office.world.google.trouble.meet_delay = 10 * MINUTE
        booking = self.book(office)
        office.room.until(NOW + 100 * timedelta(seconds=1))
        assert office.room.names() == []
        office.room.until(NOW + 4 * MINUTE)
        assert set(office.room.names()) == {"0-booked-attendee", "0-booked-host", "0-welcome-attendee"}
        office.room.until(NOW + HALF_HOUR)
        assert office.scene.stored(booking).meeting_url == office.event()["hangoutLink"]

    def test_that_cannot_be_made_is_not_waited_for(self, office: Office) -> None:
        office.world.google.trouble.meet_fails = True
        booking = self.book(office)
        office.room.until(NOW + 4 * MINUTE)
        assert office.event()["iCalUID"] == booking.uid
        assert "0-booked-attendee" in office.room.names()
        assert office.room.copying.messages == []

    def test_that_is_refused_leaves_an_event_without(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(_world: object, event: Any, _before: object) -> None:
            if "conferenceData" in event.resource:
                raise invalid("Invalid conference type value.")

        monkeypatch.setattr("local.google.conferences.request", refuse)
        booking = self.book(office)
        office.room.until(NOW + 4 * MINUTE)
        booking = office.scene.move(office.scene.stored(booking), NINE + HOUR)
        office.room.until(NOW + 8 * MINUTE)
        assert (office.event()["iCalUID"], start_of(office.event())) == (booking.uid, NINE + HOUR)
        assert office.room.copying.messages == []

    def test_stays_the_same_when_the_booking_moves(self, office: Office) -> None:
        booking = self.book(office)
        office.room.until(NOW + MINUTE)
        url = office.event()["hangoutLink"]
        office.scene.move(office.scene.stored(booking), NINE + HOUR)
        office.room.until(NOW + 2 * MINUTE)
        assert office.event()["hangoutLink"] == office.scene.stored(booking).meeting_url == url
        assert [event.deed for event in office.room.events()] == [Deed.BOOKED, Deed.MEETING_MADE, Deed.RESCHEDULED]

    def test_that_nobody_waits_for_any_more_is_not_made(self, office: Office) -> None:
        office.world.google.trouble.meet_delay = 10 * MINUTE
        booking = self.book(office)
        office.room.settle()
        office.scene.cancel(booking)
        office.room.until(NOW + 5 * MINUTE)
        assert office.events() == []
        assert office.room.names(ATTENDEE)[-1] == "1-cancelled-attendee"

    @pytest.mark.parametrize("what", ["moves", "cancels"])
    def test_is_not_that_of_who_leaves_while_it_is_told(self, office: Office, what: str) -> None:
        scene = office.scene
        scene.offer("yoga", title="Yoga", capacity=3, location=GOOGLE_MEET)
        bob, eve = scene.book(NINE, "bob", event_type="yoga"), scene.book(NINE, "eve", event_type="yoga")
        ledger = scene.ports.ledger

        def leave() -> None:
            """Go while the link is being told to Bob, the first who sits there."""
            scene.ports = replace(scene.ports, ledger=ledger)
            scene.move(bob, NINE + 2 * HOUR) if what == "moves" else scene.cancel(bob)

        office.room.settle()
        office.room.lose()
        scene.now += MINUTE
        scene.ports = replace(scene.ports, ledger=interrupted(ledger, "settle", leave))
        office.room.copy(office.room.events()[0])
        assert scene.stored(bob).meeting_url == ""
        assert scene.stored(eve).meeting_url == office.events()[0]["hangoutLink"]
        assert [step.deed for step in office.room.events() if step.booking == bob.id][-1] is not Deed.MEETING_MADE

    def test_of_a_host_without_a_calendar_keeps_no_mail_back(self, unconnected: Office) -> None:
        self.book(unconnected)
        unconnected.room.settle()
        assert "0-booked-attendee" in unconnected.room.names()


class TestAGrantThatIsLost:
    def test_breaks_the_connection_and_is_told_once(self, office: Office) -> None:
        office.world.people.withdraw(ADA, office.world.client_id)
        office.scene.book()
        office.scene.book(NINE + HOUR, "eve")
        office.room.settle()
        assert office.connection.state is State.BROKEN
        assert [letter.notice.kind for letter in office.room.composer.notices] == [Kind.CALENDAR_LOST]
        assert office.room.composer.notices[0].account == ADA
        assert office.room.copying.messages == []
        asked = len(office.world.google.calls)
        office.scene.book(NINE + 2 * HOUR, "kim")
        office.room.until(NOW + HOUR)
        assert len(office.world.google.calls) == asked, "nothing more is tried"

    @pytest.mark.parametrize("moved", [False, True])
    def test_is_told_though_nobody_could_be_told_at_first(self, office: Office, moved: bool) -> None:
        booking = office.scene.book()
        if moved:
            office.room.settle()
        office.room.notices = interrupted(office.room.notices, "put", die)
        office.world.people.withdraw(ADA, office.world.client_id)
        if moved:
            office.scene.move(booking, NINE + HOUR)
        office.room.until(NOW + HALF_HOUR)
        assert office.connection.state is State.BROKEN
        assert [letter.notice.kind for letter in office.room.composer.notices] == [Kind.CALENDAR_LOST]

    def test_and_given_anew_brings_the_calendar_up_to_date(self, office: Office) -> None:
        kept = office.scene.book()
        moved = office.scene.book(NINE + HOUR, "eve")
        gone = office.scene.book(NINE + 2 * HOUR, "kim")
        office.room.settle()
        office.world.people.withdraw(ADA, office.world.client_id)
        fresh = office.scene.book(NINE + 3 * HOUR, "lou")
        moved = office.scene.move(moved, NINE + 4 * HOUR)
        gone = office.scene.cancel(gone)
        office.room.settle()
        assert (office.connection.state, len(office.events())) == (State.BROKEN, 3)
        again = office.world.connected()
        office.change(state=State.CONNECTED, sealed_token=again.sealed_token, problem="")
        office.ask(kept, moved, gone, fresh)
        assert [(event["iCalUID"], start_of(event)) for event in office.events()] == [
            (kept.uid, NINE),
            (fresh.uid, NINE + 3 * HOUR),
            (moved.uid, NINE + 4 * HOUR),
        ]

    def test_and_given_anew_leaves_nothing_owed_of_what_stands(self, office: Office) -> None:
        booking = office.scene.book()
        office.room.settle()
        before = office.connection
        office.change(state=State.BROKEN)
        office.ask(booking)
        copy = office.scene.ports.connections.copy(ACME, booking.id)
        assert copy
        assert copy.owed, "it may have to go before the account is open again"
        writes = office.writes()
        office.change(state=State.CONNECTED, sealed_token=before.sealed_token)
        office.ask(booking)
        assert office.scene.ports.connections.copy(ACME, booking.id) == replace(copy, owed=False)
        assert office.writes() == writes

    def test_is_not_told_of_once_it_is_given_anew(self, office: Office) -> None:
        office.world.people.withdraw(ADA, office.world.client_id)
        booking = office.scene.book()
        office.room.copy(office.room.events()[0])
        again = office.world.connected()
        office.change(state=State.CONNECTED, sealed_token=again.sealed_token)
        office.room.settle()
        assert office.room.notices.put_up
        assert office.room.composer.notices == []
        assert office.event()["iCalUID"] == booking.uid


class TestAnotherCalendar:
    def test_takes_what_is_to_come(self, office: Office) -> None:
        booking = office.scene.book()
        office.room.settle()
        office.change(write_to=ADA)
        office.ask(booking)
        assert office.events() == []
        assert [event["iCalUID"] for event in office.events(ADA)] == [booking.uid]

    def test_or_none_leaves_no_event_of_what_is_to_come(self, office: Office) -> None:
        booking = office.scene.book()
        office.room.settle()
        office.change(write_to=None)
        office.ask(booking)
        assert office.events() == []

    def test_does_not_take_what_is_over(self, office: Office) -> None:
        booking = office.scene.book()
        office.room.settle()
        office.scene.now = NINE + HOUR
        office.change(write_to=ADA)
        office.ask(booking)
        assert len(office.events()) == 1
        assert office.events(ADA) == []

    def test_of_a_connection_that_is_let_go_keeps_its_events(self, office: Office) -> None:
        booking = office.scene.book()
        office.room.settle()
        before = office.connection
        office.scene.ports.connections.put(before.leaving(now=office.scene.now), version=before.version)
        office.scene.cancel(booking)
        office.room.settle()
        assert len(office.events()) == 1


class TestSomebodyWhoIsForgotten:
    def forget(self, office: Office, booking: Booking) -> None:
        ports, origin = office.scene.ports, values.origin(Role.HOST, office.scene.now)
        stored = office.scene.stored(booking)
        erase_booking(stored, origin=origin, ledger=ports.ledger, bookings=ports.bookings)
        office.room.settle()

    def test_leaves_the_calendar_with_what_is_to_come(self, office: Office) -> None:
        booking = office.scene.book()
        office.room.settle()
        self.forget(office, booking)
        assert office.events() == []

    def test_leaves_the_event_of_what_is_going_on(self, office: Office) -> None:
        booking = office.scene.book()
        office.room.settle()
        office.scene.now = NINE + timedelta(minutes=5)
        self.forget(office, booking)
        event = office.event()
        assert (event["summary"], event.get("description", "")) == ("Intro", "")
        assert "bob" not in str(event).lower()

    def test_leaves_no_event_of_what_is_over(self, office: Office) -> None:
        booking = office.scene.book()
        office.room.settle()
        office.scene.now = NINE + HOUR
        self.forget(office, booking)
        assert office.events() == []
        assert office.scene.ports.connections.copy(ACME, booking.id) is None

    def test_stays_out_while_the_last_mail_to_them_is_waiting(self, office: Office) -> None:
        scene = office.scene
        booking = scene.book()
        office.room.settle()
        scene.now = NINE + timedelta(minutes=5)
        ports, origin = scene.ports, values.origin(Role.HOST, scene.now)
        erase_booking(scene.stored(booking), origin=origin, ledger=ports.ledger, bookings=ports.bookings)
        before = scene.stored(booking)
        assert before.attendee.name == "Bob"
        after = before.kept(now=scene.now)
        told = values.step(Deed.EDIT_REFUSED, before, after)
        ports.ledger.settle(before, after, told)
        office.room.copy(told)
        assert "bob" not in str(office.event()).lower()

    def test_hears_nothing_when_what_is_over_is_cleared_away(self, office: Office) -> None:
        office.change(guests=Guests.PROVIDER)
        booking = office.scene.book()
        office.room.settle()
        office.scene.now = NINE + HOUR
        self.forget(office, booking)
        assert office.events() == []
        assert office.google_mails() == [("invitation", BOB)]

    def test_is_no_guest_any_more_and_hears_nothing_of_it(self, office: Office) -> None:
        office.change(guests=Guests.PROVIDER)
        booking = office.scene.book()
        office.room.settle()
        office.scene.now = NINE + timedelta(minutes=5)
        self.forget(office, booking)
        assert office.event().get("attendees", []) == []
        assert office.google_mails() == [("invitation", BOB)]
