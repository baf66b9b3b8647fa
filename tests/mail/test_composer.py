"""Every mail is composed, whole and for one reader."""

import pytest

from daybook.domain.mail import Kind, Letter, Recipient
from tests.mail.letters import ATTENDEE, HOST, MAILS, composed, letter, outgoing, text_of, variants

EVERY_LETTER = pytest.mark.parametrize(("name", "one"), list(variants()), ids=[name for name, _ in variants()])


@EVERY_LETTER
def test_every_mail_goes_from_the_service_to_one_person(name: str, one: Letter) -> None:
    mail, message = outgoing(one), composed(one)
    own, other = "bob@example.com", "ada@example.com"
    to, answers = (own, other) if one.recipient is ATTENDEE else (other, own)
    assert (mail.sender, mail.to) == ("bookings@daybook.example", to)
    assert [address.addr_spec for address in message["From"].addresses] == [mail.sender]
    assert message["From"].addresses[0].display_name == "Ada Lovelace"
    assert [address.addr_spec for address in message["To"].addresses] == [to]
    if one.kind is Kind.UNDELIVERED or one.booking.seat_of:
        assert message["Reply-To"] is None
    else:
        assert [address.addr_spec for address in message["Reply-To"].addresses] == [answers]
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Bcc"] is message["Cc"] is message["List-Unsubscribe"] is None


def test_there_is_no_mail_that_nothing_calls_for() -> None:
    for kind, recipient in {(kind, recipient) for kind in Kind for recipient in Recipient} - set(MAILS):
        with pytest.raises(LookupError):
            outgoing(letter(kind, recipient))


@EVERY_LETTER
def test_every_mail_says_what_and_when_on_its_readers_clock(name: str, one: Letter) -> None:
    message = composed(one)
    when = {
        ATTENDEE: "Tuesday, 1 December 2026, 08:00–08:30 (America/New_York, GMT-05:00)",
        HOST: "Tuesday, 1 December 2026, 14:00–14:30 (Europe/Berlin, GMT+01:00)",
    }
    for subtype in ("plain", "html"):
        text = text_of(message, subtype)
        assert "First conversation" in text
        assert when[one.recipient] in text
