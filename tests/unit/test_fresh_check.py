"""A host's connected calendars are asked right before time is claimed, and only then."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from daybook.domain.actor import Role
from daybook.domain.errors import CalendarUnavailable, DaybookError, SlotTaken
from daybook.domain.host import CalendarPolicy
from daybook.domain.intervals import Span
from daybook.domain.ledger import granule_at
from tests.fakes.ports import overheard
from tests.fakes.scene import HOST_KEY, Scene, studio
from tests.fakes.values import HALF_HOUR, NINE

TEN = NINE + timedelta(hours=1)
FIVE = timedelta(minutes=5)


@dataclass
class Calendars:
    """Answers as told, and remembers what was asked; `meanwhile` happens before each answer."""

    answer: bool | DaybookError = False
    asked: list[tuple[str, str, Span]] = field(default_factory=list)
    meanwhile: Callable[[], Any] = lambda: None

    def __call__(self, tenant: str, host: str, span: Span) -> bool:
        self.asked.append((tenant, host, span))
        self.meanwhile()
        if isinstance(self.answer, DaybookError):
            raise self.answer
        return self.answer


def connected(answer: bool | DaybookError = False, **host: Any) -> tuple[Scene, Calendars]:
    calendars = Calendars(answer)
    scene = studio(connections=frozenset({"c1"}), **host)
    scene.check_busy = calendars
    return scene, calendars


class TestBooking:
    def test_asks_about_core_and_buffers_before_it_writes(self) -> None:
        scene, calendars = connected()
        scene.offer("long", buffer_before=timedelta(minutes=10), buffer_after=timedelta(minutes=15))
        calls: list[str] = []
        calendars.meanwhile = lambda: calls.append("calendars")
        scene.book(event_type="long", ports=overheard(scene.ports, calls))
        start = granule_at(NINE)
        assert calendars.asked == [("acme", "ada", (start - 2, start + 6 + 3))]
        assert calls == ["catalogue.context", "calendars", "ledger.claim"]

    def test_a_host_without_calendars_is_asked_nothing(self) -> None:
        scene, calls = studio(), list[str]()  # its calendars fail the test when they are asked
        scene.book(ports=overheard(scene.ports, calls))
        assert calls == ["catalogue.context", "ledger.claim"]

    @pytest.mark.parametrize("caller", [None, HOST_KEY])
    def test_busy_time_is_taken_with_the_next_starts_and_nothing_written(self, caller: Any) -> None:
        scene, _ = connected(answer=True)
        with pytest.raises(SlotTaken) as refusal:
            scene.book(caller=caller)
        assert refusal.value.alternatives == tuple(NINE + k * HALF_HOUR for k in (1, 2, 3))
        scene.check_busy = Calendars()
        assert scene.book().start == NINE

    def test_no_answer_is_not_taken_for_free(self) -> None:
        scene, _ = connected(CalendarUnavailable("?"))
        with pytest.raises(CalendarUnavailable):
            scene.book()
        scene.check_busy = Calendars()
        assert scene.book().start == NINE

    def test_a_host_may_take_what_is_known_for_true_while_there_is_no_answer(self) -> None:
        scene, calendars = connected(CalendarUnavailable("?"), calendar_policy=CalendarPolicy.ACCEPT_STALE)
        assert scene.book().start == NINE
        calendars.answer = True
        with pytest.raises(SlotTaken):
            scene.book(TEN)

    def test_what_is_refused_anyway_or_known_already_asks_nothing(self) -> None:
        scene, calendars = connected()
        with pytest.raises(DaybookError):
            scene.book(NINE + FIVE)
        first = scene.book(key="k" * 20)
        calendars.asked.clear()
        assert scene.book(key="k" * 20) == first
        assert calendars.asked == []

    def test_somebody_who_is_faster_than_the_calendar_keeps_the_time(self) -> None:
        scene, calendars = connected()
        rival = Calendars()

        def come_in_between() -> None:
            scene.check_busy = rival
            scene.book(who="eve")

        calendars.meanwhile = come_in_between
        with pytest.raises(SlotTaken):
            scene.book()
        assert len(rival.asked) == 1


class TestASlot:
    def test_is_asked_about_and_refused_alike(self) -> None:
        scene, calendars = connected(answer=True)
        slot = scene.publish()
        with pytest.raises(SlotTaken):
            scene.take(slot)
        start = granule_at(NINE)
        assert calendars.asked == [("acme", "ada", (start, start + 6))]
        calendars.answer = False
        assert scene.take(slot).slot == slot.id


class TestMoving:
    @pytest.mark.parametrize("role", [Role.ATTENDEE, Role.HOST])
    def test_asks_about_the_new_time_alone(self, role: Role) -> None:
        scene, calendars = connected()
        booking = scene.book()
        calendars.asked.clear()
        scene.move(booking, TEN, role=role)
        start = granule_at(TEN)
        assert calendars.asked == [("acme", "ada", (start, start + 6))]

    def test_onto_busy_time_leaves_it_where_it_was(self) -> None:
        scene, calendars = connected()
        booking = scene.book()
        calendars.answer = True
        with pytest.raises(SlotTaken) as refusal:
            scene.move(booking, TEN)
        assert refusal.value.alternatives[0] == TEN + HALF_HOUR
        calendars.answer = CalendarUnavailable("?")
        with pytest.raises(CalendarUnavailable):
            scene.move(booking, TEN)
        assert scene.stored(booking) == booking

    def test_nowhere_asks_nothing(self) -> None:
        scene, calendars = connected()
        booking = scene.book()
        calendars.asked.clear()
        assert scene.move(booking, NINE) == booking
        assert calendars.asked == []

    def test_that_comes_from_the_calendar_asks_nothing(self) -> None:
        scene, calendars = connected()
        booking = scene.book()
        calendars.asked.clear()
        assert scene.move(booking, TEN, from_calendar=True).start == TEN
        assert calendars.asked == []

    def test_to_another_slot_asks_about_that_one(self) -> None:
        scene, calendars = connected()
        first, other = scene.publish(), scene.publish(TEN)
        booking = scene.take(first)
        calendars.answer = True
        with pytest.raises(SlotTaken):
            scene.move(booking, slot=other)
        calendars.answer = False
        assert scene.move(booking, slot=other).slot == other.id
