"""What each letter tells and to whom: nothing that its reader may not know, and nothing that was not so then."""

from dataclasses import replace
from datetime import timedelta

import pytest

from daybook.domain.booking import Actor, Booking, Role
from daybook.domain.event_type import Question
from daybook.domain.history import Deed
from daybook.domain.host import Invitations
from daybook.domain.mail import Kind, Letter, Method, Recipient
from daybook.domain.tokens import require_manage_token
from daybook.usecases.confirm import confirm
from tests.fakes import values
from tests.fakes.postroom import Postroom
from tests.fakes.scene import ACME, studio
from tests.fakes.values import HALF_HOUR, HOUR, NINE, NOW, SECRET

ATTENDEE, HOST = Recipient.ATTENDEE, Recipient.HOST
SECOND = timedelta(seconds=1)


@pytest.fixture
def room() -> Postroom:
    return Postroom(studio())


def letters(room: Postroom) -> dict[tuple[Kind, Recipient], Letter]:
    """Send what there is to be sent; return the last letter of each kind."""
    room.settle()
    return {(letter.kind, letter.recipient): letter for letter in room.composer.letters}


def asked(room: Postroom, **answers: str) -> Booking:
    questions = (Question(id="topic", label="Your topic?"), Question(id="phone", label="Phone?"))
    room.scene.offer("talk", questions=questions)
    return room.scene.book(event_type="talk", answers=answers)


def test_everybody_is_told_at_their_own_address(room: Postroom) -> None:
    room.scene.book()
    room.settle()
    assert {(sent.name.recipient, sent.mail.to) for sent in room.mailer.sent} == {
        (ATTENDEE, "bob@example.com"),
        (HOST, "ada@example.com"),
    }
    assert {tuple(sent.tags) for sent in room.mailer.sent} == {("tenant", "booking", "mail")}


def test_a_letter_knows_the_tenant_the_host_and_the_moment(room: Postroom) -> None:
    booking = room.scene.book()
    letter = letters(room)[Kind.BOOKED, ATTENDEE]
    assert (letter.tenant, letter.host, letter.now) == (values.tenant(ACME), room.scene.ada, NOW)
    assert (letter.booking, letter.ahead, letter.earlier, letter.reason) == (booking, None, None, "")


def test_the_attendee_alone_can_manage_the_booking(room: Postroom) -> None:
    booking = room.scene.book()
    found = letters(room)
    link = found[Kind.BOOKED, ATTENDEE].manage_url
    address, _, token = link.partition("?token=")
    assert address == f"https://book.example.com/manage/{ACME}/{booking.id}"
    require_manage_token(SECRET, booking, token, now=NOW)
    assert found[Kind.BOOKED, HOST].manage_url == ""


class TestAnswers:
    def test_go_to_the_host_under_the_questions_words(self, room: Postroom) -> None:
        asked(room, topic="Tea", phone="")
        found = letters(room)
        assert found[Kind.BOOKED, HOST].answers == (("Your topic?", "Tea"),)
        assert found[Kind.BOOKED, ATTENDEE].answers == ()

    def test_are_kept_when_the_question_is_gone(self, room: Postroom) -> None:
        asked(room, topic="Tea")
        catalogue = room.scene.ports.catalogue
        [talk] = [one for one in catalogue.event_types(ACME, "ada") if one.slug == "talk"]
        catalogue.remove_event_type(ACME, "ada", talk)
        assert letters(room)[Kind.BOOKED, HOST].answers == (("topic", "Tea"),)


class TestAReason:
    def told(self, room: Postroom, role: Role) -> dict[Recipient, str]:
        room.scene.cancel(room.scene.book(), "ill, sorry", role=role)
        found = letters(room)
        return {recipient: found[Kind.CANCELLED, recipient].reason for recipient in Recipient}

    def test_of_the_host_goes_to_both(self, room: Postroom) -> None:
        assert self.told(room, Role.HOST) == {ATTENDEE: "ill, sorry", HOST: "ill, sorry"}

    def test_of_the_attendee_goes_to_the_host_alone(self, room: Postroom) -> None:
        assert self.told(room, Role.ATTENDEE) == {ATTENDEE: "", HOST: "ill, sorry"}

    def test_is_not_told_with_what_came_before(self, room: Postroom) -> None:
        booking = room.scene.book()
        room.scene.cancel(booking, "ill, sorry", role=Role.HOST)
        found = letters(room)
        assert {found[Kind.BOOKED, recipient].reason for recipient in Recipient} == {""}


