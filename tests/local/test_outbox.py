"""The outbox: what was sent can be read afterwards, and nothing but that."""

from email.message import EmailMessage
from email.policy import SMTP
from http import HTTPStatus
from pathlib import Path

import pytest

from local.outbox import Outbox, Sent, Way
from local.outbox_pages import PAGE_SIZE, show

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nBEGIN:VEVENT\r\nSEQ\r\n UENCE:3\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"


def _mail(name: str = "20270301T090000000000-a", *, text: str = "See you", news: tuple[str, ...] = ("Send",)) -> Sent:
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = "Ada <ada@example.com>", "alan@example.com", HOSTILE
    message.set_content(text)
    message.add_alternative(
        "<html><head></head><body><a href='https://x.example'>Look</a></body></html>", subtype="html"
    )
    message.add_alternative(CALENDAR.encode(), maintype="text", subtype="calendar", params={"method": "CANCEL"})
    way = Way("2027-03-01T09:00:00.000+00:00", ["alan@example.com"], {"mail": HOSTILE}, news)
    return Sent(name, message.as_bytes(), way)


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path)


def _page(outbox: Outbox, name: str = "", **query: str) -> str:
    answer = show(outbox, name, query)
    assert answer.content_type == "text/html; charset=utf-8"
    return answer.body.decode()


def test_a_mail_comes_back_byte_for_byte(outbox: Outbox) -> None:
    mail = _mail()
    outbox.put(mail)
    kept = outbox.get(mail.name)
    assert kept is not None
    assert kept.raw == mail.raw
    assert (kept.way.to, kept.way.tags, list(kept.way.news)) == (mail.way.to, mail.way.tags, ["Send"])
    answer = show(outbox, f"{mail.name}.eml", {})
    assert (answer.content_type, answer.body) == ("message/rfc822", mail.raw)


def test_the_newest_mail_is_listed_first_and_a_mail_half_written_is_not(outbox: Outbox, tmp_path: Path) -> None:
    for hour in ("09", "11", "10"):
        outbox.put(_mail(f"20270301T{hour}0000000000-a"))
    (tmp_path / "20270301T120000000000-a.new").write_bytes(b"half")
    assert [name[9:11] for name in outbox.names()] == ["11", "10", "09"]
    page = _page(outbox)
    assert page.index("T110000000000-a") < page.index("T100000000000-a") < page.index("T090000000000-a")


def test_the_list_says_to_whom_what_kind_and_what_became_of_it(outbox: Outbox) -> None:
    outbox.put(_mail(news=("Send", "Bounce")))
    page = _page(outbox)
    for wanted in ("alan@example.com", "CANCEL · SEQUENCE 3", "bounced", "See you"):
        assert wanted in page


def test_a_long_list_goes_on_at_the_next_page(outbox: Outbox) -> None:
    for number in range(PAGE_SIZE + 1):
        outbox.put(_mail(f"20270301T{number:012}-a"))
    first = _page(outbox)
    assert first.count("<li>") == PAGE_SIZE
    assert "before=20270301T000000000001-a" in first
    assert _page(outbox, before="20270301T000000000001-a").count("<li>") == 1


def test_the_list_can_be_narrowed_to_a_recipient(outbox: Outbox) -> None:
    outbox.put(_mail())
    assert _page(outbox, to="ALAN@").count("<li>") == 1
    assert "No mail here" in _page(outbox, to="grace@")


def test_one_mail_is_shown_with_its_parts(outbox: Outbox) -> None:
    mail = _mail()
    outbox.put(mail)
    page = _page(outbox, mail.name)
    for wanted in (f'src="/_local/outbox/{mail.name}.html"', "sandbox=", "METHOD:CANCEL", "multipart/alternative"):
        assert wanted in page
    calendar = show(outbox, f"{mail.name}.ics", {})
    assert (calendar.content_type, calendar.body) == ("text/calendar; charset=utf-8", CALENDAR.encode())


def test_the_looks_of_a_mail_are_shown_in_a_sandbox_that_loads_nothing(outbox: Outbox) -> None:
    mail = _mail()
    outbox.put(mail)
    answer = show(outbox, f"{mail.name}.html", {})
    rules = dict(answer.all_headers)["Content-Security-Policy"]
    assert "sandbox allow-popups" in rules
    assert "allow-scripts" not in rules
    assert "default-src 'none'" in rules
    assert b'<base target="_blank">' in answer.body


def test_whatever_a_mail_says_stays_text(outbox: Outbox) -> None:
    mail = _mail(text=HOSTILE)
    outbox.put(mail)
    for page in (_page(outbox), _page(outbox, mail.name), _page(outbox, to=HOSTILE)):
        assert "<script>" not in page
        assert "<img" not in page
        assert "&lt;script&gt;" in page


def test_pages_run_no_scripts_and_tell_nobody_where_they_are(outbox: Outbox) -> None:
    headers = dict(show(outbox, "", {}).all_headers)
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "script-src" not in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("raw", [b"", b"no headers at all", b"Content-Type: text/plain; charset=nope\r\n\r\n\xff\xfe"])
def test_a_message_of_any_kind_can_be_shown(outbox: Outbox, raw: bytes) -> None:
    outbox.put(Sent("20270301T090000000000-a", raw, Way("")))
    assert "(no subject)" in _page(outbox)
    assert show(outbox, "20270301T090000000000-a", {}).status == HTTPStatus.OK


@pytest.mark.parametrize("name", ["../account.json", "..%2faccount", "unknown.eml", "/etc/passwd", "../engine.eml"])
def test_nothing_but_mails_can_be_read(outbox: Outbox, name: str) -> None:
    assert show(outbox, name, {}).status == HTTPStatus.NOT_FOUND
