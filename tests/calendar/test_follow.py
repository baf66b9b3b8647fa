"""What a host does to a booking's event: followed once, put back if it cannot be, and never an echo."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from daybook.adapters.google_calendar.provider import GoogleCalendar
from daybook.domain.actor import Role
from daybook.domain.booking import Booking, Status
from daybook.domain.connection import OnEdit
from daybook.domain.errors import Busy
from daybook.domain.history import Deed
from daybook.domain.mail import Method, Recipient
from daybook.provider_ports import Refused
from daybook.usecases.confirm import confirm
from local.google.trouble import Trouble
from tests.calendar.reader import Reader, reading
from tests.calendar.world import ADA, at
from tests.fakes import values
from tests.fakes.ports import interrupted
from tests.fakes.post import Died
from tests.fakes.scene import ACME
from tests.fakes.values import HALF_HOUR, HOUR, NINE

ATTENDEE, HOST = Recipient.ATTENDEE, Recipient.HOST


@pytest.fixture
def reader() -> Iterator[Reader]:
    with reading() as reader:
        yield reader


@pytest.fixture
def booking(reader: Reader) -> Booking:
    booking = reader.office.scene.book()
    reader.settle()
    return booking


def stored(reader: Reader, booking: Booking) -> Booking:
    found = reader.office.scene.ports.bookings.booking(ACME, booking.id)
    assert found is not None
    return found


def deeds(reader: Reader, booking: Booking) -> list[Deed]:
    return [event.deed for event in reader.office.scene.ports.bookings.history(ACME, booking.id)]


def objects(reader: Reader, booking: Booking) -> list[Method]:
    """Return the calendar objects that the attendee got; reminders carry none."""
    return [method for method in reader.office.room.methods(booking, ATTENDEE) if method]


def drag(reader: Reader, start: Any = NINE + 2 * HOUR, end: Any = None, **fields: Any) -> None:
    """Move the only event by hand, and let everything happen."""
    event = reader.office.event()
    reader.people.edit(reader.office.calendar, event["id"], start=start, end=end or start + HALF_HOUR, **fields)
    reader.settle()


def start_of(event: dict[str, Any]) -> Any:
    return at(event["start"]["dateTime"])


class TestAMove:
    def test_moves_the_booking_and_tells_the_attendee_once(self, reader: Reader, booking: Booking) -> None:
        drag(reader)
        reader.pass_(hours=1)
        assert stored(reader, booking).start == NINE + 2 * HOUR
        assert deeds(reader, booking) == [Deed.BOOKED, Deed.RESCHEDULED]
        assert objects(reader, booking) == [Method.REQUEST, Method.REQUEST]
        assert start_of(reader.office.event()) == NINE + 2 * HOUR
        history = reader.office.scene.ports.bookings.history(ACME, booking.id)
        assert (history[-1].actor.role, history[-1].actor.id) == ("host", "C1")

    def test_again_and_again_is_followed_each_time(self, reader: Reader, booking: Booking) -> None:
        for hours in (2, 4, 1):
            drag(reader, NINE + hours * HOUR)
            assert stored(reader, booking).start == NINE + hours * HOUR
        assert deeds(reader, booking) == [Deed.BOOKED, *[Deed.RESCHEDULED] * 3]

    def test_whose_push_is_lost_is_followed_at_the_sweep(self, reader: Reader, booking: Booking) -> None:
        reader.office.world.google.pushes.all_lost = True
        drag(reader)
        assert stored(reader, booking).start == NINE
        reader.pass_(minutes=20)
        assert stored(reader, booking).start == NINE + 2 * HOUR

    def test_whose_push_is_doubled_is_followed_once(self, reader: Reader, booking: Booking) -> None:
        reader.office.world.google.pushes.double = 5
        drag(reader)
        reader.ask(afresh=True)
        reader.settle()
        assert deeds(reader, booking).count(Deed.RESCHEDULED) == 1

    def test_outside_hours_is_the_hosts_to_make(self, reader: Reader, booking: Booking) -> None:
        drag(reader, NINE + 12 * HOUR)
        assert stored(reader, booking).start == NINE + 12 * HOUR

    def test_is_followed_after_an_hour_without_google(self, reader: Reader, booking: Booking) -> None:
        reader.office.world.google.trouble.down = True
        drag(reader, NINE + 5 * HOUR)
        reader.pass_(hours=1)
        reader.office.world.google.trouble = Trouble()
        reader.pass_(minutes=10)
        assert stored(reader, booking).start == NINE + 5 * HOUR
        assert deeds(reader, booking).count(Deed.RESCHEDULED) == 1

    def test_is_followed_once_though_the_worker_died_over_it(self, reader: Reader, booking: Booking) -> None:
        ports = reader.office.scene.ports
        for method in ("put_copy", "put_snapshot"):

            def die() -> None:
                raise Died

            broken = replace(ports, connections=interrupted(ports.connections, method, die))
            reader.office.scene.ports = broken
            target = NINE + (2 if method == "put_copy" else 4) * HOUR
            drag(reader, target)
            reader.office.scene.ports = ports
            reader.pass_(minutes=10)
            assert stored(reader, booking).start == target
        assert deeds(reader, booking) == [Deed.BOOKED, Deed.RESCHEDULED, Deed.RESCHEDULED]

    def test_needs_nobodys_consent_but_the_hosts(self, reader: Reader) -> None:
        """Whoever moves a booking by their own hand has agreed to it."""
        reader.office.scene.offer("asked", requires_confirmation=True)
        asked = reader.office.scene.book(event_type="asked")
        reader.settle()
        assert reader.office.events() == []
        ports = reader.office.scene.ports
        confirm(asked, origin=values.origin(Role.HOST, reader.now), ledger=ports.ledger, bookings=ports.bookings)
        reader.settle()
        drag(reader)
        reader.pass_(hours=1)
        moved = stored(reader, asked)
        assert (moved.status, moved.start) == (Status.CONFIRMED, NINE + 2 * HOUR)
        assert start_of(reader.office.event()) == NINE + 2 * HOUR
        assert objects(reader, asked) == [Method.REQUEST, Method.REQUEST]


class TestAMoveThatCannotBe:
    @pytest.mark.parametrize("case", ["taken", "busy", "longer", "between", "past", "all day"])
    def test_is_put_back_and_the_host_told(self, reader: Reader, booking: Booking, case: str) -> None:
        there = NINE + 2 * HOUR
        if case == "taken":
            other = reader.office.scene.book(there, "carol")
            reader.settle()
            event = next(one for one in reader.office.events() if one["iCalUID"] == booking.uid)
        else:
            other, event = None, reader.office.event()
        if case == "busy":
            reader.people.insert(ADA, start=there, end=there + HOUR)
        times: dict[str, tuple[Any, Any]] = {
            "longer": (there, there + HOUR),
            "between": (there + timedelta(minutes=2), there + timedelta(minutes=32)),
            "past": (NINE - 24 * HOUR, NINE - 24 * HOUR + HALF_HOUR),
            "all day": (date(2027, 3, 2), date(2027, 3, 3)),
        }
        start, end = times.get(case, (there, there + HALF_HOUR))
        reader.people.edit(reader.office.calendar, event["id"], start=start, end=end)
        reader.settle()
        reader.pass_(hours=1)
        back = next(one for one in reader.office.events() if one["iCalUID"] == booking.uid)
        assert (start_of(back), at(back["end"]["dateTime"])) == (NINE, NINE + HALF_HOUR)
        assert stored(reader, booking).start == NINE
        assert deeds(reader, booking) == [Deed.BOOKED, Deed.EDIT_REFUSED]
        assert [name for name in reader.office.room.names(HOST) if "edit_refused" in name] != []
        assert not [name for name in reader.office.room.names(ATTENDEE) if "edit_refused" in name]
        if other:
            assert stored(reader, other).start == there

    def test_is_told_once_for_each_time(self, reader: Reader, booking: Booking) -> None:
        reader.people.insert(ADA, start=NINE + 2 * HOUR, end=NINE + 3 * HOUR)
        for times in (1, 2):
            drag(reader)
            reader.ask(afresh=True)
            reader.settle()
            assert deeds(reader, booking).count(Deed.EDIT_REFUSED) == times
        assert start_of(reader.office.event()) == NINE

    def test_is_put_back_once_though_the_worker_died_over_it(self, reader: Reader, booking: Booking) -> None:
        there = NINE + 2 * HOUR
        reader.people.insert(ADA, start=there, end=there + HOUR)

        def die() -> None:
            raise Died

        event = reader.office.event()
        reader.people.edit(reader.office.calendar, event["id"], start=there, end=there + HALF_HOUR)
        broken = interrupted(reader.ports.following.connections, "put_copy", die)
        with pytest.raises(Died):
            reader.read_now(replace(reader.ports, following=replace(reader.ports.following, connections=broken)))
        reader.read_now(reader.ports)
        reader.settle()
        assert deeds(reader, booking) == [Deed.BOOKED, Deed.EDIT_REFUSED]
        assert start_of(reader.office.event()) == NINE


class TestASeries:
    def test_that_the_host_made_of_our_event_blocks_like_any_other(self, reader: Reader, booking: Booking) -> None:
        calendar = reader.office.calendar
        reader.office.change(busy_from=frozenset({ADA, calendar}))
        reader.ask(afresh=True)
        reader.settle()
        assert reader.in_ledger() == {}
        event = reader.office.event()
        reader.people.edit(calendar, event["id"], recurrence=["RRULE:FREQ=WEEKLY;COUNT=3"])
        reader.pass_(minutes=20)
        week = timedelta(days=7)
        assert [reader.busy_at(NINE + times * week) for times in range(4)] == [True, True, True, False]
        assert reader.in_ledger() == reader.in_google()
        account = reader.office.world.providers.open(reader.office.connection)
        [found] = account.events(calendar, NINE + week, NINE + week + HOUR)
        assert found.event is not None
        assert found.event.booking is None, "who is about to book there must hear that it is taken"
        assert stored(reader, booking).status is Status.CONFIRMED

    def test_that_the_host_has_moved_too_takes_the_booking_along(self, reader: Reader, booking: Booking) -> None:
        event, there = reader.office.event()["id"], NINE + 2 * HOUR
        reader.people.edit(
            reader.office.calendar, event, start=there, end=there + HALF_HOUR, recurrence=["RRULE:FREQ=WEEKLY;COUNT=3"]
        )
        reader.pass_(minutes=20)
        assert stored(reader, booking).start == there


class TestADeletion:
    def delete(self, reader: Reader) -> None:
        reader.people.delete(reader.office.calendar, reader.office.event()["id"])
        reader.settle()

    def test_cancels_the_booking_and_tells_the_attendee_once(self, reader: Reader, booking: Booking) -> None:
        self.delete(reader)
        reader.pass_(hours=1)
        assert stored(reader, booking).status is Status.CANCELLED
        assert objects(reader, booking) == [Method.REQUEST, Method.CANCEL]
        assert reader.office.events() == []

    def test_nobody_was_told_of_is_found_when_everything_is_read(self, reader: Reader, booking: Booking) -> None:
        reader.office.world.google.pushes.all_lost = True
        self.delete(reader)
        reader.people.expire_sync_tokens()
        reader.pass_(minutes=20)
        assert deeds(reader, booking) == [Deed.BOOKED, Deed.CANCELLED]

    def test_that_google_would_not_let_us_look_at_is_looked_at_again(
        self, reader: Reader, booking: Booking, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refused(*_: object) -> None:
            raise Refused("forbidden")

        with monkeypatch.context() as patch:
            patch.setattr(GoogleCalendar, "event", refused)
            self.delete(reader)
        assert deeds(reader, booking) == [Deed.BOOKED]
        reader.pass_(minutes=20)
        assert deeds(reader, booking) == [Deed.BOOKED, Deed.CANCELLED]

    def test_does_not_cancel_what_the_attendee_has_just_moved(self, reader: Reader, booking: Booking) -> None:
        """Judged by the booking as it was, the event's end is the host's wish; by what it is now, ours is later."""

        def meanwhile() -> None:
            reader.office.scene.move(booking, NINE + 3 * HOUR)

        following = reader.ports.following
        late = replace(following, ledger=interrupted(following.ledger, "release", meanwhile))
        reader.people.delete(reader.office.calendar, reader.office.event()["id"])
        with pytest.raises(Busy):
            reader.read_now(replace(reader.ports, following=late))
        reader.settle()
        reader.pass_(minutes=20)
        assert deeds(reader, booking) == [Deed.BOOKED, Deed.RESCHEDULED]
        assert start_of(reader.office.event()) == NINE + 3 * HOUR

    def test_after_the_meeting_has_begun_changes_nothing(self, reader: Reader, booking: Booking) -> None:
        reader.pass_(hours=3, minutes=10)
        self.delete(reader)
        assert stored(reader, booking).status is Status.CONFIRMED
        reader.pass_(hours=1)
        assert Deed.CANCELLED not in deeds(reader, booking)

    def test_by_ourselves_is_none(self, reader: Reader, booking: Booking) -> None:
        """Bookings go elsewhere now: the event is taken out, and the booking stands."""
        reader.office.change(write_to=ADA)
        reader.office.ask(booking)
        reader.settle()
        reader.ask(afresh=True)
        reader.pass_(minutes=30)
        assert stored(reader, booking).status is Status.CONFIRMED
        assert [event["iCalUID"] for event in reader.office.events(ADA)] == [booking.uid]
        assert reader.office.events() == []
        assert not reader.busy_at(NINE), "our own events never block"

    def test_by_ourselves_is_none_even_before_we_have_noted_it(self, reader: Reader, booking: Booking) -> None:
        """Bookings go elsewhere since just now, the event is out, and whoever took it out died over its note."""
        ports = reader.office.scene.ports

        def die() -> None:
            raise Died

        def meanwhile() -> None:
            reader.office.change(write_to=ADA)
            broken = interrupted(ports.connections, "remove_copy", die)
            reader.office.scene.ports = replace(ports, connections=broken)
            reader.office.ask(booking)
            reader.office.scene.ports = ports

        late = interrupted(ports.connections, "snapshot", meanwhile)
        reader.read_now(replace(reader.ports, connections=late))
        reader.pass_(minutes=30)
        assert deeds(reader, booking) == [Deed.BOOKED]
        assert [event["iCalUID"] for event in reader.office.events(ADA)] == [booking.uid]

    def test_that_is_a_move_to_another_calendar_is_put_back(self, reader: Reader, booking: Booking) -> None:
        event = reader.office.event()
        reader.people.insert(
            ADA, start=NINE, end=NINE + HALF_HOUR, id=event["id"], extendedProperties=event["extendedProperties"]
        )
        self.delete(reader)
        reader.pass_(minutes=30)
        assert stored(reader, booking).status is Status.CONFIRMED
        assert deeds(reader, booking) == [Deed.BOOKED, Deed.EDIT_REFUSED]
        assert reader.office.event()["iCalUID"] == booking.uid
        assert not reader.busy_at(NINE)


class TestHostsWhoWantTheirCalendarKept:
    @pytest.fixture
    def reader(self) -> Iterator[Reader]:
        with reading(on_edit=OnEdit.RESTORE) as reader:
            yield reader

    def test_get_a_moved_event_back(self, reader: Reader, booking: Booking) -> None:
        drag(reader)
        reader.pass_(minutes=30)
        assert start_of(reader.office.event()) == NINE
        assert deeds(reader, booking) == [Deed.BOOKED, Deed.EDIT_REFUSED]

    def test_get_a_deleted_event_back(self, reader: Reader, booking: Booking) -> None:
        for times in (1, 2):
            reader.people.delete(reader.office.calendar, reader.office.event()["id"])
            reader.settle()
            reader.pass_(minutes=30)
            assert start_of(reader.office.event()) == NINE
            assert deeds(reader, booking) == [Deed.BOOKED, *[Deed.EDIT_REFUSED] * times]

    def test_may_change_what_it_says(self, reader: Reader, booking: Booking) -> None:
        drag(reader, NINE, summary="Bob, at last", colorId="3")
        assert reader.office.event()["summary"] == "Bob, at last"
        assert deeds(reader, booking) == [Deed.BOOKED]


class TestNoEcho:
    def test_of_our_own_writes(self, reader: Reader, booking: Booking) -> None:
        moved = reader.office.scene.move(booking, NINE + 3 * HOUR)
        reader.settle()
        writes, known = reader.office.writes(), deeds(reader, booking)
        looks = reader.office.world.count("events.get")
        reader.ask(afresh=True)
        reader.settle()
        reader.pass_(hours=2)
        assert (reader.office.writes(), deeds(reader, booking)) == (writes, known)
        assert reader.office.world.count("events.get") == looks, "by its etag alone it is known for ours"
        assert stored(reader, moved).start == NINE + 3 * HOUR
        assert reader.in_ledger() == {}

    def test_of_titles_and_answers(self, reader: Reader, booking: Booking) -> None:
        drag(reader, NINE, summary="Bob", attendees=[{"email": "carol@example.com"}])
        reader.people.respond(reader.office.calendar, reader.office.event()["id"], "declined", who="carol@example.com")
        reader.settle()
        assert deeds(reader, booking) == [Deed.BOOKED]
        assert reader.office.event()["summary"] == "Bob"

    def test_when_the_attendee_moved_it_at_the_same_time(self, reader: Reader, booking: Booking) -> None:
        """The calendar does not have the attendee's move yet: ours is the later word."""
        reader.office.world.google.trouble.down = True
        reader.office.scene.move(booking, NINE + 3 * HOUR)
        reader.office.room.settle()
        reader.office.world.google.trouble = Trouble()
        drag(reader, NINE + 5 * HOUR)
        reader.pass_(hours=1)
        assert stored(reader, booking).start == NINE + 3 * HOUR
        assert start_of(reader.office.event()) == NINE + 3 * HOUR
        assert deeds(reader, booking) == [Deed.BOOKED, Deed.RESCHEDULED]

    def test_of_what_was_read_before_we_wrote(self, reader: Reader, booking: Booking) -> None:
        """The list was read with the old time; by the time it is looked at, the attendee's move is in the calendar."""
        event = reader.office.event()
        reader.people.edit(reader.office.calendar, event["id"], summary="Bob")

        def meanwhile() -> None:
            reader.office.scene.move(booking, NINE + 3 * HOUR)
            reader.office.room.settle()

        ports = reader.office.scene.ports
        late = replace(reader.ports, connections=interrupted(ports.connections, "copies", meanwhile))
        reader.read_now(late)
        reader.settle()
        reader.pass_(hours=1)
        assert stored(reader, booking).start == NINE + 3 * HOUR
        assert start_of(reader.office.event()) == NINE + 3 * HOUR
        assert deeds(reader, booking) == [Deed.BOOKED, Deed.RESCHEDULED]

    def test_of_an_event_that_lost_its_mark(self, reader: Reader, booking: Booking) -> None:
        """With rights to free and busy alone, nothing but an event's id says that it is ours."""
        marks = {"private": {"daybook_booking": None, "daybook_host": None}}
        reader.office.change(busy_from=frozenset({ADA, reader.office.calendar}))
        reader.people.edit(reader.office.calendar, reader.office.event()["id"], extendedProperties=marks)
        for afresh in (False, True):
            reader.ask(afresh=afresh)
            reader.settle()
            assert reader.in_ledger() == {}

    def test_before_our_own_note_of_it(self, reader: Reader) -> None:
        """The event is there, and whoever made it died before writing that down."""
        ports = reader.office.scene.ports

        def die() -> None:
            raise Died

        reader.office.scene.ports = replace(ports, connections=interrupted(ports.connections, "put_copy", die))
        booking = reader.office.scene.book()
        reader.settle()
        reader.office.scene.ports = ports
        reader.ask()
        reader.settle()
        assert reader.in_ledger() == {}
        reader.pass_(minutes=20)
        assert deeds(reader, booking) == [Deed.BOOKED]
        assert reader.office.ever() == 1