class TestAReasonForAMove:
    """It stays at the booking, but is told with the move alone: another's deed must not put it into their mouth."""

    def moved(self, room: Postroom, role: Role) -> Booking:
        room.scene.offer("asked", requires_confirmation=True, confirmation_time=HOUR)
        return room.scene.move(room.scene.book(event_type="asked"), NINE + HOUR, reason="ill, sorry", role=role)

    def confirmed(self, room: Postroom, booking: Booking) -> Booking:
        ports = room.scene.ports
        return confirm(booking, origin=values.origin(Role.HOST), ledger=ports.ledger, bookings=ports.bookings)

    def test_by_the_attendee_is_not_mailed_to_them_as_the_hosts_word(self, room: Postroom) -> None:
        moved = self.moved(room, Role.ATTENDEE)
        assert letters(room)[Kind.RESCHEDULED, HOST].reason == "ill, sorry"
        assert self.confirmed(room, moved).reason == ""
        found = letters(room)
        assert [found[Kind.CONFIRMED, recipient].reason for recipient in Recipient] == ["", ""]

    def test_is_not_told_with_a_confirmation_although_the_booking_has_it_still(self, room: Postroom) -> None:
        moved = self.moved(room, Role.ATTENDEE)
        after = replace(moved.confirmed(now=NOW), reason=moved.reason)
        step = replace(values.step(Deed.CONFIRMED, moved, after), actor=Actor(Role.HOST))
        room.scene.ports.ledger.settle(moved, after, step)
        assert letters(room)[Kind.CONFIRMED, ATTENDEE].reason == ""

    def test_by_the_host_is_not_mailed_to_them_as_the_guests_word(self, room: Postroom) -> None:
        moved = self.moved(room, Role.HOST)
        room.until(NOW + HOUR)
        found = letters(room)
        assert found[Kind.RESCHEDULED, ATTENDEE].reason == "ill, sorry"
        assert [found[Kind.EXPIRED, recipient].reason for recipient in Recipient] == ["", ""]
        assert room.scene.stored(moved).reason == ""


class TestAMove:
    def test_tells_from_when_to_when(self, room: Postroom) -> None:
        room.scene.move(room.scene.book(), NINE + HOUR)
        letter = letters(room)[Kind.RESCHEDULED, ATTENDEE]
        assert (letter.booking.start, letter.booking.sequence) == (NINE + HOUR, 1)
        assert letter.earlier == (NINE, NINE + HALF_HOUR)

    def test_that_is_told_late_is_told_as_it_was(self, room: Postroom) -> None:
        first = room.scene.book()
        room.scene.advance(HALF_HOUR)
        moved = room.scene.move(first, NINE + HOUR)
        room.scene.advance(HALF_HOUR)
        room.scene.move(moved, NINE + 2 * HOUR)
        room.settle()
        told = [letter for letter in room.composer.letters if letter.recipient is HOST]
        assert [letter.booking.start for letter in told] == [NINE, NINE + HOUR, NINE + 2 * HOUR]
        assert [letter.booking.sequence for letter in told] == [0, 1, 2]
        assert [letter.booking.updated_at for letter in told] == [NOW, NOW + HALF_HOUR, NOW + HOUR]
        assert [letter.now for letter in told] == [NOW + HOUR + count * SECOND for count in range(3)]


def test_a_request_that_is_told_late_has_the_deadline_it_had(room: Postroom) -> None:
    room.scene.offer("asked", requires_confirmation=True, confirmation_time=HOUR)
    asked = room.scene.book(event_type="asked")
    room.scene.advance(HALF_HOUR)
    moved = room.scene.move(asked, NINE + HOUR)
    ports = room.scene.ports
    confirm(moved, origin=values.origin(Role.HOST, NOW + HALF_HOUR), ledger=ports.ledger, bookings=ports.bookings)
    found = letters(room)
    assert found[Kind.REQUEST_RECEIVED, HOST].booking.deadline == NOW + HOUR
    assert found[Kind.RESCHEDULED, HOST].booking.deadline == NOW + HALF_HOUR + HOUR
    assert found[Kind.CONFIRMED, HOST].booking.deadline is None


class TestAHostWhoIsGone:
    """Bookings are cancelled before a host is removed, and the mails that say so may still wait."""

    def test_keeps_no_mail_from_the_attendee(self, room: Postroom) -> None:
        booking = room.scene.book()
        room.settle()
        room.scene.cancel(booking, "We are closing.", role=Role.HOST)
        room.scene.ports.catalogue.remove_host(ACME, room.scene.ada)
        letter = letters(room)[Kind.CANCELLED, ATTENDEE]
        assert (letter.method, letter.reason) == (Method.CANCEL, "We are closing.")
        assert (letter.host.name, letter.host.email, letter.host.zone.key) == ("ada", "owner@example.com", "UTC")

    def test_is_told_nothing_new(self, room: Postroom) -> None:
        room.scene.book()
        room.scene.ports.catalogue.remove_host(ACME, room.scene.ada)
        room.settle()
        assert room.names() == ["0-booked-attendee", "0-welcome-attendee"]


def test_a_reminder_says_how_far_ahead_it_is(room: Postroom) -> None:
    room.scene.book()
    room.until(NINE - HOUR)
    assert letters(room)[Kind.REMINDER, ATTENDEE].ahead == HOUR


class TestNobodyIsTold:
    def send(self, room: Postroom) -> list[str]:
        for event in room.events():
            room.send(event)
        return room.names()

    def test_of_a_booking_that_is_gone(self, room: Postroom) -> None:
        room.scene.book()
        [event] = room.events()
        room.send(replace(event, booking="gone"))
        assert room.names() == []

    def test_who_wants_no_mail(self) -> None:
        room = Postroom(studio(invitations=Invitations.NONE))
        room.scene.book()
        assert self.send(room) == ["0-booked-attendee", "0-welcome-attendee"]

    def test_welcome_a_second_time(self, room: Postroom) -> None:
        room.scene.book()
        room.scene.book(NINE + HOUR)
        room.scene.book(NINE + 2 * HOUR, "eve")
        room.settle()
        welcomed = [sent.mail.to for sent in room.mailer.sent if sent.name.kind is Kind.WELCOME]
        assert welcomed == ["bob@example.com", "eve@example.com"]

    def test_of_creating_availability_or_a_slot(self, room: Postroom) -> None:
        room.scene.publish()
        room.settle()
        assert (room.events(), room.names()) == ([], [])
