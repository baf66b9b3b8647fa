"""What every ledger promises about time: taken once, given back whole, told as it is."""

from datetime import timedelta

import pytest

from daybook.domain.errors import SlotTaken
from daybook.domain.history import Deed
from daybook.domain.ledger import PER_DAY, granule_at
from daybook.ports import Stale
from tests.contract.conftest import Desk
from tests.fakes.values import HALF_HOUR, HOUR, NINE, NOW, booking, step

DAY = timedelta(days=1)


def granules(first: int, last: int, space: int = 0) -> frozenset[int]:
    return frozenset(range(space + first * 12, space + last * 12))


def test_a_day_nobody_has_touched_is_left_out(desk: Desk) -> None:
    today = granule_at(NOW) // PER_DAY
    assert desk.ports.ledger.days(desk.tenant, "ada", range(today, today + 40)) == []
    assert desk.ports.ledger.days(desk.tenant, "ada", range(0)) == []


def test_days_come_in_order_and_only_those_asked_for(desk: Desk) -> None:
    for number, later in enumerate((2, 0, 1, 3)):
        desk.booked(f"B{number}", start=NINE + later * DAY)
    today = granule_at(NOW) // PER_DAY
    found = desk.ports.ledger.days(desk.tenant, "ada", range(today, today + 3))
    assert [day.day for day in found] == [today, today + 1, today + 2]


def test_a_claim_writes_booking_event_and_time_with_its_buffers(desk: Desk) -> None:
    booked = desk.booked(length=HOUR, buffer_before=HOUR, buffer_after=2 * HOUR)
    assert desk.stored(booked) == booked
    assert desk.deeds(booked) == [Deed.BOOKED]
    assert desk.day().taken == granules(9, 10) | granules(10, 12, 1000) | granules(8, 9, 2000)


def test_a_claim_across_midnight_lies_in_both_days(desk: Desk) -> None:
    desk.booked(start=NINE.replace(hour=23), length=2 * HOUR)
    assert desk.day(NOW).taken == granules(23, 24)
    assert desk.day(NOW + DAY).taken == granules(0, 1)


@pytest.mark.parametrize("length", [HALF_HOUR, 8 * HOUR], ids=["short", "longer than one condition can check"])
@pytest.mark.parametrize("shift", [timedelta(0), timedelta(minutes=25), timedelta(minutes=-25)])
def test_time_that_is_taken_cannot_be_claimed(desk: Desk, length: timedelta, shift: timedelta) -> None:
    desk.booked(start=NINE)
    late = booking(desk.tenant, "B2", start=NINE + shift, length=length)
    with pytest.raises(SlotTaken):
        desk.claim(late)
    assert desk.stored(late) is None
    assert desk.deeds(late) == []


def test_neighbours_keep_the_larger_of_the_two_buffers_between_them(desk: Desk) -> None:
    desk.booked(length=HOUR, buffer_after=HALF_HOUR)
    with pytest.raises(SlotTaken):
        desk.booked("B2", start=NINE + HOUR, buffer_before=HOUR)
    with pytest.raises(SlotTaken):
        desk.booked("B3", start=NINE + HOUR + timedelta(minutes=25))
    desk.booked("B4", start=NINE + 2 * HOUR, buffer_before=HOUR)


def test_another_host_and_another_tenant_have_time_of_their_own(desk: Desk) -> None:
    desk.booked()
    desk.booked("B2", host="bea")
    other = Desk(desk.ports, f"{desk.tenant}-other")
    assert other.day().taken == frozenset()
    other.booked()


def test_a_booking_id_is_used_once(desk: Desk) -> None:
    first = desk.booked()
    with pytest.raises(Stale):
        desk.booked(start=NINE + HOUR)
    assert desk.stored(first) == first
    assert desk.day().taken == first.stake.claim.elements(desk.day().day)


def test_a_release_gives_back_all_time_and_nothing_else(desk: Desk) -> None:
    first = desk.booked(buffer_before=HOUR, buffer_after=HOUR)
    second = desk.booked("B2", start=NINE + 2 * HOUR)
    cancelled = desk.cancel(first)
    assert desk.stored(first) == cancelled
    assert desk.deeds(first) == [Deed.BOOKED, Deed.CANCELLED]
    assert desk.day().taken == second.stake.claim.elements(desk.day().day)


def test_a_late_duplicate_of_a_release_frees_nobody_else(desk: Desk) -> None:
    first = desk.booked()
    desk.cancel(first)
    second = desk.booked("B2")
    with pytest.raises(Stale):
        desk.cancel(first)
    assert desk.day().taken == second.stake.claim.elements(desk.day().day)


def test_a_move_frees_the_old_time_and_takes_the_new(desk: Desk) -> None:
    first = desk.booked()
    moved = desk.move(first, NINE + 3 * DAY)
    assert desk.stored(first) == moved
    assert desk.deeds(first) == [Deed.BOOKED, Deed.RESCHEDULED]
    assert desk.day().taken == frozenset()
    assert desk.day(NOW + 3 * DAY).taken == moved.stake.claim.elements(desk.day(NOW + 3 * DAY).day)
    desk.booked("B2")


def test_a_move_may_overlap_itself(desk: Desk) -> None:
    first = desk.booked(length=HOUR)
    moved = desk.move(first, NINE + HALF_HOUR)
    assert desk.day().taken == moved.stake.claim.elements(desk.day().day)


def test_a_refused_move_keeps_the_old_time(desk: Desk) -> None:
    first, second = desk.booked(), desk.booked("B2", start=NINE + HOUR)
    before = desk.day()
    with pytest.raises(SlotTaken):
        desk.move(first, second.start)
    assert desk.stored(first) == first
    assert desk.deeds(first) == [Deed.BOOKED]
    assert desk.day() == before


def test_a_move_of_what_has_changed_meanwhile_is_stale(desk: Desk) -> None:
    first = desk.booked()
    desk.cancel(first)
    with pytest.raises(Stale):
        desk.move(first, NINE + HOUR)
    assert desk.day().taken == frozenset()


def test_a_move_that_has_been_made_already_is_stale_rather_than_in_its_own_way(desk: Desk) -> None:
    first = desk.booked()
    moved = desk.move(first, NINE + HOUR)
    with pytest.raises(Stale):
        desk.move(first, NINE + HOUR)
    assert desk.stored(first) == moved


def test_settling_changes_the_booking_and_leaves_the_time(desk: Desk) -> None:
    first = desk.booked()
    before = desk.day()
    missed = first.missed(now=NINE)
    desk.ports.ledger.settle(first, missed, step(Deed.NO_SHOW, first, missed))
    assert desk.stored(first) == missed
    assert desk.deeds(first) == [Deed.BOOKED, Deed.NO_SHOW]
    assert desk.day() == before
    with pytest.raises(Stale):
        desk.ports.ledger.settle(first, missed, step(Deed.NO_SHOW, first, missed))
