"""Answers of calendars: found in mails as clients write them, and recorded for whom they speak."""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest

from daybook.adapters.replies import reply_in
from daybook.domain.attendee import Answer, IncomingReply, Reply
from daybook.domain.booking import Actor, Booking, Role
from daybook.domain.history import Deed, Origin
from daybook.domain.uid import named_by, uid_of
from daybook.usecases.record_reply import AHEAD, record_reply
from tests.fakes.scene import Scene, studio
from tests.fakes.values import NOW

STAMP = datetime(2027, 3, 1, 8, 30, tzinfo=UTC)

OBJECT = """BEGIN:VCALENDAR
PRODID:-//Google Inc//Google Calendar 70.9054//EN
VERSION:2.0
METHOD:REPLY
BEGIN:VEVENT
DTSTART:20270302T090000Z
DTEND:20270302T093000Z
DTSTAMP:20270301T083000Z
ORGANIZER;CN=Ada:mailto:bookings@daybook.example
UID:01jz.acme@daybook.example
ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=DECLINED;CN=Bob:mailto:bob@example.com
SEQUENCE:1
SUMMARY:Intro
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


def mail(text: str = OBJECT, *, subtype: str = "calendar", sender: str = "Bob <bob@example.com>") -> bytes:
    message = EmailMessage()
    message["From"] = sender
    message["Subject"] = "Declined: Intro"
    message.set_content("Bob has declined this invitation.")
    maintype = "text" if subtype == "calendar" else "application"
    message.add_attachment(text.encode(), maintype=maintype, subtype=subtype, params={"method": "REPLY"})
    return message.as_bytes()


class TestAMail:
    def test_gives_the_answer_it_carries(self) -> None:
        assert reply_in(mail(), authentic=True) == IncomingReply(
            uid="01jz.acme@daybook.example",
            attendee="bob@example.com",
            sender="bob@example.com",
            answer=Answer.DECLINED,
            sequence=1,
            at=STAMP,
            authentic=True,
        )

    def test_may_carry_it_as_an_attached_file(self) -> None:
        assert reply_in(mail(subtype="ics"), authentic=True) == reply_in(mail(), authentic=True)

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("METHOD:REPLY", "METHOD:COUNTER"),
            ("METHOD:REPLY", "METHOD:REQUEST"),
            ("METHOD:REPLY\r\n", ""),
            ("PARTSTAT=DECLINED", "PARTSTAT=DELEGATED"),
            ("PARTSTAT=DECLINED;", ""),
            ("mailto:bob@example.com", "mailto:bob@example.com\r\nATTENDEE:mailto:eve@example.com"),
            ("UID:01jz.acme@daybook.example\r\n", ""),
            ("DTSTAMP:20270301T083000Z", "DTSTAMP:20270301T083000"),
            ("DTSTAMP:20270301T083000Z\r\n", ""),
            ("SEQUENCE:1", "SEQUENCE:one"),
            ("END:VEVENT\r\n", ""),
            (OBJECT, "no calendar at all"),
            (OBJECT, ""),
        ],
    )
    def test_without_a_well_formed_answer_gives_none(self, old: str, new: str) -> None:
        assert reply_in(mail(OBJECT.replace(old, new)), authentic=True) is None

    def test_without_a_calendar_gives_none(self) -> None:
        message = EmailMessage()
        message["Auto-Submitted"] = "auto-replied"
        message.set_content("I am out of office.")
        assert reply_in(message.as_bytes(), authentic=True) is None
        assert reply_in(b"", authentic=True) is None
        assert reply_in(b"\xff\x00" * 20, authentic=True) is None

    @pytest.mark.parametrize(
        "sender",
        [
            "From: bob@example.com, eve@evil.example",
            "From: eve@evil.example, bob@example.com",
            "From: bob@example.com\nFrom: eve@evil.example",
            "From: eve@evil.example\nfrom: bob@example.com",
            "From: Team: bob@example.com;",
            "From: Team: bob@example.com, eve@evil.example;",
            "From: Team:;, bob@example.com",
            "From: bob@example.com <eve@evil.example>",
            "From: <bob@example.com> <eve@evil.example>",
            "From: bob@example.com eve@evil.example",
            "From: Bob <bob@example.com",
            "From: <",
            'From: "',
            "From: <a@[>",
            "From: ",
            "From: " + "(" * 900,
            "From: bob@example.com" + " (Bob)" * 200,
            "X-From: bob@example.com",
        ],
    )
    def test_whose_sender_is_in_doubt_is_nobodys_word(self, sender: str) -> None:
        raw = mail().replace(b"From: Bob <bob@example.com>", sender.encode())
        found = reply_in(raw, authentic=True)
        assert found is not None
        assert (found.authentic, found.reply.verified) == (False, False)

    @pytest.mark.parametrize(
        "sender",
        [
            "bob@example.com",
            "<bob@example.com>",
            "Bob\n <bob@example.com>",
            '"Bob, Eve" <BOB@example.com>',
            "=?utf-8?q?B=C3=B6b?= <bob@example.com>",
        ],
    )
    def test_with_one_sender_is_theirs(self, sender: str) -> None:
        raw = mail().replace(b"Bob <bob@example.com>", sender.encode())
        found = reply_in(raw, authentic=True)
        assert found is not None
        assert found.reply.verified
        unsure = reply_in(raw, authentic=False)
        assert unsure is not None
        assert not unsure.reply.verified

    @pytest.mark.parametrize(
        "header", ['Content-Type: ;;="', "Content-Type: text/plain; charset*=x", "Subject: =?x?", "To: <"]
    )
    def test_with_other_headers_that_are_malformed_is_read_nonetheless(self, header: str) -> None:
        reply_in(f"{header}\n".encode() + mail(), authentic=True)

    @pytest.mark.parametrize("value", ["auto-replied", "Auto-Replied (vacation)", " auto-replied; owner-email=b@c.de"])
    def test_that_a_machine_answered_gives_none_whatever_it_encloses(self, value: str) -> None:
        assert reply_in(f"Auto-Submitted: {value}\r\n".encode() + mail(), authentic=True) is None

    @pytest.mark.parametrize("value", ["auto-generated", "no"])
    def test_that_a_calendar_sent_for_a_person_counts(self, value: str) -> None:
        assert reply_in(f"Auto-Submitted: {value}\r\n".encode() + mail(), authentic=True) is not None

    def test_that_is_too_large_is_not_read(self) -> None:
        assert reply_in(mail() + b"\n" * 1_000_001, authentic=True) is None


class TestAnAnswer:
    @pytest.fixture
    def scene(self) -> Scene:
        return studio()

    @pytest.fixture
    def booked(self, scene: Scene) -> Booking:
        return scene.book()

    @staticmethod
    def incoming(booking: Booking, answer: Answer = Answer.ACCEPTED, **fields: object) -> IncomingReply:
        given = {
            "uid": booking.uid,
            "attendee": booking.attendee.email,
            "sender": booking.attendee.email,
            "answer": answer,
            "sequence": booking.sequence,
            "at": STAMP,
            "authentic": True,
            **fields,
        }
        return IncomingReply(**given)  # type: ignore[arg-type]

    @staticmethod
    def record(scene: Scene, incoming: IncomingReply) -> bool:
        origin = Origin(Actor(Role.PROVIDER), NOW, "mail-1")
        return record_reply(incoming, origin=origin, bookings=scene.ports.bookings, ledger=scene.ports.ledger)

    @staticmethod
    def stored(scene: Scene, booking: Booking) -> Reply | None:
        found = scene.ports.bookings.booking(booking.tenant, booking.id)
        assert found is not None
        return found.reply

    def test_becomes_part_of_the_bookings_story(self, scene: Scene, booked: Booking) -> None:
        assert self.record(scene, self.incoming(booked))
        assert self.stored(scene, booked) == Reply(answer=Answer.ACCEPTED, sequence=0, at=STAMP, verified=True)
        [*_, last] = scene.ports.bookings.history(booked.tenant, booked.id)
        assert (last.deed, last.actor.role, last.before and last.before.status) == (
            Deed.ANSWERED,
            Role.PROVIDER,
            last.after.status,
        )

    def test_that_comes_twice_counts_once(self, scene: Scene, booked: Booking) -> None:
        self.record(scene, self.incoming(booked))
        self.record(scene, self.incoming(booked))
        assert len(scene.ports.bookings.history(booked.tenant, booked.id)) == 2

    def test_yields_to_a_later_one_only(self, scene: Scene, booked: Booking) -> None:
        self.record(scene, self.incoming(booked))
        assert not self.record(scene, self.incoming(booked, Answer.DECLINED, at=STAMP - timedelta(seconds=1)))
        assert self.record(scene, self.incoming(booked, Answer.DECLINED, at=STAMP + timedelta(seconds=1)))
        reply = self.stored(scene, booked)
        assert reply is not None
        assert reply.answer is Answer.DECLINED

    @pytest.mark.parametrize("doubt", [{"authentic": False}, {"sender": "eve@example.com"}])
    def test_nobody_vouches_for_is_marked_and_replaces_no_sure_one(
        self, scene: Scene, booked: Booking, doubt: dict[str, object]
    ) -> None:
        assert self.record(scene, self.incoming(booked, **doubt))
        reply = self.stored(scene, booked)
        assert reply is not None
        assert not reply.verified
        later = STAMP + timedelta(minutes=1)
        assert self.record(scene, self.incoming(booked, at=later))
        assert not self.record(scene, self.incoming(booked, Answer.DECLINED, at=later + timedelta(minutes=1), **doubt))

    @pytest.mark.parametrize("doubt", [{"authentic": False}, {"sender": "eve@example.com"}])
    def test_that_is_sure_outdoes_whatever_nobody_vouches_for(
        self, scene: Scene, booked: Booking, doubt: dict[str, object]
    ) -> None:
        unsure = self.incoming(booked, Answer.DECLINED, at=NOW + timedelta(hours=23), **doubt)
        assert self.record(scene, unsure)
        assert self.record(scene, self.incoming(booked))
        reply = self.stored(scene, booked)
        assert reply is not None
        assert (reply.answer, reply.verified) == (Answer.ACCEPTED, True)
        assert not self.record(scene, unsure)

    @pytest.mark.parametrize("authentic", [True, False])
    def test_from_the_future_is_not_recorded(self, scene: Scene, booked: Booking, authentic: bool) -> None:
        for ahead, counts in ((AHEAD + timedelta(seconds=1), False), (AHEAD, True)):
            assert self.record(scene, self.incoming(booked, at=NOW + ahead, authentic=authentic)) is counts

    @pytest.mark.parametrize(
        "foreign",
        [
            {"uid": "01jz.acme@daybook.example"},
            {"uid": "no uid of ours"},
            {"attendee": "ada@example.com", "sender": "ada@example.com"},
            {"sequence": 1},
        ],
    )
    def test_to_something_else_is_not_recorded(self, scene: Scene, booked: Booking, foreign: dict[str, object]) -> None:
        assert not self.record(scene, self.incoming(booked, **foreign))
        assert self.stored(scene, booked) is None

    def test_by_another_domains_uid_is_not_recorded(self, scene: Scene, booked: Booking) -> None:
        forged = booked.uid.replace("daybook.example", "evil.example")
        assert not self.record(scene, self.incoming(booked, uid=forged))

    def test_to_a_cancelled_booking_is_not_recorded(self, scene: Scene, booked: Booking) -> None:
        scene.cancel(booked)
        assert not self.record(scene, self.incoming(booked))


def test_a_uid_leads_back_to_its_booking() -> None:
    uid = uid_of("a-studio", "01JZABC", "book.example.com")
    assert uid == "01jzabc.a-studio@book.example.com"
    assert named_by(uid) == ("a-studio", "01JZABC")
    assert [named_by(text) for text in ("", "x@y", "a.b", "@", ".t@d", "b.@d")] == [None] * 6
