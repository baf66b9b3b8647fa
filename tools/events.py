"""Write events/<group>/<function>.json: what each function is handed, for `sam local invoke -e` and for tests.

Routes come from the template, so an event cannot name one that is not there; `--check` compares instead of writing.
A function with several routes is shown by its POST. Workers: tools/worker_events.py. The gateway's payload format 2.0:
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

import argparse
import json
import re
import sys
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from tools.routes import Route, public, routes
from tools.worker_events import ACCOUNT, BOOKING, REGION, worker_events

ROOT = Path(__file__).parents[1]
EVENTS = ROOT / "events"
API = "a1b2c3d4e5"
DOMAIN = f"{API}.execute-api.{REGION}.amazonaws.com"
KEY_ID = BOOKING.lower()
KEY = f"dbk_{KEY_ID}_c2VjcmV0LW9mLWEta2V5LWluLWEtdGVzdC1ldmVudA"
MANAGE_TOKEN = "dbm_AAAAAQAAAABp5Q8AbWFuYWdlLXRva2VuLWluLWEtdGVzdC1ldmVudA"  # noqa: S105 - opens nothing
IN_PATH = {
    "tenant": "demo",
    "host": "ada",
    "event_type": "intro",
    "schedule": "working-hours",
    "block": "dentist",
    "booking": BOOKING,
    "slot": BOOKING,
    "calendar": BOOKING,
    "key": KEY_ID,
}
STATE = "c3RhdGUtb2YtYS1jb25zZW50LWluLWEtdGVzdC1ldnQ"
PROOF = "5b0c3e1f7a9d4c62" * 4
COOKIE = "__Host-daybook-connect=Y29va2llLW9mLWEtYnJvd3Nlci1pbi1hLXRlc3QtZXY"
ATTENDEE = {"name": "Grace Hopper", "email": "grace@example.com", "timezone": "America/New_York", "language": "en"}
HOURS = [["09:00", "12:00"], ["13:00", "17:00"]]


@dataclass(frozen=True, slots=True)
class Sample:
    """What a caller adds to a route: query, body as JSON or the fields of a form, manage token, headers, cookies."""

    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, object] | None = None
    form: Mapping[str, str] | None = None
    token: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Sequence[str] = ()


WEEK = {"from": "2027-03-01", "to": "2027-03-07", "timezone": "Europe/Berlin"}
SAMPLES = {
    "public.list_slots": Sample(query=WEEK),
    "public.list_days": Sample(query={"month": "2027-03", "timezone": "Europe/Berlin"}),
    "public.list_open_slots": Sample(query={"status": "open", **WEEK}),
    "public.book": Sample(
        body={"host": "ada", "event_type": "intro", "start": "2027-03-01T09:00:00+01:00", "attendee": ATTENDEE}
    ),
    "public.book_slot": Sample(body={"attendee": ATTENDEE}),
    "public.show_booking": Sample(token=MANAGE_TOKEN),
    "public.show_invite": Sample(query={"token": MANAGE_TOKEN}),
    "public.reschedule": Sample(body={"start": "2027-03-02T09:00:00+01:00"}, token=MANAGE_TOKEN),
    "public.cancel": Sample(body={"reason": "I am ill."}, token=MANAGE_TOKEN),
    "public.manage_page": Sample(form={"token": MANAGE_TOKEN, "action": "move", "start": "2027-03-02T09:00:00+01:00"}),
    "host.create_slot": Sample(body={"host": "ada", "start": "2027-03-03T10:00:00+01:00", "duration_minutes": 30}),
    "host.hosts": Sample(
        body={"slug": "ada", "name": "Ada Lovelace", "email": "ada@example.com", "timezone": "Europe/Berlin"}
    ),
    "host.schedules": Sample(
        body={
            "id": "working-hours",
            "timezone": "Europe/Berlin",
            "weekly": dict.fromkeys(["monday", "tuesday", "wednesday", "thursday", "friday"], HOURS),
            "overrides": {"2027-12-24": []},
        }
    ),
    "host.event_types": Sample(body={"slug": "intro", "title": "A first talk", "duration_minutes": 30}),
    "host.blocks": Sample(body={"date": "2027-03-05", "reason": "Out of town"}),
    "host.list_bookings": Sample(query={"host": "ada", "status": "upcoming"}),
    "host.explain": Sample(query={"start": "2027-03-01T09:00:00+01:00"}),
    "public.google_start": Sample(form={"id": STATE, "proof": PROOF}, cookies=[COOKIE]),
    "public.google_callback": Sample(query={"state": STATE, "code": "4/0Ab_5qlk-a-code"}, cookies=[COOKIE]),
    "webhooks.google_calendar": Sample(
        headers={
            "x-goog-channel-id": BOOKING.lower(),
            "x-goog-channel-token": STATE,
            "x-goog-channel-expiration": "Fri, 05 Mar 2027 08:00:00 GMT",
            "x-goog-message-number": "7",
            "x-goog-resource-id": "o3hgv1538sdjfh",
            "x-goog-resource-state": "exists",
            "x-goog-resource-uri": "https://www.googleapis.com/calendar/v3/calendars/primary/events?alt=json",
        }
    ),
    "host.connect_calendar": Sample(body={"write_to": "dedicated"}),
    "host.api_keys": Sample(body={"name": "Booking page", "scopes": ["read", "bookings"]}),
}


def events() -> Iterator[tuple[Path, dict[str, object]]]:
    """Yield file and event of every function of the template."""
    chosen: dict[str, Route] = {}
    for route in routes():
        if route.function not in chosen or route.method == "POST":
            chosen[route.function] = route
    for name, route in chosen.items():
        yield EVENTS / f"{name.replace('.', '/')}.json", request(route, SAMPLES.get(name, Sample()))
    yield EVENTS / "workers" / "authorize.json", authorization(chosen["host.list_bookings"])
    for name, event in worker_events():
        yield EVENTS / "workers" / f"{name}.json", event


def request(route: Route, sample: Sample) -> dict[str, object]:
    """Build the event of one request."""
    headers = _headers(KEY if not public(route) else sample.token)
    headers |= sample.headers
    event = {**_line(route, sample.query), "headers": headers, "requestContext": _context(route)}
    if sample.cookies:
        event["cookies"] = list(sample.cookies)
    if sample.body is not None:
        headers |= {"content-type": "application/json", "idempotency-key": "5f0c6c1e-4d1b-4b6a-9d43-2f1f6a7d8e90"}
        event["body"] = json.dumps(sample.body)
    if sample.form is not None:
        # The gateway takes a form for binary data.
        headers |= {"accept": "text/html", "content-type": "application/x-www-form-urlencoded"}
        event["body"] = b64encode(urlencode(sample.form).encode()).decode()
    return {**event, "isBase64Encoded": sample.form is not None}


def authorization(route: Route) -> dict[str, object]:
    """Build what the gateway asks the authorizer about a request."""
    method, path = route.method, _path(route)
    return {
        **_line(route, {}),
        "type": "REQUEST",
        "routeArn": f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{API}/$default/{method}{path}",
        "identitySource": [f"Bearer {KEY}"],
        "headers": _headers(KEY),
        "requestContext": {key: value for key, value in _context(route).items() if key != "authorizer"},
    }


def _line(route: Route, query: Mapping[str, str]) -> dict[str, object]:
    line: dict[str, object] = {
        "version": "2.0",
        "routeKey": route.key,
        "rawPath": _path(route),
        "rawQueryString": urlencode(query),
    }
    if query:
        line["queryStringParameters"] = dict(query)
    names = re.findall(r"{(\w+)}", route.path or "")
    if names:
        line["pathParameters"] = {name: IN_PATH[name] for name in names}
    return line


def _path(route: Route) -> str:
    return route.path.format_map(IN_PATH) if route.path else "/v1/nowhere"


def _headers(credential: str | None) -> dict[str, str]:
    headers = {
        "accept": "application/json",
        "host": DOMAIN,
        "user-agent": "curl/8.11.0",
        "x-amzn-trace-id": "Root=1-69a3f1c0-5f0c6c1e4d1b4b6a9d432f1f",
        "x-forwarded-for": "192.0.2.10",
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
    }
    return headers | ({"authorization": f"Bearer {credential}"} if credential else {})


def _context(route: Route) -> dict[str, object]:
    context: dict[str, object] = {
        "accountId": ACCOUNT,
        "apiId": API,
        "domainName": DOMAIN,
        "domainPrefix": API,
        "http": {
            "method": route.method or "GET",
            "path": _path(route),
            "protocol": "HTTP/1.1",
            "sourceIp": "192.0.2.10",
            "userAgent": "curl/8.11.0",
        },
        "requestId": "JKJaXmPLvHcESHA=",
        "routeKey": route.key,
        "stage": "$default",
        "time": "26/Feb/2027:08:00:00 +0000",
        "timeEpoch": 1803628800000,
    }
    if not public(route):
        caller = {"tenant": "demo", "host": "", "scopes": "admin", "key_id": KEY_ID}
        context["authorizer"] = {"lambda": caller}
    return context


def main() -> int:
    """Write all events, or with --check say which files differ; return the exit status."""
    parser = argparse.ArgumentParser(description="Write events/ from the template's routes.")
    parser.add_argument("--check", action="store_true", help="compare only; fail if a file differs")
    check = parser.parse_args().check
    wanted = {path: json.dumps(event, indent=2) + "\n" for path, event in events()}
    stale = sorted(path for path in EVENTS.rglob("*.json") if path not in wanted)
    stale += sorted(path for path, text in wanted.items() if not path.exists() or path.read_text() != text)
    if check:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is not what tools.events writes", file=sys.stderr)
        return 1 if stale else 0
    for path in stale:
        path.unlink(missing_ok=True)
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
