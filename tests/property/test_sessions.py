"""Whatever people, hosts, queues and workers do: in the end each session has one event, with all who sit there."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daybook.domain.actor import Role
from daybook.domain.booking import Booking, Status
from daybook.domain.connection import Connection, Guests, OnEdit, State
from daybook.domain.errors import DaybookError
from daybook.domain.event_type import GOOGLE_MEET
from daybook.domain.history import Event
from daybook.domain.ledger import granule_at
from daybook.mail_ports import NotYet
from daybook.provider_ports import ProviderDown
from daybook.usecases.erase_booking import erase_booking
from local.google.trouble import Failure, Trouble
from tests.calendar.reader import Reader, reading
from tests.calendar.world import ADA, at
from tests.fakes import values
from tests.fakes.post import Died
from tests.fakes.scene import ACME
from tests.fakes.values import HALF_HOUR, HOUR, NINE

PEOPLE = ("ann", "ben", "cat", "dan", "eli")
STARTS = (NINE, NINE + 2 * HOUR)
LATER = NINE + 4 * HOUR
ELSEWHERE = (*STARTS, NINE + HALF_HOUR / 3, NINE + HALF_HOUR, LATER, LATER + HOUR, NINE + timedelta(minutes=1))
"""Some over a session's own time, some onto another, one off the grid."""
WORKERS_CALLS = frozenset({"insert", "patch", "delete", "event", "put", "remove", "move", "settle"})

people, places, some = st.sampled_from(PEOPLE), st.sampled_from(STARTS), st.integers(0, 9)
anywhere = st.sampled_from(ELSEWHERE)
STEPS = st.one_of(
    st.tuples(st.just("join"), people, places),
    st.tuples(st.just("leave"), some),
    st.tuples(st.just("move"), some, st.sampled_from((*STARTS, LATER))),
    st.tuples(st.just("tell"), some),
    st.tuples(st.just("work")),
    st.tuples(st.just("read")),
    st.tuples(st.just("drag"), some, anywhere),
    st.tuples(st.just("drag_and_see"), some, anywhere),
    st.tuples(st.just("delete"), some),
    st.tuples(st.just("forget"), some),
    st.tuples(st.just("lose"), st.sampled_from([Failure.LOST_ANSWER, Failure.UNAVAILABLE])),
    st.tuples(st.just("die"), st.sampled_from(["put", "remove", "move", "settle"]), st.integers(1, 3), st.booleans()),
    st.tuples(st.just("afresh")),
    st.tuples(st.just("repeat"), some, anywhere),
    st.tuples(st.just("close")),
    st.tuples(st.just("open")),
    st.tuples(st.just("elsewhere")),
)
CASES = st.lists(st.tuples(STEPS, st.lists(st.tuples(st.booleans(), STEPS), max_size=2)), min_size=3, max_size=12)
"""What is done, and what others do before or after a call that a worker makes meanwhile."""
FIRST = st.lists(st.tuples(people, places), min_size=1, max_size=5)
"""Who has joined which session before all that."""


