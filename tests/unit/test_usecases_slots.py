"""Published slots: published once, listed while they can be had, booked by others."""

from dataclasses import replace
from datetime import timedelta

import pytest

from daybook.domain.caller import Caller
from daybook.domain.errors import (
    IdempotencyKeyReused,
    InUse,
    NotFound,
    OwnSlot,
    Past,
    SlotOverlap,
    SlotTaken,
    TooSoon,
    ValidationFailed,
)
from daybook.domain.event_type import MINUTE, Defaults
from daybook.domain.limits import Limits
from daybook.domain.published_slot import PublishedSlot, SlotStatus
from daybook.domain.tenant import Scope
from daybook.usecases.cancel_slot import cancel_slot
from daybook.usecases.list_open_slots import OpenSlotsQuery, list_open_slots
from tests.fakes import values
from tests.fakes.ports import overheard
from tests.fakes.scene import ACME, Scene, studio
from tests.fakes.values import HALF_HOUR, HOUR, NINE, NOW

KEY = "0123456789abcdef"
DAY = timedelta(days=1)


@pytest.fixture
def scene() -> Scene:
    return studio()


def listed(scene: Scene, host: str | None = None, caller: Caller | None = None) -> list[str]:
    query = OpenSlotsQuery(tenant=ACME, since=NOW - DAY, until=NOW + 30 * DAY, host=host, caller=caller)
    ports = scene.ports
    found, cursor = list_open_slots(
        query, catalogue=ports.catalogue, ledger=ports.ledger, bookings=ports.bookings, now=scene.now
    )
    assert cursor is None
    return [slot.id for slot in found]


def withdraw(scene: Scene, slot: PublishedSlot) -> None:
    ports = scene.ports
    cancel_slot(slot, ledger=ports.ledger, bookings=ports.bookings, now=scene.now)


class TestPublishing:
    def test_takes_one_read_and_one_transaction(self, scene: Scene) -> None:
        calls: list[str] = []
        published = scene.publish(ports=overheard(scene.ports, calls))
        assert calls == ["catalogue.context", "ledger.publish"]
        assert scene.ports.bookings.slot(ACME, published.id) == published

    def test_takes_length_and_seats_from_the_event_type_unless_told(self, scene: Scene) -> None:
        scene.offer("class", duration=HOUR, capacity=5)
        plain = scene.publish(event_type="class", duration=None)
        assert (plain.end - plain.start, plain.capacity) == (HOUR, 5)
        own = scene.publish(NINE + HOUR, event_type="class", duration=HALF_HOUR, capacity=2)
        assert (own.end - own.start, own.capacity) == (HALF_HOUR, 2)

    def test_repeated_with_its_key_is_one_slot(self, scene: Scene) -> None:
        first = scene.publish(key=KEY)
        calls: list[str] = []
        assert scene.publish(key=KEY, ports=overheard(scene.ports, calls)) == first
        assert calls == ["catalogue.context", "bookings.slot"]
        with pytest.raises(IdempotencyKeyReused):
            scene.publish(NINE + HOUR, key=KEY)

    def test_repeated_in_parallel_with_its_key_is_one_slot(self, scene: Scene) -> None:
        first: list[PublishedSlot] = []
        ports = scene.disturbed("publish", lambda: first.append(scene.publish(key=KEY)))
        assert scene.publish(key=KEY, ports=ports) == first[0]

    def test_over_another_slot_or_a_booking_is_refused(self, scene: Scene) -> None:
        scene.publish(duration=HOUR)
        with pytest.raises(SlotOverlap):
            scene.publish(NINE + HALF_HOUR)
        scene.book(NINE + 2 * HOUR)
        with pytest.raises(SlotOverlap):
            scene.publish(NINE + 2 * HOUR)

    def test_needs_a_future_a_length_and_an_event_type_that_exists(self, scene: Scene) -> None:
        with pytest.raises(Past):
            scene.publish(NOW)
        with pytest.raises(ValidationFailed):
            scene.publish(duration=None)
        with pytest.raises(ValidationFailed):
            scene.publish(event_type="gone")


