"""Mail that comes in: stored and handed to its function, as the template's receipt rule for SES has it."""

import json
import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from email import policy
from email.message import Message
from email.parser import BytesParser
from email.utils import getaddresses
from http import HTTPStatus
from pathlib import Path
from typing import Any

from local.answer import Answer, as_json, not_found
from local.engine import Engine
from local.template import ReceiptRule

VERDICTS = ("spam", "virus", "spf", "dkim", "dmarc")
STATUSES = ("PASS", "FAIL", "GRAY", "PROCESSING_FAILED")
WATCH_SECONDS = 1.0


class Inbox:
    """The receiving part of SES; without a rule, mail that comes in is nobody's."""

    def __init__(
        self, engine: Engine, rule: ReceiptRule | None, names: dict[str, str], now: Callable[[], datetime]
    ) -> None:
        self._objects = engine.client("s3")
        self._functions = engine.client("lambda")
        # A rule whose bucket was not made has a condition that does not hold.
        self._rule = rule if rule is not None and rule.bucket in names else None
        self._names = names
        self._now = now

    @property
    def open(self) -> bool:
        """Whether mail is received."""
        return self._rule is not None

    def take(self, raw: bytes, verdicts: dict[str, str]) -> Answer:
        """Receive one message.

        Args:
            verdicts: what SES is to think of it, by `spam`, `virus`, `spf`, `dkim`, `dmarc`; PASS where unsaid.
        """
        if self._rule is None:
            return not_found()
        wrong = {name: said for name, said in verdicts.items() if name not in VERDICTS or said not in STATUSES}
        if wrong:
            known = f"{', '.join(VERDICTS)} can be {', '.join(STATUSES)}"
            return as_json(HTTPStatus.BAD_REQUEST, {"message": f"not a verdict: {wrong}; {known}"})
        name = secrets.token_hex(20)
        event = receipt_event(name, raw, verdicts, self._now())
        self._objects.put_object(Bucket=self._names[self._rule.bucket], Key=self._rule.prefix + name, Body=raw)
        function = self._names[self._rule.function]
        self._functions.invoke(FunctionName=function, InvocationType="Event", Payload=json.dumps(event))
        return as_json(HTTPStatus.ACCEPTED, {"messageId": name})


def receipt_event(name: str, raw: bytes, verdicts: dict[str, str], now: datetime) -> dict[str, Any]:
    """Return the event of SES's Lambda action. Source: Amazon SES, "Event published by the Lambda action"."""
    # compat32 takes headers as they stand; newer policies fail over some that are malformed, and SES takes those too.
    message = BytesParser(policy=policy.compat32).parsebytes(raw)
    timestamp = now.isoformat(timespec="milliseconds")
    to = _addresses(message, "To")
    mail = {
        "timestamp": timestamp,
        "source": next(iter(_addresses(message, "From")), ""),
        "messageId": name,
        "destination": to,
        "headersTruncated": False,
        "headers": [{"name": header, "value": str(value)} for header, value in message.items()],
        "commonHeaders": {"from": [str(message["From"] or "")], "to": to, "subject": str(message["Subject"] or "")},
    }
    receipt = {
        "timestamp": timestamp,
        "processingTimeMillis": 1,
        "recipients": to,
        **{f"{verdict}Verdict": {"status": verdicts.get(verdict, "PASS")} for verdict in VERDICTS},
        "action": {"type": "Lambda", "invocationType": "Event"},
    }
    record = {"eventSource": "aws:ses", "eventVersion": "1.0", "ses": {"mail": mail, "receipt": receipt}}
    return {"Records": [record]}


def _received(path: Path, inbox: Inbox) -> str:
    """Take one file; return where it belongs now."""
    try:
        inbox.take(path.read_bytes(), {})
    except Exception:  # whatever it is, it must not end the watch
        logging.exception("%s could not be received", path)
        return "failed"
    return "taken"


def _addresses(message: Message, header: str) -> list[str]:
    """Return the addresses of a header; none of one that cannot be read."""
    try:
        found = getaddresses([str(value) for value in message.get_all(header, [])])
    except (IndexError, RecursionError, ValueError):
        return []
    return [address for _, address in found if address]


@contextmanager
def watching(folder: Path, inbox: Inbox) -> Iterator[None]:
    """Receive every .eml that is dropped into a folder while the block runs; what was taken moves to `taken/`.

    What could not be taken moves to `failed/`, and the next has its turn.
    """
    stopped = threading.Event()
    for place in ("taken", "failed"):
        (folder / place).mkdir(exist_ok=True)

    def watch() -> None:
        while not stopped.wait(WATCH_SECONDS):
            for path in sorted(folder.glob("*.eml")):
                if time.time() - path.stat().st_mtime < WATCH_SECONDS:
                    continue  # still being written, perhaps
                path.rename(folder / _received(path, inbox) / path.name)

    thread = threading.Thread(target=watch, daemon=True, name="replies")
    if inbox.open:
        thread.start()
    try:
        yield
    finally:
        stopped.set()
        if inbox.open:
            thread.join()
