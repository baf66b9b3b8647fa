"""What happens in a connected calendar, in the ledger: at the push, or at the next sweep; whatever fails in between."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from daybook.adapters.google_calendar.provider import GoogleCalendar
from daybook.domain.booking import Booking
from daybook.domain.connection import BUSY_CALENDAR_GONE, CALENDAR_GONE, NOT_LISTED, State
from daybook.domain.consent import ASKED, Right
from daybook.domain.errors import Busy
from daybook.domain.mail import Kind
from daybook.domain.snapshot import AHEAD
from daybook.ports import Stale
from daybook.provider_ports import ProviderDown, Refused
from daybook.usecases.choose_calendars import Choice, choose_calendars
from local.google.trouble import Failure, Trouble
from tests.calendar.office import opened
from tests.calendar.reader import Reader, reading
from tests.calendar.world import ADA
from tests.fakes.ports import interrupted
from tests.fakes.post import Died
from tests.fakes.scene import ACME
from tests.fakes.values import HALF_HOUR, HOUR, NINE, NOW
from tests.google.desk import SECRET

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.fixture
def reader() -> Iterator[Reader]:
    with reading() as reader:
        yield reader


def lunch(reader: Reader, start: datetime = NINE, length: timedelta = HOUR, **fields: Any) -> str:
    return reader.people.insert(ADA, start=start, end=start + length, **fields)


def die() -> None:
    raise Died


def require_same(reader: Reader) -> None:
    assert reader.in_ledger() == reader.in_google()


class TestAChange:
    def test_arrives_with_its_push(self, reader: Reader) -> None:
        event = lunch(reader)
        reader.settle()
        assert reader.busy_at(NINE)
        reader.people.edit(ADA, event, start=NINE + 3 * HOUR, end=NINE + 4 * HOUR)
        reader.settle()
        assert [reader.busy_at(NINE), reader.busy_at(NINE + 3 * HOUR)] == [False, True]
        reader.people.delete(ADA, event)
        reader.settle()
        assert reader.in_ledger() == {}

    def test_writes_the_days_it_touches_alone(self, reader: Reader) -> None:
        for day in range(20):
            lunch(reader, NINE + day * DAY)
        reader.settle()
        written = len(reader.external.written)
        lunch(reader, NINE + 5 * DAY + 2 * HOUR)
        reader.settle()
        assert len(reader.external.written) == written + 1

    def test_of_no_matter_writes_nothing(self, reader: Reader) -> None:
        event = lunch(reader)
        reader.settle()
        written = len(reader.external.written)
        reader.people.edit(ADA, event, summary="Lunch with Bob")
        reader.settle()
        assert len(reader.external.written) == written

    def test_costs_google_one_call(self, reader: Reader) -> None:
        lunch(reader)
        asked = len(reader.office.world.google.calls)
        reader.settle()
        calls = [call.method for call in reader.office.world.google.calls[asked:]]
        assert calls == ["events.list", "events.list"], "one for each calendar"

    def test_whose_push_is_doubled_is_read_once_or_twice_and_the_same(self, reader: Reader) -> None:
        reader.office.world.google.pushes.double = 1
        lunch(reader)
        reader.settle()
        require_same(reader)

    def test_whose_push_is_lost_arrives_with_the_next_sweep(self, reader: Reader) -> None:
        reader.office.world.google.pushes.lose = 1
        lunch(reader)
        reader.settle()
        assert not reader.busy_at(NINE)
        reader.pass_(minutes=16)
        assert reader.busy_at(NINE)

    def test_that_was_read_already_is_not_read_again(self, reader: Reader) -> None:
        for hour in range(4):
            lunch(reader, NINE + hour * HOUR)
        reader.office.world.google.pushes.run()
        assert len(reader.queue.messages) == 4
        reads = reader.office.world.count("events.list")
        reader.settle()
        assert reader.office.world.count("events.list") == reads + 2

    def test_on_many_pages_is_whole(self, reader: Reader) -> None:
        reader.office.world.google.trouble.page_limit = 2
        for day in range(7):
            lunch(reader, NINE + day * DAY)
        reader.settle()
        require_same(reader)
        reader.people.expire_sync_tokens()
        lunch(reader, NINE + 9 * DAY)
        reader.settle()
        require_same(reader)
        assert len(reader.in_ledger()) == 8


class TestEvents:
    """What blocks and what does not (semantics: S11)."""

    def test_of_whole_days_mean_the_calendars_dates(self, reader: Reader) -> None:
        reader.people.insert(ADA, start=date(2027, 3, 2), end=date(2027, 3, 3))
        reader.settle()
        berlin = datetime.fromisoformat("2027-03-02T00:00+01:00")
        edges = (berlin - MINUTE, berlin, berlin + DAY - MINUTE, berlin + DAY)
        assert [reader.busy_at(moment) for moment in edges] == [False, True, True, False]

    def test_that_are_free_or_declined_do_not_block(self, reader: Reader) -> None:
        lunch(reader, transparency="transparent")
        invited = lunch(reader, organizer={"email": "bob@example.com"}, attendees=[{"email": ADA}])
        reader.settle()
        assert reader.busy_at(NINE)
        reader.people.respond(ADA, invited, "declined")
        reader.settle()
        assert reader.in_ledger() == {}

    def test_that_are_unsettled_block_as_the_host_wants(self, reader: Reader) -> None:
        lunch(reader, status="tentative")
        reader.settle()
        assert reader.busy_at(NINE)
        reader.office.change(unsettled_block=False)
        reader.ask()
        reader.settle()
        assert reader.in_ledger() == {}, "other rules, and everything is read anew"

    def test_that_recur_follow_the_clock_of_their_zone(self, reader: Reader) -> None:
        nine = datetime.fromisoformat("2027-03-22T09:00+01:00")
        berlin = {"timeZone": "Europe/Berlin"}
        series = reader.people.insert(
            ADA,
            start={"dateTime": "2027-03-22T09:00:00", **berlin},
            end={"dateTime": "2027-03-22T10:00:00", **berlin},
            recurrence=["RRULE:FREQ=WEEKLY"],
        )
        reader.settle()
        assert [reader.busy_at(nine), reader.busy_at(nine + 7 * DAY - HOUR), reader.busy_at(nine + 7 * DAY)] == [
            True,
            True,
            False,
        ], "the last Sunday of March is in between"
        require_same(reader)
        reader.people.delete(ADA, f"{series}_20270329T070000Z")
        reader.settle()
        assert not reader.busy_at(nine + 7 * DAY - HOUR)
        reader.people.edit(ADA, series, recurrence=["RRULE:FREQ=WEEKLY;COUNT=3"])
        reader.settle()
        require_same(reader)
        reader.people.delete(ADA, series)
        reader.settle()
        assert reader.in_ledger() == {}

    def test_that_google_does_not_say_are_gone_go_within_a_day(self, reader: Reader) -> None:
        far = lunch(reader, NINE + 250 * DAY, recurrence=["RRULE:FREQ=DAILY;COUNT=3"])
        reader.settle()
        assert len(reader.in_ledger()) == 3
        reader.people.delete(ADA, far)
        reader.settle()
        reader.pass_(hours=25)
        assert reader.in_ledger() == {}

    def test_without_end_keep_no_others_from_being_read(self, reader: Reader) -> None:
        reader.people.insert(ADA, start=date(2027, 4, 1), end=date(9999, 12, 31))
        lunch(reader)
        reader.settle()
        edges = (NINE - MINUTE, NINE, NINE + 20 * DAY, NINE + 40 * DAY, NINE + 390 * DAY)
        assert [reader.busy_at(moment) for moment in edges] == [False, True, False, True, True]

    def test_come_into_view_as_days_pass(self, reader: Reader) -> None:
        lunch(reader, NINE + (AHEAD + 3) * DAY)
        reader.settle()
        assert reader.in_ledger() == {}
        reader.pass_(days=4)
        assert len(reader.in_ledger()) == 1
        require_same(reader)


class TestCalendars:
    def test_block_together(self, reader: Reader) -> None:
        team = reader.people.add_calendar(ADA, "Team", timezone="America/New_York")
        reader.office.change(busy_from=frozenset({ADA, team}))
        first = lunch(reader)
        reader.people.insert(team, start=NINE + HALF_HOUR, end=NINE + 2 * HOUR)
        reader.people.insert(team, start=date(2027, 3, 4), end=date(2027, 3, 5))
        reader.ask(afresh=True)
        reader.settle()
        require_same(reader)
        reader.people.delete(ADA, first)
        reader.settle()
        assert [reader.busy_at(NINE), reader.busy_at(NINE + HALF_HOUR)] == [False, True]
        reader.office.change(busy_from=frozenset({ADA}))
        reader.ask(afresh=True)
        reader.settle()
        assert reader.in_ledger() == {}

    def test_that_are_gone_block_nothing_any_longer(self, reader: Reader) -> None:
        team = reader.people.add_calendar(ADA, "Team")
        reader.office.change(busy_from=frozenset({ADA, team}))
        reader.people.insert(team, start=NINE, end=NINE + HOUR)
        reader.ask(afresh=True)
        reader.settle()
        assert reader.busy_at(NINE)
        calendar = reader.office.world.google.world.calendars[team]
        calendar.deleted = True
        reader.ask()
        reader.settle()
        assert reader.office.connection.busy_from == {ADA}
        assert reader.in_ledger() == {}
        assert {one.calendar_id for one in reader.channels()} == {ADA, reader.office.calendar}
        reader.pass_(minutes=40)
        assert [notice.kind for notice in reader.office.room.notices.put_up] == [Kind.CALENDAR_GONE]
        assert reader.office.connection.problem == BUSY_CALENDAR_GONE
        same = {name: getattr(reader.office.connection, name) for name in Choice.__slots__}
        choose_calendars(
            reader.office.connection,
            Choice(**same),
            connections=reader.office.scene.ports.connections,
            sync=reader,
            now=reader.now,
        )
        reader.pass_(minutes=20)
        assert reader.office.connection.problem == "", "who chooses has seen it, even if the choice is the same"

    def test_that_google_leaves_out_of_its_list_go_on_blocking(
        self, reader: Reader, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        berlin = date(2027, 3, 4)
        reader.people.insert(ADA, start=berlin, end=berlin + DAY)
        reader.settle()
        before, busy = reader.office.connection, reader.in_ledger()
        with monkeypatch.context() as patch:
            patch.setattr(GoogleCalendar, "calendars", lambda _: ())
            reader.ask(afresh=True)
            reader.settle()
            assert reader.office.connection.problem == NOT_LISTED
        assert reader.in_ledger() == busy, "all-day events, too, mean the same dates as before"
        reader.pass_(hours=1)
        after = reader.office.connection
        assert (after.busy_from, after.write_to, after.dedicated, after.problem, after.version) == (
            before.busy_from,
            before.write_to,
            before.dedicated,
            "",
            before.version,
        )
        require_same(reader)

    def test_that_were_never_read_take_no_busy_time_away(self, reader: Reader) -> None:
        """More than can be kept was read once; now that it cannot be read, nobody knows what it keeps busy."""
        team = reader.people.add_calendar(ADA, "Team")
        reader.people.insert(team, start=NINE, end=NINE + HOUR)
        ports = reader.office.scene.ports
        small = _Small(ports.connections, team)
        reader.office.scene.ports = replace(ports, connections=small)
        reader.office.change(busy_from=frozenset({ADA, team}))
        reader.ask(afresh=True)
        reader.settle()
        assert reader.busy_at(NINE)
        assert reader.office.connection.problem == "too_large"
        roles = reader.office.world.google.world.accounts[ADA].roles
        role = roles.pop(team)
        reader.office.change(scopes=reader.office.connection.scopes - {ASKED[Right.LIST_CALENDARS]})
        lunch(reader, NINE + 3 * HOUR)
        reader.settle()
        assert [reader.busy_at(NINE), reader.busy_at(NINE + 3 * HOUR)] == [True, True]
        roles[team] = role
        reader.pass_(minutes=20)
        require_same(reader)

    def test_that_give_no_answer_do_not_keep_others_from_being_read(
        self, reader: Reader, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        names = sorted({ADA, reader.people.add_calendar(ADA, "Team")})
        reader.office.change(busy_from=frozenset(names))
        reader.ask(afresh=True)
        reader.settle()
        synced_at, read = reader.office.connection.synced_at, GoogleCalendar.changes

        def silent(account: GoogleCalendar, calendar: str, *given: Any, **named: Any) -> Any:
            if calendar == names[0]:
                raise ProviderDown
            return read(account, calendar, *given, **named)

        monkeypatch.setattr(GoogleCalendar, "changes", silent)
        reader.people.insert(names[1], start=NINE, end=NINE + HOUR)
        reader.settle()
        assert reader.busy_at(NINE)
        assert reader.office.connection.synced_at == synced_at

    def test_that_held_our_bookings_and_are_gone_take_no_booking_along(self, reader: Reader) -> None:
        booking = reader.office.scene.book()
        reader.settle()
        reader.office.world.google.world.calendars[reader.office.calendar].deleted = True
        reader.pass_(minutes=20)
        assert (reader.office.connection.write_to, reader.office.connection.problem) == (None, CALENDAR_GONE)
        stored = reader.office.scene.ports.bookings.booking(ACME, booking.id)
        assert stored is not None
        assert stored.blocks(reader.now)
        reader.pass_(minutes=20)
        assert reader.office.connection.problem == CALENDAR_GONE, "until the host chooses another"

    def test_that_may_not_be_read_stay_as_busy_as_they_were(self, reader: Reader) -> None:
        team = reader.people.add_calendar(ADA, "Team")
        reader.office.change(busy_from=frozenset({ADA, team}))
        reader.people.insert(team, start=NINE, end=NINE + HOUR)
        reader.ask(afresh=True)
        reader.settle()
        del reader.office.world.google.world.accounts[ADA].roles[team]
        scopes = frozenset(one for one in reader.office.connection.scopes if "calendarlist" not in one)
        reader.office.change(scopes=scopes)
        lunch(reader, NINE + 3 * HOUR)
        reader.settle()
        assert reader.busy_at(NINE), "unknown is never free"
        assert reader.busy_at(NINE + 3 * HOUR), "the other one is read all the same"
        assert reader.office.connection.problem == "notFound"
        reader.pass_(minutes=70)
        assert not reader.office.connection.behind(reader.now), "all that may be read has been"
        assert reader.office.connection.problem == "notFound"
        assert reader.busy_at(NINE)


class TestTrouble:
    def test_an_old_token_is_healed_by_reading_everything(self, reader: Reader) -> None:
        gone = lunch(reader)
        reader.settle()
        reader.people.expire_sync_tokens()
        reader.people.delete(ADA, gone)
        lunch(reader, NINE + 5 * HOUR)
        reader.settle()
        assert [reader.busy_at(NINE), reader.busy_at(NINE + 5 * HOUR)] == [False, True]

    @pytest.mark.parametrize("failure", [Failure.UNAVAILABLE, Failure.RATE_LIMIT, Failure.LOST_ANSWER])
    def test_what_passes_is_tried_again(self, reader: Reader, failure: Failure) -> None:
        reader.office.world.google.trouble.fail(failure, calls=2, only="events.list")
        lunch(reader)
        reader.settle()
        assert not reader.busy_at(NINE)
        reader.pass_(minutes=10)
        assert reader.busy_at(NINE)

    def test_an_hour_without_google_is_made_good(self, reader: Reader) -> None:
        before = lunch(reader)
        reader.settle()
        reader.office.world.google.trouble.down = True
        reader.people.delete(ADA, before)
        for day in range(3):
            lunch(reader, NINE + (day + 1) * DAY)
        booking = reader.office.scene.book(NINE + 2 * HOUR)
        reader.pass_(hours=1, minutes=20)
        assert reader.busy_at(NINE)
        assert reader.office.connection.behind(reader.now)
        assert reader.sweep().behind == 1
        reader.office.world.google.trouble = Trouble()
        reader.pass_(minutes=10)
        require_same(reader)
        assert not reader.office.connection.behind(reader.now)
        assert [event["iCalUID"] for event in reader.office.events()] == [booking.uid]

    def test_a_lost_grant_is_told_though_nobody_could_be_told_at_first(self, reader: Reader) -> None:
        room = reader.office.room
        room.notices = interrupted(room.notices, "put", die)
        reader.people.withdraw(ADA, reader.office.world.client_id)
        reader.pass_(minutes=40)
        assert reader.office.connection.state is State.BROKEN
        assert [letter.notice.kind for letter in room.composer.notices] == [Kind.CALENDAR_LOST]

    def test_a_lost_grant_is_told_once_and_tried_no_more(self, reader: Reader) -> None:
        lunch(reader)
        reader.settle()
        reader.people.withdraw(ADA, reader.office.world.client_id)
        reader.pass_(minutes=20)
        assert reader.office.connection.state is State.BROKEN
        assert [notice.kind for notice in reader.office.room.notices.put_up] == [Kind.CALENDAR_LOST]
        calls = len(reader.office.world.google.calls)
        lunch(reader, NINE + 5 * HOUR)
        swept = reader.sweep()
        reader.pass_(hours=3)
        assert len(reader.office.world.google.calls) == calls
        assert (swept.asked, swept.broken) == (0, 1)
        assert reader.busy_at(NINE), "unknown is never free"

    def test_a_death_between_ledger_and_token_leaves_nothing_behind(self, reader: Reader) -> None:
        """The event moves on before the dead worker's message comes back."""
        event = lunch(reader)

        def die() -> None:
            raise Died

        ports = reader.office.scene.ports
        reader.office.scene.ports = replace(ports, connections=interrupted(ports.connections, "put_snapshot", die))
        reader.settle()
        assert reader.busy_at(NINE)
        reader.office.scene.ports = ports
        reader.people.edit(ADA, event, start=NINE + 3 * DAY, end=NINE + 3 * DAY + HOUR)
        reader.office.world.google.pushes.run()
        reader.pass_(minutes=10)
        require_same(reader)
        assert not reader.busy_at(NINE)

    def test_of_two_workers_the_later_puts_everything_right(self, reader: Reader) -> None:
        event = lunch(reader)
        reader.settle()
        reader.people.edit(ADA, event, start=NINE + DAY, end=NINE + DAY + HOUR)
        other = reader.ports

        def meanwhile() -> None:
            """Read a later state, and write it to the end."""
            reader.people.edit(ADA, event, start=NINE + 2 * DAY, end=NINE + 2 * DAY + HOUR)
            reader.read_now(other)

        ports = reader.office.scene.ports
        reader.read_now(replace(other, external=interrupted(ports.external, "set_external", meanwhile)))
        require_same(reader)
        assert reader.busy_at(NINE + 2 * DAY)

    def test_who_is_always_late_gives_way(self, reader: Reader) -> None:
        lunch(reader)
        with pytest.raises(Busy):
            reader.read_now(replace(reader.ports, connections=_Refusing(reader.ports.connections)))

    def test_no_token_is_ever_logged(self, reader: Reader, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        for name in ("googleapiclient", "google", "google_auth_httplib2", "httplib2", "urllib3", "daybook"):
            logging.getLogger(name).setLevel(logging.DEBUG)
        logging.getLogger("canary").debug("heard")
        reader.office.world.google.trouble.fail(Failure.UNAVAILABLE, calls=1, only="events.list")
        reader.office.world.google.trouble.fail(Failure.INTERNAL, calls=1, only="oauth.token")
        lunch(reader)
        reader.office.world.providers = reader.office.world.made_providers(tries=1)
        reader.pass_(minutes=5)
        grants = reader.office.world.google.grants
        secrets = [*grants.access, *grants.refresh, reader.office.world.refresh_token, SECRET]
        reader.people.withdraw(ADA, reader.office.world.client_id)
        reader.pass_(minutes=30)
        assert "heard" in caplog.text
        assert len(secrets) >= 4
        assert not [secret for secret in secrets if secret in caplog.text]
        assert "Bearer" not in caplog.text


class _Refusing:
    """Connections that have always just been changed by somebody else."""

    def __init__(self, connections: Any) -> None:
        self._connections = connections

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connections, name)

    def put_snapshot(self, *_: object, **__: object) -> None:
        raise Stale


