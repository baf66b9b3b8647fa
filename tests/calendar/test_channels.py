"""Channels: one for each watched calendar, replaced before it ends, and nobody's word taken but Google's."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from daybook.ports import Stale
from local.google.trouble import Failure
from tests.calendar.office import opened
from tests.calendar.reader import Reader, reading
from tests.calendar.world import ADA
from tests.fakes.ports import interrupted
from tests.fakes.scene import ACME
from tests.fakes.values import HOUR, NINE


@pytest.fixture
def reader() -> Iterator[Reader]:
    with reading() as reader:
        yield reader


def watched(reader: Reader) -> set[str]:
    return {channel.calendar_id for channel in reader.channels()}


def test_every_calendar_has_one_and_its_token_is_nowhere(reader: Reader) -> None:
    assert watched(reader) == {ADA, reader.office.calendar}
    assert {one.id for one in reader.channels()} == {one.id for one in reader.office.connection.channels.values()}
    for channel in reader.channels():
        watch = reader.office.scene.ports.connections.watch(channel.id)
        assert watch is not None
        assert channel.token is not None
        assert channel.token not in str(watch)


def test_the_first_message_may_overtake_the_answer() -> None:
    with opened() as office:
        office.world.google.trouble.sync_first = True
        office.connect()
        reader = Reader(office)
        reader.ask()
        reader.settle()
        assert set(reader.answered) == {204}


def test_a_channel_is_replaced_before_it_ends_and_closed_after(reader: Reader) -> None:
    first = {one.id for one in reader.channels()}
    ends = min(one.expiration for one in reader.channels())
    gaps: list[set[str]] = []
    for _ in range(12):
        reader.pass_(hours=6)
        gaps.append(watched(reader))
    assert reader.now < ends
    while reader.now < ends - timedelta(hours=12):
        reader.pass_(hours=6)
        gaps.append(watched(reader))
    assert all(gap == {ADA, reader.office.calendar} for gap in gaps)
    second = {one.id for one in reader.channels()}
    assert first.isdisjoint(second)
    assert len(second) == 2, "the old ones are closed"
    for old in first:
        assert reader.office.scene.ports.connections.watch(old) is None


def test_while_both_live_nothing_is_lost(reader: Reader) -> None:
    """Something changes after the new channel is open and before the old one is closed."""
    ends = min(one.expiration for one in reader.channels())
    reader.office.scene.now = ends - timedelta(hours=20)

    def meanwhile() -> None:
        assert len(reader.channels()) == 4
        reader.people.insert(ADA, start=reader.now + HOUR, end=reader.now + 2 * HOUR)

    ports = reader.ports
    reader.read_now(replace(ports, connections=interrupted(ports.connections, "note", meanwhile)))
    reader.settle()
    assert reader.in_ledger() == reader.in_google() != {}
    assert len(reader.channels()) == 2


def test_a_calendar_google_watches_for_nobody_is_read_in_turn(reader: Reader) -> None:
    team = reader.people.add_calendar(ADA, "Team")
    reader.office.world.google.trouble.fail(Failure.UNAVAILABLE, calls=0)
    reader.office.change(busy_from=frozenset({ADA, team}))
    longest = reader.office.world.google.trouble.longest_channel
    reader.office.world.google.trouble.longest_channel = timedelta(0)
    reader.ask(afresh=True)
    reader.settle()
    assert team not in watched(reader)
    reader.people.insert(team, start=NINE, end=NINE + HOUR)
    reader.pass_(minutes=20)
    assert reader.busy_at(NINE)
    reader.office.world.google.trouble.longest_channel = longest
    reader.pass_(minutes=20)
    assert team in watched(reader)


def test_calendars_no_longer_wanted_are_no_longer_watched(reader: Reader) -> None:
    reader.office.change(busy_from=frozenset())
    reader.ask(afresh=True)
    reader.settle()
    assert watched(reader) == {reader.office.calendar}


def test_channels_of_who_came_too_late_are_closed_again(reader: Reader) -> None:
    team = reader.people.add_calendar(ADA, "Team")
    reader.office.change(busy_from=frozenset({ADA, team}))
    ports = reader.ports

    def meanwhile() -> None:
        reader.office.change(busy_from=frozenset({ADA}))

    reader.read_now(replace(ports, connections=interrupted(ports.connections, "note", meanwhile)))
    assert watched(reader) == {ADA, reader.office.calendar}
    assert len(reader.channels()) == 2
    with pytest.raises(Stale):
        reader.office.scene.ports.connections.note(replace(reader.office.connection, version=1))


def test_what_a_stranger_says_is_not_heard(reader: Reader) -> None:
    (channel, *_) = reader.channels()
    genuine = {
        "X-Goog-Channel-ID": channel.id,
        "X-Goog-Channel-Token": channel.token or "",
        "X-Goog-Resource-ID": channel.resource_id,
        "X-Goog-Message-Number": "7",
        "X-Goog-Resource-State": "exists",
    }
    for name in ("X-Goog-Channel-ID", "X-Goog-Channel-Token", "X-Goog-Resource-ID"):
        assert reader.deliver("", genuine | {name: "wrong"}) == 404
    assert reader.queue.messages == []
    assert reader.deliver("", genuine) == 204
    assert len(reader.queue.messages) == 1
    assert reader.office.scene.ports.connections.connections(ACME, "ada")
