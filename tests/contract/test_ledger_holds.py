"""What every ledger promises about time that is held until somebody decides."""

from datetime import timedelta

import pytest

from daybook.domain.booking import Booking, Status
from daybook.domain.errors import LimitReached, SlotTaken
from daybook.domain.history import Deed
from daybook.domain.limits import Bound, Counter
from daybook.ports import Stale
from tests.contract.conftest import Desk
from tests.fakes.values import HOUR, NINE, NOW

DEADLINE = NOW + HOUR
JUST_BEFORE = DEADLINE - timedelta(microseconds=1)
COUNTER = Counter("intro", "2027-03-01")
ONE_A_DAY = Bound(COUNTER, bookings=1)


def expired(desk: Desk, held: Booking) -> bool:
    stored = desk.stored(held)
    assert stored is not None
    return stored.status is Status.EXPIRED and desk.deeds(held)[-1] is Deed.EXPIRED


def test_a_hold_takes_time_and_names_its_deadline(desk: Desk) -> None:
    held = desk.booked(deadline=DEADLINE)
    day = desk.day()
    assert [(hold.booking, hold.deadline, hold.elements) for hold in day.holds] == [(held.id, held.deadline, day.taken)]


def test_held_time_is_taken_until_the_deadline(desk: Desk) -> None:
    held = desk.booked(deadline=DEADLINE)
    with pytest.raises(SlotTaken):
        desk.booked("B2", now=JUST_BEFORE)
    assert desk.stored(held) == held


@pytest.mark.parametrize("length", [HOUR, 8 * HOUR], ids=["short", "longer than one condition can check"])
def test_a_claim_expires_lapsed_holds_in_its_way(desk: Desk, length: timedelta) -> None:
    held = desk.booked(deadline=DEADLINE)
    desk.booked("B2", length=length, now=DEADLINE)
    assert expired(desk, held)
    assert desk.day().holds == ()


def test_a_move_expires_lapsed_holds_in_its_way(desk: Desk) -> None:
    held, first = desk.booked(deadline=DEADLINE), desk.booked("B2", start=NINE + HOUR)
    desk.move(first, NINE, now=DEADLINE)
    assert expired(desk, held)


def test_a_publication_expires_lapsed_holds_in_its_way(desk: Desk) -> None:
    held = desk.booked(deadline=DEADLINE)
    desk.published(created_at=DEADLINE)
    assert expired(desk, held)


def test_a_lapsed_hold_of_two_days_is_expired_in_both(desk: Desk) -> None:
    held = desk.booked(start=NINE.replace(hour=23), length=2 * HOUR, deadline=DEADLINE)
    desk.booked("B2", start=NINE.replace(hour=22), length=90 * HOUR / 60, now=DEADLINE)
    assert expired(desk, held)
    assert desk.day(NOW + timedelta(days=1)).taken == frozenset()


def test_a_lapsed_booking_makes_room_in_its_limits(desk: Desk) -> None:
    held = desk.booked("B1", ONE_A_DAY, deadline=DEADLINE)
    with pytest.raises(LimitReached):
        desk.booked("B2", ONE_A_DAY, start=NINE + HOUR, now=JUST_BEFORE)
    desk.booked("B2", ONE_A_DAY, start=NINE + HOUR, now=DEADLINE)
    assert expired(desk, held)
    assert desk.ports.ledger.counts(desk.tenant, "ada", [COUNTER])[COUNTER].bookings == {"B2"}


def test_a_lapsed_hold_does_not_help_against_a_firm_booking(desk: Desk) -> None:
    desk.booked("B1", deadline=DEADLINE)
    firm = desk.booked("B2", start=NINE + HOUR)
    with pytest.raises(SlotTaken):
        desk.booked("B3", length=2 * HOUR, now=DEADLINE)
    assert desk.stored(firm) == firm


def test_confirming_makes_the_claim_firm(desk: Desk) -> None:
    held = desk.booked(deadline=DEADLINE)
    taken = desk.day().taken
    assert desk.stored(held) == held
    confirmed = desk.confirm(held)
    assert desk.stored(held) == confirmed
    assert (desk.day().taken, desk.day().holds) == (taken, ())
    with pytest.raises(SlotTaken):
        desk.booked("B2", now=DEADLINE)


def test_confirming_what_was_expired_is_stale(desk: Desk) -> None:
    held = desk.booked(deadline=DEADLINE)
    desk.booked("B2", now=DEADLINE)
    with pytest.raises(Stale):
        desk.confirm(held)


def test_releasing_a_hold_removes_it(desk: Desk) -> None:
    held = desk.booked(deadline=DEADLINE)
    desk.cancel(held)
    assert (desk.day().taken, desk.day().holds) == (frozenset(), ())


def test_a_moved_hold_goes_along_with_its_new_deadline(desk: Desk) -> None:
    held = desk.booked(deadline=DEADLINE)
    moved = desk.move(held, NINE + HOUR, deadline=DEADLINE + HOUR)
    assert [(hold.booking, hold.deadline) for hold in desk.day().holds] == [(held.id, moved.deadline)]
    desk.booked("B2", now=DEADLINE)
    assert desk.stored(held) == moved


def test_a_firm_booking_that_must_be_confirmed_again_becomes_a_hold(desk: Desk) -> None:
    first = desk.booked()
    desk.move(first, NINE + HOUR, deadline=DEADLINE, status=Status.PENDING_CONFIRMATION)
    assert [hold.booking for hold in desk.day().holds] == [first.id]
