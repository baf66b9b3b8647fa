"""What a host does to the event of a session: all who sit there go with it, or it is put back; never an echo."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from daybook.adapters.google_calendar.provider import GoogleCalendar
from daybook.domain.booking import Booking, Status
from daybook.domain.connection import Guests, OnEdit
from daybook.domain.errors import Busy
from daybook.domain.event_type import GOOGLE_MEET
from daybook.domain.history import Deed
from daybook.domain.mail import Method, Recipient
from daybook.mail_ports import NotYet
from daybook.ports import MOST_MOVED
from daybook.provider_ports import Found
from local.google.trouble import Failure, Trouble
from tests.calendar.reader import Reader, reading
from tests.calendar.world import ADA, at
from tests.fakes.ports import followed_by, interrupted
from tests.fakes.post import Died
from tests.fakes.scene import ACME
from tests.fakes.values import HALF_HOUR, HOUR, NINE

ATTENDEE, HOST = Recipient.ATTENDEE, Recipient.HOST
MINUTE = timedelta(minutes=1)


@pytest.fixture
def reader() -> Iterator[Reader]:
    with reading() as reader:
        reader.office.scene.offer("yoga", title="Yoga", capacity=3)
        yield reader


@pytest.fixture
def sitting(reader: Reader) -> list[Booking]:
    return joined(reader, "bob", "eve")


def join(reader: Reader, who: str, start: Any = NINE, kind: str = "yoga") -> Booking:
    return reader.office.scene.book(start, who, event_type=kind)


def joined(reader: Reader, *people: str, start: Any = NINE, kind: str = "yoga") -> list[Booking]:
    bookings = [join(reader, who, start, kind) for who in people]
    reader.settle()
    reader.office.room.until(reader.now + MINUTE)
    reader.settle()
    return bookings


def drag(reader: Reader, start: Any = NINE + 2 * HOUR, end: Any = None, **fields: Any) -> None:
    """Move the only event by hand, and let everything happen."""
    edit(reader, start, end, **fields)
    reader.settle()


def edit(reader: Reader, start: Any = NINE + 2 * HOUR, end: Any = None, **fields: Any) -> None:
    event = reader.office.events()[0]
    reader.people.edit(reader.office.calendar, event["id"], start=start, end=end or start + HALF_HOUR, **fields)


def delete(reader: Reader) -> None:
    reader.people.delete(reader.office.calendar, reader.office.event()["id"])
    reader.settle()


def starts(reader: Reader, bookings: list[Booking]) -> list[Any]:
    return [reader.office.scene.stored(one).start for one in bookings]


def states(reader: Reader, bookings: list[Booking]) -> list[Status]:
    return [reader.office.scene.stored(one).status for one in bookings]


def deeds(reader: Reader, booking: Booking) -> list[Deed]:
    return [event.deed for event in reader.office.scene.ports.bookings.history(ACME, booking.id)]


def objects(reader: Reader, booking: Booking) -> list[Method]:
    return [method for method in reader.office.room.methods(booking, ATTENDEE) if method]


def start_of(event: dict[str, Any]) -> Any:
    return at(event["start"]["dateTime"])


def refusals(reader: Reader) -> int:
    return len([event for event in reader.office.room.events() if event.deed is Deed.EDIT_REFUSED])


def is_whole(reader: Reader, start: Any, title: str) -> None:
    """Require that the calendar has the session there, and nothing is left to do."""
    reader.pass_(minutes=30)
    event = reader.office.event()
    assert (start_of(event), at(event["end"]["dateTime"]), event["summary"]) == (start, start + HALF_HOUR, title)
    assert reader.office.ever() == 1
    assert reader.office.room.copying.messages == []
    known = reader.office.scene.ports.sessions.session(ACME, "ada", start)
    assert known is not None
    assert known.held_until is None


class TestAMove:
    def test_moves_all_who_sit_there_and_tells_each_once(self, reader: Reader, sitting: list[Booking]) -> None:
        writes = reader.office.writes()
        drag(reader)
        is_whole(reader, NINE + 2 * HOUR, "Yoga (2/3)")
        assert starts(reader, sitting) == [NINE + 2 * HOUR] * 2
        for booking in sitting:
            assert deeds(reader, booking) == [Deed.BOOKED, Deed.RESCHEDULED]
            assert objects(reader, booking) == [Method.REQUEST, Method.REQUEST]
        assert reader.office.writes() == writes, "the host's own hand wrote it"

    @pytest.mark.parametrize("by", [5 * MINUTE, -10 * MINUTE, 24 * HOUR], ids=str)
    def test_may_go_over_its_own_time(self, reader: Reader, sitting: list[Booking], by: timedelta) -> None:
        drag(reader, NINE + by)
        is_whole(reader, NINE + by, "Yoga (2/3)")
        assert starts(reader, sitting) == [NINE + by] * 2

    def test_again_and_again_is_followed_each_time(self, reader: Reader, sitting: list[Booking]) -> None:
        for hours in (2, 4, 0, 1):
            drag(reader, NINE + hours * HOUR)
            assert starts(reader, sitting) == [NINE + hours * HOUR] * 2
        is_whole(reader, NINE + HOUR, "Yoga (2/3)")

    def test_leaves_its_old_time_to_another_session(self, reader: Reader, sitting: list[Booking]) -> None:
        drag(reader)
        [kim] = joined(reader, "kim")
        assert [start_of(event) for event in reader.office.events()] == [NINE, NINE + 2 * HOUR]
        first, second = reader.office.events()
        assert first["iCalUID"] != second["iCalUID"]
        assert (first["summary"], second["summary"]) == ("Yoga (1/3)", "Yoga (2/3)")
        assert starts(reader, [kim, *sitting]) == [NINE, NINE + 2 * HOUR, NINE + 2 * HOUR]

    def test_takes_those_along_who_have_just_joined(self, reader: Reader, sitting: list[Booking]) -> None:
        """The calendar does not know of the third yet; whoever writes them in waits until the host is followed."""
        reader.office.world.google.pushes.all_lost = True
        edit(reader)
        third = join(reader, "kim")
        reader.office.room.settle()
        assert start_of(reader.office.event()) == NINE + 2 * HOUR, "nobody wrote over the host's edit"
        reader.office.world.google.pushes.all_lost = False
        reader.pass_(minutes=20)
        assert starts(reader, [*sitting, third]) == [NINE + 2 * HOUR] * 3
        is_whole(reader, NINE + 2 * HOUR, "Yoga (3/3)")

    def test_and_somebody_who_leaves_meanwhile_is_judged_anew(self, reader: Reader, sitting: list[Booking]) -> None:
        ports, following = reader.office.scene.ports, reader.ports.following
        late = replace(
            following,
            sessions=interrupted(ports.sessions, "move", lambda: reader.office.scene.cancel(sitting[0])),
        )
        edit(reader)
        with pytest.raises(Busy):
            reader.read_now(replace(reader.ports, following=late))
        reader.settle()
        reader.pass_(minutes=20)
        assert starts(reader, sitting[1:]) == [NINE + 2 * HOUR]
        is_whole(reader, NINE + 2 * HOUR, "Yoga (1/3)")

    def test_whose_worker_died_over_it_leaves_one_event(self, reader: Reader, sitting: list[Booking]) -> None:
        """Whether before it took the event for itself or after that."""
        for method, target in (("move", NINE + 2 * HOUR), ("put", NINE + 4 * HOUR)):
            ports, following = reader.office.scene.ports, reader.ports.following

            def die() -> None:
                raise Died

            broken = replace(following, sessions=interrupted(ports.sessions, method, die))
            edit(reader, target)
            with pytest.raises(Died):
                reader.read_now(replace(reader.ports, following=broken))
            reader.settle()
            reader.pass_(minutes=30)
            assert starts(reader, sitting) == [target] * 2
            assert start_of(reader.office.event()) == target
        assert [one for one in deeds(reader, sitting[0]) if one is Deed.RESCHEDULED] == [Deed.RESCHEDULED] * 2

    @pytest.mark.parametrize("after", ["somebody joins", "the worker dies", "nobody hears of it"])
    def test_is_whole_at_once(self, reader: Reader, after: str) -> None:
        """Whoever joins at the new time finds the event that was dragged there, and its meeting."""
        reader.office.scene.offer("call", title="Yoga", capacity=3, location=GOOGLE_MEET)
        sitting = joined(reader, "bob", "eve", kind="call")
        before = reader.office.event()

        def act() -> None:
            if after == "the worker dies":
                raise Died
            if after == "nobody hears of it":
                raise Busy("No answer.")
            kim = join(reader, "kim", NINE + 2 * HOUR, "call")
            sitting.append(kim)
            with suppress(NotYet):
                reader.office.room.copy(reader.office.scene.ports.bookings.history(ACME, kim.id)[0])

        edit(reader)
        following = reader.ports.following
        late = replace(following, sessions=followed_by(following.sessions, "move", act))
        with suppress(Busy, Died):
            reader.read_now(replace(reader.ports, following=late))
        assert starts(reader, sitting) == [NINE + 2 * HOUR] * len(sitting)
        is_whole(reader, NINE + 2 * HOUR, f"Yoga ({len(sitting)}/3)")
        event = reader.office.event()
        assert (event["id"], event["hangoutLink"]) == (before["id"], before["hangoutLink"])
        assert {reader.office.scene.stored(one).meeting_url for one in sitting} == {event["hangoutLink"]}
        assert [deeds(reader, one).count(Deed.RESCHEDULED) for one in sitting[:2]] == [1, 1]
        assert reader.office.scene.ports.sessions.session(ACME, "ada", NINE) is None

    @pytest.mark.parametrize("trace", ["event", "nothing"])
    def test_to_where_a_session_has_just_ended(self, reader: Reader, sitting: list[Booking], trace: str) -> None:
        """Its event may be about to go; or, of an account since disconnected, only that it had one is known."""
        there, ports = NINE + 2 * HOUR, reader.office.scene.ports
        [last] = joined(reader, "kim", start=there)
        if trace == "nothing":
            known = ports.sessions.session(ACME, "ada", there)
            copy = known and ports.connections.copy(ACME, known.id)
            assert copy
            ports.connections.remove_copy(copy)
            reader.people.delete(reader.office.calendar, copy.event)
        reader.office.scene.cancel(last)
        edit(reader, there)
        reader.read_now(reader.ports)
        reader.settle()
        reader.pass_(minutes=30)
        target = NINE if trace == "event" else there
        assert [(start_of(one), one["summary"]) for one in reader.office.events()] == [(target, "Yoga (2/3)")]
        assert starts(reader, sitting) == [target] * 2
        assert reader.office.room.copying.messages == []

    def test_keeps_the_meeting(self, reader: Reader) -> None:
        reader.office.scene.offer("yoga2", title="Yoga", capacity=3, location=GOOGLE_MEET)
        sitting = [reader.office.scene.book(NINE, who, event_type="yoga2") for who in ("bob", "eve")]
        reader.pass_(minutes=5)
        url = reader.office.event()["hangoutLink"]
        drag(reader)
        is_whole(reader, NINE + 2 * HOUR, "Yoga (2/3)")
        assert {reader.office.scene.stored(one).meeting_url for one in sitting} == {url}
        assert deeds(reader, sitting[0]) == [Deed.BOOKED, Deed.MEETING_MADE, Deed.RESCHEDULED]

    def test_is_told_to_guests_by_google_alone(self, reader: Reader) -> None:
        reader.office.change(guests=Guests.PROVIDER)
        sitting = joined(reader, "bob", "eve")
        before = reader.office.google_mails()
        drag(reader)
        is_whole(reader, NINE + 2 * HOUR, "Yoga")
        assert sorted(reader.office.google_mails()[len(before) :]) == [
            ("update", "bob@example.com"),
            ("update", "eve@example.com"),
        ]
        assert [objects(reader, one) for one in sitting] == [[], []]


class TestAMoveThatCannotBe:
    @pytest.mark.parametrize("case", ["taken", "session", "busy", "longer", "between", "past", "all day", "begun"])
    def test_is_put_back_whole_and_the_host_told_once(self, reader: Reader, sitting: list[Booking], case: str) -> None:
        there = NINE + 2 * HOUR
        scene = reader.office.scene
        if case == "taken":
            scene.book(there, "carol")
        elif case == "session":
            join(reader, "carol", there)
        elif case == "busy":
            reader.people.insert(ADA, start=there, end=there + HOUR)
        reader.settle()
        if case == "begun":
            reader.pass_(hours=NINE.hour - scene.now.hour, minutes=5 - scene.now.minute)
        times: dict[str, tuple[Any, Any]] = {
            "longer": (there, there + HOUR),
            "between": (there + timedelta(minutes=2), there + timedelta(minutes=32)),
            "past": (NINE - 24 * HOUR, NINE - 24 * HOUR + HALF_HOUR),
            "all day": (date(2027, 3, 2), date(2027, 3, 3)),
        }
        drag(reader, *times.get(case, (there, there + HALF_HOUR)))
        reader.pass_(minutes=20)
        back = next(event for event in reader.office.events() if event["summary"] == "Yoga (2/3)")
        assert (start_of(back), at(back["end"]["dateTime"])) == (NINE, NINE + HALF_HOUR)
        assert starts(reader, sitting) == [NINE] * 2
        assert refusals(reader) == 1
        assert len([name for name in reader.office.room.names(HOST) if "edit_refused" in name]) == 1
        assert not [name for name in reader.office.room.names(ATTENDEE) if "edit_refused" in name]
        assert [Deed.RESCHEDULED in deeds(reader, one) for one in sitting] == [False, False]

    def test_for_too_many_is_put_back(self, reader: Reader) -> None:
        reader.office.scene.offer("talk", title="Talk", capacity=MOST_MOVED + 1)
        people = [f"person{number}" for number in range(MOST_MOVED + 1)]
        sitting = [reader.office.scene.book(NINE, who, event_type="talk") for who in people]
        reader.settle()
        drag(reader)
        is_whole(reader, NINE, f"Talk ({MOST_MOVED + 1}/{MOST_MOVED + 1})")
        assert set(starts(reader, sitting)) == {NINE}
        assert refusals(reader) == 1

    def test_of_a_published_slot_is_put_back(self, reader: Reader) -> None:
        slot = reader.office.scene.publish(capacity=3)
        sitting = [reader.office.scene.take(slot, who) for who in ("bob", "eve")]
        reader.settle()
        drag(reader)
        is_whole(reader, NINE, "Daybook (2/3)")
        assert starts(reader, sitting) == [NINE] * 2

    def test_is_told_once_for_each_time(self, reader: Reader, sitting: list[Booking]) -> None:
        reader.people.insert(ADA, start=NINE + 2 * HOUR, end=NINE + 3 * HOUR)
        for times in (1, 2):
            drag(reader)
            reader.ask(afresh=True)
            reader.settle()
            assert refusals(reader) == times
        is_whole(reader, NINE, "Yoga (2/3)")
        assert starts(reader, sitting) == [NINE] * 2

    def test_is_put_back_once_though_the_worker_died_over_it(self, reader: Reader, sitting: list[Booking]) -> None:
        edit(reader, NINE + 2 * HOUR, NINE + 4 * HOUR)

        def die() -> None:
            raise Died

        following = reader.ports.following
        broken = replace(following, ledger=interrupted(following.ledger, "settle", die))
        with pytest.raises(Died):
            reader.read_now(replace(reader.ports, following=broken))
        reader.settle()
        is_whole(reader, NINE, "Yoga (2/3)")
        assert refusals(reader) == 1
        assert starts(reader, sitting) == [NINE] * 2

    @pytest.mark.parametrize("leaver", [0, 1])
    def test_is_told_once_though_the_worker_died_and_somebody_left(
        self, reader: Reader, sitting: list[Booking], leaver: int
    ) -> None:
        def die() -> None:
            raise Died

        edit(reader, NINE + MINUTE)
        following = reader.ports.following
        broken = replace(following, ledger=followed_by(following.ledger, "settle", die))
        with pytest.raises(Died):
            reader.read_now(replace(reader.ports, following=broken))
        reader.office.scene.cancel(reader.office.scene.stored(sitting[leaver]))
        reader.settle()
        is_whole(reader, NINE, "Yoga (1/3)")
        assert refusals(reader) == 1


class TestADeletion:
    def test_cancels_all_and_tells_each_once(self, reader: Reader, sitting: list[Booking]) -> None:
        delete(reader)
        reader.pass_(hours=1)
        assert states(reader, sitting) == [Status.CANCELLED] * 2
        for booking in sitting:
            assert deeds(reader, booking) == [Deed.BOOKED, Deed.CANCELLED]
            assert objects(reader, booking) == [Method.REQUEST, Method.CANCEL]
        assert reader.office.events() == []
        assert reader.office.scene.ports.sessions.session(ACME, "ada", NINE) is None
        assert reader.office.room.copying.messages == []
        [kim] = joined(reader, "kim")
        assert [event["summary"] for event in reader.office.events()] == ["Yoga (1/3)"]
        assert states(reader, [kim]) == [Status.CONFIRMED]

    def test_that_could_not_reach_all_at_once_reaches_all(self, reader: Reader, sitting: list[Booking]) -> None:
        """One changed in between; what the other's cancellation brings about does not undo the host's wish."""
        third = joined(reader, "kim")[0]
        ledger = reader.office.scene.ports.ledger
        calls = iter(range(10))

        def answer_comes(*args: Any, **given: Any) -> None:
            if next(calls) == 1:
                reader.office.scene.cancel(sitting[1])
            ledger.release(*args, **given)

        class Late:
            release = staticmethod(answer_comes)

            def __getattr__(self, name: str) -> Any:
                return getattr(ledger, name)

        reader.people.delete(reader.office.calendar, reader.office.event()["id"])
        following = replace(reader.ports.following, ledger=Late())  # type: ignore[arg-type]
        with pytest.raises(Busy):
            reader.read_now(replace(reader.ports, following=following))
        reader.office.room.settle()
        assert reader.office.events() == [], "nobody brings it back"
        reader.settle()
        reader.pass_(minutes=20)
        assert states(reader, [*sitting, third]) == [Status.CANCELLED] * 3
        assert reader.office.events() == []
        assert reader.office.scene.ports.sessions.session(ACME, "ada", NINE) is None

    def test_while_somebody_joins_leaves_them_their_session(self, reader: Reader, sitting: list[Booking]) -> None:
        """Who sits down after the host's wish was carried out sits in a session of their own."""
        late: list[Booking] = []
        following = reader.ports.following
        sessions = reader.office.scene.ports.sessions
        calls = iter(range(10))

        class Slow:
            def __getattr__(self, name: str) -> Any:
                if name == "put" and next(calls) == 1:
                    late.append(join(reader, "kim"))
                return getattr(sessions, name)

        reader.people.delete(reader.office.calendar, reader.office.event()["id"])
        reader.read_now(replace(reader.ports, following=replace(following, sessions=Slow())))  # type: ignore[arg-type]
        reader.settle()
        assert states(reader, [*sitting, *late]) == [Status.CANCELLED, Status.CANCELLED, Status.CONFIRMED]
        is_whole(reader, NINE, "Yoga (1/3)")

    def test_after_all_have_left_keeps_nobody_out(self, reader: Reader, sitting: list[Booking]) -> None:
        """The last has left, the host deletes what is about to go, and somebody sits down before all that is done."""
        reader.office.world.google.pushes.all_lost = True
        for booking in sitting:
            reader.office.scene.cancel(booking)
        reader.people.delete(reader.office.calendar, reader.office.event()["id"])
        reader.read_now(reader.ports)
        kim = join(reader, "kim")
        reader.settle()
        assert states(reader, [kim]) == [Status.CONFIRMED]
        is_whole(reader, NINE, "Yoga (1/3)")

    def test_after_it_has_begun_changes_nothing(self, reader: Reader, sitting: list[Booking]) -> None:
        reader.pass_(hours=3, minutes=10)
        delete(reader)
        reader.pass_(hours=1)
        assert all(Deed.CANCELLED not in deeds(reader, one) for one in sitting)

    def test_that_is_a_move_to_another_calendar_is_put_back(self, reader: Reader, sitting: list[Booking]) -> None:
        event = reader.office.event()
        reader.people.insert(
            ADA, start=NINE, end=NINE + HALF_HOUR, id=event["id"], extendedProperties=event["extendedProperties"]
        )
        delete(reader)
        is_whole(reader, NINE, "Yoga (2/3)")
        assert states(reader, sitting) == [Status.CONFIRMED] * 2
        assert refusals(reader) == 1
        assert not reader.busy_at(NINE)


