"""Headers read back as the words they were made of, and are one header each."""

import re
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.utils import getaddresses

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from daybook.adapters.mail import headers
from daybook.domain.naming import one_line

NAMES = [
    "Ada Lovelace",
    "Dr. Jürgen Müller-Lüdenscheid von und zu Hohenlohe-Langenburg",
    "Weg; longlonglonglonglong longlonglonglonglong Dr. O'Neil",
    'José "B" Ünal, <a@b.c>, (x) \\ José José Ünal Ünal José, Ada',
    "evil@evil.example, other " + "x" * 40,
    "🦘 é" * 15,
    "=?utf-8?q?Bcc=3A_a=40b=2Ec?=",
    "x\r\nBcc: a@b.c",
    "مرحبا بالعالم",
]
WORDS = st.lists(
    st.sampled_from(
        ["Bestätigt:", "Gespräch", "mit", "Jürgen", "01.12.2026,", "ascii", "🦘", '"B"', "Weg;", "a@b,", "=?"]
    ),
    min_size=1,
    max_size=16,
).map(" ".join)


def unfolded(line: str) -> str:
    """Return what a reader has before it decodes; checks the lines on the way."""
    assert line.isascii()
    assert line.endswith("\r\n")
    # 78 but for a name in quotes, which is not broken; 998 is what must not be exceeded.
    assert all(len(part) <= 78 or (part.endswith('"') and len(part) < 140) for part in line.split("\r\n"))
    assert not re.search(r"\r\n[^ ]", line)
    return line.removesuffix("\r\n").replace("\r\n ", " ").partition(": ")[2]


def expected(words: str) -> str:
    return one_line(words).replace("=?", "= ?")


@pytest.mark.parametrize("name", NAMES)
def test_a_mailbox_is_one_address_under_the_name(name: str) -> None:
    _is_one_mailbox(name)


@given(WORDS)
@example('a "b" ünal')
def test_so_it_is_with_names_of_many_words(name: str) -> None:
    _is_one_mailbox(name)


@given(st.text(max_size=80))
def test_and_with_any_text(name: str) -> None:
    _is_one_mailbox(name)


def _is_one_mailbox(name: str) -> None:
    line = headers.mailbox("Reply-To", name, "bob@example.com")
    assert line is not None
    [(shown, address)] = getaddresses([unfolded(line)])
    assert address == "bob@example.com"
    assert str(make_header(decode_header(shown))) == expected(one_line(name)[:60].strip())
    message = message_from_bytes(f"{line}\r\n".encode(), policy=policy.default)
    assert [one.addr_spec for one in message["Reply-To"].addresses] == ["bob@example.com"]


@given(WORDS)
def test_a_subject_is_the_words_it_was_made_of(words: str) -> None:
    line = headers.text("Subject", words)
    unfolded(line)
    message = message_from_bytes(f"{line}\r\n".encode(), policy=policy.default)
    assert message.keys() == ["Subject"]
    assert message["Subject"] == expected(words)


def test_a_mailbox_without_a_name_is_the_address() -> None:
    assert headers.mailbox("To", " ", "bob@example.com") == "To: bob@example.com\r\n"
    assert headers.mailbox("To", "Bob", "bob@example.com") == 'To: "Bob" <bob@example.com>\r\n'


@pytest.mark.parametrize("email", ["", "bob", "bob@", ".a@b.cc", "bób@example.com", "a b@c.de", "a@b.c\r\nBcc: d@e.f"])
def test_what_is_no_address_gets_no_header(email: str) -> None:
    assert headers.mailbox("To", "Bob", email) is None
