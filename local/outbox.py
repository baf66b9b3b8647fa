"""Where mail ends up locally: the sending part of SES v2, keeping messages as files, and a page to read them."""

import base64
import json
import secrets
from collections.abc import Callable
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from html import escape
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple

SENT = "/v2/email/outbound-emails"


class Answer(NamedTuple):
    """An HTTP answer."""

    status: HTTPStatus
    content_type: str
    body: bytes


class Outbox:
    """Mails in a directory, one `<time>-<random>.eml` each, so that names sort by age."""

    def __init__(self, directory: Path, now: Callable[[], datetime]) -> None:
        self._directory = directory
        self._now = now

    def send(self, request: bytes) -> Answer:
        """Take a SendEmail request (JSON: FromEmailAddress, Destination, Content.Raw or Content.Simple).

        Source: Amazon SES API v2, SendEmail.
        """
        try:
            message = _mime(json.loads(request))
        except (KeyError, TypeError, ValueError) as error:
            problem = {"message": f"not a SendEmail request: {error!r}"}
            return Answer(HTTPStatus.BAD_REQUEST, "application/json", json.dumps(problem).encode())
        name = f"{self._now():%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}"
        draft = self._directory / f"{name}.new"
        draft.write_bytes(message)
        draft.rename(draft.with_suffix(".eml"))
        return Answer(HTTPStatus.OK, "application/json", json.dumps({"MessageId": name}).encode())

    def show(self, name: str) -> Answer:
        """Return one mail as it was sent, by file name; the page of all mails when the name is empty."""
        if not name:
            return Answer(HTTPStatus.OK, "text/html; charset=utf-8", self._page().encode())
        mails = {path.name: path for path in self._directory.glob("*.eml")}
        if name not in mails:
            return Answer(HTTPStatus.NOT_FOUND, "text/plain", b"There is no such mail.\n")
        return Answer(HTTPStatus.OK, "message/rfc822", mails[name].read_bytes())

    def _page(self) -> str:
        mails = sorted(self._directory.glob("*.eml"), reverse=True)
        rows = "\n".join(_row(path) for path in mails) or "<p>No mail has been sent yet.</p>"
        return _PAGE.format(count=len(mails), rows=rows)


def _mime(request: dict[str, Any]) -> bytes:
    content = request["Content"]
    if "Raw" in content:
        return base64.b64decode(content["Raw"]["Data"], validate=True)
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = request["FromEmailAddress"]
    message["To"] = ", ".join(request["Destination"]["ToAddresses"])
    message["Subject"] = content["Simple"]["Subject"]["Data"]
    body = content["Simple"]["Body"]
    message.set_content(body["Text"]["Data"] if "Text" in body else "")
    if "Html" in body:
        message.add_alternative(body["Html"]["Data"], subtype="html")
    return message.as_bytes()


def _row(path: Path) -> str:
    message = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
    text = message.get_body(("plain", "html"))
    return _ROW.format(
        name=escape(path.name),
        subject=escape(str(message["Subject"] or "(no subject)")),
        sender=escape(str(message["From"])),
        to=escape(str(message["To"])),
        text=escape(str(text.get_content()) if text else ""),
    )


_ROW = """<details><summary><b>{subject}</b> to {to}</summary>
<p>From {sender} · <a href="/_local/outbox/{name}">{name}</a></p><pre>{text}</pre></details>"""

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Outbox</title>
<style>body{{font:1rem/1.5 system-ui;max-width:50rem;margin:2rem auto;padding:0 1rem}}
details{{border-top:1px solid;padding:.5rem 0}}pre{{white-space:pre-wrap}}</style>
<h1>Outbox</h1><p>{count} mails, newest first. Nothing leaves this machine.</p>
{rows}
</html>
"""
