"""A second tenant, and an eye on every log line: none may name a person or carry a secret."""

import io
import json
import logging
import os
import re
from collections.abc import Iterator
from contextlib import nullcontext
from functools import cache
from typing import Any

import pytest
from moto import mock_aws

from daybook import wiring
from local.google.port import serving
from tests.conftest import WORKDAYS, tenant_key
from tests.google.desk import Checked, Mailbox
from tests.harness import Api, Clock, routes
from tests.integration import calendars
from tests.integration.calendars import Office, Queues, Workers

PERSONAL = re.compile(r"@|\bdb[mk]_|Person|(?i:\bbob\b|\beve\b|\bada\b|\bzoe\b)|idempotency-key-|203\.0\.113\.7")
"""Addresses, tokens, keys, and the names these tests use. A route's pattern names nobody."""


@pytest.fixture
def globex(api: Api, clock: Clock) -> Api:
    """Another tenant on the same table, with a host and an event type of the same names as `studio`'s."""
    other = Api("globex", tenant_key("globex", clock), clock, routes=list(routes()))
    made = [
        other.host("POST", "/hosts", {"slug": "ada", "name": "Ada", "email": "ada@globex.com", "timezone": "UTC"}),
        other.host("POST", "/hosts/ada/schedules", {"id": "work", "timezone": "UTC", "weekly": WORKDAYS}),
        other.host("POST", "/hosts/ada/event-types", {"slug": "intro", "title": "Intro", "duration_minutes": 30}),
    ]
    assert [reply.status for reply in made] == [201, 201, 201], [reply.text for reply in made]
    return other


class Log:
    """What the functions write: log lines, and metrics as lines on standard output."""

    def __init__(self, stream: io.StringIO, capsys: pytest.CaptureFixture[str]) -> None:
        self._stream = stream
        self._capsys = capsys
        self._printed = ""

    @property
    def text(self) -> str:
        self._printed += self._capsys.readouterr().out
        return self._stream.getvalue() + self._printed

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture(autouse=True)
def log(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Log]:
    """Everything that is logged; checked for personal data after each test."""
    from daybook.edge.observability import logger

    log = Log(io.StringIO(), capsys)
    for handler in logger._logger.handlers:
        if isinstance(handler, logging.StreamHandler):
            monkeypatch.setattr(handler, "stream", log._stream)
    yield log
    for line in log.text.splitlines():
        assert not PERSONAL.search(line), line


@pytest.fixture
def deployed(table: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Queues]:
    """A deployment with a client at Google, whose queues are read by nobody."""
    # On another engine of DynamoDB, the rest of AWS is moto's all the same.
    with mock_aws() if os.environ.get("DAYBOOK_TEST_DYNAMODB") else nullcontext():
        queues = calendars.queues()
        monkeypatch.setenv("DAYBOOK_GOOGLE_CLIENT_ID", calendars.CLIENT)
        monkeypatch.setenv("DAYBOOK_MAX_RECEIVES", "20")
        for name, url in queues.items():
            monkeypatch.setenv(f"DAYBOOK_{name.upper()}_QUEUE", url)
        yield queues


@pytest.fixture
def office(studio: Api, deployed: Queues, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """The studio with Ada's account at Google; nothing is connected yet."""
    google = Checked(studio.clock, Mailbox())
    google.people.add_account(calendars.GMAIL, name="Ada")
    google.people.register(calendars.CLIENT, calendars.CLIENT_SECRET, [calendars.CALLBACK])
    with serving(google, pump=False) as url:
        for name, value in {**calendars.keys(), "DAYBOOK_GOOGLE_URL": url}.items():
            monkeypatch.setenv(name, value)
        yield Office(studio, google, deployed)


@pytest.fixture
def workers(office: Office, monkeypatch: pytest.MonkeyPatch) -> Workers:
    """What booking invokes."""
    from workers.check_busy import handler

    lambdas = Workers(handler)
    monkeypatch.setattr(wiring, "_check_busy", cache(lambdas.as_port))
    return lambdas
