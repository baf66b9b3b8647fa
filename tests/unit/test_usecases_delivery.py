"""What became of mails: news in the log, addresses that do not exist, people to be forgotten; and the way out."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from daybook.domain.booking import Booking, Role
from daybook.domain.history import Deed, Event
from daybook.domain.mail import Kind, Letter, MailStatus, Recipient
from daybook.domain.timers import Timer, TimerKind
from daybook.usecases.erase_booking import erase_booking
from daybook.usecases.fan_out import TELLING, TIMING, fan_out
from tests.fakes import values
from tests.fakes.post import MemoryOutlet, Sent
from tests.fakes.postroom import Postroom
from tests.fakes.scene import ACME, studio
from tests.fakes.values import HOUR, NINE, NOW

MINUTE = timedelta(minutes=1)
UNDELIVERED = "0-undelivered-host"


@pytest.fixture
def room() -> Postroom:
    return Postroom(studio())


def sent(room: Postroom, name: str = "0-booked-attendee") -> Sent:
    room.settle()
    [found] = [one for one in room.mailer.sent if one.name.text == name]
    return found


def deeds(room: Postroom, booking: Booking) -> list[Deed]:
    return [event.deed for event in room.scene.ports.bookings.history(ACME, booking.id)]


def bounce(room: Postroom, one: Sent, *, permanent: bool = True) -> None:
    room.hear(one, MailStatus.BOUNCED, permanent=permanent, detail="General")
    room.settle()


class TestABounce:
    def test_for_good_shows_at_the_booking_and_alerts_the_host_once(self, room: Postroom) -> None:
        booking = room.scene.book()
        mail = sent(room)
        room.scene.advance(MINUTE)
        for _ in range(2):
            bounce(room, mail)
        stored = room.scene.stored(booking)
        assert (stored.undeliverable_at, stored.sequence, stored.status) == (NOW + MINUTE, 0, "confirmed")
        assert deeds(room, booking) == [Deed.BOOKED, Deed.UNDELIVERABLE]
        assert room.names().count(UNDELIVERED) == 1
        logged = room.log(booking)[mail.name]
        assert (logged.status, logged.detail, logged.message_id) == (MailStatus.BOUNCED, "General", mail.id)

    def test_of_another_mail_alerts_no_second_time(self, room: Postroom) -> None:
        booking = room.scene.book()
        bounce(room, sent(room))
        bounce(room, sent(room, "0-welcome-attendee"))
        assert deeds(room, booking).count(Deed.UNDELIVERABLE) == 1

    def test_that_may_get_better_does_not_undo_a_delivery(self, room: Postroom) -> None:
        """Such as an out-of-office note, which SES calls Transient, General."""
        booking = room.scene.book()
        mail = sent(room)
        bounce(room, mail, permanent=False)
        assert room.log(booking)[mail.name].status is MailStatus.DELIVERED
        bounce(room, mail)
        assert room.log(booking)[mail.name].status is MailStatus.BOUNCED

    def test_that_may_get_better_is_only_logged(self, room: Postroom) -> None:
        room.silent = True
        booking = room.scene.book()
        mail = sent(room)
        bounce(room, mail, permanent=False)
        assert room.log(booking)[mail.name].status is MailStatus.BOUNCED
        assert (deeds(room, booking), UNDELIVERED in room.names()) == ([Deed.BOOKED], False)

    def test_of_the_hosts_own_address_is_only_logged(self, room: Postroom) -> None:
        booking = room.scene.book()
        bounce(room, sent(room, "0-booked-host"))
        assert deeds(room, booking) == [Deed.BOOKED]

    def test_of_a_mail_nobody_logged_still_shows(self, room: Postroom) -> None:
        """The log's write may have been lost; the address is wrong all the same."""
        booking = room.scene.book()
        room.mailer.sent.append(Sent("id", room.composer.compose(_letter(room)), _tags(booking)))
        bounce(room, room.mailer.sent[0])
        assert room.scene.stored(booking).undeliverable_at is not None

    def test_of_a_booking_that_is_gone_is_of_no_interest(self, room: Postroom) -> None:
        room.scene.book()
        mail = sent(room)
        mail = Sent(mail.id, mail.mail, {**mail.tags, "booking": "gone"})
        bounce(room, mail)
        assert UNDELIVERED not in room.names()

    def test_of_somebody_who_was_forgotten_is_of_no_interest(self, room: Postroom) -> None:
        booking = room.scene.book()
        mail = sent(room)
        erase(room, booking)
        room.settle()
        bounce(room, mail)
        assert Deed.UNDELIVERABLE not in deeds(room, booking)

    def test_while_the_booking_changes_is_noted_on_what_it_became(self, room: Postroom) -> None:
        scene = room.scene
        booking = scene.book()
        mail = sent(room)
        scene.ports = scene.disturbed("settle", lambda: scene.move(booking, NINE + HOUR))
        bounce(room, mail)
        assert deeds(room, booking) == [Deed.BOOKED, Deed.RESCHEDULED, Deed.UNDELIVERABLE]


def test_a_complaint_is_logged_over_everything_before(room: Postroom) -> None:
    booking = room.scene.book()
    mail = sent(room)
    room.hear(mail, MailStatus.COMPLAINED, detail="abuse")
    room.hear(mail, MailStatus.DELIVERED)
    logged = room.log(booking)[mail.name]
    assert (logged.status, logged.detail) == (MailStatus.COMPLAINED, "abuse")
    assert deeds(room, booking) == [Deed.BOOKED]


def erase(room: Postroom, booking: Booking) -> None:
    ports = room.scene.ports
    origin = values.origin(Role.HOST, room.scene.now)
    erase_booking(booking, origin=origin, ledger=ports.ledger, bookings=ports.bookings)