class TestHostsWhoWantTheirCalendarKept:
    @pytest.fixture
    def reader(self) -> Iterator[Reader]:
        with reading(on_edit=OnEdit.RESTORE) as reader:
            reader.office.scene.offer("yoga", title="Yoga", capacity=3)
            yield reader

    def test_get_a_moved_event_back(self, reader: Reader, sitting: list[Booking]) -> None:
        drag(reader)
        is_whole(reader, NINE, "Yoga (2/3)")
        assert refusals(reader) == 1
        assert starts(reader, sitting) == [NINE] * 2

    def test_get_a_deleted_event_back(self, reader: Reader, sitting: list[Booking]) -> None:
        for times in (1, 2):
            delete(reader)
            is_whole(reader, NINE, "Yoga (2/3)")
            assert refusals(reader) == times
        assert states(reader, sitting) == [Status.CONFIRMED] * 2


class TestWhileItsEventIsBeingWritten:
    """A third joins; the worker has taken the event for itself, and is talking to Google."""

    def write(self, reader: Reader, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], None]) -> None:
        waiting, patch = [meanwhile], GoogleCalendar.patch

        def late(account: GoogleCalendar, *args: Any) -> Found:
            answer = patch(account, *args)
            if waiting:
                waiting.pop()()
            return answer

        monkeypatch.setattr(GoogleCalendar, "patch", late)
        join(reader, "kim")
        reader.office.room.settle()

    def test_an_edit_waits(self, reader: Reader, sitting: list[Booking], monkeypatch: pytest.MonkeyPatch) -> None:
        def meanwhile() -> None:
            edit(reader)
            with pytest.raises(Busy):
                reader.read_now(reader.ports)

        reader.office.world.google.pushes.all_lost = True
        self.write(reader, monkeypatch, meanwhile)
        assert starts(reader, sitting) == [NINE] * 2
        reader.pass_(minutes=20)
        assert starts(reader, sitting) == [NINE + 2 * HOUR] * 2
        is_whole(reader, NINE + 2 * HOUR, "Yoga (3/3)")

    def test_its_echo_is_none(self, reader: Reader, sitting: list[Booking], monkeypatch: pytest.MonkeyPatch) -> None:
        """The list tells of it before the worker could note its answer."""
        reader.office.world.google.pushes.all_lost = True
        self.write(reader, monkeypatch, lambda: reader.read_now(reader.ports))
        is_whole(reader, NINE, "Yoga (3/3)")
        assert [deeds(reader, one) for one in sitting] == [[Deed.BOOKED]] * 2


