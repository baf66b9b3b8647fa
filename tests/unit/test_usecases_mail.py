"""Telling people while things fail: each mail once in the end, in order, and none that is no longer true."""

import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from daybook.domain.mail import MailStatus, Method, Recipient
from daybook.mail_ports import NeverSent, NotSent
from daybook.usecases.send_mail import RESEND_AFTER
from tests.fakes.ports import interrupted
from tests.fakes.post import Died
from tests.fakes.postroom import VISIBILITY, Postroom
from tests.fakes.scene import studio
from tests.fakes.values import HALF_HOUR, HOUR, NINE, NOW

ATTENDEE, HOST = Recipient.ATTENDEE, Recipient.HOST
SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
FIRST = {"0-booked-attendee", "0-booked-host", "0-welcome-attendee"}
REMINDER, FOLLOW_UP = "0-reminder_60-attendee", "0-follow_up-attendee"


@pytest.fixture
def room() -> Postroom:
    return Postroom(studio())


class TestAnyOrder:
    @pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
    def test_of_delivery_leaves_everybody_with_the_last_word(self, room: Postroom, order: tuple[int, ...]) -> None:
        scene = room.scene
        booking = scene.book()
        scene.move(booking, NINE + HOUR)
        scene.move(scene.stored(booking), NINE + 2 * HOUR)
        scene.cancel(scene.stored(booking))
        events = room.events()
        for number in (*order, *order):
            room.send(events[number])
        assert max(Counter(room.names()).values()) == 1
        for recipient in Recipient:
            versions = [mail.version for mail in room.log(booking).values() if mail.name.recipient is recipient]
            told = [name for name in room.names(recipient) if "welcome" not in name]
            assert told[-1] == f"3-cancelled-{recipient}"
            assert told == sorted(told)
            assert max(versions) == 4
        assert (Method.CANCEL in room.methods(booking, ATTENDEE)) is (order[0] != 3)

    def test_of_timers_leaves_those_the_booking_asks_for(self, room: Postroom) -> None:
        scene = room.scene
        booking = scene.book()
        scene.move(booking, NINE + 2 * HOUR)
        events = room.events()
        for event in (*reversed(events), *events):
            room.set_timers(event)
        ats = {timer.name: timer.at for timer in room.timers.set_for.values()}
        assert ats["reminder-60"] == NINE + HOUR
        scene.cancel(scene.stored(booking))
        for event in (*reversed(room.events()), *room.events()):
            room.set_timers(event)
        assert room.timers.set_for == {}


def test_two_workers_at_once_send_each_mail_once(room: Postroom) -> None:
    scene = room.scene
    scene.book()
    [event] = room.events()
    scene.ports = replace(scene.ports, mails=interrupted(scene.ports.mails, "claim", lambda: room.send(event)))
    room.settle()
    assert set(room.names()) == FIRST
    room.require_single()


class TestAWorkerThatDies:
    """The log says queued, and only the provider knows more."""

    def test_after_the_provider_took_a_mail_sends_no_second(self, room: Postroom) -> None:
        room.scene.book()
        room.mailer.after = Died()
        room.until(NOW + 2 * VISIBILITY)
        assert set(room.names()) == FIRST
        room.require_single()

    def test_before_the_provider_had_it_sends_it_later(self, room: Postroom) -> None:
        booking = room.scene.book()
        room.mailer.before = Died()
        room.settle()
        assert room.names() == []
        room.until(NOW + 2 * VISIBILITY)
        assert set(room.names()) == FIRST
        assert room.log(booking)[room.mailer.sent[0].name].attempts == 2
        room.require_single()

    @pytest.mark.parametrize("method", ["claim", "mark", "mails"])
    def test_at_the_log_sends_each_once(self, room: Postroom, method: str) -> None:
        scene, log = room.scene, room.scene.ports.mails
        scene.book()

        def die() -> None:
            raise Died

        scene.ports = replace(scene.ports, mails=interrupted(log, method, die))
        room.until(NOW + 2 * VISIBILITY)
        assert set(room.names()) == FIRST
        room.require_single()

    def test_between_two_recipients_mails_the_other_later(self, room: Postroom) -> None:
        room.scene.book()
        room.mailer.after = Died()
        room.settle()
        assert room.names() == ["0-booked-attendee"]
        room.until(NOW + VISIBILITY)
        assert room.names() == ["0-booked-attendee", "0-booked-host", "0-welcome-attendee"]


class TestASendWithoutAnAnswer:
    def test_that_was_taken_is_not_repeated(self, room: Postroom) -> None:
        room.scene.book()
        room.mailer.after = TimeoutError()
        room.until(NOW + HALF_HOUR)
        assert set(room.names()) == FIRST
        room.require_single()

    def test_that_was_not_taken_is_repeated_when_nobody_has_heard_of_it_for_long(self, room: Postroom) -> None:
        booking = room.scene.book()
        room.mailer.before = TimeoutError()
        room.settle()
        assert set(room.names()) == FIRST - {"0-booked-attendee"}
        room.until(NOW + RESEND_AFTER - timedelta(seconds=1))
        assert len(room.names()) == 2
        room.until(NOW + 2 * RESEND_AFTER)
        assert set(room.names()) == FIRST
        assert max(mail.attempts for mail in room.log(booking).values()) == 2
        room.require_single()