class TestForgetting:
    @pytest.mark.parametrize("twice", [False, True])
    def test_waits_for_the_last_mail_and_no_longer(self, room: Postroom, twice: bool) -> None:
        room.twice = twice
        booking = room.scene.book()
        room.settle()
        erase(room, booking)
        room.settle()
        cancelled = sent(room, "1-cancelled-attendee")
        assert cancelled.mail.to == "bob@example.com"
        assert room.scene.stored(booking).attendee.email == ""
        assert deeds(room, booking) == [Deed.BOOKED, Deed.CANCELLED, Deed.ERASURE_REQUESTED, Deed.ERASED]
        assert len(room.names()) == 5

    def test_waits_while_the_provider_is_down(self, room: Postroom) -> None:
        booking = room.scene.book()
        room.settle()
        room.mailer.refusal = "ServiceUnavailable"
        erase(room, booking)
        room.until(NOW + 10 * MINUTE)
        assert room.scene.stored(booking).erasing
        room.mailer.refusal = ""
        room.until(NOW + HOUR)
        assert sent(room, "1-cancelled-attendee").mail.to == "bob@example.com"
        assert room.scene.stored(booking).attendee.email == ""

    def test_leaves_nobody_to_be_told_of_what_comes_late(self, room: Postroom) -> None:
        booking = room.scene.book()
        erase(room, booking)
        [placed, *_] = room.events()
        for event in room.events():
            if event.deed is Deed.ERASURE_REQUESTED:
                room.send(event)
        room.send(placed)
        assert room.names() == ["0-booked-host"]

    def test_before_the_first_mail_brings_no_welcome(self, room: Postroom) -> None:
        booking = room.scene.book()
        erase(room, booking)
        room.settle()
        assert not any("welcome" in name for name in room.names())

    def test_that_was_lost_is_asked_for_again_until_it_is_done(self, room: Postroom) -> None:
        booking = room.scene.book()
        room.settle()
        erase(room, booking)
        room.lose()
        assert room.scene.stored(booking).erasing
        erase(room, room.scene.stored(booking))
        room.settle()
        assert room.scene.stored(booking).attendee.email == ""
        erase(room, room.scene.stored(booking))
        assert deeds(room, booking)[-3:] == [Deed.ERASURE_REQUESTED, Deed.ERASURE_REQUESTED, Deed.ERASED]

    def test_leaves_the_host_a_mail_about_nobody(self, room: Postroom) -> None:
        booking = room.scene.book()
        room.settle()
        erase(room, booking)
        room.settle()
        ended = {letter.recipient: letter for letter in room.composer.letters if letter.kind is Kind.CANCELLED}
        attendee = ended[Recipient.HOST].booking.attendee
        assert (attendee.name, attendee.email) == ("", "")
        assert ended[Recipient.ATTENDEE].booking.attendee == values.attendee()

    def test_before_the_first_mail_leaves_only_the_end_to_tell(self, room: Postroom) -> None:
        booking = room.scene.book()
        room.scene.move(booking, NINE + HOUR)
        erase(room, room.scene.stored(booking))
        room.settle()
        assert room.names() == ["2-cancelled-attendee", "2-cancelled-host"]
        assert room.methods(booking, Recipient.ATTENDEE) == [None]

    @pytest.mark.parametrize("kind", [TimerKind.FOLLOW_UP, TimerKind.REMINDER])
    def test_ends_reminders_and_what_follows(self, room: Postroom, kind: TimerKind) -> None:
        booking = room.scene.book()
        room.settle()
        before = room.names()
        room.scene.now = NINE + HOUR
        erase(room, booking)
        room.scene.now = NINE - HOUR if kind is TimerKind.REMINDER else room.scene.now
        room.send(Timer(tenant=ACME, booking=booking.id, kind=kind, at=NOW, sequence=0, ahead=None))
        assert room.names() == before


class TestTheWayOut:
    def event(self, deed: Deed) -> Event:
        return values.step(deed, None, values.booking(ACME))

    @pytest.mark.parametrize("deed", list(Deed))
    def test_leads_each_event_to_whom_it_concerns_and_to_the_bus(self, deed: Deed) -> None:
        mail, timers, bus = MemoryOutlet(), MemoryOutlet(), MemoryOutlet()
        event = self.event(deed)
        assert fan_out([event], mail=mail, timers=timers, bus=bus) == []
        assert (mail.taken == [event], timers.taken == [event]) == (deed in TELLING, deed in TIMING)
        assert bus.taken == [event]

    @pytest.mark.parametrize("broken", ["mail", "timers", "bus"])
    def test_names_what_must_be_passed_on_again(self, broken: str) -> None:
        outlets = {name: MemoryOutlet() for name in ("mail", "timers", "bus")}
        outlets[broken].broken = True
        events = [self.event(deed) for deed in (Deed.BOOKED, Deed.NO_SHOW, Deed.UNDELIVERABLE, Deed.ERASED)]
        wanted: dict[str, Callable[[Event], bool]] = {
            "mail": lambda event: event.deed in TELLING,
            "timers": lambda event: event.deed in TIMING,
            "bus": lambda _: True,
        }
        assert fan_out(events, **outlets) == [event for event in events if wanted[broken](event)]


def _letter(room: Postroom) -> Letter:
    [booking] = [room.scene.ports.bookings.booking(ACME, event.booking) for event in room.events()]
    return Letter(
        kind=Kind.BOOKED,
        recipient=Recipient.ATTENDEE,
        tenant=values.tenant(ACME),
        host=room.scene.ada,
        booking=booking,
        now=NOW,
    )


def _tags(booking: Booking) -> dict[str, str]:
    return {"tenant": ACME, "booking": booking.id, "mail": "0-booked-attendee"}
