"""What the measured functions find: a small tenant in a table, and for each function an event that it accepts.

The tenant is made by Daybook's own handlers on moto, but for what only Google's consent brings: that is put where the
callback would. Events are those of events/, with credentials that are true here.
"""

import json
import os
from base64 import b64encode
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from zoneinfo import ZoneInfo

from daybook.calendar_ports import Watch
from daybook.domain.connection import Calendar, Channel, Connection
from daybook.domain.consent import asked_scopes
from daybook.domain.tokens import secret_digest
from daybook.domain.uid import uid_of
from tools.worker_events import BOOKING, CONNECTION, REMINDER

ROOT = Path(__file__).parents[1]
NOW = datetime(2027, 2, 26, 8, 0, tzinfo=UTC)
ASKED = "01KJM7XQ4T9V2B8R5D3F6H1N0D"
"""A booking that waits for its host's answer."""
ACCOUNT = "hedy@gmail.example"
"""What the host hedy has connected at Google. Ada has nothing connected, and her bookings ask nobody."""
GOOGLE_CLIENT = "daybook.apps.example"
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "DAYBOOK_TABLE": "daybook-test",
    "DAYBOOK_MAIL_DOMAIN": "daybook.example",
    "DAYBOOK_GOOGLE_CLIENT_ID": GOOGLE_CLIENT,
    "POWERTOOLS_LOG_LEVEL": "ERROR",
    "POWERTOOLS_SERVICE_NAME": "daybook",
    "POWERTOOLS_METRICS_NAMESPACE": "Daybook",
}
WORKDAYS = {day: [["09:00", "17:00"]] for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}
ATTENDEE = {"name": "Grace Hopper", "email": "grace@example.com", "timezone": "America/New_York", "language": "en"}
CATALOGUE: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("/hosts", {"slug": "ada", "name": "Ada", "email": "ada@example.com", "timezone": "Europe/Berlin"}),
    ("/hosts", {"slug": "hedy", "name": "Hedy", "email": "hedy@example.com", "timezone": "Europe/Vienna"}),
    ("/hosts/ada/schedules", {"id": "working-hours", "timezone": "Europe/Berlin", "weekly": WORKDAYS}),
    ("/hosts/ada/event-types", {"slug": "intro", "title": "A first talk", "duration_minutes": 30}),
    (
        "/hosts/ada/event-types",
        {"slug": "asked", "title": "By request", "duration_minutes": 30, "requires_confirmation": True},
    ),
)
REPLY = f"""\
From: grace@example.com
To: bookings@daybook.example
Subject: Accepted: A first talk
MIME-Version: 1.0
Content-Type: text/calendar; method=REPLY; charset=utf-8

BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Example//Calendar//EN
METHOD:REPLY
BEGIN:VEVENT
UID:{uid_of("demo", BOOKING, ENVIRONMENT["DAYBOOK_MAIL_DOMAIN"])}
SEQUENCE:0
DTSTAMP:20270226T090000Z
DTSTART:20270301T080000Z
ORGANIZER:mailto:bookings@daybook.example
ATTENDEE;PARTSTAT=ACCEPTED:mailto:grace@example.com
END:VEVENT
END:VCALENDAR
"""
"""What an attendee's calendar sends back, as SES leaves it in the bucket."""


@dataclass(frozen=True)
class Scene:
    """Items in wire form, bytes as base64; a mail to Daybook; events and moments by function."""

    items: list[dict[str, Any]]
    mail: str
    events: dict[str, dict[str, Any]]
    moments: dict[str, str]

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)))


def quiet(call: Any, *given: Any, **named: Any) -> Any:
    """Keep logs and metrics, which go to stdout on Lambda, out of the table of results."""
    with redirect_stdout(StringIO()):
        return call(*given, **named)


def prepared() -> Scene:
    """Make the scene; needs moto, and forgets the clients it made."""
    from tests.conftest import forget_clients  # noqa: PLC0415 - sets the environment, which is not quite this one's

    os.environ.update(ENVIRONMENT)
    from moto import mock_aws  # noqa: PLC0415 - reads the environment when imported

    from daybook import wiring  # noqa: PLC0415

    clock, new_id = wiring.now, wiring.new_id
    try:
        with mock_aws():
            forget_clients()
            return _made()
    finally:
        wiring.now, wiring.new_id = clock, new_id
        forget_clients()