class TestAnEventThatTheListHasNoLonger:
    """Of a series a list has the occurrences alone; what is out of its window it does not have at all."""

    @pytest.mark.parametrize("busy", [False, True])
    def test_that_repeats_is_followed_or_put_back_where_its_own_occurrences_block(
        self, reader: Reader, sitting: list[Booking], busy: bool
    ) -> None:
        if busy:
            reader.office.change(busy_from=frozenset({ADA, reader.office.calendar}))
        drag(reader, recurrence=["RRULE:FREQ=WEEKLY;COUNT=3"])
        joined(reader, "kim", start=NINE if busy else NINE + 2 * HOUR)
        assert starts(reader, sitting) == [NINE if busy else NINE + 2 * HOUR] * 2
        assert refusals(reader) == busy
        is_whole(reader, NINE if busy else NINE + 2 * HOUR, "Yoga (3/3)")

    @pytest.mark.parametrize("days", [-30, 500])
    def test_that_is_out_of_its_window_is_put_back_or_followed(
        self, reader: Reader, sitting: list[Booking], days: int
    ) -> None:
        """The host has put it into the past, or so far ahead as only they can."""
        there = NINE + timedelta(days=days)
        edit(reader, there)
        reader.ask(afresh=True)
        reader.settle()
        expected = there if days > 0 else NINE
        assert refusals(reader) == (days < 0)
        joined(reader, "kim", start=NINE)
        assert starts(reader, sitting) == [expected] * 2
        titles = {start_of(event): event["summary"] for event in reader.office.events()}
        assert titles == ({NINE: "Yoga (3/3)"} if days < 0 else {NINE: "Yoga (1/3)", there: "Yoga (2/3)"})
        assert reader.office.room.copying.messages == []

    def test_is_looked_at_once(self, reader: Reader, sitting: list[Booking]) -> None:
        drag(reader, recurrence=["RRULE:FREQ=WEEKLY;COUNT=3"])
        known = [deeds(reader, one) for one in sitting]
        for _ in range(2):
            looks = reader.office.world.count("events.get")
            reader.ask(afresh=True)
            reader.settle()
            assert reader.office.world.count("events.get") == looks + 1
        assert [deeds(reader, one) for one in sitting] == known