class Studio:
    """A yoga teacher's, where anything may come in between."""

    def __init__(self, reader: Reader) -> None:
        self.reader, self.office, self.scene = reader, reader.office, reader.office.scene
        self.scene.offer("yoga", title="Yoga", capacity=3, location=GOOGLE_MEET)
        self.room = self.office.room
        self.room.account = self.account
        self.booked: list[Booking] = []
        self.meanwhile: list[tuple[Any, ...]] = []
        self.dies: tuple[str, int, bool] | None = None
        ports = self.scene.ports
        object.__setattr__(ports, "sessions", _Watched(ports.sessions, self.dying))
        object.__setattr__(ports, "ledger", _Watched(ports.ledger, self.dying))

    def account(self, connection: Connection) -> Any:
        return _Watched(self.office.world.providers.open(connection), self.heard)

    def heard(self, call: str, done: bool) -> None:
        """Let others act before a call of a worker's, or after it."""
        if call in WORKERS_CALLS and self.meanwhile and self.meanwhile[-1][0] is done:
            self.do(self.meanwhile.pop()[1])

    def dying(self, call: str, done: bool) -> None:
        if self.dies is not None and (self.dies[0], self.dies[2]) == (call, done):
            self.dies = (call, self.dies[1] - 1, done)
            if not self.dies[1]:
                self.dies = None
                raise Died
        self.heard(call, done)

    def do(self, step: tuple[Any, ...]) -> None:
        try:
            getattr(self, step[0])(*step[1:])
        except (DaybookError, NotYet, ProviderDown, Died):
            return  # refused, or put off

    def join(self, who: str, start: Any) -> None:
        self.booked.append(self.scene.book(start, who, event_type="yoga"))

    def leave(self, number: int) -> None:
        if self.booked:
            self.scene.cancel(self.known(number))

    def move(self, number: int, start: Any) -> None:
        if self.booked:
            self.scene.move(self.known(number), start)

    def tell(self, number: int) -> None:
        """Deliver a message out of order, or once more."""
        events: list[Event] = self.room.events()
        if events:
            self.room.copy(events[number * len(events) // 10])

    def work(self) -> None:
        self.room.settle()

    def read(self) -> None:
        self.reader.read_now(self.reader.ports)

    def drag(self, number: int, start: Any) -> None:
        events = self.office.events()
        if events:
            event = events[number % len(events)]["id"]
            self.reader.people.edit(self.office.calendar, event, start=start, end=start + HALF_HOUR)

    def drag_and_see(self, number: int, start: Any) -> None:
        self.drag(number, start)
        self.read()

    def delete(self, number: int) -> None:
        events = self.office.events()
        if events:
            self.reader.people.delete(self.office.calendar, events[number % len(events)]["id"])

    def forget(self, number: int) -> None:
        if self.booked:
            ports, origin = self.scene.ports, values.origin(Role.HOST, self.scene.now)
            erase_booking(self.known(number), origin=origin, ledger=ports.ledger, bookings=ports.bookings)

    def lose(self, failure: Failure) -> None:
        self.office.world.google.trouble.fail(failure)

    def die(self, method: str, number: int, done: bool) -> None:
        self.dies = (method, number, done)

    def afresh(self) -> None:
        """Read everything, as every day."""
        self.reader.ask(afresh=True)
        self.reader.queue.work(self.reader.read)

    def repeat(self, number: int, start: Any) -> None:
        """Make a series of an event."""
        events = self.office.events()
        if events:
            event, rule = events[number % len(events)]["id"], ["RRULE:FREQ=WEEKLY;COUNT=3"]
            end = start + HALF_HOUR
            self.reader.people.edit(self.office.calendar, event, start=start, end=end, recurrence=rule)

    def close(self) -> None:
        """Lose the grant."""
        self.office.change(state=State.BROKEN)

    def open(self) -> None:
        """Connect again."""
        self.office.change(state=State.CONNECTED, to_copy=True, synced_at=None)
        self.reader.ask()

    def elsewhere(self) -> None:
        """Have bookings in another calendar, or back in the first."""
        other = ADA if self.office.connection.write_to == self.office.calendar else self.office.calendar
        self.office.change(write_to=other, to_copy=True)
        self.reader.ask()

    def known(self, number: int) -> Booking:
        return self.scene.stored(self.booked[number % len(self.booked)])

    def calm_down(self) -> None:
        self.meanwhile, self.dies = [], None
        self.office.world.google.trouble = Trouble()
        if self.office.connection.write_to != self.office.calendar:
            self.elsewhere()
        self.open()
        self.reader.settle()
        self.reader.pass_(minutes=50)


class _Watched:
    def __init__(self, port: Any, heard: Callable[[str, bool], None]) -> None:
        self._port, self._heard = port, heard

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)

        def listening(*args: Any, **given: Any) -> Any:
            self._heard(name, False)
            answer = method(*args, **given)
            self._heard(name, True)
            return answer

        return listening


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    first=FIRST,
    case=CASES,
    twice=st.booleans(),
    lost=st.booleans(),
    on_edit=st.sampled_from(OnEdit),
    guests=st.sampled_from(Guests),
)
def test_each_session_has_one_event_with_all_who_sit_there(
    first: Any, case: Any, twice: bool, lost: bool, on_edit: OnEdit, guests: Guests
) -> None:
    with reading(on_edit=on_edit, guests=guests) as reader:
        studio = Studio(reader)
        studio.room.twice = twice
        reader.office.world.google.pushes.all_lost = lost
        for who, start in first:
            studio.do(("join", who, start))
        studio.work()
        for step, meanwhile in case:
            studio.meanwhile = list(meanwhile)
            studio.do(step)
        studio.calm_down()
        bookings = [studio.scene.stored(one) for one in studio.booked]
        sitting = [one for one in bookings if one.status is Status.CONFIRMED]
        expected = {
            start: sorted(one.attendee.email.partition("@")[0] for one in sitting if one.start == start)
            for start in {one.start for one in sitting}
        }
        invites = guests is Guests.PROVIDER
        shown = {at(event["start"]["dateTime"]): _names(event) for event in studio.office.events()}
        assert shown == expected
        assert len(studio.office.events()) == len(expected)
        assert studio.office.events(ADA) == []
        for event in studio.office.events():
            start = at(event["start"]["dateTime"])
            assert event["summary"] == ("Yoga" if invites else f"Yoga ({len(expected[start])}/3)")
            assert at(event["end"]["dateTime"]) == start + HALF_HOUR
            assert {one.meeting_url for one in sitting if one.start == start} == {event["hangoutLink"]}
        days = studio.scene.ports.ledger.days(ACME, "ada", range(granule_at(NINE) // 288, granule_at(NINE) // 288 + 1))
        seats = {session.start: session.seats for day in days for session in day.sessions.values()}
        assert seats == {granule_at(start): len(names) for start, names in expected.items()}
        assert reader.in_ledger() == {}
        assert studio.room.copying.messages == []


def _names(event: Any) -> list[str]:
    """Return who an event names: as its guests, or in its text."""
    guests = [guest["email"] for guest in event.get("attendees", ())]
    named = [who.split("\n")[1] for who in event.get("description", "").split("\n\n") if who]
    return sorted(email.partition("@")[0] for email in (*guests, *named))
