"""Moving a booking, alone and while others do the same."""

from datetime import timedelta

import pytest

from daybook.domain.actor import Role
from daybook.domain.booking import Booking, Status
from daybook.domain.errors import (
    AlreadyCancelled,
    CutoffPassed,
    IdempotencyKeyReused,
    LimitReached,
    OutsideHours,
    RescheduleLimit,
    SlotTaken,
    ValidationFailed,
)
from daybook.domain.history import Deed
from daybook.domain.limits import Limits
from daybook.usecases.confirm import confirm
from tests.fakes import values
from tests.fakes.ports import overheard
from tests.fakes.scene import ACME, Scene, studio
from tests.fakes.values import HALF_HOUR, HOUR, NINE

KEY = "0123456789abcdef"
DAY = timedelta(days=1)


@pytest.fixture
def scene() -> Scene:
    return studio()


def deeds(scene: Scene, booking: Booking) -> list[Deed]:
    return [event.deed for event in scene.ports.bookings.history(ACME, booking.id)]


class TestMoving:
    def test_keeps_id_and_uid_and_frees_the_old_time(self, scene: Scene) -> None:
        first = scene.book()
        moved = scene.move(first, NINE + HOUR)
        assert scene.stored(first) == moved
        assert (moved.id, moved.uid, moved.sequence, moved.version) == (first.id, first.uid, 1, 2)
        scene.book(NINE, "eve")

    def test_takes_one_read_and_one_transaction(self, scene: Scene) -> None:
        first = scene.book()
        calls: list[str] = []
        scene.move(first, NINE + HOUR, ports=overheard(scene.ports, calls))
        assert calls == ["catalogue.context", "ledger.move"]

    def test_to_where_it_is_changes_nothing(self, scene: Scene) -> None:
        first = scene.book()
        assert scene.move(first, NINE) == first
        assert deeds(scene, first) == [Deed.BOOKED]

    def test_decides_again_when_the_booking_has_changed_meanwhile(self, scene: Scene) -> None:
        first = scene.book()
        ports = scene.disturbed("move", lambda: scene.move(first, NINE + 2 * HOUR))
        moved = scene.move(first, NINE + HOUR, ports=ports)
        assert (moved.start, moved.reschedules, moved.sequence) == (NINE + HOUR, 2, 2)
        assert deeds(scene, first) == [Deed.BOOKED, Deed.RESCHEDULED, Deed.RESCHEDULED]

    def test_twice_at_once_to_the_same_time_is_one_move(self, scene: Scene) -> None:
        first = scene.book()
        ports = scene.disturbed("move", lambda: scene.move(first, NINE + HOUR))
        assert scene.move(first, NINE + HOUR, ports=ports).reschedules == 1
        assert deeds(scene, first) == [Deed.BOOKED, Deed.RESCHEDULED]

    def test_loses_against_a_cancellation_that_came_first(self, scene: Scene) -> None:
        first = scene.book()
        ports = scene.disturbed("move", lambda: scene.cancel(first))
        with pytest.raises(AlreadyCancelled):
            scene.move(first, NINE + HOUR, ports=ports)

    def test_of_two_onto_one_start_leaves_the_loser_where_it_was(self, scene: Scene) -> None:
        first, second = scene.book(), scene.book(NINE + HOUR, "eve")
        ports = scene.disturbed("move", lambda: scene.move(second, NINE + 2 * HOUR))
        with pytest.raises(SlotTaken) as refusal:
            scene.move(first, NINE + 2 * HOUR, ports=ports)
        assert scene.stored(first) == first
        assert refusal.value.alternatives[0] == NINE + 2 * HOUR + HALF_HOUR

    def test_offers_its_own_time_among_the_alternatives(self, scene: Scene) -> None:
        first = scene.book(NINE + HOUR)
        scene.book(NINE + HALF_HOUR, "eve")
        with pytest.raises(SlotTaken) as refusal:
            scene.move(first, NINE + HALF_HOUR)
        assert refusal.value.alternatives[0] == NINE + HOUR

    def test_repeated_with_its_key_answers_as_the_first_time(self, scene: Scene) -> None:
        first = scene.book()
        moved = scene.move(first, NINE + HOUR, key=KEY)
        assert scene.move(moved, NINE + HOUR, key=KEY) == moved
        with pytest.raises(IdempotencyKeyReused):
            scene.move(moved, NINE + 2 * HOUR, key=KEY)

    def test_repeated_in_parallel_with_its_key_is_one_move(self, scene: Scene) -> None:
        first = scene.book()
        ports = scene.disturbed("move", lambda: scene.move(first, NINE + HOUR, key=KEY))
        assert scene.move(first, NINE + HOUR, key=KEY, ports=ports) == scene.stored(first)
        assert scene.stored(first).reschedules == 1

    def test_is_for_attendees_until_the_cutoff_and_as_often_as_allowed(self, scene: Scene) -> None:
        scene.offer("strict", reschedule_cutoff=HOUR, max_reschedules=1)
        first = scene.book(event_type="strict")
        scene.now = NINE - HOUR + timedelta(seconds=1)
        with pytest.raises(CutoffPassed):
            scene.move(first, NINE + 2 * HOUR)
        scene.now = NINE - HOUR
        moved = scene.move(first, NINE + 2 * HOUR)
        with pytest.raises(RescheduleLimit):
            scene.move(moved, NINE + 3 * HOUR)
        assert scene.move(moved, NINE + 3 * HOUR, role=Role.HOST).reschedules == 2

    def test_keeps_to_the_hours_unless_the_host_moves(self, scene: Scene) -> None:
        first, evening = scene.book(), NINE.replace(hour=20)
        with pytest.raises(OutsideHours):
            scene.move(first, evening)
        assert scene.move(first, evening, role=Role.HOST).start == evening

    def test_makes_a_booking_of_an_approval_type_pending_again(self, scene: Scene) -> None:
        scene.offer("asked", requires_confirmation=True)
        requested = scene.book(event_type="asked")
        confirmed = confirm(
            requested, origin=values.origin(Role.HOST), ledger=scene.ports.ledger, bookings=scene.ports.bookings
        )
        assert scene.move(confirmed, NINE + HOUR).status is Status.PENDING_CONFIRMATION

    def test_does_not_count_against_itself(self, scene: Scene) -> None:
        scene.offer("rare", limits=Limits(per_day=1))
        first = scene.book(event_type="rare")
        assert scene.move(first, NINE + HOUR).start == NINE + HOUR
        scene.book(NINE + DAY, "eve", event_type="rare")
        with pytest.raises(LimitReached):
            scene.move(scene.stored(first), NINE + DAY + HOUR)

    def test_goes_by_start_or_by_slot_as_the_booking_was_made(self, scene: Scene) -> None:
        evening = scene.publish(NINE.replace(hour=20))
        first, taken = scene.book(), scene.take(evening, "eve")
        with pytest.raises(ValidationFailed):
            scene.move(first, slot=evening)
        with pytest.raises(ValidationFailed):
            scene.move(taken, NINE + HOUR)