def _made() -> Scene:
    from daybook import wiring  # noqa: PLC0415
    from tests.harness import TABLE, Api, Clock, routes, table_properties  # noqa: PLC0415 - needs the environment
    from tools.tenant import provision  # noqa: PLC0415

    wiring.client().create_table(TableName=TABLE, **table_properties())
    wiring.now = Clock(NOW)
    key = provision(wiring.client(), TABLE, name="Demo", slug="demo", email="owner@example.com", now=NOW)
    api = Api("demo", key, wiring.now, routes=list(routes()))
    for path, body in CATALOGUE:
        _created(api.host, "POST", path, body)
    wiring.new_id = lambda: BOOKING
    slot = {"host": "ada", "start": "2027-03-04T10:00:00+01:00", "duration_minutes": 30}
    _created(api.host, "POST", "/slots", slot)
    _created(api.host, "POST", "/hosts/ada/blocks", {"date": "2027-03-05", "reason": "Out of town"})
    wanted = {"host": "ada", "event_type": "intro", "attendee": ATTENDEE}
    booked = _created(api.post, "/bookings", {**wanted, "start": "2027-03-01T09:00:00+01:00"})
    wiring.new_id = lambda: ASKED
    _created(api.post, "/bookings", {**wanted, "event_type": "asked", "start": "2027-03-02T11:00:00+01:00"})
    link = _created(api.host, "POST", "/hosts/ada/calendars/google", {})["url"]
    _connect()
    items = wiring.client().scan(TableName=TABLE)["Items"]
    plain = json.loads(json.dumps(items, default=_base64))
    [state] = parse_qs(urlsplit(link).query)["id"]
    return Scene(plain, REPLY.replace("\n", "\r\n"), *_events(key, booked["manage_token"], state))


def _connect() -> None:
    """Connect Hedy's account as if Google had consented; the sample of a push is of the channel it has."""
    from daybook import calendar_wiring  # noqa: PLC0415

    push = json.loads((ROOT / "events" / "webhooks" / "google_calendar.json").read_text())["headers"]
    channel = Channel(
        id=push["x-goog-channel-id"],
        resource=push["x-goog-resource-id"],
        token_sha256=secret_digest(push["x-goog-channel-token"]),
        expires_at=NOW + timedelta(days=7),
    )
    calendar = Calendar(id=ACCOUNT, name="Hedy", zone=ZoneInfo("Europe/Vienna"), primary=True, writable=True)
    connection = Connection(
        tenant="demo",
        host="hedy",
        id=CONNECTION,
        account=ACCOUNT,
        subject="1" * 21,
        scopes=frozenset(asked_scopes(existing=False)),
        sealed_token="sealed",
        calendars=(calendar,),
        busy_from=frozenset({ACCOUNT}),
        channels={ACCOUNT: channel},
        due_at=NOW,
        created_at=NOW,
        updated_at=NOW,
    )
    connections = calendar_wiring.connections()
    connections.put(connection.read(begun=NOW, problem=""), version=None)
    connections.add_watch(Watch(tenant="demo", host="hedy", connection=CONNECTION, channel=channel))


def _created(call: Any, *given: Any) -> Any:
    reply = quiet(call, *given)
    if reply.status != 201:
        raise AssertionError(reply.text)
    return reply.json


def _base64(value: bytes) -> str:
    return b64encode(value).decode()


def _events(key: str, token: str, state: str) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    from tools.events import KEY, MANAGE_TOKEN  # noqa: PLC0415

    events: dict[str, dict[str, Any]] = {}
    for path in sorted((ROOT / "events").glob("*/*.json")):
        name = f"{path.parent.name}.{path.stem}"
        text = path.read_text().replace(KEY, key).replace(MANAGE_TOKEN, token)
        if name in {"host.confirm", "host.decline"}:
            text = text.replace(BOOKING, ASKED)
        if name in {"host.hosts", "host.schedules"}:  # what the sample adds is there
            text = text.replace('\\"ada\\"', '\\"grace\\"').replace("working-hours", "evenings")
        if name == "host.calendars":
            text = text.replace('"ada"', '"hedy"').replace("/ada/", "/hedy/")
        events[name] = json.loads(text)
    _fill_forms(events, token)
    events["public.google_start"] = _link_opened(state)
    moments = dict.fromkeys(events, NOW.isoformat())
    moments["host.no_show"] = (NOW + timedelta(days=4)).isoformat()
    moments["workers.run_timer"] = REMINDER.at.isoformat()
    return events, moments


def _fill_forms(events: dict[str, dict[str, Any]], token: str) -> None:
    """Forms travel as base64, where a token cannot just be replaced."""
    form = {"token": token, "action": "move", "start": "2027-03-02T09:00:00+01:00"}
    events["public.manage_page"]["body"] = b64encode(urlencode(form).encode()).decode()


def _link_opened(state: str) -> dict[str, Any]:
    """A host's link to Google opens this page, and does so cold; the sample presses its button, right after."""
    from tools.events import Sample, request  # noqa: PLC0415
    from tools.routes import routes  # noqa: PLC0415 - in _made, the name is another's

    [opening] = [one for one in routes() if one.function == "public.google_start" and one.method == "GET"]
    return request(opening, Sample(query={"id": state}))
