"""Whatever people typed, a mail has the headers, recipients, tags and properties it was given."""

import re
from email import message_from_bytes, policy
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from daybook.domain.mail import Kind
from daybook.domain.naming import one_line, plain_name
from daybook.mail_ports import NeverSent
from tests.mail.letters import ATTENDEE, HOST, attendee, composed, host, letter, outgoing, tenant, text_of

HOSTILE = [
    "=cmd|' /C calc'!A0",
    "x\r\nBcc: a@b.c",
    "<script>alert(1)</script>",
    "🦘" * 200,
    "مرحبا بالعالم",
    "\u202eevil",
    'Bob "B" O\'Neil, <b@x>; (c) \\',
    "=?utf-8?q?Bcc=3A_a=40b=2Ec?=",
    "{host.__class__} {0} %s {{ 7*7 }}",
    "</bdi></td><a href=https://evil.example>win</a>",
    "a" * 500,
    "\n.\r\n",
    "BEGIN:VEVENT\nUID:1",
]
HEADERS = [
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
    "Content-Language",
]


class Page(HTMLParser):
    """Collects the tags, addresses and visible text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [str(value) for name, value in attrs if name in {"href", "src"}]
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("recipient", [ATTENDEE, HOST])
def test_nothing_typed_changes_a_mails_shape(text: str, recipient: str) -> None:
    to = ATTENDEE if recipient is ATTENDEE else HOST
    plain = letter(Kind.CANCELLED, to, reason="reason")
    typed = letter(
        Kind.CANCELLED,
        to,
        reason=text,
        answers=((text, text),) if to is HOST else (),
        booking={"attendee": attendee(name=text), "title": text, "location": text},
        host=host(name=text),
        tenant=tenant(name=text),
    )
    message = composed(typed)
    assert message.keys() == HEADERS
    assert [address.addr_spec for address in message["To"].addresses] == [outgoing(plain).to]
    assert [address.addr_spec for address in message["From"].addresses] == ["bookings@daybook.example"]
    assert len(message["Reply-To"].addresses) == 1
    assert str(message["Subject"]).startswith("Cancelled: ")
    usual = Page(text_of(composed(plain), "html"))
    seen = Page(text_of(message, "html"))
    assert [tag for tag in seen.tags if tag not in {"br", "bdi", "p", "tr", "td"}] == [
        tag for tag in usual.tags if tag not in {"br", "bdi", "p", "tr", "td"}
    ]
    assert seen.links == usual.links
    assert one_line(text)[:50] in one_line(seen.text)
    calendar = Calendar.from_ical(text_of(message, "calendar"))
    assert "^'" not in text_of(message, "calendar"), "RFC 6868, which Outlook and Gmail do not read"
    [event] = calendar.walk("VEVENT")
    assert (event["UID"], event.errors, len(event["ATTENDEE"])) == ("B1@daybook.example", [], 2)
    named = plain_name(text) if to is HOST else ""
    assert event["SUMMARY"] == (f"{named} – " if named else "") + (one_line(text) or "Appointment")


@pytest.mark.parametrize("text", [*HOSTILE, "see https://evil.example/now", "evil.example", "Call +1 or mail a@b.cc"])
def test_an_attendee_cannot_have_their_words_mailed(text: str) -> None:
    """Only a name, and of that no link: the address may be a stranger's."""
    about = {"attendee": attendee(name=text), "answers": {"q": "SECRETWORD"}, "reason": "SECRETWORD"}
    raw = composed(letter(Kind.BOOKED, ATTENDEE, booking=about))
    whole = "".join(text_of(raw, subtype) for subtype in ("plain", "html", "calendar")) + str(raw["Subject"])
    assert "SECRETWORD" not in whole
    assert "evil.example" not in whole
    assert "a@b.c" not in whole
    assert len(re.findall(r"https?://(?!calendar\.|outlook\.|book\.example)", text_of(raw))) == 0


@given(name=st.text(max_size=200), title=st.text(max_size=200))
@settings(max_examples=60, deadline=None)
def test_any_text_is_composed_and_read_back(name: str, title: str) -> None:
    about = {"attendee": attendee(name=name), "title": title}
    for recipient in (ATTENDEE, HOST):
        raw = outgoing(letter(Kind.BOOKED, recipient, booking=about, host=host(name=name or "Ada"))).raw
        assert raw.isascii()
        message = message_from_bytes(raw, policy=policy.default)
        assert message.keys() == HEADERS
        assert not message.defects
        assert len(message["To"].addresses) == 1
        text = text_of(message, "calendar")  # type: ignore[arg-type]
        assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
        assert text.count("\r\n") == text.count("\n")
        assert len(Calendar.from_ical(text).walk("VEVENT")) == 1


@pytest.mark.parametrize("name", ["", "https://evil.example", "\u200b"])
def test_somebody_without_a_name_is_greeted_all_the_same(name: str) -> None:
    about = {"attendee": attendee(name=name)}
    message = composed(letter(Kind.BOOKED, ATTENDEE, booking=about))
    assert "\r\nHello,\r\n" in text_of(message)
    assert "CN=:" not in text_of(message, "calendar")
    if not one_line(name):
        assert "Guest has booked" in text_of(composed(letter(Kind.BOOKED, HOST, booking=about)))


@pytest.mark.parametrize("email", [".a@b.cc", "a.@b.cc", "bób@example.com"])
def test_an_address_no_header_can_hold_is_not_sent_to_and_does_not_keep_the_host_in_the_dark(email: str) -> None:
    about = {"attendee": attendee(email=email)}
    with pytest.raises(NeverSent, match="InvalidAddress"):
        outgoing(letter(Kind.BOOKED, ATTENDEE, booking=about))
    message = composed(letter(Kind.BOOKED, HOST, booking=about))
    assert message["Reply-To"] is None
    assert email in text_of(message)


def test_somebody_forgotten_leaves_no_gap_in_the_hosts_mail() -> None:
    forgotten = attendee().nobody
    message = composed(letter(Kind.UNDELIVERED, HOST, booking={"attendee": forgotten}))
    assert message["Subject"].startswith("Mail does not reach Guest")
    assert "Mail to – cannot" in text_of(message)


def test_hosts_read_name_address_answers_and_reason() -> None:
    typed = "<b>Bob</b> https://bob.example"
    one = letter(Kind.CANCELLED, HOST, reason="Ill <3\nsorry", booking={"attendee": attendee(name=typed)})
    message = composed(one)
    for subtype in ("plain", "html"):
        text = Page(text_of(message, subtype)).text if subtype == "html" else text_of(message, subtype)
        for word in (typed, "bob@example.com", "What is it about?", "Arithmetic", "Ill <3", "sorry"):
            assert word in text
    assert "Ill &lt;3<br>sorry" in text_of(message, "html")
    assert "\r\n  Ill <3\r\n  sorry\r\n" in text_of(message)
