"""Whatever people, hosts, queues and workers do: in the end each session has one event, with all who sit there."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daybook.domain.actor import Role
from daybook.domain.booking import Booking, Status
from daybook.domain.connection import Connection, OnEdit
from daybook.domain.errors import DaybookError
from daybook.domain.event_type import GOOGLE_MEET
from daybook.domain.history import Event
from daybook.domain.ledger import granule_at
from daybook.mail_ports import NotYet
from daybook.provider_ports import ProviderDown
from daybook.usecases.erase_booking import erase_booking
from local.google.trouble import Failure, Trouble
from tests.calendar.reader import Reader, reading
from tests.calendar.world import at
from tests.fakes import values
from tests.fakes.post import Died
from tests.fakes.scene import ACME
from tests.fakes.values import HALF_HOUR, HOUR, NINE

PEOPLE = ("ann", "ben", "cat", "dan", "eli")
STARTS = (NINE, NINE + 2 * HOUR)
LATER = NINE + 4 * HOUR
ELSEWHERE = (*STARTS, NINE + HALF_HOUR / 3, NINE + HALF_HOUR, LATER, LATER + HOUR, NINE + timedelta(minutes=1))
"""Some over a session's own time, some onto another, one off the grid."""
WORKERS_CALLS = frozenset({"insert", "patch", "delete", "event"})

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
    st.tuples(st.just("die"), st.sampled_from(["put", "remove"]), st.integers(1, 3)),
)
CASES = st.lists(st.tuples(STEPS, st.lists(STEPS, max_size=2)), min_size=3, max_size=12)
"""What is done, and what others do while a worker that it sets to work talks to Google."""
FIRST = st.lists(st.tuples(people, places), min_size=1, max_size=5)
"""Who has joined which session before all that."""


class Studio:
    """A yoga teacher's, where anything may come in between."""

    def __init__(self, reader: Reader) -> None:
        self.reader, self.office, self.scene = reader, reader.office, reader.office.scene
        self.scene.offer("yoga", title="Yoga", capacity=3, location=GOOGLE_MEET)
        self.room = self.office.room
        self.room.account = self.account
        self.sessions = self.scene.ports.sessions
        self.booked: list[Booking] = []
        self.meanwhile: list[tuple[Any, ...]] = []
        self.dies: tuple[str, int] | None = None
        object.__setattr__(self.scene.ports, "sessions", _Watched(self.sessions, self.dying))

    def account(self, connection: Connection) -> Any:
        def heard(call: str) -> None:
            if call in WORKERS_CALLS and self.meanwhile:
                self.do(self.meanwhile.pop())

        return _Watched(self.office.world.providers.open(connection), heard)

    def dying(self, call: str) -> None:
        if self.dies is not None and self.dies[0] == call:
            self.dies = (call, self.dies[1] - 1)
            if not self.dies[1]:
                self.dies = None
                raise Died

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

    def die(self, method: str, number: int) -> None:
        self.dies = (method, number)

    def known(self, number: int) -> Booking:
        return self.scene.stored(self.booked[number % len(self.booked)])

    def calm_down(self) -> None:
        self.meanwhile, self.dies = [], None
        self.office.world.google.trouble = Trouble()
        self.reader.ask()
        self.reader.settle()
        self.reader.pass_(minutes=50)


class _Watched:
    def __init__(self, port: Any, heard: Callable[[str], None]) -> None:
        self._port, self._heard = port, heard

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)

        def listening(*args: Any, **given: Any) -> Any:
            self._heard(name)
            return method(*args, **given)

        return listening


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(first=FIRST, case=CASES, twice=st.booleans(), lost=st.booleans(), on_edit=st.sampled_from(OnEdit))
def test_each_session_has_one_event_with_all_who_sit_there(
    first: Any, case: Any, twice: bool, lost: bool, on_edit: OnEdit
) -> None:
    with reading(on_edit=on_edit) as reader:
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
            start: sorted(one.attendee.name for one in sitting if one.start == start)
            for start in {one.start for one in sitting}
        }
        shown = {at(event["start"]["dateTime"]): _names(event) for event in studio.office.events()}
        assert shown == expected
        assert len(studio.office.events()) == len(expected)
        for event in studio.office.events():
            start = at(event["start"]["dateTime"])
            assert event["summary"] == f"Yoga ({len(expected[start])}/3)"
            assert at(event["end"]["dateTime"]) == start + HALF_HOUR
            assert {one.meeting_url for one in sitting if one.start == start} == {event["hangoutLink"]}
        days = studio.scene.ports.ledger.days(ACME, "ada", range(granule_at(NINE) // 288, granule_at(NINE) // 288 + 1))
        seats = {session.start: session.seats for day in days for session in day.sessions.values()}
        assert seats == {granule_at(start): len(names) for start, names in expected.items()}
        assert reader.in_ledger() == {}
        assert studio.room.copying.messages == []


def _names(event: Any) -> list[str]:
    return sorted(who.partition("\n")[0] for who in event["description"].split("\n\n"))