class TestWhileItsEventCouldNotBeWritten:
    """A third has joined, and whoever writes it down has failed; pushes are lost."""

    @pytest.fixture(params=["no answer", "worker died"])
    def late(self, request: pytest.FixtureRequest, reader: Reader, sitting: list[Booking]) -> Booking:
        kim = join(reader, "kim")
        if request.param == "no answer":
            reader.office.world.google.trouble.fail(Failure.UNAVAILABLE, calls=9, only="events.patch")
            reader.office.room.settle()
            reader.office.world.google.trouble = Trouble()
        else:
            ports = reader.office.scene.ports

            def die() -> None:
                raise Died

            broken = replace(ports, sessions=followed_by(ports.sessions, "put", die))
            reader.office.scene.ports = broken
            with pytest.raises(Died):
                reader.office.room.copy(ports.bookings.history(ACME, kim.id)[0])
            reader.office.scene.ports = ports
        reader.office.world.google.pushes.all_lost = True
        return kim

    def test_a_move_is_followed(self, reader: Reader, sitting: list[Booking], late: Booking) -> None:
        edit(reader)
        reader.pass_(minutes=40)
        assert starts(reader, [*sitting, late]) == [NINE + 2 * HOUR] * 3
        is_whole(reader, NINE + 2 * HOUR, "Yoga (3/3)")

    def test_a_deletion_is_followed(self, reader: Reader, sitting: list[Booking], late: Booking) -> None:
        reader.people.delete(reader.office.calendar, reader.office.event()["id"])
        reader.pass_(minutes=40)
        assert states(reader, [*sitting, late]) == [Status.CANCELLED] * 3
        assert (reader.office.events(), reader.office.room.copying.messages) == ([], [])

    def test_what_cannot_be_is_put_back(self, reader: Reader, sitting: list[Booking], late: Booking) -> None:
        edit(reader, date(2027, 3, 2), date(2027, 3, 3))
        reader.pass_(minutes=40)
        assert starts(reader, [*sitting, late]) == [NINE] * 3
        is_whole(reader, NINE, "Yoga (3/3)")
        assert refusals(reader) == 1

    def test_what_was_refused_is_put_back_whatever_fails(self, reader: Reader, sitting: list[Booking]) -> None:
        """It may even be back already, and nobody heard of that."""
        reader.office.world.google.trouble.fail(Failure.LOST_ANSWER, calls=2, only="events.patch")
        drag(reader, NINE + MINUTE)
        is_whole(reader, NINE, "Yoga (2/3)")
        assert refusals(reader) == 1