class TestAProviderThatIsDown:
    def outage(self, room: Postroom, during: Callable[[], object]) -> None:
        """Refuse every mail for ten minutes, then for none; `during` happens in the middle."""
        room.mailer.refusal = "ServiceUnavailable"
        room.until(NOW + 5 * MINUTE)
        during()
        room.until(NOW + 10 * MINUTE)
        assert room.names() == []
        room.mailer.refusal = ""
        room.until(NOW + HOUR)

    def test_for_ten_minutes_loses_and_doubles_nothing(self, room: Postroom) -> None:
        booking = room.scene.book()
        self.outage(room, lambda: room.scene.book(NINE + HOUR, "eve"))
        assert Counter(room.names()) == Counter([*FIRST, *FIRST])
        assert min(mail.attempts for mail in room.log(booking).values()) > 2
        assert {sent.mail.to for sent in room.mailer.sent} == {"bob@example.com", "eve@example.com", "ada@example.com"}

    @pytest.mark.parametrize("twice", [False, True])
    def test_lets_a_cancel_be_the_last_word(self, room: Postroom, twice: bool) -> None:
        room.twice = twice
        booking = room.scene.book()
        self.outage(room, lambda: room.scene.cancel(booking))
        for recipient in Recipient:
            assert room.names(recipient)[-1] == f"1-cancelled-{recipient}"
        room.until(NINE + DAY)
        assert len(room.names()) == 5
        room.require_single()

    def test_says_why_in_the_log(self, room: Postroom) -> None:
        booking = room.scene.book()
        room.mailer.refusal = "Throttling"
        room.settle()
        assert {(mail.status, mail.detail) for mail in room.log(booking).values()} == {
            (MailStatus.FAILED, "Throttling")
        }

    def test_drops_a_reminder_that_has_become_pointless(self, room: Postroom) -> None:
        room.scene.book()
        room.until(NINE - HOUR - MINUTE)
        room.mailer.refusal = "ServiceUnavailable"
        room.until(NINE)
        room.mailer.refusal = ""
        room.until(NINE + DAY)
        assert room.names()[3:] == [FOLLOW_UP]

    def test_lets_a_late_reminder_say_how_long_it_truly_is(self, room: Postroom) -> None:
        room.scene.offer("early", reminders=(2 * HOUR,))
        room.scene.book(event_type="early")
        room.until(NINE - 2 * HOUR - MINUTE)
        room.mailer.refusal = "ServiceUnavailable"
        room.until(NINE - 90 * MINUTE)
        room.mailer.refusal = ""
        room.until(NINE)
        assert room.names()[3:] == ["0-reminder_120-attendee"]
        said = room.composer.letters[-1].ahead
        assert said is not None
        assert HOUR < said <= 90 * MINUTE

    def test_drops_a_reminder_whose_nearer_one_is_due(self, room: Postroom) -> None:
        room.scene.offer("twice", reminders=(90 * MINUTE, HOUR))
        room.scene.book(event_type="twice")
        room.until(NINE - 90 * MINUTE - SECOND)
        room.mailer.refusal = "ServiceUnavailable"
        room.until(NINE - HOUR)
        room.mailer.refusal = ""
        room.until(NINE)
        assert room.names()[3:] == ["0-reminder_60-attendee"]

    def test_for_one_recipient_is_not_the_others_trouble(self, room: Postroom) -> None:
        booking = room.scene.book()
        room.mailer.before = NotSent("MessageRejected")
        room.settle()
        assert room.names() == ["0-booked-host", "0-welcome-attendee"]
        [failed] = [mail for mail in room.log(booking).values() if mail.status is MailStatus.FAILED]
        assert (failed.name.text, failed.detail) == ("0-booked-attendee", "MessageRejected")
        room.until(NOW + MINUTE)
        assert set(room.names()) == FIRST
        room.require_single()


def test_a_turn_that_is_far_off_is_left_to_others_before_anything_is_claimed(room: Postroom) -> None:
    booking = room.scene.book()
    room.mailer.busy = True
    room.settle()
    assert (room.names(), room.log(booking)) == ([], {})
    room.mailer.busy = False
    room.until(NOW + MINUTE)
    assert set(room.names()) == FIRST
    assert {mail.attempts for mail in room.log(booking).values()} == {1}


class TestWhatCannotBeWritten:
    def test_to_an_address_holds_up_neither_the_other_mails_nor_what_follows(self, room: Postroom) -> None:
        booking = room.scene.book()
        room.composer.faults[ATTENDEE] = NeverSent("InvalidAddress")
        room.settle()
        room.scene.move(booking, NINE + HOUR)
        room.settle()
        assert room.names() == ["0-booked-host", "1-rescheduled-host"]
        assert room.mail.messages == []
        failed = [mail for mail in room.log(booking).values() if mail.name.recipient is ATTENDEE]
        assert {(mail.status, mail.detail) for mail in failed} == {(MailStatus.FAILED, "InvalidAddress")}
        assert len(failed) == 3

    def test_for_a_fault_of_ours_is_written_once_that_is_mended(self, room: Postroom) -> None:
        booking = room.scene.book()
        room.composer.faults[HOST] = LookupError("no such text")
        [event] = room.events()
        with pytest.raises(LookupError):
            room.send(event)
        [failed] = [mail for mail in room.log(booking).values() if mail.status is MailStatus.FAILED]
        assert (failed.name.text, failed.detail) == ("0-booked-host", "LookupError")
        room.composer.faults.clear()
        room.settle()
        assert set(room.names()) == FIRST

    def test_is_not_hidden_by_what_passes_by_itself(self, room: Postroom) -> None:
        room.scene.book()
        room.mailer.refusal = "Throttling"
        room.composer.faults[HOST] = LookupError("no such text")
        [event] = room.events()
        with pytest.raises(LookupError):
            room.send(event)
        room.composer.faults.clear()
        with pytest.raises(NotSent):
            room.send(event)
