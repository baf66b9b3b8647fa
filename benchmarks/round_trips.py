"""Round trips to the table and the units they cost, counted at the client while the handlers answer."""

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

from benchmarks.measure import Count
from benchmarks.units import item_size, read_units, write_units

NOW = datetime(2027, 3, 1, 6, tzinfo=UTC)
INDEXES = ("host_pk", "tenant_pk", "attendee_pk")
MONTH = "/hosts/ada/event-types/intro/days?month=2027-03&timezone=Europe/Berlin"
WORKDAYS = {day: [["09:00", "17:00"]] for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "DAYBOOK_TABLE": "daybook-test",
    "DAYBOOK_MAIL_DOMAIN": "daybook.example",
    "POWERTOOLS_LOG_LEVEL": "ERROR",
    "POWERTOOLS_SERVICE_NAME": "daybook",
    "POWERTOOLS_METRICS_NAMESPACE": "Daybook",
}


@dataclass
class Meter:
    """What the requests of one measurement asked of the table."""

    client: Any
    table: str
    calls: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)
    written: list[Mapping[str, Any]] = field(default_factory=list)
    reads: int = 0

    def asked(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        """Note a request before it is sent; those of other threads run beside the first."""
        on_main = threading.current_thread() is threading.main_thread()
        (self.calls if on_main else self.beside).append(model.name)
        if model.name == "TransactWriteItems":
            self.written += [body for action in params["TransactItems"] for body in action.values()]

    def answered(self, parsed: dict[str, Any], model: Any, **_: Any) -> None:
        """Add up what a read cost."""
        if model.name == "Query":
            self.reads += read_units(sum(map(item_size, parsed["Items"])))
        elif model.name == "BatchGetItem":
            self.reads += sum(read_units(item_size(item)) for item in parsed["Responses"].get(self.table, []))
        elif model.name == "GetItem":
            self.reads += read_units(item_size(parsed.get("Item", {})))

    def writes(self) -> int:
        """Weigh the items as they stand after the transaction, each with its entries in the indexes."""
        units = 0
        for body in self.written:
            key = body.get("Key") or {name: body["Item"][name] for name in ("pk", "sk")}
            item = self.client.get_item(TableName=self.table, Key=key).get("Item", {})
            units += write_units(item_size(item)) + sum(name in item for name in INDEXES)
        return units


def run() -> Iterator[Count]:
    """Measure listing and booking; a limit, an Idempotency-Key and quotas make booking dearest."""
    os.environ.update(ENVIRONMENT)
    from moto import mock_aws  # noqa: PLC0415 - reads the environment when imported

    with mock_aws():
        yield from _measured()


def _measured() -> Iterator[Count]:
    from daybook import wiring  # noqa: PLC0415
    from tests.harness import TABLE, Api, Clock, routes, table_properties  # noqa: PLC0415 - needs the environment
    from tools.tenant import provision  # noqa: PLC0415

    wiring.client().create_table(TableName=TABLE, **table_properties())
    clock = Clock(NOW)
    wiring.now = clock
    key = provision(wiring.client(), TABLE, name="Acme", slug="acme", email="owner@example.com", now=NOW)
    api = Api("acme", key, clock, routes=list(routes()))
    _furnish(api)
    with _metered(TABLE) as meter:
        assert _quiet(api.get, MONTH).status == 200
    yield Count("month view: sequential round trips", len(meter.calls), 2)
    yield Count("month view of an empty month: read units", meter.reads, 4)
    _fill(api)
    with _metered(TABLE) as meter:
        assert _quiet(api.get, MONTH).status == 200
    yield Count("month view, 6 bookings each weekday: read units", meter.reads, 4)
    with _metered(TABLE) as meter:
        _book(api, "intro", NOW + timedelta(days=30, hours=2), "once@example.com")
    yield Count("book: sequential round trips", len(meter.calls), 2)
    yield Count("book: write units with indexes", meter.writes(), 14)
    with _metered(TABLE) as meter:
        _book(api, "limited", NOW + timedelta(days=30, hours=3), "twice@example.com", {"Idempotency-Key": "k" * 20})
    yield Count("book, one limit and an Idempotency-Key: round trips", len(meter.calls), 2)
    yield Count("book, one limit and an Idempotency-Key: write units", meter.writes(), 14)


def _furnish(api: Any) -> None:
    limited = {"slug": "limited", "title": "Limited", "duration_minutes": 30, "limits": {"per_day": 8}}
    for path, body in (
        ("/hosts", {"slug": "ada", "name": "Ada", "email": "ada@example.com", "timezone": "Europe/Berlin"}),
        ("/hosts/ada/schedules", {"id": "work", "timezone": "Europe/Berlin", "weekly": WORKDAYS}),
        ("/hosts/ada/event-types", {"slug": "intro", "title": "Intro", "duration_minutes": 30}),
        ("/hosts/ada/event-types", limited),
    ):
        assert _quiet(api.host, "POST", path, body).status == 201


def _fill(api: Any) -> None:
    for day in range(1, 30):
        if (NOW + timedelta(days=day)).weekday() < 5:
            for hour in range(6):
                _book(api, "intro", NOW + timedelta(days=day, hours=3 + hour), f"p{hour}-{day}@example.com")


def _book(api: Any, event_type: str, start: datetime, email: str, headers: dict[str, str] | None = None) -> None:
    attendee = {"name": "Bob", "email": email, "timezone": "Europe/Berlin"}
    body = {"host": "ada", "event_type": event_type, "start": start.isoformat(), "attendee": attendee}
    reply = _quiet(api.post, "/bookings", body, headers=headers)
    assert reply.status == 201, reply.text


def _quiet(call: Any, *given: Any, **named: Any) -> Any:
    """Keep logs and metrics, which go to stdout on Lambda, out of the table of results."""
    with redirect_stdout(StringIO()):
        return call(*given, **named)


@contextmanager
def _metered(table: str) -> Iterator[Meter]:
    from daybook import wiring  # noqa: PLC0415 - after moto has begun

    client = wiring.client()
    meter = Meter(client, table)
    hooks: dict[str, Any] = {"provide-client-params.dynamodb": meter.asked, "after-call.dynamodb": meter.answered}
    for event, hook in hooks.items():
        client.meta.events.register(event, hook)
    yield meter
    for event, hook in hooks.items():
        client.meta.events.unregister(event, hook)
