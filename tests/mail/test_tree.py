"""The MIME tree is the one that every client understands, in bytes that no relay needs to touch."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from daybook.domain.mail import Kind, Letter, Method
from daybook.domain.notice import NoticeLetter
from tests.mail.letters import all_mails, composed, letter, outgoing, text_of

NODEMAILER = Path(__file__).parent / "reference" / "nodemailer.eml"
"""What nodemailer 10.6.0 makes of a text, a page and an `icalEvent`: another's idea of the same tree."""
Tree = tuple[str, dict[str, str], list["Tree"]]


def tree(message: EmailMessage) -> Tree:
    """Return type, telling parameters and parts of a message."""
    told = {}
    for name in ("charset", "method", "name"):
        value = message.get_param(name)
        if value is not None:
            told[name] = str(value).lower() if name == "charset" else str(value)
    if message.get_content_disposition():
        told["disposition"] = str(message.get_content_disposition())
        told["filename"] = str(message.get_filename())
    parts = [tree(part) for part in message.iter_parts()] if message.is_multipart() else []
    return message.get_content_type(), told, parts


TEXT: list[Tree] = [("text/plain", {"charset": "utf-8"}, []), ("text/html", {"charset": "utf-8"}, [])]


def reference(method: str) -> Tree:
    """Source: RFC 6047 §2.4 for the alternative with its method; the file beside it is what clients ask for."""
    calendar: Tree = ("text/calendar", {"charset": "utf-8", "method": method}, [])
    file: Tree = (
        "application/ics",
        {"name": "invite.ics", "disposition": "attachment", "filename": "invite.ics"},
        [],
    )
    return "multipart/mixed", {}, [("multipart/alternative", {}, [*TEXT, calendar]), file]


def test_the_reference_tree_is_nodemailers() -> None:
    message = message_from_bytes(NODEMAILER.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert tree(message) == reference("REQUEST")


@pytest.mark.parametrize("method", list(Method))
def test_an_invitation_has_the_reference_tree(method: Method) -> None:
    assert tree(composed(letter(Kind.RESCHEDULED, method=method))) == reference(method)


def test_a_mail_without_an_object_is_text_and_page() -> None:
    assert tree(composed(letter(Kind.BOOKED, method=None))) == ("multipart/alternative", {}, TEXT)


@pytest.mark.parametrize("method", list(Method))
def test_method_is_said_alike_by_part_and_object(method: Method) -> None:
    message = composed(letter(Kind.RESCHEDULED, method=method))
    [part] = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    assert part["Content-Transfer-Encoding"] == "base64"
    assert part["Content-Disposition"] is None
    assert f"\r\nMETHOD:{part.get_param('method')}\r\n" in text_of(message, "calendar")


def test_the_file_is_the_object_to_the_byte() -> None:
    message = composed(letter())
    calendar, file = (
        part.get_payload(decode=True)
        for part in message.walk()
        if part.get_content_type() in {"text/calendar", "application/ics"}
    )
    assert calendar == file
    assert isinstance(file, bytes)
    assert file.count(b"\r\n") == file.count(b"\n") > 10


@pytest.mark.parametrize(("name", "one"), list(all_mails()), ids=[name for name, _ in all_mails()])
def test_nothing_needs_more_than_seven_bits_and_short_lines(name: str, one: Letter | NoticeLetter) -> None:
    raw = outgoing(one).raw
    assert raw.isascii()
    assert raw.count(b"\r\n") == raw.count(b"\n") == raw.count(b"\r")
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    leaves = [part for part in composed(one).walk() if not part.is_multipart()]
    assert {part["Content-Transfer-Encoding"] for part in leaves} <= {"base64", "quoted-printable"}


@pytest.mark.parametrize(("name", "one"), list(all_mails()), ids=[name for name, _ in all_mails()])
def test_a_page_stays_below_what_gmail_clips(name: str, one: Letter | NoticeLetter) -> None:
    assert len(text_of(composed(one), "html").encode()) < 30_000


def test_headers_of_one_mail_are_no_others() -> None:
    seen = [str(composed(one)["Message-ID"]) for _, one in all_mails()]
    # A pending move and a firm one are never of the same version; nor is a booking at once alone and in a session.
    assert len(set(seen)) == len(seen) - 3
    assert all(re.fullmatch(r"<[\w.-]+@daybook\.example>", identifier) for identifier in seen)