def test_a_deletion_of_ours_that_nobody_heard_of_is_no_edit(reader: Reader, sitting: list[Booking]) -> None:
    """The host wants bookings elsewhere, and then not, before anybody knows that the event is gone."""
    reader.office.change(write_to=None)
    reader.office.world.google.trouble.fail(Failure.LOST_ANSWER, calls=9, only="events.delete")
    reader.office.ask(*sitting)
    assert reader.office.events() == []
    reader.office.world.google.trouble = Trouble()
    reader.office.change(write_to=reader.office.calendar)
    reader.ask(afresh=True)
    reader.settle()
    reader.pass_(minutes=30)
    assert states(reader, sitting) == [Status.CONFIRMED] * 2
    assert [event["summary"] for event in reader.office.events()] == ["Yoga (2/3)"]
    assert reader.office.room.copying.messages == []


class TestNoEcho:
    def test_of_our_own_writes(self, reader: Reader, sitting: list[Booking]) -> None:
        reader.office.change(busy_from=frozenset({ADA, reader.office.calendar}))
        reader.ask(afresh=True)
        reader.settle()
        reader.office.scene.cancel(sitting[0])
        reader.settle()
        writes, known = reader.office.writes(), [deeds(reader, one) for one in sitting]
        looks = reader.office.world.count("events.get")
        reader.ask(afresh=True)
        reader.settle()
        reader.pass_(hours=2)
        assert (reader.office.writes(), [deeds(reader, one) for one in sitting]) == (writes, known)
        assert reader.office.world.count("events.get") == looks, "by its etag alone it is known for ours"
        assert reader.in_ledger() == {}, "our own events never block"

    def test_of_titles_and_answers(self, reader: Reader, sitting: list[Booking]) -> None:
        drag(reader, NINE, summary="Yin", colorId="3")
        reader.pass_(hours=1)
        assert reader.office.event()["summary"] == "Yin"
        assert [deeds(reader, one) for one in sitting] == [[Deed.BOOKED]] * 2
        joined(reader, "kim")
        is_whole(reader, NINE, "Yoga (3/3)")

    def test_in_the_look_before_somebody_books(self, reader: Reader, sitting: list[Booking]) -> None:
        account = reader.office.world.providers.open(reader.office.connection)
        [found] = account.events(reader.office.calendar, NINE, NINE + HALF_HOUR)
        assert found.event is not None
        known = reader.office.scene.ports.sessions.session(ACME, "ada", NINE)
        assert known is not None
        assert found.event.booking == known.id
