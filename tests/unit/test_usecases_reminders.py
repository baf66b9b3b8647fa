"""Reminders and what follows a meeting: timers set, dropped and rung, each mail once and none that is pointless."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from daybook.domain.booking import Booking, Role, Status
from daybook.domain.history import Deed
from daybook.domain.host import Invitations
from daybook.domain.mail import Recipient
from daybook.domain.timers import Timer, TimerKind
from daybook.mail_ports import NotYet
from daybook.usecases.confirm import confirm
from daybook.usecases.no_show import no_show
from tests.fakes import values
from tests.fakes.postroom import Postroom
from tests.fakes.scene import ACME, studio
from tests.fakes.values import HALF_HOUR, HOUR, NINE, NOW

ATTENDEE = Recipient.ATTENDEE
SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
FIRST = {"0-booked-attendee", "0-booked-host", "0-welcome-attendee"}
REMINDER, FOLLOW_UP = "0-reminder_60-attendee", "0-follow_up-attendee"


@pytest.fixture
def room() -> Postroom:
    return Postroom(studio())


def day_after(room: Postroom) -> None:
    room.until(NINE + DAY)


def timer(booking: Booking, kind: TimerKind, at: datetime, /, **fields: object) -> Timer:
    plain = {"tenant": ACME, "booking": booking.id, "sequence": booking.sequence, "kind": kind, "at": at}
    return Timer(**{**plain, **fields})


class TestAReminder:
    def test_goes_to_the_host_who_wants_it(self) -> None:
        for invitations, wanted in ((Invitations.PLAIN, True), (Invitations.NONE, False)):
            room = Postroom(studio(reminders=True, invitations=invitations))
            room.scene.book()
            day_after(room)
            assert ("0-reminder_60-host" in room.names()) is wanted
            assert REMINDER in room.names()

    @pytest.mark.parametrize("deaf", [False, True])
    def test_never_comes_after_a_cancel(self, room: Postroom, deaf: bool) -> None:
        room.timers.deaf = deaf
        booking = room.scene.book()
        room.settle()
        assert "reminder-60" in room.timers.names(booking.id)
        room.scene.cancel(booking)
        day_after(room)
        assert not any("reminder" in name or "follow_up" in name for name in room.names())
        assert room.names(ATTENDEE)[-1] == "1-cancelled-attendee"

    @pytest.mark.parametrize("deaf", [False, True])
    def test_follows_a_move(self, room: Postroom, deaf: bool) -> None:
        room.timers.deaf = deaf
        booking = room.scene.book()
        room.settle()
        room.scene.move(booking, NINE + 2 * HOUR)
        room.until(NINE + HOUR - MINUTE)
        assert not any("reminder" in name for name in room.names())
        day_after(room)
        assert [name for name in room.names() if "reminder" in name] == ["1-reminder_60-attendee"]

    def test_of_a_time_that_was_left_says_nothing(self, room: Postroom) -> None:
        booking = room.scene.book()
        room.settle()
        [old] = [timer for timer in room.timers.set_for.values() if timer.name == "reminder-60"]
        room.scene.move(booking, NINE + 2 * HOUR)
        room.settle()
        before = room.names()
        room.scene.now = old.at
        room.ring(old)
        room.settle()
        assert room.names() == before

    def test_of_what_waits_for_a_word_says_nothing(self, room: Postroom) -> None:
        room.scene.offer("asked", requires_confirmation=True)
        asked = room.scene.book(event_type="asked")
        room.send(timer(asked, TimerKind.REMINDER, NOW, ahead=HOUR))
        assert room.names() == []


class TestWhatFollowsAMeeting:
    def test_may_be_unwanted(self) -> None:
        room = Postroom(studio().of_tenant(follow_up=False))
        room.scene.book()
        day_after(room)
        assert set(room.names()) == {*FIRST, REMINDER}

    def test_is_nothing_for_who_did_not_come(self, room: Postroom) -> None:
        scene = room.scene
        booking = scene.book()
        room.timers.deaf = True
        room.until(NINE + HALF_HOUR)
        origin = values.origin(Role.HOST, scene.now)
        no_show(scene.stored(booking), origin=origin, ledger=scene.ports.ledger, bookings=scene.ports.bookings)
        day_after(room)
        assert FOLLOW_UP not in room.names()


class TestSettingTimers:
    def test_follows_a_request_from_its_deadline_to_its_end(self, room: Postroom) -> None:
        scene = room.scene
        scene.offer("asked", requires_confirmation=True, reminders=(HOUR,))
        asked = scene.book(event_type="asked")
        room.settle()
        assert room.timers.names(asked.id) == {"expiry"}
        confirm(asked, origin=values.origin(Role.HOST), ledger=scene.ports.ledger, bookings=scene.ports.bookings)
        room.settle()
        assert room.timers.names(asked.id) == {"reminder-60", "completion", "follow_up"}
        scene.cancel(scene.stored(asked))
        room.settle()
        assert room.timers.names(asked.id) == set()

    def test_of_a_move_that_asks_again_leaves_the_deadline_alone(self, room: Postroom) -> None:
        scene = room.scene
        scene.offer("asked", requires_confirmation=True, reminders=(HOUR,))
        asked = scene.book(event_type="asked")
        confirm(asked, origin=values.origin(Role.HOST), ledger=scene.ports.ledger, bookings=scene.ports.bookings)
        room.settle()
        scene.move(scene.stored(asked), NINE + HOUR)
        room.settle()
        assert room.timers.names(asked.id) == {"expiry"}

    def test_of_a_new_booking_drops_none_for_there_is_none(self, room: Postroom) -> None:
        room.scene.book()
        room.settle()
        assert room.timers.dropped == []

    def test_goes_by_what_was_agreed_at_booking(self, room: Postroom) -> None:
        made = room.scene.offer("short", reminders=(2 * HOUR, HOUR))
        booking = room.scene.book(event_type="short")
        room.scene.change(made, reminders=())
        room.settle()
        assert {"reminder-60", "reminder-120"} < set(room.timers.names(booking.id))

    def test_late_keeps_what_fell_due_since_the_booking_stands_so(self, room: Postroom) -> None:
        scene = room.scene
        scene.offer("long", reminders=(2 * HOUR, HOUR))
        booking = scene.book(event_type="long")
        [booked] = room.events()
        scene.now = NINE - 2 * HOUR + MINUTE
        after = scene.stored(booking).undeliverable(now=scene.now)
        scene.ports.ledger.settle(booking, after, values.step(Deed.UNDELIVERABLE, booking, after, scene.now))
        room.set_timers(booked)
        assert {"reminder-60", "reminder-120"} < set(room.timers.names(booking.id))

    def test_late_leaves_out_what_fell_due_before_it_was_confirmed(self, room: Postroom) -> None:
        scene = room.scene
        scene.offer("asked", requires_confirmation=True, reminders=(2 * HOUR, HOUR))
        asked = scene.book(event_type="asked")
        [requested] = room.events()
        scene.now = NINE - 2 * HOUR + MINUTE
        origin = values.origin(Role.HOST, scene.now)
        confirm(asked, origin=origin, ledger=scene.ports.ledger, bookings=scene.ports.bookings)
        room.set_timers(requested)
        assert "reminder-120" not in room.timers.names(asked.id)


class TestATimerThatRings:
    @pytest.mark.parametrize("kind", list(TimerKind))
    def test_before_its_moment_comes_again(self, room: Postroom, kind: TimerKind) -> None:
        booking = room.scene.book()
        with pytest.raises(NotYet, match=kind):
            room.ring(timer(booking, kind, NOW + SECOND))

    @pytest.mark.parametrize("kind", [TimerKind.EXPIRY, TimerKind.COMPLETION])
    def test_of_a_time_that_was_left_changes_nothing(self, room: Postroom, kind: TimerKind) -> None:
        booking = room.scene.book()
        room.scene.now = NINE + HOUR
        before = room.scene.stored(booking)
        room.ring(timer(booking, kind, NINE, sequence=booking.sequence + 1))
        assert room.scene.stored(booking) == before

    def test_of_a_deadline_leaves_what_was_confirmed(self, room: Postroom) -> None:
        booking = room.scene.book()
        room.ring(timer(booking, TimerKind.EXPIRY, NOW))
        assert room.scene.stored(booking).status is Status.CONFIRMED

    def test_of_an_end_leaves_what_was_cancelled(self, room: Postroom) -> None:
        booking = room.scene.cancel(room.scene.book())
        room.scene.now = NINE + HOUR
        room.ring(timer(booking, TimerKind.COMPLETION, NINE + HALF_HOUR))
        assert room.scene.stored(booking).status is Status.CANCELLED

    def test_twice_completes_once(self, room: Postroom) -> None:
        booking = room.scene.book()
        room.scene.now = NINE + HALF_HOUR
        for _ in range(2):
            room.ring(timer(booking, TimerKind.COMPLETION, NINE + HALF_HOUR))
        deeds = [event.deed for event in room.events()]
        assert deeds == [Deed.BOOKED, Deed.COMPLETED]

    def test_while_somebody_changes_the_booking_decides_on_what_it_became(self, room: Postroom) -> None:
        scene = room.scene
        scene.offer("asked", requires_confirmation=True, confirmation_time=HOUR)
        asked = scene.book(event_type="asked")
        scene.now = NOW + HOUR
        scene.ports = scene.disturbed("release", lambda: scene.book(NINE, "eve", event_type="asked"))
        room.ring(timer(asked, TimerKind.EXPIRY, NOW + HOUR))
        deeds = [event.deed for event in scene.ports.bookings.history(ACME, asked.id)]
        assert deeds == [Deed.REQUESTED, Deed.EXPIRED]

    def test_for_a_booking_that_is_gone_does_nothing(self, room: Postroom) -> None:
        booking = room.scene.book()
        for kind in TimerKind:
            gone = timer(booking, kind, NOW, booking="gone")
            room.ring(gone)
            room.send(gone)
        room.set_timers(replace(room.events()[0], booking="gone"))
        assert (room.names(), room.timers.set_for) == ([], {})
