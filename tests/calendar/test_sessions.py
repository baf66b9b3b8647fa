"""Sessions in a connected calendar: one event for all who sit there, whoever comes first, goes first, or dies."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from daybook.adapters.google_calendar.provider import GoogleCalendar
from daybook.calendar_ports import Copy
from daybook.domain.actor import Role
from daybook.domain.booking import Booking
from daybook.domain.connection import Guests, State
from daybook.domain.entry import CopyRequest, entry_of
from daybook.domain.event_type import GOOGLE_MEET, Question
from daybook.domain.history import Deed
from daybook.domain.mail import Kind, Recipient
from daybook.mail_ports import NotYet
from daybook.provider_ports import Found
from daybook.session_ports import Sessions, SharedEvent
from daybook.usecases.erase_booking import erase_booking
from local.google.trouble import Failure, Trouble
from tests.calendar.office import BOB, Office, opened
from tests.calendar.world import ADA, at
from tests.fakes import values
from tests.fakes.ports import interrupted
from tests.fakes.post import Died
from tests.fakes.scene import ACME
from tests.fakes.values import HALF_HOUR, HOUR, NINE, NOW

MINUTE = timedelta(minutes=1)
EVE = "eve@example.com"


@pytest.fixture
def office() -> Iterator[Office]:
    with opened() as office:
        office.connect()
        offer(office)
        yield office


def offer(office: Office, **fields: Any) -> None:
    office.scene.offer("yoga", **{"title": "Yoga", "capacity": 3, **fields})


def join(office: Office, who: str = "bob", start: Any = NINE, **given: Any) -> Booking:
    return office.scene.book(start, who, event_type="yoga", **given)


def joined(office: Office, *people: str, start: Any = NINE) -> list[Booking]:
    bookings = [join(office, who, start) for who in people]
    office.room.until(office.scene.now + MINUTE)
    return bookings


def shown(office: Office) -> list[tuple[str, str]]:
    return [(event["summary"], event.get("description", "")) for event in office.events()]


def session(office: Office, start: Any = NINE) -> SharedEvent:
    found = office.scene.ports.sessions.session(ACME, "ada", start)
    assert found is not None
    return found


def copy_of(office: Office, name: str) -> Copy | None:
    return office.scene.ports.connections.copy(ACME, name)


def forget(office: Office, booking: Booking) -> None:
    ports, origin = office.scene.ports, values.origin(Role.HOST, office.scene.now)
    erase_booking(office.scene.stored(booking), origin=origin, ledger=ports.ledger, bookings=ports.bookings)
    office.room.until(office.scene.now + MINUTE)


class Fatal:
    """Sessions at whose n-th call of a method the worker dies, before it does anything."""

    def __init__(self, sessions: Sessions, method: str, number: int) -> None:
        self._sessions, self._method, self._left = sessions, method, number

    def __getattr__(self, name: str) -> Any:
        if name == self._method:
            self._left -= 1
            if self._left == 0:
                raise Died
        return getattr(self._sessions, name)


def die_at(office: Office, method: str, number: int = 1) -> None:
    ports = office.scene.ports
    office.scene.ports = replace(ports, sessions=cast(Sessions, Fatal(ports.sessions, method, number)))


class TestASession:
    def test_has_one_event_for_all_who_sit_there(self, office: Office) -> None:
        bob, eve = joined(office, "bob", "eve")
        [event] = office.events()
        assert event["summary"] == "Yoga (2/3)"
        assert event["description"] == f"Bob\n{BOB}\nUTC\n\nEve\n{EVE}\nUTC"
        assert (at(event["start"]["dateTime"]), at(event["end"]["dateTime"])) == (NINE, NINE + HALF_HOUR)
        marks = event["extendedProperties"]["private"]
        assert marks["daybook_session"] == session(office).id
        assert "daybook_booking" not in marks
        assert event["iCalUID"] == session(office).uid
        assert event["iCalUID"].endswith(".acme@daybook.example")
        assert not any(one.uid == event["iCalUID"] or one.id.lower() in event["iCalUID"] for one in (bob, eve))
        assert "attendees" not in event
        assert office.google_mails() == []

    def test_names_answers_in_order_of_booking(self, office: Office) -> None:
        known = office.scene.ports.catalogue.event_types(ACME, "ada")
        yoga = next(one for one in known if one.slug == "yoga")
        office.scene.change(yoga, questions=(Question(id="mat", label="Your mat?"),), location="Hall 2")
        for number, who in enumerate(("zoe", "bob")):
            office.scene.now = NOW + number * MINUTE
            join(office, who, answers={"mat": f"<b>{who}'s</b>"})
        office.room.settle()
        [event] = office.events()
        assert event["description"] == (
            "Zoe\nzoe@example.com\nUTC\n\nYour mat?: &lt;b&gt;zoe's&lt;/b&gt;\n\n"
            "Bob\nbob@example.com\nUTC\n\nYour mat?: &lt;b&gt;bob's&lt;/b&gt;"
        )
        assert event["location"] == "Hall 2"

    def test_keeps_its_event_whoever_leaves_first(self, office: Office) -> None:
        bob, _ = joined(office, "bob", "eve")
        known = office.event()
        office.scene.cancel(bob)
        office.room.settle()
        assert shown(office) == [("Yoga (1/3)", f"Eve\n{EVE}\nUTC")]
        join(office, "bob")
        office.room.settle()
        assert (office.event()["id"], office.event()["iCalUID"]) == (known["id"], known["iCalUID"])
        assert office.ever() == 1

    def test_that_all_have_left_leaves_the_calendar(self, office: Office) -> None:
        for booking in joined(office, "bob", "eve"):
            name = session(office).id
            office.scene.cancel(booking)
            office.room.settle()
        assert office.events() == []
        assert copy_of(office, name) is None
        assert office.scene.ports.sessions.session(ACME, "ada", NINE) is None
        join(office, "kim")
        office.room.settle()
        assert [summary for summary, _ in shown(office)] == ["Yoga (1/3)"]

    def test_is_left_and_joined_by_a_seat_that_moves(self, office: Office) -> None:
        bob, _ = joined(office, "bob", "eve")
        joined(office, "kim", start=NINE + HOUR)
        office.scene.move(bob, NINE + HOUR)
        office.room.settle()
        assert shown(office) == [
            ("Yoga (1/3)", f"Eve\n{EVE}\nUTC"),
            ("Yoga (2/3)", f"Bob\n{BOB}\nUTC\n\nKim\nkim@example.com\nUTC"),
        ]
        office.scene.move(office.scene.stored(bob), NINE + 3 * HOUR)
        office.room.settle()
        assert [summary for summary, _ in shown(office)] == ["Yoga (1/3)"] * 3

    def test_of_a_published_slot_is_one_too(self, office: Office) -> None:
        slot = office.scene.publish(capacity=4)
        other = office.scene.publish(NINE + 2 * HOUR, capacity=1)
        taken = [office.scene.take(slot, who) for who in ("bob", "eve")]
        office.room.settle()
        assert [event["summary"] for event in office.events()] == ["Daybook (2/4)"]
        moved = office.scene.move(taken[0], slot=other)
        office.room.settle()
        assert [event["summary"] for event in office.events()] == ["Daybook (1/4)", "Bob"]
        office.scene.move(moved, slot=slot)
        office.room.settle()
        assert [event["summary"] for event in office.events()] == ["Daybook (2/4)"]

    def test_is_asked_for_by_its_own_name_too(self, office: Office) -> None:
        """As whoever connects again asks for all that was ever written."""
        bob, eve = joined(office, "bob", "eve")
        name = session(office).id
        office.change(state=State.BROKEN)
        office.scene.move(bob, NINE + HOUR)
        office.scene.move(eve, NINE + HOUR)
        office.room.settle()
        assert [summary for summary, _ in shown(office)] == ["Yoga (2/3)"]
        office.change(state=State.CONNECTED)
        office.room.copy(CopyRequest(ACME, name))
        assert shown(office) == []
        office.ask(bob, eve)
        assert [at(event["start"]["dateTime"]) for event in office.events()] == [NINE + HOUR]
        assert office.room.copying.messages == []

    def test_asked_for_without_a_change_is_left_alone(self, office: Office) -> None:
        bookings = joined(office, "bob", "eve")
        writes = office.writes()
        office.ask(*bookings)
        assert office.writes() == writes

    def test_that_is_over_is_not_written_anew(self, office: Office) -> None:
        booking = join(office)
        office.scene.now = NINE + HOUR
        office.room.settle()
        office.ask(booking)
        assert office.ever() == 0

    def test_takes_the_place_of_what_each_seat_had_alone(self, office: Office) -> None:
        """Events of an older version, one for each seat, go with the first thing that is told of them."""
        bob, eve = join(office), join(office, "eve")
        account = office.world.providers.open(office.connection)
        for booking in (bob, eve):
            found = account.insert(office.calendar, _own(booking))
            office.scene.ports.connections.put_copy(_copied(office, booking, found))
        assert len(office.events()) == 2
        office.room.settle()
        assert [event["summary"] for event in office.events()] == ["Yoga (2/3)"]
        assert copy_of(office, bob.id) is None


def _own(booking: Booking) -> Any:

    return entry_of(booking, answers=(), invites=False)


def _copied(office: Office, booking: Booking, found: Found) -> Copy:
    return Copy(
        tenant=ACME,
        host="ada",
        booking=booking.id,
        connection="C1",
        calendar=office.calendar,
        event=found.id,
        etag=found.etag,
        version=booking.version,
        start=booking.start,
        end=booking.end,
    )


class TestTwoWorkers:
    """Messages of two bookings are in no order, and may be worked off at the same time."""

    def meanwhile(self, office: Office, monkeypatch: pytest.MonkeyPatch, method: str, act: Callable[[], None]) -> None:
        """Act while the first call of a method is on its way to Google."""
        waiting, true = [act], getattr(GoogleCalendar, method)

        def late(account: GoogleCalendar, *args: Any) -> Any:
            if waiting:
                waiting.pop()()
            return true(account, *args)

        monkeypatch.setattr(GoogleCalendar, method, late)

    @pytest.mark.parametrize("method", ["insert", "patch"])
    def test_at_once_lose_nobody_and_make_no_second_event(
        self, office: Office, monkeypatch: pytest.MonkeyPatch, method: str
    ) -> None:
        if method == "patch":
            joined(office, "kim")

        def other() -> None:
            eve = join(office, "eve")
            with pytest.raises(NotYet):
                office.room.copy(office.scene.ports.bookings.history(ACME, eve.id)[0])

        self.meanwhile(office, monkeypatch, method, other)
        bob = join(office, "bob")
        office.room.copy(office.scene.ports.bookings.history(ACME, bob.id)[0])
        office.room.until(office.scene.now + MINUTE)
        [event] = office.events()
        assert ("Bob" in event["description"], "Eve" in event["description"]) == (True, True)
        assert office.ever() == 1

    def test_that_begin_a_session_at_once_make_one(self, office: Office) -> None:
        """Both find that there is none yet."""
        bob, eve = join(office, "bob"), join(office, "eve")
        told = {one.id: office.scene.ports.bookings.history(ACME, one.id)[0] for one in (bob, eve)}
        ports = office.scene.ports
        late = interrupted(ports.sessions, "put", lambda: office.room.copy(told[eve.id]))
        office.scene.ports = replace(ports, sessions=late)
        with pytest.raises(NotYet):
            office.room.copy(told[bob.id])
        office.room.settle()
        assert [summary for summary, _ in shown(office)] == ["Yoga (2/3)"]
        assert office.ever() == 1

    def test_of_which_one_dies_leave_it_to_the_other_in_the_end(self, office: Office) -> None:
        joined(office, "bob")
        eve = join(office, "eve")
        die_at(office, "put", 2)
        with pytest.raises(Died):
            office.room.copy(office.scene.ports.bookings.history(ACME, eve.id)[0])
        kim = join(office, "kim")
        with pytest.raises(NotYet):
            office.room.copy(office.scene.ports.bookings.history(ACME, kim.id)[0])
        office.room.until(NOW + HALF_HOUR)
        assert [summary for summary, _ in shown(office)] == ["Yoga (3/3)"]
        assert office.ever() == 1
        assert session(office).held_until is None


class TestFailures:
    @pytest.mark.parametrize("failure", [Failure.LOST_ANSWER, Failure.LOST_REQUEST])
    @pytest.mark.parametrize("method", ["events.insert", "events.patch", "events.delete"])
    def test_make_no_second_event(self, office: Office, method: str, failure: Failure) -> None:
        office.world.google.trouble.fail(failure, only=method)
        bob, eve = joined(office, "bob", "eve")
        assert [summary for summary, _ in shown(office)] == ["Yoga (2/3)"]
        for booking in (bob, eve):
            office.scene.cancel(booking)
            office.room.until(office.scene.now + MINUTE)
        assert (office.events(), office.ever()) == ([], 1)

    @pytest.mark.parametrize("times", [1, 2])
    @pytest.mark.parametrize("cancelled", [False, True])
    def test_of_the_worker_leave_one_true_event_or_none(self, office: Office, cancelled: bool, times: int) -> None:
        """It dies before it has taken the event for itself, or after Google has made it."""
        bob = join(office, "bob")
        die_at(office, "put", times)
        office.room.settle()
        assert len(office.events()) == times - 1
        if cancelled:
            office.scene.cancel(bob)
        else:
            join(office, "eve")
        office.room.until(NOW + HALF_HOUR)
        assert [summary for summary, _ in shown(office)] == ([] if cancelled else ["Yoga (2/3)"])
        assert office.ever() <= 1

    def test_name_nobody_who_left_before_the_next_try(self, office: Office) -> None:
        """The third is in the calendar, which nobody has heard of; without them it is as it was written down."""
        joined(office, "bob", "eve")
        kim = join(office, "kim")
        office.world.google.trouble.fail(Failure.LOST_ANSWER, calls=9, only="events.patch")
        office.room.settle()
        assert [summary for summary, _ in shown(office)] == ["Yoga (3/3)"]
        office.world.google.trouble = Trouble()
        office.scene.cancel(kim)
        office.room.until(office.scene.now + HALF_HOUR)
        assert [summary for summary, _ in shown(office)] == ["Yoga (2/3)"]

    def test_of_the_worker_after_a_deletion_delete_again(self, office: Office) -> None:
        [bob] = joined(office, "bob")
        office.scene.cancel(bob)
        die_at(office, "remove")
        office.room.until(NOW + HALF_HOUR)
        assert office.events() == []
        assert office.scene.ports.sessions.session(ACME, "ada", NINE) is None

    def test_of_google_are_caught_up_with(self, office: Office) -> None:
        bob, _ = joined(office, "bob", "eve")
        office.world.google.trouble.down = True
        office.scene.move(bob, NINE + HOUR)
        join(office, "kim")
        office.room.until(NOW + HALF_HOUR)
        office.world.google.trouble = Trouble()
        office.room.until(NOW + HOUR)
        assert [summary for summary, _ in shown(office)] == ["Yoga (2/3)", "Yoga (1/3)"]

    def test_of_the_grant_are_told_once(self, office: Office) -> None:
        joined(office, "bob")
        office.world.people.withdraw(ADA, office.world.client_id)
        join(office, "eve")
        join(office, "kim")
        office.room.settle()
        assert office.connection.state is State.BROKEN
        assert [letter.notice.kind for letter in office.room.composer.notices] == [Kind.CALENDAR_LOST]
        assert office.room.copying.messages == []

    def test_and_delivery_in_any_order_and_twice_change_nothing(self, office: Office) -> None:
        office.room.twice = True
        bob, eve, kim = (join(office, who) for who in ("bob", "eve", "kim"))
        office.scene.move(bob, NINE + HOUR)
        office.scene.cancel(eve)
        events = office.room.events()
        for told in (*reversed(events), *events):
            office.room.copy(told)
        assert shown(office) == [
            ("Yoga (1/3)", "Kim\nkim@example.com\nUTC"),
            ("Yoga (1/3)", f"Bob\n{BOB}\nUTC"),
        ]
        assert office.writes() == 2
        assert kim.start == NINE


class TestOtherCalendars:
    def test_take_what_is_to_come_and_not_what_is_over(self, office: Office) -> None:
        bookings = joined(office, "bob", "eve")
        office.change(write_to=ADA)
        office.ask(*bookings)
        assert office.events() == []
        assert [event["summary"] for event in office.events(ADA)] == ["Yoga (2/3)"]
        office.scene.now = NINE + HOUR
        office.change(write_to=office.calendar)
        office.ask(*bookings)
        assert [event["summary"] for event in office.events(ADA)] == ["Yoga (2/3)"]

    def test_or_none_leave_no_event(self, office: Office) -> None:
        bookings = joined(office, "bob", "eve")
        office.change(write_to=None)
        office.ask(*bookings)
        assert office.events() == []
        office.change(write_to=office.calendar)
        office.ask(*bookings)
        assert [summary for summary, _ in shown(office)] == ["Yoga (2/3)"]


class TestAConnectionMadeAnew:
    def test_finds_the_event_of_a_session(self, office: Office) -> None:
        bookings = joined(office, "bob", "eve")
        connections, before = office.scene.ports.connections, office.connection
        connections.remove(before)
        office.scene.cancel(bookings.pop())
        office.room.settle()
        assert [summary for summary, _ in shown(office)] == ["Yoga (2/3)"], "nobody lets us in"
        connections.put(before, version=None)
        office.ask(*bookings)
        assert [summary for summary, _ in shown(office)] == ["Yoga (1/3)"]
        assert office.ever() == 1


class TestGuests:
    @pytest.fixture
    def office(self, office: Office) -> Office:
        office.change(guests=Guests.PROVIDER)
        return office

    def guests(self, office: Office) -> list[str]:
        return [one["email"] for one in office.event().get("attendees", [])]

    def test_are_all_who_sit_there_and_read_nothing_of_each_other(self, office: Office) -> None:
        joined(office, "bob", "eve")
        event = office.event()
        assert self.guests(office) == [BOB, EVE]
        assert (event["summary"], event.get("description", "")) == ("Yoga", "")
        assert event["guestsCanSeeOtherGuests"] is False

    def test_hear_of_coming_and_going_once(self, office: Office) -> None:
        bob, _ = joined(office, "bob", "eve")
        office.scene.cancel(bob)
        office.room.until(office.scene.now + MINUTE)
        joined(office, "kim")
        mails = [mail for mail in office.google_mails() if mail[0] != "update"]
        assert sorted(mails) == [
            ("cancellation", BOB),
            ("invitation", BOB),
            ("invitation", EVE),
            ("invitation", "kim@example.com"),
        ]
        assert self.guests(office) == [EVE, "kim@example.com"]

    def test_keep_their_answers_when_others_come(self, office: Office) -> None:
        joined(office, "bob")
        office.world.people.respond(office.calendar, office.event()["id"], "accepted", who=BOB)
        joined(office, "eve")
        answers = {one["email"]: one["responseStatus"] for one in office.event()["attendees"]}
        assert answers == {BOB: "accepted", EVE: "needsAction"}

    def test_who_move_are_invited_there(self, office: Office) -> None:
        bob, _ = joined(office, "bob", "eve")
        office.scene.move(bob, NINE + HOUR)
        office.room.settle()
        mine = [kind for kind, to in office.google_mails() if to == BOB and kind != "update"]
        assert mine == ["invitation", "cancellation", "invitation"]

    def test_who_are_forgotten_while_it_goes_on_hear_nothing(self, office: Office) -> None:
        bob, _ = joined(office, "bob", "eve")
        before = office.google_mails()
        office.scene.now = NINE + 5 * MINUTE
        forget(office, bob)
        assert self.guests(office) == [EVE]
        assert office.google_mails() == before


class TestSomebodyWhoIsForgotten:
    @pytest.mark.parametrize("after", [timedelta(0), 5 * MINUTE, 24 * HOUR, 600 * 24 * HOUR], ids=str)
    def test_is_taken_out_of_what_is_to_come_goes_on_or_is_over(self, office: Office, after: timedelta) -> None:
        bob, _ = joined(office, "bob", "eve")
        if after:
            office.room.until(NINE + HOUR)
            office.scene.now = NINE + after
        forget(office, bob)
        event = office.event()
        assert event["description"] == f"Eve\n{EVE}\nUTC"
        assert "bob" not in str(event).lower()

    def test_last_leaves_no_event_of_what_is_over(self, office: Office) -> None:
        bookings = joined(office, "bob", "eve")
        office.room.until(NINE + HOUR)
        for booking in bookings:
            forget(office, booking)
        assert office.events() == []
        assert office.scene.ports.sessions.session(ACME, "ada", NINE) is None

    def test_while_the_connection_is_broken_is_forgotten_once_it_is_not(self, office: Office) -> None:
        bob, _ = joined(office, "bob", "eve")
        office.room.until(NINE + HOUR)
        office.change(state=State.BROKEN)
        forget(office, bob)
        copy = copy_of(office, session(office).id)
        assert copy
        assert copy.owed
        office.change(state=State.CONNECTED)
        office.room.copy(CopyRequest(ACME, copy.booking))
        assert "bob" not in str(office.event()).lower()
        rewritten = copy_of(office, copy.booking)
        assert rewritten
        assert not rewritten.owed

    def test_is_forgotten_though_seats_are_long_since(self, office: Office) -> None:
        """Seats are kept for 400 days, bookings for years."""
        bob, _ = joined(office, "bob", "eve")
        office.scene.now = NINE + 500 * 24 * HOUR
        bookings = office.scene.ports.bookings

        class Late:
            def __getattr__(self, name: str) -> Any:
                return getattr(bookings, name)

            def seated(self, *_: object) -> list[str]:
                return []

        office.scene.ports = replace(office.scene.ports, bookings=Late())  # type: ignore[arg-type]
        forget(office, bob)
        assert office.event()["description"] == f"Eve\n{EVE}\nUTC"


class TestAMeeting:
    @pytest.fixture
    def office(self, office: Office) -> Office:
        office.scene.offer("call", title="Call", capacity=3, location=GOOGLE_MEET)
        return office

    def join(self, office: Office, who: str, start: Any = NINE) -> Booking:
        return office.scene.book(start, who, event_type="call")

    def test_is_one_for_all_and_for_those_who_come_later(self, office: Office) -> None:
        first = [self.join(office, who) for who in ("bob", "eve")]
        office.room.settle()
        assert office.room.names() == [], "mails wait for the link"
        office.room.until(NOW + MINUTE)
        url = office.event()["hangoutLink"]
        late = self.join(office, "kim")
        office.room.until(NOW + 2 * MINUTE)
        assert office.event()["hangoutLink"] == url
        assert {office.scene.stored(one).meeting_url for one in (*first, late)} == {url}
        told = [event.deed for event in office.room.events()]
        assert told.count(Deed.MEETING_MADE) == 3
        letters = [letter for letter in office.room.composer.letters if letter.kind is Kind.BOOKED]
        assert {letter.booking.meeting_url for letter in letters} == {url}
        assert len([one for one in letters if one.recipient is Recipient.ATTENDEE]) == 3

    def test_is_not_taken_along_to_another_session(self, office: Office) -> None:
        bob, _ = self.join(office, "bob"), self.join(office, "eve")
        office.room.until(NOW + MINUTE)
        old = office.event()["hangoutLink"]
        office.scene.move(office.scene.stored(bob), NINE + HOUR)
        office.room.until(NOW + 2 * MINUTE)
        here, there = office.events()
        assert here["hangoutLink"] == old != there["hangoutLink"]
        assert office.scene.stored(bob).meeting_url == there["hangoutLink"]
        moved = [letter for letter in office.room.composer.letters if letter.kind is Kind.RESCHEDULED]
        assert {letter.booking.meeting_url for letter in moved} == {there["hangoutLink"]}

    def test_that_takes_long_reaches_all(self, office: Office) -> None:
        office.world.google.trouble.meet_delay = 10 * MINUTE
        first = [self.join(office, who) for who in ("bob", "eve")]
        office.room.until(NOW + HALF_HOUR)
        url = office.event()["hangoutLink"]
        assert {office.scene.stored(one).meeting_url for one in first} == {url}
        assert office.room.copying.messages == []

    def test_that_cannot_be_made_is_not_waited_for(self, office: Office) -> None:
        office.world.google.trouble.meet_fails = True
        self.join(office, "bob")
        self.join(office, "eve")
        office.room.until(NOW + 4 * MINUTE)
        assert [event["summary"] for event in office.events()] == ["Call (2/3)"]
        assert office.room.copying.messages == []
