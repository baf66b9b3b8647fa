"""Connecting, choosing and connecting again against the local Google, with the workers that carry it out."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from daybook.calendar_ports import Consenting
from daybook.domain.actor import Role
from daybook.domain.booking import Booking
from daybook.domain.connection import Connection, State
from daybook.usecases.choose_calendars import Choice, choose_calendars, disconnect
from daybook.usecases.erase_booking import erase_booking
from daybook.usecases.finish_connecting import Ports, finish_connecting
from tests.calendar.office import Office, opened
from tests.calendar.reader import Reader
from tests.calendar.world import ADA
from tests.fakes import values
from tests.fakes.ports import interrupted
from tests.fakes.post import Died
from tests.fakes.scene import ACME
from tests.fakes.values import HOUR, NINE


@dataclass
class Front:
    """The way from a link to a connected account, without browser; `reader` carries out what it leads to."""

    reader: Reader
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _links: Iterator[int] = field(default_factory=itertools.count)

    @property
    def office(self) -> Office:
        return self.reader.office

    @property
    def ports(self) -> Ports:
        known, world = self.office.scene.ports, self.office.world
        return Ports(
            catalogue=known.catalogue,
            connections=known.connections,
            consent=world.consent,
            providers=world.providers,
            sync=self.reader,
            new_id=lambda: f"C{next(self._ids)}",
        )

    def consented(
        self, email: str = ADA, *, existing: bool = False, without: tuple[str, ...] = ()
    ) -> tuple[Consenting, str]:
        """Come back from Google, with the code it gave."""
        world = self.office.world
        expires_at = self.reader.now + timedelta(minutes=15)
        asked = Consenting(
            id=f"link-{next(self._links)}", tenant=ACME, host="ada", verifier="v" * 43, existing=existing,
            expires_at=expires_at,
        )  # fmt: skip
        self.office.scene.ports.connections.add_consenting(asked)
        url = world.consent.url(state=asked.id, verifier=asked.verifier, existing=existing)
        return asked, world.code(url, email, without=without)

    def finish(self, asked: Consenting, code: str, **ports: Any) -> Connection:
        return finish_connecting(asked, code, ports=replace(self.ports, **ports), now=self.reader.now)[1]

    def connect(self, email: str = ADA, **how: Any) -> Connection:
        """Go all the way, and have everything carried out."""
        connection = self.finish(*self.consented(email, **how))
        self.office.calendar = connection.write_to or self.office.calendar
        self.reader.settle()
        return self.known(connection.id)

    def known(self, name: str = "C1") -> Connection:
        found = self.office.scene.ports.connections.connection(ACME, "ada", name)
        assert found is not None
        return found

    def choose(self, before: Connection, *, sync: Any = None, connections: Any = None, **fields: Any) -> Connection:
        same = {name: getattr(before, name) for name in Choice.__slots__}
        return choose_calendars(
            before,
            Choice(**{**same, **fields}),
            connections=connections or self.office.scene.ports.connections,
            sync=sync or self.reader,
            now=self.reader.now,
        )

    def forget(self, booking: Booking) -> None:
        ports, origin = self.office.scene.ports, values.origin(Role.HOST, self.reader.now)
        erase_booking(self.office.scene.stored(booking), origin=origin, ledger=ports.ledger, bookings=ports.bookings)
        self.reader.settle()


@pytest.fixture
def front() -> Iterator[Front]:
    with opened() as office:
        office.room.account = office.world.providers.open
        office.scene.check_busy = lambda *_: False
        yield Front(Reader(office))


def dying(port: Any, method: str) -> Any:
    """Return the port, at whose next call of a method the process ends."""
    return interrupted(port, method, _die)


def _die() -> None:
    raise Died


class TestAWishThatIsLost:
    """The table has it, and the process ended before the queue did."""

    def test_of_what_blocks_is_made_good_by_the_next_sweep(self, front: Front) -> None:
        before = front.connect()
        team = front.reader.people.add_calendar(ADA, "Team")
        front.reader.people.insert(team, start=NINE, end=NINE + HOUR)
        front.reader.ask(afresh=True)  # sees the new calendar
        front.reader.settle()
        with pytest.raises(Died):
            front.choose(front.known(), sync=dying(front.reader, "put"), busy_from=frozenset({ADA, team}))
        front.reader.settle()
        assert not front.reader.busy_at(NINE)
        front.reader.pass_(minutes=5)
        assert front.reader.busy_at(NINE)
        with pytest.raises(Died):
            front.choose(front.known(), sync=dying(front.reader, "put"), busy_from=before.busy_from)
        front.reader.pass_(minutes=5)
        assert not front.reader.busy_at(NINE)

    def test_of_where_bookings_go_is_made_good_by_the_next_sweep(self, front: Front) -> None:
        before = front.connect()
        front.office.scene.book()
        front.reader.settle()
        for wanted, events in ((None, 0), (before.write_to, 1)):
            with pytest.raises(Died):
                front.choose(front.known(), sync=dying(front.reader, "put"), write_to=wanted)
            front.reader.settle()
            assert len(front.office.events()) != events
            front.reader.pass_(minutes=5)
            assert len(front.office.events()) == events
            assert not front.known().to_copy

    def test_of_a_new_connection_is_made_good_by_the_next_sweep(self, front: Front) -> None:
        front.office.scene.book()
        front.reader.people.insert(ADA, start=NINE + 2 * HOUR, end=NINE + 3 * HOUR)
        with pytest.raises(Died):
            front.finish(*front.consented(), sync=dying(front.reader, "put"))
        front.reader.pass_(minutes=5)
        front.office.calendar = front.known().write_to or ""
        assert len(front.office.events()) == 1
        assert front.reader.busy_at(NINE + 2 * HOUR)

    def test_is_asked_for_again_if_who_asks_dies(self, front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
        front.office.scene.book()
        connection = front.finish(*front.consented())
        front.office.calendar = connection.write_to or ""
        ports = front.reader.ports
        deadly = replace(ports, following=replace(ports.following, copies=dying(ports.following.copies, "put")))
        with pytest.raises(Died):
            front.reader.read_now(deadly)
        assert front.known().to_copy
        front.reader.settle()
        assert len(front.office.events()) == 1
        assert not front.known().to_copy


@pytest.mark.parametrize("what", ["choose", "disconnect", "connect"])
def test_what_a_worker_notes_meanwhile_stays(front: Front, what: str) -> None:
    """A channel that nobody remembers could not be closed."""
    before = front.connect()
    channel = next(iter(before.channels.values()))
    noted = replace(before, channels={**before.channels, "later": replace(channel, id="later")})
    store = front.office.scene.ports.connections
    connections = interrupted(store, "choose", partial(store.note, noted))
    if what == "choose":
        front.choose(before, connections=connections, write_to=None)
    elif what == "disconnect":
        disconnect(before, connections=connections, sync=front.reader, now=front.reader.now)
    else:
        front.finish(*front.consented(), connections=connections)
    assert front.known().channels == noted.channels
    assert front.known().version == before.version + 1


class TestSomebodyForgottenWhileTheConnectionIsBroken:
    def lose(self, front: Front) -> None:
        front.reader.people.withdraw(ADA, front.office.world.client_id)
        front.reader.ask()
        front.reader.settle()
        assert front.known().state is State.BROKEN

    @pytest.mark.parametrize("writing", [True, False])
    def test_leaves_the_calendar_once_it_is_connected_again(self, front: Front, *, writing: bool) -> None:
        front.connect()
        over, kept = front.office.scene.book(), front.office.scene.book(NINE + HOUR, "eve")
        front.reader.settle()
        front.reader.pass_(days=20)
        assert over.end < front.reader.now
        assert len(front.office.events()) == 2
        self.lose(front)
        if not writing:
            front.choose(front.known(), write_to=None)
        front.forget(over)
        copy = front.office.scene.ports.connections.copy(ACME, over.id)
        assert copy is not None
        assert copy.owed
        assert len(front.office.events()) == 2
        front.connect()
        [event] = front.office.events()
        assert event["iCalUID"] == kept.uid
        assert front.office.scene.ports.connections.copy(ACME, over.id) is None
