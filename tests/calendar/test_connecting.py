"""Connecting, choosing and connecting again against the local Google, with the workers that carry it out."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from daybook.adapters.google_calendar.provider import GoogleCalendar
from daybook.calendar_ports import Consenting
from daybook.domain.actor import Role
from daybook.domain.booking import Booking, Status
from daybook.domain.connection import MOST_CONNECTIONS, Calendar, Connection, State
from daybook.domain.consent import ASKED, Right
from daybook.domain.errors import InUse
from daybook.domain.schedule import Schedule
from daybook.ports import Stale
from daybook.usecases.choose_calendars import Choice, choose_calendars, disconnect
from daybook.usecases.connect_calendar import begin_connecting
from daybook.usecases.erase_booking import erase_booking
from daybook.usecases.finish_connecting import Failure, NotConnected, Ports, finish_connecting
from local.google.trouble import Failure as Trouble
from local.google.world import Access
from tests.calendar.office import Office, opened
from tests.calendar.reader import Reader
from tests.calendar.world import ADA
from tests.fakes import values
from tests.fakes.ports import interrupted
from tests.fakes.post import Died
from tests.fakes.scene import ACME
from tests.fakes.values import HALF_HOUR, HOUR, NINE

EVE = "eve@example.com"


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

    def begin(self, *, existing: bool = False) -> Consenting:
        """Make a link."""
        known = self.office.scene.ports
        return begin_connecting(
            ACME,
            "ada",
            existing=existing,
            catalogue=known.catalogue,
            connections=known.connections,
            new_secret=lambda: f"{next(self._links):043}",
            now=self.reader.now,
        )

    def consented(
        self,
        email: str = ADA,
        *,
        existing: bool = False,
        without: tuple[str, ...] = (),
        asked: Consenting | None = None,
    ) -> tuple[Consenting, str]:
        """Come back from Google, with the code it gave."""
        world = self.office.world
        asked = asked or self.begin(existing=existing)
        url = world.consent.url(state=asked.id, verifier=asked.verifier, existing=asked.asks_existing)
        return asked, world.code(url, email, without=without)

    def finish(self, asked: Consenting, code: str, **ports: Any) -> Connection:
        return finish_connecting(asked, code, ports=replace(self.ports, **ports), now=self.reader.now)[1]

    def connect(self, email: str = ADA, **how: Any) -> Connection:
        """Go all the way, and have everything carried out."""
        connection = self.finish(*self.consented(email, **how))
        self.office.calendar = connection.write_to or self.office.calendar
        self.reader.settle()
        return self.known(connection.id)

    def connections(self) -> list[Connection]:
        return list(self.office.scene.ports.connections.connections(ACME, "ada"))

    def made(self) -> set[str]:
        """Return the calendars at Google that we made."""
        known = self.office.world.google.world.calendars
        return {name for name, one in known.items() if one.created_by is not None and not one.deleted}

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


def lose(front: Front) -> None:
    front.reader.people.withdraw(ADA, front.office.world.client_id)
    front.reader.ask()
    front.reader.settle()
    assert front.known().state is State.BROKEN


class TestChannelsOfALostGrant:
    @pytest.fixture
    def open(self, front: Front) -> set[str]:
        front.connect()
        found = {channel.id for channel in front.reader.channels()}
        assert found
        lose(front)
        return found

    def test_are_closed_once_it_is_connected_again(self, front: Front, open: set[str]) -> None:
        after = front.connect()
        assert {one.id for one in front.reader.channels()} == {one.id for one in front.known().channels.values()}
        assert after.watched == front.known().channels.keys()
        self.require_forgotten(front, open)

    def test_are_nobodys_once_it_is_disconnected(self, front: Front, open: set[str]) -> None:
        connections = front.office.scene.ports.connections
        disconnect(front.known(), connections=connections, sync=front.reader, now=front.reader.now)
        front.reader.settle()
        assert front.connections() == []
        self.require_forgotten(front, open)

    def require_forgotten(self, front: Front, channels: set[str]) -> None:
        assert {name for name in channels if front.office.scene.ports.connections.watch(name)} == set()


class TestSomebodyForgottenWhileTheConnectionIsBroken:
    @pytest.mark.parametrize("writing", [True, False])
    def test_leaves_the_calendar_once_it_is_connected_again(self, front: Front, *, writing: bool) -> None:
        front.connect()
        over, kept = front.office.scene.book(), front.office.scene.book(NINE + HOUR, "eve")
        front.reader.settle()
        front.reader.pass_(days=20)
        assert over.end < front.reader.now
        assert len(front.office.events()) == 2
        lose(front)
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


class TestBookingsThatGoToAnotherAccountMeanwhile:
    """Their first account lets us in no longer; their events there stay until it does."""

    @pytest.fixture(params=[1, 3], ids=["alone", "session"])
    def bob(self, request: pytest.FixtureRequest, front: Front) -> Booking:
        scene = front.office.scene
        scene.offer("yoga", title="Yoga", capacity=request.param)
        self.first = front.connect().write_to or ""
        bob = scene.book(NINE, "bob", event_type="yoga")
        if request.param > 1:
            scene.book(NINE, "eve", event_type="yoga")
        front.reader.people.add_account(EVE)
        front.connect(EVE, existing=True)
        front.reader.people.withdraw(ADA, front.office.world.client_id)
        front.reader.ask()
        front.reader.settle()
        assert front.known().state is State.BROKEN
        front.choose(front.known(), write_to=None)
        front.choose(front.known("C2"), write_to=EVE)
        front.reader.pass_(minutes=10)
        assert len(front.office.events(self.first)) == len(front.office.events(EVE)) == 1
        return bob

    def test_are_out_of_the_first_once_it_is_connected_again(self, front: Front, bob: Booking) -> None:
        front.connect()
        front.reader.pass_(minutes=10)
        assert front.office.events(self.first) == []
        assert len(front.office.events(EVE)) == 1
        assert "Bob" in str(front.office.events(EVE))
        copies = front.office.scene.ports.connections.copies(ACME, "ada").values()
        assert [(copy.connection, copy.owed) for copy in copies] == [("C2", False)]

    def test_are_out_of_it_too_if_somebody_has_been_forgotten(self, front: Front, bob: Booking) -> None:
        front.forget(bob)
        front.reader.pass_(minutes=10)
        front.connect()
        front.reader.pass_(minutes=10)
        assert front.office.events(self.first) == []
        assert "Bob" not in str(front.office.events(EVE))

    def test_are_in_it_again_if_the_host_wants_that(self, front: Front, bob: Booking) -> None:
        front.choose(front.known("C2"), write_to=None)
        front.reader.pass_(minutes=10)
        front.finish(*front.consented())
        front.choose(front.known(), write_to=self.first)
        front.reader.pass_(minutes=20)
        assert front.office.events(EVE) == []
        assert len(front.office.events(self.first)) == 1
        assert front.office.scene.stored(bob).status is Status.CONFIRMED


class TestConnectingAnewAfterDisconnecting:
    def leave(self, front: Front) -> None:
        before = front.known()
        disconnect(before, connections=front.office.scene.ports.connections, sync=front.reader, now=front.reader.now)
        front.reader.settle()
        assert front.connections() == []

    def test_finds_the_calendar_that_was_made_and_doubles_nothing(self, front: Front) -> None:
        before = front.connect()
        scene = front.office.scene
        kept, moved = scene.book(), scene.book(NINE + HOUR, "eve")
        front.reader.settle()
        events = {event["iCalUID"]: event["id"] for event in front.office.events()}
        self.leave(front)
        moved = scene.move(moved, NINE + 3 * HOUR)
        late = scene.book(NINE + 5 * HOUR, "kim")
        front.reader.settle()
        assert len(front.office.events()) == 2
        after = front.connect()
        assert after.id != before.id
        assert (after.write_to, after.dedicated) == (before.write_to, before.dedicated)
        assert front.office.world.count("calendars.insert") == 1
        found = {event["iCalUID"]: event for event in front.office.events()}
        assert found.keys() == {kept.uid, moved.uid, late.uid}
        assert {uid: found[uid]["id"] for uid in events} == events
        assert found[moved.uid]["start"]["dateTime"].startswith(f"{NINE + 3 * HOUR:%Y-%m-%dT%H:%M}")
        front.reader.people.edit(
            front.office.calendar, events[kept.uid], start=NINE + 2 * HOUR, end=NINE + 2 * HOUR + HALF_HOUR
        )
        front.reader.settle()
        assert scene.stored(kept).start == NINE + 2 * HOUR, "what the host moves is followed as before"
        assert len(front.office.events()) == 3

    def test_makes_another_if_the_host_deleted_it(self, front: Front) -> None:
        before = front.connect()
        self.leave(front)
        front.office.world.google.world.calendars[str(before.dedicated)].deleted = True
        after = front.connect()
        assert after.dedicated not in {None, before.dedicated}
        assert after.write_to == after.dedicated

    def test_takes_none_that_another_account_of_the_host_writes_to(self, front: Front) -> None:
        first = front.connect()
        front.choose(first, write_to=None)
        front.reader.settle()
        front.reader.people.add_account(EVE)
        front.reader.people.share(str(first.dedicated), EVE, Access.OWN)
        second = front.connect(EVE)
        assert second.dedicated not in {None, first.dedicated}


class TestConnectingTheSameAccountAgain:
    @pytest.mark.parametrize("list_", ["short", "not allowed"])
    def test_moves_nothing_because_of_a_list(self, front: Front, monkeypatch: pytest.MonkeyPatch, list_: str) -> None:
        team = front.reader.people.add_calendar(ADA, "Team")
        before = front.choose(front.connect(), busy_from=frozenset({team}))
        front.office.scene.book()
        front.reader.settle()
        with monkeypatch.context() as patch:
            if list_ == "short":
                patch.setattr(GoogleCalendar, "calendars", lambda _: ())
            without = (ASKED[Right.LIST_CALENDARS],) if list_ == "not allowed" else ()
            front.reader.people.withdraw(ADA, front.office.world.client_id)
            after = front.finish(*front.consented(without=without))
        assert (after.write_to, after.dedicated) == (before.write_to, before.dedicated)
        assert after.busy_from == {team}
        assert {one.id for one in after.calendars} >= {team, before.write_to}
        assert front.office.world.count("calendars.insert") == 1
        front.reader.pass_(minutes=20)
        assert front.known().write_to == before.write_to
        assert len(front.office.events()) == 1

    @pytest.mark.parametrize("missing", [Right.READ_BUSY, Right.MAKE_CALENDAR])
    def test_changes_nothing_if_less_is_allowed_than_it_is_used_for(self, front: Front, missing: Right) -> None:
        front.connect()
        front.reader.people.withdraw(ADA, front.office.world.client_id)
        front.reader.ask()
        front.reader.settle()
        before = front.known()
        with pytest.raises(NotConnected) as refused:
            front.finish(*front.consented(without=(ASKED[missing],)))
        assert refused.value.failure is Failure.FEWER
        assert front.known() == before
        after = front.connect()
        assert (after.state, after.busy_from, after.write_to) == (
            State.CONNECTED,
            before.busy_from,
            before.write_to,
        )

    def test_may_allow_less_if_that_is_not_used(self, front: Front) -> None:
        front.choose(front.connect(), busy_from=frozenset(), write_to=None)
        front.reader.settle()
        front.reader.people.withdraw(ADA, front.office.world.client_id)
        after = front.connect(without=(ASKED[Right.READ_BUSY], ASKED[Right.MAKE_CALENDAR]))
        assert (after.state, after.busy_from, after.write_to) == (State.CONNECTED, frozenset(), None)

    def test_asks_for_the_right_to_the_calendar_that_bookings_are_in(self, front: Front) -> None:
        before = front.connect(existing=True)
        assert before.write_to == ADA
        asked = front.begin()
        assert asked.asks_existing
        front.reader.people.withdraw(ADA, front.office.world.client_id)
        assert front.connect(asked=asked).write_to == ADA

    def test_asks_for_no_right_because_of_an_account_that_is_leaving(self, front: Front) -> None:
        front.connect(existing=True)
        ports = front.office.scene.ports
        disconnect(front.known(), connections=ports.connections, sync=front.reader, now=front.reader.now)
        assert not front.begin().asks_existing

    def test_gives_back_what_was_lost_at_google(self, front: Front) -> None:
        """Nobody chose to have bookings nowhere, or time never busy: calendars were deleted."""
        team = front.reader.people.add_calendar(ADA, "Team")
        before = front.choose(front.connect(), busy_from=frozenset({team}))
        front.reader.settle()
        for gone in (team, str(before.write_to)):
            front.office.world.google.world.calendars[gone].deleted = True
        front.reader.pass_(minutes=40)
        assert (front.known().busy_from, front.known().write_to) == (frozenset(), None)
        after = front.connect()
        assert after.busy_from == {ADA}
        assert after.write_to not in {None, before.write_to}


def test_a_right_that_is_asked_for_another_account_chooses_nothing_in_this_one(front: Front) -> None:
    front.connect(existing=True)
    front.reader.people.add_account(EVE)
    asked = front.begin()
    ports = front.office.scene.ports
    disconnect(front.known(), connections=ports.connections, sync=front.reader, now=front.reader.now)
    front.reader.settle()
    other = front.connect(EVE, asked=asked)
    assert other.write_to == other.dedicated != EVE


class TestTwoAtOnce:
    """Two browsers come back from Google in the same moment."""

    @pytest.mark.parametrize("when", ["listed", "made"])
    def test_of_one_account_become_one_connection(
        self, front: Front, monkeypatch: pytest.MonkeyPatch, when: str
    ) -> None:
        """The second may come before or after the first has made its calendar."""
        front.office.scene.book()
        first, second = front.consented(), front.consented()
        waiting, listed = [partial(front.finish, *second)], GoogleCalendar.calendars

        def calendars(account: GoogleCalendar) -> Sequence[Calendar]:
            known = listed(account)
            if when == "listed" and waiting:
                waiting.pop()()
            return known

        monkeypatch.setattr(GoogleCalendar, "calendars", calendars)
        connections = front.office.scene.ports.connections
        if when == "made":
            connections = interrupted(connections, "put", waiting.pop())
        loser = front.finish(*first, connections=connections)
        assert front.office.world.count("calendars.insert") == (1 if when == "made" else 2)
        [stored] = front.connections()
        assert (stored.id, stored.version) == (loser.id, 2)
        assert front.made() == {stored.write_to}, "the other's calendar is not left behind"
        assert {one.id for one in stored.calendars if one.made} == {stored.write_to}
        front.office.calendar = str(stored.write_to)
        front.reader.settle()
        assert front.known(stored.id).state is State.CONNECTED
        assert len(front.office.events()) == 1

    def test_of_two_accounts_have_bookings_in_one(self, front: Front) -> None:
        front.reader.people.add_account(EVE)
        first, second = front.consented(), front.consented(EVE)
        meanwhile = partial(front.finish, *second)
        connections = interrupted(front.office.scene.ports.connections, "put", meanwhile)
        ada = front.finish(*first, connections=connections)
        eve = next(one for one in front.connections() if one.id != ada.id)
        host = front.office.scene.ports.catalogue.host(ACME, "ada")
        assert host is not None
        assert (ada.write_to, ada.dedicated, host.written_by) == (None, None, eve.id)
        assert front.made() == {eve.write_to}
        assert ada.busy_from == {ADA}

    def test_who_chooses_late_is_told_that_another_account_has_the_bookings(self, front: Front) -> None:
        front.reader.people.add_account(EVE)
        ada = front.choose(front.connect(), write_to=None)
        eve = front.choose(front.connect(EVE), write_to=None)
        store = front.office.scene.ports.connections
        meanwhile = partial(front.choose, eve, write_to=eve.dedicated)
        with pytest.raises(InUse):
            front.choose(ada, connections=interrupted(store, "choose", meanwhile), write_to=ada.dedicated)
        host = front.office.scene.ports.catalogue.host(ACME, "ada")
        assert host is not None
        assert host.written_by == eve.id


class Failing:
    """Connections that tell of a failure when one is put, which may have been stored."""

    def __init__(self, connections: Any, failure: type[Exception], *, stored: bool) -> None:
        self._connections, self._failure, self._stored = connections, failure, stored

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connections, name)

    def put(self, connection: Connection, **given: Any) -> None:
        if self._stored:
            self._connections.put(connection, **given)
        raise self._failure


class TestACalendarThatIsMadeInVain:
    @pytest.mark.parametrize(("failure", "told"), [(Stale, NotConnected), (TimeoutError, TimeoutError)])
    def test_is_taken_away(self, front: Front, failure: type[Exception], told: type[Exception]) -> None:
        connections = Failing(front.office.scene.ports.connections, failure, stored=False)
        with pytest.raises(told):
            front.finish(*front.consented(), connections=connections)
        assert front.office.world.count("calendars.insert") == 1
        assert (front.made(), front.connections()) == (set(), [])
        assert front.office.world.google.grants.refresh == {}

    def test_stays_if_it_was_not_in_vain(self, front: Front) -> None:
        connections = Failing(front.office.scene.ports.connections, TimeoutError, stored=True)
        with pytest.raises(TimeoutError):
            front.finish(*front.consented(), connections=connections)
        front.reader.pass_(minutes=5)
        assert front.made() == {front.known().dedicated}
        assert front.known().state is State.CONNECTED


class TestAGrantThatComesToNothing:
    def grants(self, front: Front) -> int:
        return len(front.office.world.google.grants.refresh)

    def test_is_given_back(self, front: Front) -> None:
        front.office.world.google.trouble.fail(Trouble.INTERNAL, calls=9, only="calendarList.list")
        with pytest.raises(NotConnected):
            front.finish(*front.consented())
        assert self.grants(front) == 0
        assert front.connections() == []

    def test_of_one_account_too_many_is_given_back(self, front: Front) -> None:
        for number in range(MOST_CONNECTIONS):
            email = f"ada{number}@example.com"
            front.reader.people.add_account(email)
            front.finish(*front.consented(email))
        with pytest.raises(NotConnected) as refused:
            front.finish(*front.consented())
        assert refused.value.failure is Failure.TOO_MANY
        assert self.grants(front) == MOST_CONNECTIONS
        front.reader.settle()
        assert {one.state for one in front.connections()} == {State.CONNECTED}

    @pytest.mark.parametrize("host", ["ada", "eve"])
    def test_is_not_given_back_while_a_connection_lives_by_it(self, front: Front, host: str) -> None:
        """Google would end that one, too: whichever host it is of."""
        before, grants = front.connect(), self.grants(front)
        front.office.scene.ports.catalogue.add_host(ACME, values.host("eve"))
        front.office.world.google.trouble.fail(Trouble.INTERNAL, calls=9, only="calendarList.list")
        asked, code = front.consented()
        link = replace(asked, host=host, id=f"{asked.id}-{host}")
        front.office.scene.ports.connections.add_consenting(link)
        with pytest.raises(NotConnected):
            front.finish(link, code)
        assert self.grants(front) == grants + 1
        front.reader.ask(afresh=True)
        front.reader.settle()
        assert front.known().state is State.CONNECTED
        assert front.known().version == before.version

    def test_leaving_ends_no_grant_that_another_host_lives_by(self, front: Front) -> None:
        ports = front.office.scene.ports
        front.connect()
        ports.catalogue.add_host(ACME, values.host("eve"))
        asked, code = front.consented()
        link = replace(asked, host="eve", id=f"{asked.id}-eve")
        ports.connections.add_consenting(link)
        other = front.finish(link, code)
        disconnect(front.known(), connections=ports.connections, sync=front.reader, now=front.reader.now)
        front.reader.settle()
        assert front.connections() == []
        assert self.grants(front) > 0
        last = ports.connections.connection(ACME, "eve", other.id)
        assert last is not None
        assert last.state is State.CONNECTED
        disconnect(last, connections=ports.connections, sync=front.reader, now=front.reader.now)
        front.reader.settle()
        assert self.grants(front) == 0


def test_the_calendar_is_made_in_the_zone_the_host_works_in(front: Front) -> None:
    catalogue = front.office.scene.ports.catalogue
    kyoto = Schedule(id="kyoto", zone=ZoneInfo("Asia/Tokyo"), weekly=((),) * 7)
    catalogue.put_schedule(ACME, "ada", kyoto, version=None)
    for schedule, zone in ((None, "America/New_York"), ("kyoto", "Asia/Tokyo")):
        before = catalogue.host(ACME, "ada")
        assert before is not None
        zoned = replace(before, zone=ZoneInfo("America/New_York"), default_schedule=schedule)
        after = replace(zoned, version=before.version + 1)
        catalogue.change_host(ACME, after, version=before.version)
        email = f"{schedule}@example.com"
        front.reader.people.add_account(email)
        connection = front.connect(email)
        assert front.office.world.google.world.calendars[str(connection.write_to)].zone.key == zone
        front.choose(connection, write_to=None)