class TestListing:
    def test_shows_open_slots_by_start(self, scene: Scene) -> None:
        late, early = scene.publish(NINE + DAY), scene.publish(NINE.replace(hour=20))
        assert listed(scene) == [early.id, late.id]
        assert listed(scene, "ada") == [early.id, late.id]
        assert listed(scene, "bea") == []

    def test_leaves_out_what_is_booked_withdrawn_or_begun(self, scene: Scene) -> None:
        booked, gone, near = scene.publish(), scene.publish(NINE + HOUR), scene.publish(NINE + 2 * HOUR)
        scene.take(booked)
        withdraw(scene, gone)
        assert listed(scene) == [near.id]
        scene.now = near.start
        assert listed(scene) == []

    def test_leaves_out_what_is_nearer_than_the_notice(self, scene: Scene) -> None:
        slot = scene.publish()
        scene.now = NINE - HOUR
        assert listed(scene) == [slot.id]
        scene.now += timedelta(seconds=1)
        assert listed(scene) == []

    def test_leaves_out_time_that_was_booked_otherwise_or_lies_in_a_buffer(self, scene: Scene) -> None:
        scene.offer("wide", buffer_after=HOUR)
        scene.publish()
        scene.publish(NINE + HALF_HOUR)
        free = scene.publish(NINE + 2 * HOUR)
        scene.book(NINE, event_type="wide")
        assert listed(scene) == [free.id]

    def test_leaves_out_days_whose_limit_is_reached(self) -> None:
        scene = studio(defaults=Defaults(limits=Limits(per_day=1)))
        scene.publish(NINE + HOUR)
        tomorrow = scene.publish(NINE + DAY)
        scene.book(NINE)
        assert listed(scene) == [tomorrow.id]

    def test_shows_seats_until_the_last_is_taken(self, scene: Scene) -> None:
        slot = scene.publish(capacity=2)
        scene.take(slot, "bob")
        assert listed(scene) == [slot.id]
        scene.take(slot, "eve")
        assert listed(scene) == []

    def test_shows_a_slot_again_when_its_booking_was_cancelled_or_lapsed(self, scene: Scene) -> None:
        scene.offer("asked", requires_confirmation=True, confirmation_time=HOUR)
        one, two = scene.publish(), scene.publish(NINE + HOUR, event_type="asked")
        cancelled = scene.take(one)
        scene.take(two, "eve")
        assert listed(scene) == []
        scene.cancel(cancelled)
        assert listed(scene) == [one.id]
        scene.advance(HOUR)
        assert listed(scene) == [one.id, two.id]

    def test_hides_a_hosts_own_slots_from_that_hosts_key(self, scene: Scene) -> None:
        slot = scene.publish()
        bound = Caller(tenant=ACME, key_id="k2", host="ada", scopes=frozenset({Scope.READ}))
        assert listed(scene, caller=bound) == []
        assert listed(scene, caller=replace(bound, host="bea")) == [slot.id]

    def test_reads_each_hosts_days_once(self, scene: Scene) -> None:
        for n in range(5):
            scene.publish(NINE + n * HOUR)
        calls: list[str] = []
        scene.ports = overheard(scene.ports, calls)
        assert len(listed(scene)) == 5
        assert calls.count("ledger.days") == 1


class TestTaking:
    def test_books_the_slot_and_cancelling_opens_it_again(self, scene: Scene) -> None:
        slot = scene.publish()
        booked = scene.take(slot)
        assert (booked.slot, booked.start, booked.title) == (slot.id, slot.start, "")
        with pytest.raises(SlotTaken):
            scene.take(slot, "eve")
        scene.cancel(booked)
        assert scene.take(slot, "eve").slot == slot.id

    def test_moves_to_another_open_slot(self, scene: Scene) -> None:
        one, two = scene.publish(), scene.publish(NINE + HOUR)
        moved = scene.move(scene.take(one), slot=two)
        assert (moved.slot, moved.start) == (two.id, two.start)
        assert listed(scene) == [one.id]

    def test_of_one_length_may_move_to_another_and_is_counted_anew(self) -> None:
        scene = studio(defaults=Defaults(limits=Limits(minutes_per_day=60)))
        short, long = scene.publish(), scene.publish(NINE + HOUR, duration=HOUR)
        scene.move(scene.take(short), slot=long)
        assert listed(scene) == []

    def test_names_other_slots_when_it_comes_too_late(self, scene: Scene) -> None:
        taken, free = scene.publish(), scene.publish(NINE + HOUR)
        scene.take(taken)
        with pytest.raises(SlotTaken) as refusal:
            scene.take(taken, "eve")
        assert refusal.value.alternatives == (free.start,)

    def test_refuses_the_past_short_notice_and_the_unknown(self, scene: Scene) -> None:
        slot = scene.publish()
        scene.now = NINE - HALF_HOUR
        with pytest.raises(TooSoon):
            scene.take(slot)
        scene.now = NINE + MINUTE
        with pytest.raises(Past):
            scene.take(slot)
        with pytest.raises(NotFound):
            scene.take(values.slot(ACME, "gone"))

    def test_is_not_for_the_host(self, scene: Scene) -> None:
        slot = scene.publish()
        with pytest.raises(ValidationFailed, match="not an attendee"):
            scene.take(slot, "ada")
        bound = Caller(tenant=ACME, key_id="k2", host="ada", scopes=frozenset({Scope.BOOKINGS}))
        with pytest.raises(OwnSlot):
            scene.take(slot, caller=bound)


class TestWithdrawing:
    def test_is_for_open_slots_and_may_be_repeated(self, scene: Scene) -> None:
        slot = scene.publish()
        withdraw(scene, slot)
        gone = scene.ports.bookings.slot(ACME, slot.id)
        assert gone is not None
        assert gone.status is SlotStatus.CANCELLED
        withdraw(scene, gone)
        with pytest.raises(SlotTaken):
            scene.take(slot)

    def test_is_refused_while_somebody_has_booked_it_even_just_now(self, scene: Scene) -> None:
        slot = scene.publish()
        scene.take(slot)
        with pytest.raises(InUse):
            withdraw(scene, slot)
        with pytest.raises(InUse):
            withdraw(scene, replace(slot, seats=1))
