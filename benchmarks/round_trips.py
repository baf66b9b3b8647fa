"""Round trips to the table and the units they cost, counted at the client while the handlers answer.

Rate limits and the cap on bookings are on, as template.yaml ships them. What is judged is the budget's own case: calls
one after the other (those beside them take no time of their own), and the write units of a booking with one limit.
"""

import os
from collections.abc import Iterator
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

from benchmarks.measure import Line, Say
from benchmarks.units import Meter
from tools.routes import variables

NOW = datetime(2027, 3, 1, 6, tzinfo=UTC)
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
QUOTAS = (
    "DAYBOOK_POSTS_PER_MINUTE_PER_ADDRESS",
    "DAYBOOK_POSTS_PER_MINUTE_PER_TENANT",
    "DAYBOOK_ACTIVE_BOOKINGS_PER_EMAIL",
)
ROUND_TRIPS, READS, WRITES = 2, 4, 14


def run(_quick: bool, say: Say) -> Iterator[Line]:  # noqa: FBT001 - as all benchmarks
    """Measure listing and booking; a limit and an Idempotency-Key make booking dearest."""
    os.environ.update(ENVIRONMENT | shipped())
    from moto import mock_aws  # noqa: PLC0415 - reads the environment when imported

    say("filling a month")
    with mock_aws():
        yield from _measured()


def shipped() -> dict[str, str]:
    """Return the bounds on public writes that `book` is deployed with."""
    return {name: value for name, value in variables("public.book").items() if name in QUOTAS}


def _measured() -> Iterator[Line]:
    import boto3  # noqa: PLC0415 - under moto

    from daybook import wiring  # noqa: PLC0415
    from daybook.edge.access import remembered_secret  # noqa: PLC0415
    from tests.harness import TABLE, Api, Clock, routes, table_properties  # noqa: PLC0415 - needs the environment
    from tools.tenant import provision  # noqa: PLC0415

    wiring.client().create_table(TableName=TABLE, **table_properties())
    wiring.now = clock = Clock(NOW)
    key = provision(wiring.client(), TABLE, name="Acme", slug="acme", email="owner@example.com", now=NOW)
    api = Api("acme", key, clock, routes=list(routes()))
    _furnish(api)
    _fill(api)
    meter = Meter(wiring.client(), boto3.client("dynamodb"), TABLE)
    assert _quiet(api.get, MONTH).status == 200
    yield from _counts("month view, 6 bookings each weekday", meter, reads=READS)
    _book(api, "intro", NOW + timedelta(days=30, hours=2), "once@example.com")
    yield from _counts("book", meter)
    remembered_secret.cache_clear()
    _book(api, "intro", NOW + timedelta(days=30, hours=5), "first@example.com")
    yield from _counts("book, nothing remembered", meter)
    _book(api, "limited", NOW + timedelta(days=30, hours=3), "twice@example.com")
    yield from _counts("book, one limit", meter, writes=WRITES)
    _book(api, "limited", NOW + timedelta(days=30, hours=4), "thrice@example.com", {"Idempotency-Key": "k" * 20})
    yield from _counts("book, one limit and an Idempotency-Key", meter)


def _counts(name: str, meter: Meter, *, reads: int | None = None, writes: int | None = None) -> Iterator[Line]:
    """Report what has been metered since the last time; units against budgets, if any, on a line of their own."""
    figures = {
        "calls one after the other": sum(not call.beside for call in meter.calls),
        "calls beside": sum(call.beside for call in meter.calls),
        "read units": float(sum(call.reads for call in meter.calls)),
        "write units with indexes": sum(call.writes for call in meter.calls),
        "at most": sum(call.at_most for call in meter.calls),
    }
    meter.calls.clear()
    yield Line(name, figures, judged="calls one after the other", budget=ROUND_TRIPS)
    if reads is not None:
        yield Line(f"{name}: units", {"read units": figures["read units"]}, judged="read units", budget=reads)
    if writes is not None:
        judged = "write units with indexes"
        yield Line(f"{name}: units", {judged: figures[judged]}, judged=judged, budget=writes)


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
    """Book six times on each weekday, a day's bookings a minute: more would be too many."""
    for day in range(1, 30):
        if (NOW + timedelta(days=day)).weekday() < 5:
            api.clock.advance(minutes=1)
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
