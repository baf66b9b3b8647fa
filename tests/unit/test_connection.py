"""Connections and snapshots: when to look again, when something is wrong, and what each calendar keeps busy."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from daybook.adapters.dynamodb import connected
from daybook.domain.connection import (
    BEHIND_AFTER,
    BUSY_CALENDAR_GONE,
    CALENDAR_GONE,
    RENEW_BEFORE,
    SOONEST,
    SWEEP_EVERY,
    Channel,
    Connection,
    State,
)
from daybook.domain.external import ExternalEvent, Response
from daybook.domain.ledger import PER_DAY, granule_at
from daybook.domain.snapshot import AHEAD, BEHIND, Snapshot, busy_by_day, window
from daybook.provider_ports import Refused
from tests.fakes.values import HOUR, NINE, NOW

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
BERLIN = ZoneInfo("Europe/Berlin")
TODAY = granule_at(NOW) // PER_DAY
AROUND = range(TODAY - 2, TODAY + 10)


def connection(**fields: Any) -> Connection:
    plain: dict[str, Any] = {"account": "a@example.com", "subject": "1", "sealed_token": "s", "due_at": NOW}
    moments = {"created_at": NOW, "updated_at": NOW}
    return Connection(tenant="acme", host="ada", id="C1", **{**plain, **moments, **fields})


def channel(ends: timedelta) -> Channel:
    return Channel(id="CH", resource="R", token_sha256="0" * 64, expires_at=NOW + ends)


class TestAConnection:
    def test_wants_to_be_looked_at_in_a_while_or_before_a_channel_ends(self) -> None:
        assert connection().read(begun=NOW, problem="").due_at == NOW + SWEEP_EVERY
        ending = connection(channels={"a": channel(30 * DAY), "b": channel(RENEW_BEFORE + 10 * MINUTE)})
        assert ending.read(begun=NOW, problem="").due_at == NOW + 10 * MINUTE
        ended = connection(channels={"a": channel(MINUTE)})
        assert ended.read(begun=NOW, problem="").due_at == NOW + SOONEST, "a channel nobody renews makes no haste"

    def test_has_been_read_when_all_of_it_was(self) -> None:
        assert connection().read(begun=NOW, problem="").synced_at == NOW
        partly = connection(synced_at=NOW - HOUR).read(begun=NOW, problem="forbidden")
        assert (partly.synced_at, partly.problem) == (NOW, "forbidden"), "all that may be read"
        assert partly.read(begun=NOW, problem="").problem == ""

    def test_is_behind_after_an_hour(self) -> None:
        read = connection(synced_at=NOW)
        assert [read.behind(NOW + BEHIND_AFTER), read.behind(NOW + BEHIND_AFTER + SECOND)] == [False, True]
        assert connection().behind(NOW + BEHIND_AFTER + SECOND), "one that was never read, too"
        chosen = connection(updated_at=NOW + DAY)
        assert not chosen.behind(NOW + DAY + BEHIND_AFTER), "what was chosen a moment ago is only about to be read"
        assert not replace(read, state=State.BROKEN).behind(NOW + DAY), "that is worse, and counted apart"

    def test_replaces_channels_a_day_before_they_end(self) -> None:
        assert [channel(ends).ending(NOW) for ends in (RENEW_BEFORE, RENEW_BEFORE + SECOND)] == [True, False]

    def test_forgets_calendars_that_are_gone(self) -> None:
        full = connection(busy_from=frozenset({"a", "b"}), write_to="c", dedicated="c", synced_at=NOW, problem="x")
        other = full.without({"a"}, now=NOW + HOUR)
        assert (other.busy_from, other.write_to, other.problem) == ({"b"}, "c", BUSY_CALENDAR_GONE)
        assert other.read(begun=NOW, problem="forbidden").problem == BUSY_CALENDAR_GONE
        assert full.without({"z"}, now=NOW).problem == "x"
        assert (other.version, other.synced_at, other.updated_at) == (2, None, NOW + HOUR)
        writing = full.without({"c"}, now=NOW)
        assert (writing.write_to, writing.dedicated, writing.problem) == (None, None, CALENDAR_GONE)
        assert writing.read(begun=NOW, problem="").problem == CALENDAR_GONE
        assert replace(writing, write_to="d").read(begun=NOW, problem="").problem == ""


class TestTheWindow:
    def test_covers_today_and_a_year_at_any_time_of_day(self) -> None:
        for hour in range(24):
            days = window("C1", NOW + hour * HOUR)
            today = granule_at(NOW + hour * HOUR) // PER_DAY
            assert days.start in {today - BEHIND, today - BEHIND - 1}
            assert days.stop - 1 >= today + AHEAD - 1

    def test_moves_on_once_a_day_at_a_time_of_each_connections_own(self) -> None:
        moved = set()
        for name in range(40):
            seen = [window(f"C{name}", NOW + minute * MINUTE) for minute in range(0, 24 * 60, 10)]
            changes = [at for at, (one, other) in enumerate(pairwise(seen)) if one != other]
            assert len(changes) <= 1
            moved |= set(changes)
        assert len(moved) > 20


def event(start: datetime | date = NINE, length: timedelta = HOUR, **fields: Any) -> ExternalEvent:
    return ExternalEvent(start=start, end=start + length, **fields)


class TestASnapshot:
    def test_keeps_what_blocks_by_event_and_lets_go_of_it(self) -> None:
        empty = Snapshot(AROUND, BERLIN)
        full = empty.applied([("a", event()), ("b", event(NINE + HOUR)), ("c", event(free=True))])
        assert full.spans.keys() == {"a", "b"}
        assert full.applied([("a", None), ("b", event(free=True)), ("z", None)]).spans == {}
        assert full.applied([("a", event(NINE + DAY)), ("a", event())]) == full, "the latest word counts"

    def test_keeps_nothing_beyond_its_days(self) -> None:
        long = event(NINE - 30 * DAY, 60 * DAY)
        kept = Snapshot(AROUND, BERLIN).applied([("a", long), ("b", event(NINE + 300 * DAY))])
        assert kept.spans == {"a": ((AROUND.start * PER_DAY, AROUND.stop * PER_DAY),)}

    @pytest.mark.parametrize(
        ("start", "end"),
        [
            (date(2027, 3, 1), date.max),
            (date.min, date.max),
            (NOW, datetime.max.replace(tzinfo=UTC)),
            (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)),
        ],
    )
    @pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12"])
    def test_takes_an_event_of_any_length(self, start: date, end: date, zone: str) -> None:
        long = ExternalEvent(start=start, end=end)
        [spans] = Snapshot(AROUND, ZoneInfo(zone)).applied([("a", long)]).spans.values()
        assert spans[-1][1] == AROUND.stop * PER_DAY
        assert spans[0][0] == AROUND.start * PER_DAY or start in {NOW, date(2027, 3, 1)}
        assert list(Snapshot(AROUND, BERLIN).applied([("a", long), ("b", event())]).spans) == ["a", "b"]

    def test_goes_by_its_own_dates_and_rules(self) -> None:
        whole = event(date(2027, 3, 2), DAY)
        [(span,)] = Snapshot(AROUND, BERLIN).applied([("a", whole)]).spans.values()
        assert span[0] == granule_at(datetime(2027, 3, 1, 23, tzinfo=UTC))
        unsettled = [("a", event(tentative=True)), ("b", event(response=Response.NEEDS_ACTION))]
        assert Snapshot(AROUND, BERLIN, unsettled_block=False).applied(unsettled).spans == {}
        assert Snapshot(AROUND, BERLIN).applied(unsettled).spans.keys() == {"a", "b"}

    def test_is_busy_together_with_others(self) -> None:
        first = Snapshot(AROUND, BERLIN).applied([("a", event()), ("b", event(NINE + 15 * HOUR - MINUTE))])
        second = Snapshot(AROUND, BERLIN).applied([("a", event(NINE + HOUR, 30 * MINUTE))])
        at = granule_at(NINE) % PER_DAY
        assert busy_by_day([first, second]) == {
            TODAY: frozenset(range(at, at + 18)) | {PER_DAY - 1},
            TODAY + 1: frozenset(range(12)),
        }

    def test_comes_back_from_the_table_as_it_was(self) -> None:
        full = Snapshot(AROUND, BERLIN, False, {"a": ((1, 5), (7, 9)), "b_20270101T000000Z": ((3, 4),)})
        assert connected.decode_snapshot(connected.encode_snapshot(full, "token")) == (full, "token")

    def test_of_a_busy_year_fits_and_of_a_mad_one_is_refused(self) -> None:
        busy = {f"{n:026x}_20270301T{n % 24:02}0000Z": ((n * 7, n * 7 + 6),) for n in range(400 * 25)}
        connected.encode_snapshot(Snapshot(AROUND, BERLIN, True, busy), "token")
        chance = Random(1)
        mad = {f"{chance.getrandbits(130):033x}": ((n, n + 1),) for n in range(40_000)}
        with pytest.raises(Refused, match="too_large"):
            connected.encode_snapshot(Snapshot(AROUND, BERLIN, True, mad), "token")
