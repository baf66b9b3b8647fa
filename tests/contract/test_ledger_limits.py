"""What every ledger promises about counted bookings and minutes."""

from datetime import timedelta

import pytest

from daybook.domain.booking import Booking
from daybook.domain.errors import LimitReached
from daybook.domain.limits import Bound, Count, Counter
from daybook.ports import Stale
from tests.contract.conftest import Desk
from tests.fakes.values import HALF_HOUR, HOUR, NINE

MONDAY, TUESDAY = Counter("intro", "2027-03-01"), Counter("intro", "2027-03-02")
WEEK = Counter("*", "2027-W09")
DAY = timedelta(days=1)


def counts(desk: Desk) -> dict[str, tuple[set[str], int]]:
    found = desk.ports.ledger.counts(desk.tenant, "ada", [MONDAY, TUESDAY, WEEK])
    return {
        counter.period: (set(count.bookings), count.minutes) for counter, count in found.items() if count != Count()
    }


def test_what_is_not_counted_is_left_out(desk: Desk) -> None:
    desk.booked()
    assert desk.ports.ledger.counts(desk.tenant, "ada", [MONDAY]) == {}
    assert desk.ports.ledger.counts(desk.tenant, "ada", []) == {}


def test_a_claim_counts_in_every_counter_it_is_given(desk: Desk) -> None:
    booked = desk.booked("B1", Bound(MONDAY, bookings=2), Bound(WEEK, bookings=9), length=HOUR)
    assert counts(desk) == {MONDAY.period: ({"B1"}, 60), WEEK.period: ({"B1"}, 60)}
    assert desk.stored(booked) == booked
    assert booked.counted == (MONDAY, WEEK)


def test_no_more_bookings_than_a_bound_allows(desk: Desk) -> None:
    bound = Bound(MONDAY, bookings=2)
    desk.booked("B1", bound)
    desk.booked("B2", bound, start=NINE + HOUR)
    with pytest.raises(LimitReached):
        desk.booked("B3", bound, start=NINE + 2 * HOUR)
    assert counts(desk) == {MONDAY.period: ({"B1", "B2"}, 60)}


def test_minutes_may_reach_their_bound_and_not_exceed_it(desk: Desk) -> None:
    bound = Bound(MONDAY, minutes=90)
    with pytest.raises(LimitReached):
        desk.booked("B0", bound, length=2 * HOUR)
    desk.booked("B1", bound, length=HOUR)
    with pytest.raises(LimitReached):
        desk.booked("B2", bound, start=NINE + HOUR, length=timedelta(minutes=35))
    desk.booked("B3", bound, start=NINE + HOUR, length=HALF_HOUR)
    assert counts(desk)[MONDAY.period] == ({"B1", "B3"}, 90)


def test_one_full_counter_of_several_refuses_and_none_keeps_the_booking(desk: Desk) -> None:
    desk.booked("B1", Bound(WEEK, bookings=1))
    with pytest.raises(LimitReached):
        desk.booked("B2", Bound(MONDAY, bookings=1), Bound(WEEK, bookings=1), start=NINE + HOUR)
    assert counts(desk) == {WEEK.period: ({"B1"}, 30)}
    assert desk.day().taken == desk.day().taken & _elements(desk, "B1")


def test_a_release_leaves_the_counters(desk: Desk) -> None:
    first = desk.booked("B1", Bound(MONDAY, bookings=1), length=HOUR)
    desk.cancel(first)
    assert counts(desk) == {}
    desk.booked("B2", Bound(MONDAY, bookings=1))


def test_a_move_within_a_period_stays_counted_and_needs_no_room(desk: Desk) -> None:
    bounds = Bound(MONDAY, bookings=1, minutes=30), Bound(WEEK, bookings=1)
    first = desk.booked("B1", *bounds)
    desk.move(first, NINE + HOUR, *bounds)
    assert counts(desk) == {MONDAY.period: ({"B1"}, 30), WEEK.period: ({"B1"}, 30)}


def test_a_move_to_another_period_changes_counters(desk: Desk) -> None:
    first = desk.booked("B1", Bound(MONDAY, bookings=1), Bound(WEEK, bookings=1))
    desk.move(first, NINE + DAY, Bound(TUESDAY, bookings=1), Bound(WEEK, bookings=1))
    assert counts(desk) == {TUESDAY.period: ({"B1"}, 30), WEEK.period: ({"B1"}, 30)}


def test_a_move_into_a_full_period_is_refused(desk: Desk) -> None:
    first = desk.booked("B1", Bound(MONDAY, bookings=1))
    desk.booked("B2", Bound(TUESDAY, bookings=1), start=NINE + DAY)
    with pytest.raises(LimitReached):
        desk.move(first, NINE + DAY + HOUR, Bound(TUESDAY, bookings=1))
    assert counts(desk) == {MONDAY.period: ({"B1"}, 30), TUESDAY.period: ({"B2"}, 30)}


def test_a_booking_that_grows_or_shrinks_by_a_move_is_counted_by_its_new_length(desk: Desk) -> None:
    bound = Bound(MONDAY, bookings=1, minutes=90)
    first = desk.booked("B1", bound)
    longer = desk.move(first, NINE + HOUR, bound, length=90 * HOUR / 60)
    assert counts(desk)[MONDAY.period] == ({"B1"}, 90)
    with pytest.raises(LimitReached):
        desk.move(longer, NINE + HOUR, bound, length=2 * HOUR)
    shorter = desk.move(longer, NINE, bound, length=HALF_HOUR)
    assert counts(desk)[MONDAY.period] == ({"B1"}, 30)
    desk.cancel(shorter)
    assert counts(desk) == {}


def test_recounting_moves_a_booking_whatever_there_is_room_for(desk: Desk) -> None:
    desk.booked("B1", Bound(WEEK, bookings=1))
    second = desk.booked("B2", Bound(MONDAY, bookings=2), start=NINE + HOUR)
    desk.ports.ledger.recount(second, [Bound(WEEK, bookings=1)])
    assert counts(desk) == {WEEK.period: ({"B1", "B2"}, 60)}
    stored = desk.stored(second)
    assert stored is not None
    assert (stored.counted, stored.version) == ((WEEK,), second.version)
    desk.cancel(stored)
    assert counts(desk) == {WEEK.period: ({"B1"}, 30)}


def test_recounting_twice_changes_nothing(desk: Desk) -> None:
    first = desk.booked("B1", Bound(MONDAY))
    desk.ports.ledger.recount(first, [Bound(MONDAY), Bound(WEEK)])
    with pytest.raises(Stale):
        desk.ports.ledger.recount(first, [Bound(MONDAY), Bound(WEEK)])
    stored = desk.stored(first)
    assert stored is not None
    desk.ports.ledger.recount(stored, [Bound(MONDAY), Bound(WEEK)])
    assert counts(desk) == {MONDAY.period: ({"B1"}, 30), WEEK.period: ({"B1"}, 30)}


def test_a_change_that_knows_nothing_of_a_recount_is_stale(desk: Desk) -> None:
    first = desk.booked("B1", Bound(MONDAY))
    desk.ports.ledger.recount(first, [Bound(WEEK)])
    with pytest.raises(Stale):
        desk.cancel(first)
    with pytest.raises(Stale):
        desk.move(first, NINE + HOUR, Bound(MONDAY))
    assert counts(desk) == {WEEK.period: ({"B1"}, 30)}


def _elements(desk: Desk, id: str) -> frozenset[int]:
    found: Booking | None = desk.ports.bookings.booking(desk.tenant, id)
    return found.stake.claim.elements(desk.day().day) if found else frozenset()
