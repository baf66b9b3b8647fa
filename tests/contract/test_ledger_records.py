"""What every ledger promises to a request that is repeated, and which of several refusals is the answer."""

from dataclasses import replace
from datetime import timedelta

import pytest

from daybook.domain.errors import Exists, LimitReached, SlotOverlap, SlotTaken
from daybook.domain.limits import Bound, Counter
from daybook.ports import Recorded, Stale
from tests.contract.conftest import Desk
from tests.fakes.values import HOUR, NINE, NOW, booking, record

ONE_A_DAY = Bound(Counter("intro", "2027-03-01"), bookings=1)
LENGTHS = pytest.mark.parametrize("length", [HOUR, 8 * HOUR], ids=["short", "longer than one condition can check"])


def test_a_record_is_kept_with_what_it_led_to(desk: Desk) -> None:
    kept = record()
    desk.claim(booking(desk.tenant), record=kept)
    assert desk.ports.catalogue.context(desk.tenant, "ada", None, record=kept.name).record == kept


@LENGTHS
def test_a_repeated_claim_meets_the_record_before_its_own_time(desk: Desk, length: timedelta) -> None:
    desk.claim(booking(desk.tenant, length=length), record=record())
    with pytest.raises(Recorded) as met:
        desk.claim(booking(desk.tenant, "B2", length=length), record=record(result="B2"))
    assert met.value.record == record()
    assert desk.stored(booking(desk.tenant, "B2")) is None


def test_a_record_past_its_expiry_stands_in_nobodys_way(desk: Desk) -> None:
    expiry = NOW + HOUR
    desk.claim(booking(desk.tenant), record=record(expires_at=expiry))
    late = booking(desk.tenant, "B2", start=NINE + HOUR)
    with pytest.raises(Recorded):
        desk.claim(late, record=record(result="B2"), now=expiry - timedelta(seconds=1))
    desk.claim(late, record=record(result="B2"), now=expiry)
    assert desk.ports.catalogue.context(desk.tenant, "ada", None, record="R1").record == record(result="B2")


def test_a_refused_claim_leaves_no_record(desk: Desk) -> None:
    desk.booked()
    with pytest.raises(SlotTaken):
        desk.claim(booking(desk.tenant, "B2"), record=record())
    assert desk.ports.catalogue.context(desk.tenant, "ada", None, record="R1").record is None


def test_records_of_two_tenants_are_two(desk: Desk) -> None:
    desk.claim(booking(desk.tenant), record=record())
    other = Desk(desk.ports, f"{desk.tenant}-other")
    other.claim(booking(other.tenant), record=record())


@LENGTHS
def test_a_repeated_move_meets_the_record(desk: Desk, length: timedelta) -> None:
    first = desk.booked(length=length)
    desk.move(first, NINE + HOUR, record=record())
    with pytest.raises(Recorded):
        desk.move(first, NINE + HOUR, record=record())


def test_a_repeated_publication_meets_the_record_before_its_own_offer(desk: Desk) -> None:
    desk.published(record=record(result="S1"))
    with pytest.raises(Recorded):
        desk.published("S2", record=record(result="S2"))
    with pytest.raises(SlotOverlap):
        desk.published("S2", record=record("R2", result="S2"))


@LENGTHS
def test_the_seat_answers_before_limits_and_time(desk: Desk, length: timedelta) -> None:
    desk.booked("B1", ONE_A_DAY, seat_of="intro", capacity=2, length=length)
    with pytest.raises(Exists):
        desk.booked("B2", ONE_A_DAY, seat_of="other", capacity=2, length=length)


@LENGTHS
def test_limits_answer_before_time(desk: Desk, length: timedelta) -> None:
    desk.booked("B1", ONE_A_DAY, length=length)
    with pytest.raises(LimitReached):
        desk.booked("B2", ONE_A_DAY, length=length)


def test_a_move_of_what_has_changed_is_stale_before_anything_is_in_its_way(desk: Desk) -> None:
    first = desk.booked("B1", seat_of="intro", capacity=2)
    desk.booked("B2", ONE_A_DAY, start=NINE + HOUR)
    desk.move(first, NINE + 2 * HOUR)
    with pytest.raises(Stale):
        desk.move(first, NINE + 2 * HOUR)
    with pytest.raises(Stale):
        desk.move(first, NINE + HOUR, ONE_A_DAY)


def test_the_time_answers_before_the_published_slot(desk: Desk) -> None:
    slot = desk.published(capacity=2)
    desk.booked("B1")
    desk.ports.ledger.withdraw(slot)
    with pytest.raises(SlotTaken):
        desk.claim(replace(booking(desk.tenant, "B2"), slot=slot.id, seat_of="slot", capacity=2))
