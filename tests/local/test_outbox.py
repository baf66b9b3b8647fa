"""The outbox: what SES v2 is asked to send can be read afterwards."""

import base64
import json
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import count
from pathlib import Path

import pytest

from local.outbox import Outbox

RAW = b"From: Ada <ada@example.com>\r\nTo: alan@example.com\r\nSubject: <script>alert(1)</script>\r\n\r\n<b>See you</b>"


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    minutes = count()
    return Outbox(tmp_path, lambda: datetime(2027, 3, 1, 9, next(minutes), tzinfo=UTC))


def _raw(message: bytes) -> bytes:
    return json.dumps({"Content": {"Raw": {"Data": base64.b64encode(message).decode()}}}).encode()


def test_a_raw_message_is_kept_byte_for_byte(outbox: Outbox) -> None:
    sent = outbox.send(_raw(RAW))
    assert sent.status == HTTPStatus.OK
    name = json.loads(sent.body)["MessageId"] + ".eml"
    shown = outbox.show(name)
    assert shown.content_type == "message/rfc822"
    assert shown.body == RAW


def test_a_simple_message_becomes_mime(outbox: Outbox) -> None:
    request = {
        "FromEmailAddress": "ada@example.com",
        "Destination": {"ToAddresses": ["alan@example.com"]},
        "Content": {
            "Simple": {"Subject": {"Data": "Grüße"}, "Body": {"Text": {"Data": "See you"}, "Html": {"Data": "<p>"}}}
        },
    }
    name = json.loads(outbox.send(json.dumps(request).encode()).body)["MessageId"]
    message = outbox.show(name + ".eml").body
    assert b"multipart/alternative" in message
    assert b"To: alan@example.com" in message


@pytest.mark.parametrize("request_body", [b"", b"{}", b"[]", b'{"Content": {"Raw": {"Data": "%"}}}'])
def test_anything_else_is_refused_and_leaves_nothing(outbox: Outbox, request_body: bytes, tmp_path: Path) -> None:
    assert outbox.send(request_body).status == HTTPStatus.BAD_REQUEST
    assert not list(tmp_path.iterdir())


def test_the_page_lists_mails_newest_first_and_escapes_them(outbox: Outbox) -> None:
    first = json.loads(outbox.send(_raw(RAW)).body)["MessageId"]
    second = json.loads(outbox.send(_raw(RAW)).body)["MessageId"]
    page = outbox.show("").body.decode()
    assert page.index(second) < page.index(first)
    assert f'href="/_local/outbox/{first}.eml"' in page
    assert "<script>" not in page
    assert "&lt;b&gt;See you&lt;/b&gt;" in page


@pytest.mark.parametrize("name", ["../account.json", "..%2faccount.json", "unknown.eml", "/etc/passwd"])
def test_nothing_but_mails_can_be_read(outbox: Outbox, name: str) -> None:
    assert outbox.show(name).status == HTTPStatus.NOT_FOUND