class _Small:
    """Connections that cannot keep what one calendar has."""

    def __init__(self, connections: Any, calendar: str) -> None:
        self._connections = connections
        self._calendar = calendar

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connections, name)

    def put_snapshot(self, connection: Any, calendar: str, *given: Any, **named: Any) -> None:
        if calendar == self._calendar:
            raise Refused("too_large")
        self._connections.put_snapshot(connection, calendar, *given, **named)


class TestASessionThatSomebodyIsAt:
    """Its event is held, perhaps by a worker that died; the host has just moved it, and another one."""

    @pytest.fixture
    def lone(self, reader: Reader) -> Booking:
        scene = reader.office.scene
        scene.offer("yoga", title="Yoga", capacity=3)
        scene.book(NINE, "bob", event_type="yoga")
        lone = scene.book(NINE + 4 * HOUR, "eve")
        reader.settle()
        known = scene.ports.sessions.session(ACME, "ada", NINE)
        assert known
        held = replace(known, version=known.version + 1, held_until=scene.now + 6 * MINUTE)
        scene.ports.sessions.put(held, before=known)
        for event, start in zip(reader.office.events(), (NINE + HOUR, NINE + 6 * HOUR), strict=True):
            reader.people.edit(reader.office.calendar, event["id"], start=start, end=start + HALF_HOUR)
        return scene.stored(lone)

    def pass_by_seconds(self, reader: Reader, seconds: int) -> None:
        until = reader.now + timedelta(seconds=seconds)
        while reader.now < until:
            reader.settle()
            reader.office.scene.now += timedelta(seconds=1)

    def test_keeps_no_other_edit_from_being_followed(self, reader: Reader, lone: Booking) -> None:
        reader.settle()
        assert reader.office.scene.stored(lone).start == NINE + 6 * HOUR

    def test_keeps_no_other_calendar_from_being_read_within_a_minute(self, reader: Reader, lone: Booking) -> None:
        office = reader.office
        office.world.people.add_account("work@example.com")
        second = office.world.connected("work@example.com", id="C2")
        office.scene.ports.connections.put(second, version=None)
        reader.settle()
        reader.people.insert("work@example.com", start=NINE + 2 * HOUR, end=NINE + 3 * HOUR)
        reader.ask("C2", afresh=True)
        self.pass_by_seconds(reader, 50)
        assert reader.busy_at(NINE + 2 * HOUR)

    def test_is_followed_once_it_is_let_go(self, reader: Reader, lone: Booking) -> None:
        self.pass_by_seconds(reader, 60)
        assert reader.queue.messages == []
        reader.pass_(minutes=12)
        assert reader.office.scene.ports.sessions.session(ACME, "ada", NINE) is None
        assert reader.office.scene.ports.sessions.session(ACME, "ada", NINE + HOUR)


