"""What every store of connections promises: choices by version, notes beside them, and what hosts are told of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from daybook.calendar_ports import Connections, Consenting, Copy, Watch
from daybook.domain.connection import Calendar, Channel, Connection, Guests, State
from daybook.domain.errors import NotFound
from daybook.domain.host import Host
from daybook.domain.snapshot import Snapshot
from daybook.ports import Catalogue, Stale
from tests.fakes.ports import Ports
from tests.fakes.values import HOUR, NINE, NOW, host

BERLIN = ZoneInfo("Europe/Berlin")
PRIMARY = "ada@example.com"
CHANNEL = Channel(id="CH1", resource="R1", token_sha256="0" * 64, expires_at=NOW + timedelta(days=7))


@pytest.fixture
def connections(ports: Ports, ada: Host) -> Connections:
    return ports.connections


@pytest.fixture
def made(tenant: str) -> Connection:
    return connection(tenant)


def connection(tenant: str, id: str = "C1", **fields: Any) -> Connection:
    plain: dict[str, Any] = {
        "host": "ada",
        "account": PRIMARY,
        "subject": f"{tenant}-{id}",
        "scopes": frozenset({"openid", "email"}),
        "sealed_token": "sealed",
        "calendars": (Calendar(id=PRIMARY, name="Ada", zone=BERLIN, primary=True, writable=True),),
        "busy_from": frozenset({PRIMARY}),
        "due_at": NOW,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Connection(tenant=tenant, id=id, **{**plain, **fields})


def told(catalogue: Catalogue, tenant: str) -> tuple[set[str], str | None, bool]:
    known = catalogue.host(tenant, "ada")
    assert known is not None
    return set(known.connections), known.written_by, known.guests_invited


def test_a_connection_is_kept_as_it_is(connections: Connections, made: Connection) -> None:
    full = replace(
        made, write_to=PRIMARY, dedicated="d", guests=Guests.PROVIDER, unsettled_block=False, problem="x",
        channels={PRIMARY: CHANNEL}, synced_at=NOW.replace(microsecond=7),
    )  # fmt: skip
    connections.put(full, version=None)
    assert connections.connection(made.tenant, "ada", "C1") == full
    connections.put(replace(made, id="C2", subject=f"{made.tenant}-2"), version=None)
    assert [one.id for one in connections.connections(made.tenant, "ada")] == ["C1", "C2"]
    assert connections.connections(made.tenant, "ad") == connections.connections("other", "ada") == []
    assert connections.connection(made.tenant, "ada", "C3") is None


def test_of_two_writers_one_wins(connections: Connections, made: Connection) -> None:
    connections.put(made, version=None)
    with pytest.raises(Stale):
        connections.put(made, version=None)
    changed = replace(made, version=2, write_to=PRIMARY)
    connections.put(changed, version=1)
    with pytest.raises(Stale):
        connections.put(replace(changed, write_to=None), version=1)
    assert connections.connection(made.tenant, "ada", "C1") == changed


def test_without_its_host_there_is_no_connection(ports: Ports, tenant: str) -> None:
    with pytest.raises(NotFound):
        ports.connections.put(connection(tenant), version=None)
    assert ports.connections.connections(tenant, "ada") == []


def test_the_host_is_told_whom_to_ask_and_who_writes(
    connections: Connections, catalogue: Catalogue, made: Connection
) -> None:
    connections.put(made, version=None)
    assert told(catalogue, made.tenant) == ({"C1"}, None, False)
    writing = replace(made, version=2, write_to=PRIMARY, guests=Guests.PROVIDER)
    connections.put(writing, version=1)
    connections.put(replace(made, id="C2", subject=f"{made.tenant}-2"), version=None)
    assert told(catalogue, made.tenant) == ({"C1", "C2"}, "C1", True)
    connections.put(replace(writing, version=3, busy_from=frozenset(), guests=Guests.DAYBOOK), version=2)
    assert told(catalogue, made.tenant) == ({"C2"}, "C1", False)
    connections.put(replace(made, version=4), version=3)
    assert told(catalogue, made.tenant) == ({"C1", "C2"}, None, False)


def test_a_host_has_one_connection_with_an_account(ports: Ports, connections: Connections, made: Connection) -> None:
    connections.put(made, version=None)
    with pytest.raises(Stale):
        connections.put(replace(made, id="C2"), version=None)
    ports.catalogue.add_host(made.tenant, host("eve"))
    connections.put(replace(made, host="eve"), version=None)
    assert set(connections.users(made.subject)) == {(made.tenant, "ada"), (made.tenant, "eve")}
    assert connections.users(made.subject + "0") == []
    connections.remove(made)
    assert connections.users(made.subject) == [(made.tenant, "eve")]
    connections.put(replace(made, id="C3"), version=None)
    assert [one.id for one in connections.connections(made.tenant, "ada")] == ["C3"]


def test_bookings_appear_by_one_connection(connections: Connections, catalogue: Catalogue, made: Connection) -> None:
    second = replace(made, id="C2", subject=f"{made.tenant}-2")
    connections.put(replace(made, write_to=PRIMARY), version=None)
    with pytest.raises(Stale):
        connections.put(replace(second, write_to=PRIMARY), version=None)
    assert connections.users(second.subject) == []
    connections.put(second, version=None)
    with pytest.raises(Stale):
        connections.choose(replace(second, write_to=PRIMARY, version=2), version=1)
    assert told(catalogue, made.tenant) == ({"C1", "C2"}, "C1", False)
    connections.choose(replace(made, write_to=None, version=2), version=1)
    connections.choose(replace(second, write_to=PRIMARY, version=2), version=1)
    assert told(catalogue, made.tenant) == ({"C1", "C2"}, "C2", False)


def test_a_choice_leaves_alone_what_was_noted_meanwhile(
    connections: Connections, catalogue: Catalogue, made: Connection
) -> None:
    connections.put(made, version=None)
    noted = replace(made, channels={PRIMARY: CHANNEL}, calendars=(), synced_at=NOW)
    connections.note(noted)
    chosen = replace(made, version=2, write_to=PRIMARY, unsettled_block=False, to_copy=True, due_at=NOW + HOUR)
    connections.choose(chosen, version=1)
    after = replace(chosen, channels=noted.channels, calendars=())
    assert connections.connection(made.tenant, "ada", "C1") == after
    assert told(catalogue, made.tenant) == ({"C1"}, "C1", False)
    with pytest.raises(Stale):
        connections.choose(chosen, version=1)
    connections.note(replace(after, synced_at=NOW + HOUR))
    connections.choose(replace(after, version=3, synced_at=NOW, to_copy=False), version=2)
    kept = replace(after, version=3, synced_at=NOW + HOUR)
    assert connections.connection(made.tenant, "ada", "C1") == kept, "neither an older look nor a wish forgotten"
    connections.note(replace(kept, to_copy=False))
    kept = replace(kept, to_copy=False)
    assert connections.connection(made.tenant, "ada", "C1") == kept
    connections.choose(replace(kept, version=4, calendars=made.calendars, channels={}), version=3, listed=True)
    assert connections.connection(made.tenant, "ada", "C1") == replace(kept, version=4, calendars=made.calendars)


@pytest.mark.parametrize(("state", "asked"), [(State.BROKEN, {"C1"}), (State.LEAVING, set())])
def test_who_is_broken_is_asked_but_writes_nothing(
    connections: Connections, catalogue: Catalogue, made: Connection, state: State, asked: set[str]
) -> None:
    connections.put(replace(made, write_to=PRIMARY, guests=Guests.PROVIDER), version=None)
    connections.put(replace(made, write_to=PRIMARY, guests=Guests.PROVIDER, state=state, version=2), version=1)
    assert told(catalogue, made.tenant) == (asked, None, False)


def test_changing_the_host_leaves_that_alone(connections: Connections, catalogue: Catalogue, made: Connection) -> None:
    before = catalogue.host(made.tenant, "ada")
    assert before is not None
    connections.put(replace(made, write_to=PRIMARY), version=None)
    catalogue.change_host(made.tenant, replace(before, name="Countess", version=2), version=1)
    assert told(catalogue, made.tenant) == ({"C1"}, "C1", False)


def test_notes_leave_choices_and_version_alone(connections: Connections, made: Connection) -> None:
    connections.put(made, version=None)
    noted = replace(
        made, channels={PRIMARY: CHANNEL}, synced_at=NOW, due_at=NOW + HOUR, problem="forbidden", calendars=()
    )
    connections.note(replace(noted, write_to="never written", sealed_token="nor that"))
    assert connections.connection(made.tenant, "ada", "C1") == noted
    chosen = replace(noted, version=2, on_edit=noted.on_edit)
    connections.put(chosen, version=1)
    with pytest.raises(Stale):
        connections.note(noted)
    with pytest.raises(Stale):
        connections.note(replace(noted, id="C9"))
    assert connections.connection(made.tenant, "ada", "C1") == chosen


def test_who_is_due_is_found_the_longest_due_first(ports: Ports, tenant: str) -> None:
    # Whoever is due in another test is due much later.
    early = datetime(2001, 1, 1, tzinfo=UTC) + timedelta(days=next(_days))
    ports.catalogue.add_host(tenant, host())
    for name, due_at in (("C1", early), ("C2", early - HOUR), ("C3", early + timedelta(milliseconds=500))):
        ports.connections.put(connection(tenant, name, due_at=due_at), version=None)
    ports.connections.put(connection(tenant, "C4", due_at=early, state=State.BROKEN), version=None)
    ports.connections.put(connection(tenant, "C5", due_at=early - 2 * HOUR, state=State.LEAVING), version=None)

    def due(limit: int = 10) -> list[str]:
        return [one.id for one in ports.connections.due(early, limit) if one.tenant == tenant]

    assert due() == ["C5", "C2", "C1"]
    assert due(2) == ["C5", "C2"]
    ports.connections.note(connection(tenant, "C2", due_at=early + HOUR))
    assert due() == ["C5", "C1"]
    for one in ports.connections.connections(tenant, "ada"):
        ports.connections.remove(one)
    assert due() == []


_days = iter(range(0, 10_000, 10))


def test_the_broken_are_counted(ports: Ports, tenant: str) -> None:
    ports.catalogue.add_host(tenant, host())
    before = ports.connections.count_broken()
    ports.connections.put(connection(tenant), version=None)
    assert ports.connections.count_broken() == before
    ports.connections.put(connection(tenant, state=State.BROKEN, version=2), version=1)
    assert ports.connections.count_broken() == before + 1
    ports.connections.put(connection(tenant, version=3), version=2)
    assert ports.connections.count_broken() == before


def snapshot(**spans: tuple[tuple[int, int], ...]) -> Snapshot:
    return Snapshot(range(20000, 20400), BERLIN, False, spans)


def test_a_snapshot_follows_the_one_it_was_made_from(connections: Connections, made: Connection) -> None:
    assert connections.snapshot(made, PRIMARY) is None
    first, second = snapshot(a=((5, 7), (9, 12)), b=((1, 2),)), snapshot()
    connections.put_snapshot(made, PRIMARY, first, "token-1", before=None)
    assert connections.snapshot(made, PRIMARY) == (first, "token-1")
    assert connections.snapshot(made, "other") is None
    assert connections.snapshot(replace(made, id="C2"), PRIMARY) is None
    for wrong in (None, "token-0"):
        with pytest.raises(Stale):
            connections.put_snapshot(made, PRIMARY, second, "token-2", before=wrong)
    connections.put_snapshot(made, PRIMARY, second, "token-2", before="token-1")
    assert connections.snapshot(made, PRIMARY) == (second, "token-2")
    connections.remove_snapshot(made, PRIMARY)
    assert connections.snapshot(made, PRIMARY) is None
    with pytest.raises(Stale):
        connections.put_snapshot(made, PRIMARY, second, "token-3", before="token-2")


def copy(tenant: str, booking: str = "B1", event: str = "e1", **fields: Any) -> Copy:
    plain: dict[str, Any] = {
        "host": "ada",
        "connection": "C1",
        "calendar": PRIMARY,
        "etag": '"1"',
        "version": 1,
        "start": NINE,
        "end": NINE + HOUR,
    }
    return Copy(tenant=tenant, booking=booking, event=event, **{**plain, **fields})


def test_copies_are_found_by_booking_and_by_event(connections: Connections, tenant: str) -> None:
    first, second = copy(tenant), copy(tenant, "B2", "e2")
    for one in (first, second, copy(tenant, "B3", "e3", host="bob")):
        connections.put_copy(one)
    assert connections.copy(tenant, "B1") == first
    assert connections.copies(tenant, "ada") == {"e1": first, "e2": second}
    moved = replace(first, event="e9", etag='"2"', version=2)
    connections.put_copy(moved)
    assert connections.copies(tenant, "ada") == {"e9": moved, "e2": second}
    connections.remove_copy(moved)
    assert connections.copy(tenant, "B1") is None
    assert connections.copies(tenant, "ada") == {"e2": second}


def test_a_copy_that_is_owed_outlives_the_one_that_takes_its_place(connections: Connections, tenant: str) -> None:
    owed, present = copy(tenant, owed=True), copy(tenant, event="e2", connection="C2")
    connections.put_copy(owed)
    connections.put_copy(present)
    assert connections.copy(tenant, "B1") == present
    assert connections.copies(tenant, "ada") == {"e1": owed, "e2": present}
    assert connections.owed(tenant, "B1") == [owed]
    assert connections.owed(tenant, "B2") == []
    connections.remove_copy(owed)
    assert connections.copies(tenant, "ada") == {"e2": present}
    assert (connections.copy(tenant, "B1"), connections.owed(tenant, "B1")) == (present, [])


def test_a_copy_that_is_owed_outlives_the_removal_of_the_present_one(connections: Connections, tenant: str) -> None:
    owed, present = copy(tenant, owed=True), copy(tenant, event="e2", connection="C2")
    connections.put_copy(owed)
    connections.put_copy(present)
    connections.remove_copy(present)
    assert connections.copy(tenant, "B1") is None
    assert connections.copies(tenant, "ada") == {"e1": owed}
    assert connections.owed(tenant, "B1") == [owed]


def test_a_copy_that_was_owed_in_the_same_account_is_not_any_more(connections: Connections, tenant: str) -> None:
    connections.put_copy(copy(tenant, owed=True))
    connections.put_copy(copy(tenant))
    assert connections.owed(tenant, "B1") == []


def test_removing_a_connection_takes_what_it_owes_along_and_no_more(connections: Connections, made: Connection) -> None:
    present = copy(made.tenant, event="e2", connection="C10")
    connections.put(made, version=None)
    connections.put_copy(copy(made.tenant, owed=True))
    connections.put_copy(present)
    connections.remove(made)
    assert connections.copies(made.tenant, "ada") == {"e2": present}
    assert (connections.copy(made.tenant, "B1"), connections.owed(made.tenant, "B1")) == (present, [])


def test_a_channel_leads_to_its_connection(connections: Connections, tenant: str) -> None:
    watch = Watch(tenant=tenant, host="ada", connection="C1", channel=replace(CHANNEL, id=f"{tenant}-1"))
    connections.add_watch(replace(watch, channel=replace(watch.channel, resource="")))
    connections.add_watch(watch)
    assert connections.watch(watch.channel.id) == watch
    connections.remove_watch(watch.channel.id)
    connections.remove_watch(watch.channel.id)
    assert connections.watch(watch.channel.id) is None


def test_removing_takes_everything_along(ports: Ports, connections: Connections, made: Connection) -> None:
    watch = Watch(tenant=made.tenant, host="ada", connection="C1", channel=replace(CHANNEL, id=f"{made.tenant}-2"))
    full = replace(made, write_to=PRIMARY, channels={PRIMARY: watch.channel})
    other = replace(made, id="C10", subject=f"{made.tenant}-2")
    for one in (full, other):
        connections.put(one, version=None)
        connections.put_snapshot(one, PRIMARY, snapshot(), "token", before=None)
    connections.add_watch(watch)
    connections.put_copy(copy(made.tenant))
    connections.put_copy(copy(made.tenant, "B2", "e2", connection="C10"))
    with pytest.raises(Stale):
        connections.remove(replace(full, version=2))
    assert connections.snapshot(full, PRIMARY) is not None
    assert connections.watch(watch.channel.id) is not None
    assert connections.copies(made.tenant, "ada").keys() == {"e1", "e2"}
    connections.remove(full)
    assert connections.connections(made.tenant, "ada") == [other]
    assert connections.snapshot(full, PRIMARY) is None
    assert connections.snapshot(other, PRIMARY) is not None
    assert connections.watch(watch.channel.id) is None
    assert connections.copies(made.tenant, "ada").keys() == {"e2"}
    assert told(ports.catalogue, made.tenant) == ({"C10"}, None, False)


def test_a_connection_can_outlive_its_host_and_be_removed(ports: Ports, ada: Host, made: Connection) -> None:
    ports.connections.put(made, version=None)
    ports.catalogue.remove_host(made.tenant, ada)
    ports.connections.remove(made)
    assert ports.connections.connections(made.tenant, "ada") == []
    assert ports.connections.users(made.subject) == []
    assert ports.catalogue.host(made.tenant, "ada") is None


def test_a_consent_is_bound_to_one_browser_and_used_once(connections: Connections, tenant: str) -> None:
    asked = Consenting(id=f"{tenant}-s", tenant=tenant, host="ada", verifier="v" * 43, expires_at=NOW + HOUR)
    connections.add_consenting(asked)
    assert connections.consenting(asked.id) == asked
    mine = replace(asked, cookie_sha256="1" * 64)
    connections.bind(mine)
    connections.bind(mine)
    with pytest.raises(Stale):
        connections.bind(replace(asked, cookie_sha256="2" * 64))
    with pytest.raises(Stale):
        connections.redeem(asked)
    assert connections.consenting(asked.id) == mine
    connections.redeem(mine)
    with pytest.raises(Stale):
        connections.redeem(mine)
    with pytest.raises(Stale):
        connections.bind(mine)
    assert connections.consenting(asked.id) is None
