"""What every ledger promises about meetings that several attendees share."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from daybook import wiring
from daybook.calendar_ports import Copy
from daybook.domain.booking import Booking
from daybook.domain.errors import Busy, Exists, LimitReached, SessionFull, SlotTaken
from daybook.domain.history import Deed
from daybook.domain.ledger import granule_at
from daybook.domain.limits import Bound, Counter, Limits, Rules
from daybook.ports import MOST_MOVED, Move, Stale
from daybook.session_ports import SharedEvent, SharedMove
from tests.contract.conftest import Desk
from tests.fakes import values
from tests.fakes.values import HOUR, NINE, NOW

LENGTHS = pytest.mark.parametrize("length", [HOUR, 8 * HOUR], ids=["short", "longer than one condition can check"])


def seat(desk: Desk, id: str, who: str, *bounds: Bound, **fields: Any) -> Booking:
    return desk.booked(
        id, *bounds, **{"seat_of": "class/60", "capacity": 2, "attendee_key": who, "length": HOUR, **fields}
    )


def seats(desk: Desk) -> dict[int, int]:
    return {start: session.seats for start, session in desk.day().sessions.items()}


@LENGTHS
def test_a_session_is_joined_until_its_seats_are_taken(desk: Desk, length: timedelta) -> None:
    seat(desk, "B1", "bob", length=length)
    alone = desk.day().taken
    seat(desk, "B2", "eve", length=length)
    assert desk.day().taken == alone
    assert seats(desk) == {granule_at(NINE): 2}
    with pytest.raises(SessionFull):
        seat(desk, "B3", "zoe", length=length)


def test_another_kind_of_session_finds_the_time_taken(desk: Desk) -> None:
    seat(desk, "B1", "bob")
    with pytest.raises(SlotTaken):
        seat(desk, "B2", "eve", seat_of="class/90")
    with pytest.raises(SlotTaken):
        desk.booked("B3")


def test_a_session_is_joined_at_its_start_alone(desk: Desk) -> None:
    seat(desk, "B1", "bob")
    with pytest.raises(SlotTaken):
        seat(desk, "B2", "eve", start=NINE + HOUR / 2)


def test_one_person_takes_one_seat(desk: Desk) -> None:
    seat(desk, "B1", "bob")
    with pytest.raises(Exists):
        seat(desk, "B2", "bob")
    assert seats(desk) == {granule_at(NINE): 1}
    seat(desk, "B3", "bob", start=NINE + HOUR)


def test_leaving_frees_the_seat_and_lets_the_person_come_back(desk: Desk) -> None:
    first = seat(desk, "B1", "bob")
    seat(desk, "B2", "eve")
    taken = desk.day().taken
    desk.cancel(first)
    assert desk.day().taken == taken
    assert seats(desk) == {granule_at(NINE): 1}
    seat(desk, "B3", "bob")


def test_the_last_one_out_frees_the_time(desk: Desk) -> None:
    first, second = seat(desk, "B1", "bob"), seat(desk, "B2", "eve")
    desk.cancel(first)
    desk.cancel(second)
    assert (desk.day().taken, seats(desk)) == (frozenset(), {})
    desk.booked("B3")


def test_a_seat_moves_to_another_session(desk: Desk) -> None:
    first = seat(desk, "B1", "bob")
    seat(desk, "B2", "eve")
    seat(desk, "B3", "zoe", start=NINE + 2 * HOUR)
    desk.move(first, NINE + 2 * HOUR)
    assert seats(desk) == {granule_at(NINE): 1, granule_at(NINE + 2 * HOUR): 2}
    with pytest.raises(SessionFull):
        seat(desk, "B4", "kim", start=NINE + 2 * HOUR)
    seat(desk, "B5", "bob")


def test_a_seat_cannot_move_to_where_the_person_sits_already(desk: Desk) -> None:
    first = seat(desk, "B1", "bob")
    seat(desk, "B2", "bob", start=NINE + HOUR)
    with pytest.raises(Exists):
        desk.move(first, NINE + HOUR)
    assert seats(desk) == {granule_at(NINE): 1, granule_at(NINE + HOUR): 1}


def test_a_seat_cannot_move_into_a_full_session(desk: Desk) -> None:
    first = seat(desk, "B1", "bob")
    seat(desk, "B2", "eve", start=NINE + HOUR)
    seat(desk, "B3", "zoe", start=NINE + HOUR)
    with pytest.raises(SessionFull):
        desk.move(first, NINE + HOUR)
    assert desk.stored(first) == first


def test_a_session_across_midnight_counts_once(desk: Desk) -> None:
    late = NINE.replace(hour=23, minute=30)
    first, second = seat(desk, "B1", "bob", start=late), seat(desk, "B2", "eve", start=late)
    with pytest.raises(SessionFull):
        seat(desk, "B3", "zoe", start=late)
    desk.cancel(first)
    desk.cancel(second)
    assert desk.day(late).taken == desk.day(late + HOUR).taken == frozenset()


def test_who_sits_is_known_at_once(desk: Desk) -> None:
    first = seat(desk, "B1", "bob")
    seat(desk, "B2", "eve")
    seat(desk, "B3", "kim", start=NINE + HOUR)
    assert sorted(seated(desk)) == ["B1", "B2"]
    desk.move(first, NINE + HOUR)
    assert (seated(desk), sorted(seated(desk, NINE + HOUR))) == (["B2"], ["B1", "B3"])


class TestAWholeSession:
    def seats(self, desk: Desk, count: int = 2, *bounds: Bound, **fields: Any) -> list[Booking]:
        plain = {"seat_of": "class/60", "capacity": count, "length": HOUR, **fields}
        return [desk.booked(f"B{n}", *bounds, attendee_key=f"person-{n}", **plain) for n in range(count)]

    def move(self, desk: Desk, bookings: list[Booking], start: datetime, *bounds: Bound) -> list[Booking]:
        moves = [_move(one, start, *bounds) for one in bookings]
        event = self.event(desk, bookings[0].start)
        moved = replace(event, start=start, version=event.version + 1)
        desk.ports.sessions.move(moves, SharedMove(event, moved, _copy(moved)), now=NOW)
        return [move.after for move in moves]

    def event(self, desk: Desk, start: datetime) -> SharedEvent:
        """Return the session's event, which has been at version 1 since it was made."""
        known = desk.ports.sessions.session(desk.tenant, "ada", start)
        if known is None:
            known = SharedEvent(tenant=desk.tenant, host="ada", start=start, id="S1", uid="s1@example.com", version=1)
            desk.ports.sessions.put(known, before=None, copy=_copy(known))
        return known

    @pytest.mark.parametrize("by", [HOUR / 2, 3 * HOUR, 15 * HOUR, 48 * HOUR], ids=str)
    def test_moves_at_once_over_its_own_time_too(self, desk: Desk, by: timedelta) -> None:
        bookings = self.seats(desk, MOST_MOVED)
        after = self.move(desk, bookings, NINE + by)
        assert [desk.stored(one) for one in bookings] == after
        assert [desk.deeds(one) for one in after] == [[Deed.BOOKED, Deed.RESCHEDULED]] * MOST_MOVED
        assert seated(desk) == []
        assert sorted(seated(desk, NINE + by)) == sorted(one.id for one in after)
        [session] = desk.day(NINE + by).sessions.values()
        assert (session.start, session.seats) == (granule_at(NINE + by), MOST_MOVED)
        sessions = desk.ports.sessions
        assert sessions.session(desk.tenant, "ada", NINE) is None
        moved = sessions.session(desk.tenant, "ada", NINE + by)
        assert moved
        assert (moved.id, moved.version) == ("S1", 2)
        assert desk.ports.connections.copy(desk.tenant, "S1") == _copy(moved)
        assert desk.ports.connections.copies(desk.tenant, "ada") == {"e1": _copy(moved)}
        for one in after:
            desk.cancel(one)
        assert desk.day(NINE + by).taken == desk.day().taken == frozenset()

    @pytest.mark.parametrize("ports", ["dynamodb"], indirect=True)
    def test_moves_within_one_transaction_at_worst(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        """All limits, a zone that changed between bookings, and a day's meeting with a day before and after it.

        A transaction has 100 actions at most (AWS: TransactWriteItems).
        """
        every, day = Limits(per_day=99, per_week=99, per_month=99), 24 * HOUR
        rules = Rules("class", every, every)
        start, there = NINE.replace(month=10, day=31), NINE.replace(month=12, day=15)
        bookings: list[Booking] = []
        for zone, count in ((timedelta(0), 1), (day, MOST_MOVED - 1)):
            bounds = list(rules.bounds((start + zone).date()))
            for _ in range(count):
                name, about = f"B{len(bookings)}", {"buffer_before": day, "buffer_after": day, "start": start}
                bookings.append(seat(desk, name, name, *bounds, length=day, capacity=MOST_MOVED, **about))
        client, sizes = wiring.client(), list[int]()
        true = client.transact_write_items

        def counting(**request: Any) -> Any:
            sizes.append(len(request["TransactItems"]))
            return true(**request)

        monkeypatch.setattr(client, "transact_write_items", counting)
        self.event(desk, start)
        sizes.clear()
        self.move(desk, bookings, there, *rules.bounds(there.date()))
        assert sorted(seated(desk, there)) == sorted(one.id for one in bookings)
        assert sizes == [4 * MOST_MOVED + 6 + 12 + 8 + 4]
        assert sizes[0] <= 100

    @pytest.mark.parametrize("other", ["meeting", "session"])
    def test_stays_where_it_is_if_anything_is_in_the_way(self, desk: Desk, other: str) -> None:
        bookings = self.seats(desk)
        if other == "meeting":
            desk.booked("X", start=NINE + 2 * HOUR)
        else:
            seat(desk, "X", "zoe", start=NINE + 2 * HOUR, capacity=9)
        with pytest.raises(SlotTaken):
            self.move(desk, bookings, NINE + 2 * HOUR)
        assert [desk.stored(one) for one in bookings] == bookings
        assert sorted(seated(desk)) == ["B0", "B1"]

    def test_stays_if_somebody_has_joined_or_changed_meanwhile(self, desk: Desk) -> None:
        bookings = self.seats(desk)
        with pytest.raises(Busy):
            self.move(desk, bookings[:1], NINE + 2 * HOUR)
        with pytest.raises(Stale):
            self.move(desk, [bookings[0], replace(bookings[1], version=7)], NINE + 2 * HOUR)
        assert [desk.stored(one) for one in bookings] == bookings
        assert seats(desk) == {granule_at(NINE): 2}

    @pytest.mark.parametrize("other", ["written", "there"])
    def test_stays_if_its_event_is_another_or_one_is_in_the_way(self, desk: Desk, other: str) -> None:
        bookings, sessions = self.seats(desk), desk.ports.sessions
        event = self.event(desk, NINE)
        late = replace(event, start=NINE + 2 * HOUR, id="S2") if other == "there" else replace(event, version=2)
        sessions.put(late, before=None if other == "there" else event)
        if other == "written":
            event = replace(event, version=7)
        after = replace(event, start=NINE + 2 * HOUR, version=event.version + 1)
        moves = [_move(one, after.start) for one in bookings]
        with pytest.raises(Stale):
            sessions.move(moves, SharedMove(event, after, _copy(after)), now=NOW)
        assert [desk.stored(one) for one in bookings] == bookings
        assert sorted(seated(desk)) == ["B0", "B1"]
        assert sessions.session(desk.tenant, "ada", late.start) == late

    def test_is_counted_whole_where_it_goes(self, desk: Desk) -> None:
        monday, tuesday = Counter("class", "2027-03-01"), Counter("class", "2027-03-02")
        day = 24 * HOUR
        bookings = self.seats(desk, 2, Bound(monday, 2))
        for bound in (Bound(tuesday, 1), Bound(tuesday, minutes=119)):
            with pytest.raises(LimitReached):
                self.move(desk, bookings, NINE + day, bound)
        self.move(desk, bookings, NINE + day, Bound(tuesday, 2, 120))
        counts = desk.ports.ledger.counts(desk.tenant, "ada", {monday, tuesday})
        assert counts[tuesday].bookings == {"B0", "B1"}
        assert counts[tuesday].minutes == 120
        assert (counts[monday].bookings, counts[monday].minutes) == (frozenset(), 0)


def _move(before: Booking, start: datetime, *bounds: Bound) -> Move:
    counted = tuple(bound.counter for bound in bounds)
    after = replace(before, start=start, end=start + before.duration, version=before.version + 1, counted=counted)
    return Move(before, after, values.step(Deed.RESCHEDULED, before, after), bounds)


def _copy(event: SharedEvent) -> Copy:
    return Copy(
        tenant=event.tenant,
        host=event.host,
        booking=event.id,
        connection="C1",
        calendar="ada@example.com",
        event="e1",
        etag='"1"',
        version=1,
        start=event.start,
        end=event.start + HOUR,
        session=event.start,
    )


def seated(desk: Desk, start: datetime = NINE) -> list[str]:
    return list(desk.ports.bookings.seated(desk.tenant, "ada", start))
