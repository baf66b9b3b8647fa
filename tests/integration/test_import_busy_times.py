"""From a host's hands in Google to free slots and bookings over HTTP: webhook, queue and workers by their handlers."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest

from daybook import calendar_wiring, mail_wiring, wiring
from daybook.adapters import messages
from daybook.domain.connection import Connection, State
from daybook.provider_ports import GrantLost
from local.google.trouble import Trouble
from tests.harness import Context
from tests.integration.calendars import CLIENT, GMAIL, ORIGIN, Office, Workers
from tests.integration.conftest import Log
from tests.integration.scenes import at, booked, change, shown, slots
from workers import import_busy_times, sweep_calendars, write_back

TEN = at("10:00")
HALF_HOUR = timedelta(minutes=30)


@pytest.fixture
def addressed(table: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A deployment that knows where it is: pushes need an address."""
    monkeypatch.setenv("DAYBOOK_BASE_URL", ORIGIN)
    wiring.settings.cache_clear()
    yield
    wiring.settings.cache_clear()


@pytest.fixture
def desk(addressed: None, office: Office, workers: Workers, monkeypatch: pytest.MonkeyPatch) -> "Desk":
    desk = Desk(office, monkeypatch)
    office.connect()
    desk.settle()
    return desk


class Desk:
    """An office whose pushes arrive, with somebody who works off what is queued; `delays` are those asked for."""

    def __init__(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        self.office = office
        self.delays: list[timedelta] = []
        monkeypatch.setattr(mail_wiring, "put_off", lambda _, delay: self.delays.append(delay))
        office.google.pushes.deliver = self.push

    def push(self, address: str, headers: Mapping[str, str]) -> int:
        return self.office.api.call("POST", urlsplit(address).path, headers=headers).status

    def settle(self) -> list[str]:
        """Let pushes arrive and wishes be worked off; return the ids of those that failed."""
        self.office.google.pushes.run()
        self.office.api.clock.advance(seconds=5)
        failed: list[str] = []
        for body in self.office.queued("sync"):
            sent = int((self.office.api.clock() - timedelta(seconds=1)).timestamp() * 1000)
            failed += handed(import_busy_times.handler, json.dumps(body), sent=sent)
        return failed

    @property
    def connection(self) -> Connection:
        [found] = self.office.connections()
        return found

    def enter(self, start: str = TEN, length: timedelta = HALF_HOUR) -> str:
        begins = datetime.fromisoformat(start)
        return self.office.google.people.insert(GMAIL, start=begins, end=begins + length)


def handed(handler: Any, *bodies: str, sent: int = 1) -> list[str]:
    records = [
        {
            "messageId": str(number),
            "receiptHandle": str(number),
            "body": body,
            "attributes": {"ApproximateReceiveCount": "1", "MessageGroupId": "g", "SentTimestamp": str(sent)},
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:SyncQueue.fifo",
            "awsRegion": "eu-central-1",
        }
        for number, body in enumerate(bodies)
    ]
    answer = handler({"Records": records}, Context())
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_what_is_busy_in_google_is_no_slot(desk: Desk) -> None:
    assert "10:00" in slots(desk.office.api)
    event = desk.enter()
    assert desk.settle() == []
    assert "10:00" not in slots(desk.office.api)
    desk.office.google.people.delete(GMAIL, event)
    desk.settle()
    assert "10:00" in slots(desk.office.api)


def test_listing_slots_asks_google_nothing(desk: Desk) -> None:
    desk.enter()
    desk.settle()
    asked = desk.office.asked()
    for _ in range(20):
        assert "10:00" not in slots(desk.office.api)
    assert desk.office.asked() == asked


def test_a_host_who_moves_an_event_moves_the_booking(desk: Desk) -> None:
    booking = booked(desk.office.api)
    told = [messages.event_text(one) for one in wiring.bookings().history("acme", booking["id"])]
    assert handed(write_back.handler, *told) == []
    calendar = str(desk.connection.write_to)
    [event] = desk.office.google.world.calendars[calendar].events
    noon = datetime.fromisoformat(at("12:00"))
    desk.office.google.people.edit(calendar, event, start=noon, end=noon + HALF_HOUR)
    assert desk.settle() == []
    assert datetime.fromisoformat(shown(desk.office.api, booking)["start"]) == noon
    desk.office.google.people.delete(calendar, event)
    desk.settle()
    assert shown(desk.office.api, booking)["status"] == "cancelled"
    assert desk.settle() == []


def test_what_is_booked_is_asked_to_be_written_where_it_is_wanted_now(desk: Desk) -> None:
    booking = booked(desk.office.api)
    desk.office.queued("calendar")
    for write_to in (None, desk.connection.dedicated):
        change(desk.office.api, desk.office.path(desk.connection), write_to=write_to)
        assert desk.settle() == []
        assert desk.office.queued("calendar") == [{"copy": {"tenant": "acme", "booking": booking["id"]}}]
        assert not desk.connection.to_copy


def test_while_google_is_down_messages_are_put_off(desk: Desk, log: Log) -> None:
    desk.enter()
    desk.office.google.trouble.down = True
    assert desk.settle() == ["0"]
    assert desk.delays == [timedelta(seconds=5)]
    assert {line["failure"] for line in log.lines if line.get("message") == "put off"} == {"ProviderDown"}
    desk.office.google.trouble = Trouble()
    desk.office.api.clock.advance(minutes=16)
    sweep_calendars.handler({}, Context())
    assert desk.settle() == []
    assert "10:00" not in slots(desk.office.api)


def test_the_sweep_counts_who_is_behind_and_who_is_broken(desk: Desk, log: Log) -> None:
    desk.office.api.clock.advance(hours=2)
    sweep_calendars.handler({}, Context())
    assert _metrics(log) == {"ConnectionsSwept": 1, "ConnectionsBehind": 1, "ConnectionsBroken": 0}
    desk.office.google.people.withdraw(GMAIL, CLIENT)
    desk.settle()
    assert desk.connection.state is State.BROKEN
    [notice] = desk.office.queued("mail")
    assert notice["notice"]["kind"] == "calendar_lost"
    sweep_calendars.handler({}, Context())
    assert _metrics(log) == {"ConnectionsSwept": 0, "ConnectionsBehind": 0, "ConnectionsBroken": 1}
    assert desk.office.queued("sync") == []


def test_disconnecting_leaves_nothing(desk: Desk) -> None:
    desk.enter()
    desk.settle()
    reply = desk.office.api.host("DELETE", desk.office.path(desk.connection))
    assert reply.status == 204, reply.text
    assert desk.settle() == []
    assert desk.office.connections() == []
    assert "10:00" in slots(desk.office.api)
    assert desk.office.google.channels.open(desk.office.google.world) == []
    assert desk.office.google.grants.refresh == {}


def test_tokens_are_sealed_for_one_connection(desk: Desk) -> None:
    connection = desk.connection
    [token] = desk.office.google.grants.refresh
    item = str(boto3.client("dynamodb").scan(TableName=wiring.settings().table)["Items"])
    assert token not in item
    assert connection.sealed_token in item

    calendar_wiring.providers().open(connection)
    for foreign in ({"tenant": "globex"}, {"host": "other"}, {"id": "other"}):
        with pytest.raises(GrantLost):
            calendar_wiring.providers().open(replace(connection, **foreign))


def test_no_token_is_in_any_log(desk: Desk, log: Log, caplog: pytest.LogCaptureFixture) -> None:
    desk.enter()
    secrets = [*desk.office.google.grants.refresh, *desk.office.google.grants.access]
    desk.settle()
    desk.office.google.people.withdraw(GMAIL, CLIENT)
    desk.enter(at("14:00"))
    desk.settle()
    secrets += desk.office.google.grants.access
    channels = [one.token for one in desk.office.google.channels.all.values() if one.token]
    assert len(channels) == 2
    assert not [one for one in (*secrets, *channels) if one in log.text + caplog.text]


def _metrics(log: Log) -> dict[str, float]:
    """Return what the last sweep counted."""
    line = [line for line in log.lines if "ConnectionsSwept" in line][-1]
    return {name: value[0] for name, value in line.items() if name.startswith("Connections")}
