"""What every ledger promises about published slots."""

from datetime import timedelta

import pytest

from daybook.domain.booking import Booking
from daybook.domain.errors import SessionFull, SlotOverlap, SlotTaken
from daybook.domain.published_slot import PublishedSlot, SlotStatus
from daybook.ports import Stale
from tests.contract.conftest import Desk
from tests.fakes.values import HALF_HOUR, HOUR, NINE


def take(desk: Desk, slot: PublishedSlot, id: str = "B1", who: str = "bob") -> Booking:
    """Book a slot as its use case does."""
    seat = f"slot {slot.id}" if slot.capacity > 1 else None
    length = slot.end - slot.start
    return desk.booked(
        id, start=slot.start, length=length, slot=slot.id, seat_of=seat, capacity=slot.capacity, attendee_key=who
    )


def status(desk: Desk, slot: PublishedSlot) -> SlotStatus:
    found = desk.ports.bookings.slot(desk.tenant, slot.id)
    assert found is not None
    return found.status


def test_a_published_slot_is_open_and_its_time_offered_but_not_taken(desk: Desk) -> None:
    slot = desk.published()
    assert desk.ports.bookings.slot(desk.tenant, slot.id) == slot
    assert desk.day().offered == slot.claim.core(desk.day().day)
    assert desk.day().taken == frozenset()


def test_slots_of_a_host_never_overlap(desk: Desk) -> None:
    desk.published(length=HOUR)
    with pytest.raises(SlotOverlap):
        desk.published("S2", start=NINE + timedelta(minutes=55))
    assert desk.ports.bookings.slot(desk.tenant, "S2") is None
    desk.published("S3", start=NINE + HOUR)
    desk.published("S4", host="bea")


def test_a_slot_cannot_be_published_over_a_booking_but_within_its_buffer(desk: Desk) -> None:
    desk.booked(buffer_after=HOUR)
    with pytest.raises(SlotOverlap):
        desk.published()
    desk.published(start=NINE + HALF_HOUR)


def test_a_slot_across_midnight_is_offered_in_both_days(desk: Desk) -> None:
    late = NINE.replace(hour=23, minute=30)
    slot = desk.published(start=late, length=HOUR)
    with pytest.raises(SlotOverlap):
        desk.published("S2", start=late + HALF_HOUR)
    desk.ports.ledger.withdraw(slot)
    assert desk.day(late).offered == desk.day(late + HOUR).offered == frozenset()


def test_booking_a_slot_turns_offered_time_into_taken(desk: Desk) -> None:
    slot = desk.published()
    take(desk, slot)
    assert status(desk, slot) is SlotStatus.BOOKED
    assert (desk.day().offered, desk.day().taken) == (frozenset(), slot.claim.elements(desk.day().day))


def test_a_booked_slot_is_taken_for_everybody_else(desk: Desk) -> None:
    slot = desk.published()
    take(desk, slot)
    with pytest.raises(SlotTaken):
        take(desk, slot, "B2", "eve")
    assert desk.seats(slot) == 1


def test_a_slot_whose_time_was_booked_otherwise_is_taken(desk: Desk) -> None:
    slot = desk.published()
    desk.booked("B1")
    with pytest.raises(SlotTaken):
        take(desk, slot, "B2", "eve")
    assert desk.seats(slot) == 0


def test_a_slot_with_seats_fills_up(desk: Desk) -> None:
    slot = desk.published(capacity=2)
    take(desk, slot)
    assert status(desk, slot) is SlotStatus.OPEN
    take(desk, slot, "B2", "eve")
    assert status(desk, slot) is SlotStatus.BOOKED
    with pytest.raises(SessionFull):
        take(desk, slot, "B3", "zoe")


def test_cancelling_the_booking_opens_the_slot_again(desk: Desk) -> None:
    slot = desk.published()
    desk.cancel(take(desk, slot))
    assert desk.ports.bookings.slot(desk.tenant, slot.id) == slot
    assert desk.day().offered == slot.claim.core(desk.day().day)
    take(desk, slot, "B2")


def test_a_booking_moves_from_slot_to_slot(desk: Desk) -> None:
    one, two = desk.published(), desk.published("S2", start=NINE + HOUR)
    first = take(desk, one)
    desk.move(first, two.start, slot=two.id)
    assert (status(desk, one), status(desk, two)) == (SlotStatus.OPEN, SlotStatus.BOOKED)
    assert desk.day().offered == one.claim.core(desk.day().day)


def test_a_booking_cannot_move_to_a_withdrawn_slot(desk: Desk) -> None:
    one, two = desk.published(), desk.published("S2", start=NINE + HOUR)
    first = take(desk, one)
    desk.ports.ledger.withdraw(two)
    with pytest.raises(SlotTaken):
        desk.move(first, two.start, slot=two.id)
    assert desk.seats(one) == 1


def test_a_withdrawn_slot_is_cancelled_and_its_time_no_longer_offered(desk: Desk) -> None:
    slot = desk.published()
    desk.ports.ledger.withdraw(slot)
    assert status(desk, slot) is SlotStatus.CANCELLED
    assert desk.day().offered == frozenset()
    with pytest.raises(SlotTaken):
        take(desk, slot)
    with pytest.raises(Stale):
        desk.ports.ledger.withdraw(slot)


def test_a_booked_slot_cannot_be_withdrawn(desk: Desk) -> None:
    slot = desk.published()
    take(desk, slot)
    with pytest.raises(Stale):
        desk.ports.ledger.withdraw(slot)
    assert status(desk, slot) is SlotStatus.BOOKED
