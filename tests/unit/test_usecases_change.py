"""Cancelling, deciding and erasing, alone and while others do the same."""

from dataclasses import replace
from datetime import timedelta

import pytest

from daybook.domain.booking import Booking, Role, Status
from daybook.domain.errors import (
    AlreadyStarted,
    Busy,
    CutoffPassed,
    NotFound,
    NotPending,
    SlotTaken,
)
from daybook.domain.history import Deed
from daybook.ports import Stale
from daybook.usecases.changing import TRIES, changed
from daybook.usecases.confirm import confirm
from daybook.usecases.decline import decline
from daybook.usecases.erase_booking import erase_booking, finish_erasure
from daybook.usecases.no_show import no_show
from tests.fakes import values
from tests.fakes.scene import ACME, Scene, studio
from tests.fakes.values import HOUR, NINE

KEY = "0123456789abcdef"
DAY = timedelta(days=1)


@pytest.fixture
def scene() -> Scene:
    return studio()


def deeds(scene: Scene, booking: Booking) -> list[Deed]:
    return [event.deed for event in scene.ports.bookings.history(ACME, booking.id)]


class TestCancelling:
    def test_gives_the_time_back(self, scene: Scene) -> None:
        cancelled = scene.cancel(scene.book(), "ill")
        assert (cancelled.status, cancelled.reason, cancelled.sequence) == (Status.CANCELLED, "ill", 1)
        scene.book(NINE, "eve")

    def test_twice_answers_as_the_first_time(self, scene: Scene) -> None:
        first = scene.book()
        cancelled = scene.cancel(first, "ill")
        assert scene.cancel(cancelled, "again") == scene.cancel(first, "stale") == cancelled
        assert deeds(scene, first) == [Deed.BOOKED, Deed.CANCELLED]

    def test_a_late_duplicate_frees_nobody_else(self, scene: Scene) -> None:
        first = scene.book()
        scene.cancel(first)
        second = scene.book(NINE, "eve")
        scene.cancel(first)
        with pytest.raises(SlotTaken):
            scene.book(NINE, "zoe")
        assert scene.stored(second) == second

    def test_follows_a_move_that_came_in_between(self, scene: Scene) -> None:
        first = scene.book()
        ports = scene.disturbed("release", lambda: scene.move(first, NINE + HOUR))
        assert scene.cancel(first, ports=ports).start == NINE + HOUR
        assert scene.book(NINE + HOUR, "eve").start == NINE + HOUR

    def test_is_for_attendees_until_the_cutoff_and_for_hosts_until_the_start(self, scene: Scene) -> None:
        scene.offer("strict", cancel_cutoff=HOUR)
        first = scene.book(event_type="strict")
        scene.now = NINE - HOUR + timedelta(seconds=1)
        with pytest.raises(CutoffPassed):
            scene.cancel(first)
        scene.now = NINE
        with pytest.raises(AlreadyStarted):
            scene.cancel(first, role=Role.HOST)
        scene.now = NINE - timedelta(seconds=1)
        assert scene.cancel(first, role=Role.HOST).status is Status.CANCELLED


class TestDeciding:
    def test_a_declined_request_frees_its_time_and_stays_declined(self, scene: Scene) -> None:
        scene.offer("asked", requires_confirmation=True)
        requested = scene.book(event_type="asked")
        ports, origin = scene.ports, values.origin(Role.HOST)
        decline(requested, "away", origin=origin, ledger=ports.ledger, bookings=ports.bookings)
        with pytest.raises(NotPending):
            confirm(requested, origin=origin, ledger=ports.ledger, bookings=ports.bookings)
        scene.book(NINE, "eve")

    def test_a_missed_booking_is_missed_once(self, scene: Scene) -> None:
        first, ports = scene.book(), scene.ports
        origin = values.origin(Role.HOST, NINE)
        missed = no_show(first, origin=origin, ledger=ports.ledger, bookings=ports.bookings)
        assert no_show(first, origin=origin, ledger=ports.ledger, bookings=ports.bookings) == missed
        assert deeds(scene, first) == [Deed.BOOKED, Deed.NO_SHOW]


class TestErasing:
    def erase(self, scene: Scene, booking: Booking) -> Booking:
        ports = scene.ports
        origin = values.origin(Role.HOST, scene.now)
        erase_booking(booking, origin=origin, ledger=ports.ledger, bookings=ports.bookings)
        return scene.stored(booking)

    def finish(self, scene: Scene, booking: Booking) -> Booking:
        """Do what the mail worker does once nothing is left to be sent."""
        ports = scene.ports
        origin = values.origin(Role.SYSTEM, scene.now)
        finish_erasure(booking, origin=origin, ledger=ports.ledger, bookings=ports.bookings)
        return scene.stored(booking)

    def test_cancels_what_lies_ahead_and_forgets_the_person(self, scene: Scene) -> None:
        first = scene.book()
        asked = self.erase(scene, first)
        assert (asked.status, asked.start) == (Status.CANCELLED, first.start)
        assert (asked.erasing, asked.attendee_key, asked.generation) == (True, "", 2)
        assert "bob" not in repr(asked.seen_at(scene.now))
        erased = self.finish(scene, asked)
        assert (erased.attendee.name, erased.attendee.email, erased.attendee_key) == ("", "", "")
        assert "bob" not in repr(erased)
        assert deeds(scene, first) == [Deed.BOOKED, Deed.CANCELLED, Deed.ERASURE_REQUESTED, Deed.ERASED]
        scene.book(NINE, "eve")

    def test_leaves_what_has_begun_standing(self, scene: Scene) -> None:
        first = scene.book()
        scene.now = NINE
        assert self.erase(scene, first).status is Status.CONFIRMED

    def test_twice_asks_again_until_it_is_done_and_then_changes_nothing_more(self, scene: Scene) -> None:
        first = scene.book()
        asked = self.erase(scene, first)
        again = self.erase(scene, first)
        assert again == replace(asked, version=asked.version + 1, generation=asked.generation + 1)
        assert deeds(scene, first).count(Deed.CANCELLED) == 1
        erased = self.finish(scene, asked)
        assert self.finish(scene, asked) == self.finish(scene, erased) == self.erase(scene, asked) == erased

    def test_is_finished_only_where_it_was_asked_for(self, scene: Scene) -> None:
        first = scene.book()
        assert self.finish(scene, first) == first


class TestChanging:
    def test_gives_up_on_a_booking_that_changes_under_every_try(self, scene: Scene) -> None:
        first = scene.book()
        tries: list[Booking] = []

        def step(current: Booking) -> Booking:
            tries.append(current)
            raise Stale

        with pytest.raises(Busy):
            changed(first, step, bookings=scene.ports.bookings)
        assert len(tries) == TRIES

    def test_a_booking_that_vanished_is_not_found(self, scene: Scene) -> None:
        def step(current: Booking) -> Booking:
            raise Stale

        with pytest.raises(NotFound):
            changed(values.booking(ACME, "gone"), step, bookings=scene.ports.bookings)