class TestLeaving:
    def test_takes_down_what_is_left_here_and_there(self, reader: Reader) -> None:
        lunch(reader)
        booking = reader.office.scene.book(NINE + 3 * HOUR)
        reader.settle()
        connection = reader.office.connection
        reader.office.scene.ports.connections.put(connection.leaving(now=reader.now), version=connection.version)
        reader.ask()
        reader.settle()
        assert reader.in_ledger() == {}
        assert reader.office.scene.ports.connections.connections(ACME, "ada") == []
        assert reader.channels() == []
        assert reader.office.world.google.grants.refresh == {}
        assert [event["iCalUID"] for event in reader.office.events()] == [booking.uid], "what is there stays"
        assert not reader.office.scene.ada.connections

    def test_waits_for_google_and_frees_the_time_at_once(self, reader: Reader) -> None:
        lunch(reader)
        reader.settle()
        connection = reader.office.connection
        reader.office.world.google.trouble.down = True
        reader.office.scene.ports.connections.put(connection.leaving(now=reader.now), version=connection.version)
        reader.pass_(minutes=10)
        assert reader.in_ledger() == {}
        assert reader.office.connection.state is State.LEAVING
        reader.office.world.google.trouble = Trouble()
        reader.pass_(minutes=10)
        assert reader.office.scene.ports.connections.connections(ACME, "ada") == []

    def test_who_is_connected_again_meanwhile_stays(self, reader: Reader) -> None:
        lunch(reader)
        reader.settle()
        office, channels = reader.office, len(reader.channels())
        connection = office.connection
        office.scene.ports.connections.put(connection.leaving(now=reader.now), version=connection.version)
        again = interrupted(reader.external, "set_external", lambda: office.change(state=State.CONNECTED))
        reader.read_now(replace(reader.ports, external=again))
        assert office.connection.state is State.CONNECTED
        assert len(reader.channels()) == len(office.connection.channels) == channels
        assert office.world.google.grants.refresh
        assert reader.busy_at(NINE)

    def test_a_dead_grant_is_no_hindrance(self, reader: Reader) -> None:
        connection = reader.office.connection
        reader.people.withdraw(ADA, reader.office.world.client_id)
        reader.office.scene.ports.connections.put(connection.leaving(now=reader.now), version=connection.version)
        reader.pass_(minutes=5)
        assert reader.office.scene.ports.connections.connections(ACME, "ada") == []

    def test_a_host_who_is_removed_takes_connections_along(self, reader: Reader) -> None:
        reader.office.scene.ports.catalogue.remove_host(ACME, reader.office.scene.ada)
        reader.pass_(minutes=20)
        assert reader.office.scene.ports.connections.connections(ACME, "ada") == []
        assert reader.office.world.google.grants.refresh == {}

    def test_another_account_still_blocks(self, reader: Reader) -> None:
        office = reader.office
        office.world.people.add_account("work@example.com")
        second = office.world.connected("work@example.com", id="C2")
        office.scene.ports.connections.put(second, version=None)
        reader.people.insert("work@example.com", start=NINE, end=NINE + HOUR)
        lunch(reader, NINE, 2 * HOUR)
        reader.ask("C2", afresh=True)
        reader.settle()
        connection = office.connection
        office.scene.ports.connections.put(connection.leaving(now=reader.now), version=connection.version)
        reader.ask()
        reader.settle()
        assert [reader.busy_at(NINE), reader.busy_at(NINE + HOUR)] == [True, False]


def test_a_host_who_is_not_connected_costs_nothing() -> None:
    with opened() as office:
        reader = Reader(office)
        reader.ask()
        reader.sweep()
        reader.settle()
        assert office.world.google.calls[2:] == []
        assert reader.now >= NOW
