"""What a fresh local installation begins with: a studio with two hosts, their event types and a few published slots."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import urllib3

from local.state import Account, StartFailedError
from tools.tenant import provision

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TENANT = "demo"
# What every mail and page shows, so that a look at the outbox says what a tenant can change.
SETTINGS: dict[str, Any] = {
    "brand": {"colour": "#0f6e5c", "signature": "Demo Studio\nMarket Square 4, Potsdam"},
    "feedback_url": "https://studio.example/feedback",
}

_WORKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
_HOSTS = {
    "ada": {"name": "Ada Lovelace", "email": "ada@studio.example", "timezone": "Europe/Berlin"},
    "grace": {"name": "Grace Hopper", "email": "grace@studio.example", "timezone": "America/New_York"},
}
_HOURS = {"ada": [["09:00", "12:00"], ["13:00", "17:00"]], "grace": [["09:00", "17:00"]]}
_EVENT_TYPES: dict[str, list[dict[str, Any]]] = {
    "ada": [
        {"slug": "intro", "title": "First conversation", "duration_minutes": 30},
        {
            "slug": "consulting",
            "title": "Consulting",
            "duration_minutes": 60,
            "buffer_before_minutes": 15,
            "buffer_after_minutes": 15,
        },
    ],
    "grace": [{"slug": "workshop", "title": "Workshop", "duration_minutes": 60, "capacity": 5}],
}
# Outside the weekly hours, so that they take nothing from the event types: host, days ahead, wall clock.
_PUBLISHED = [("ada", 1, time(18)), ("ada", 2, time(18, 30)), ("grace", 1, time(18)), ("grace", 3, time(19))]


def seed(url: str, dynamodb: "DynamoDBClient", table: str, now: datetime) -> Account:
    """Create the tenant and its first key in the table, everything else through the API itself."""
    key = provision(dynamodb, table, name="Demo Studio", slug=TENANT, email="studio@studio.example", now=now)
    with urllib3.PoolManager(retries=False, headers={"Authorization": f"Bearer {key}"}) as pool:
        _send(pool, "PATCH", f"{url}/v1/{TENANT}/settings", SETTINGS)
        for path, body in requests(now):
            _send(pool, "POST", f"{url}/v1/{TENANT}{path}", body)
    return Account(TENANT, key)


def requests(now: datetime) -> list[tuple[str, Mapping[str, Any]]]:
    """Return what is posted, in order: path below the tenant, and body."""
    posts: list[tuple[str, Mapping[str, Any]]] = []
    for host, profile in _HOSTS.items():
        zone = profile["timezone"]
        weekly = dict.fromkeys(_WORKDAYS, _HOURS[host])
        posts.append(("/hosts", {"slug": host, **profile, "default_schedule": "office"}))
        posts.append((f"/hosts/{host}/schedules", {"id": "office", "timezone": zone, "weekly": weekly}))
        posts += [(f"/hosts/{host}/event-types", event_type) for event_type in _EVENT_TYPES[host]]
    for host, days, clock in _PUBLISHED:
        zone_info = ZoneInfo(_HOSTS[host]["timezone"])
        day = (now.astimezone(zone_info) + timedelta(days=days)).date()
        start = datetime.combine(day, clock, zone_info)
        posts.append(("/slots", {"host": host, "start": start.isoformat(), "duration_minutes": 45}))
    return posts


def try_out(url: str, key: str) -> list[str]:
    """Return shell lines that list, book, move and cancel, with starts that are free at the moment."""
    today = datetime.now(UTC).date()
    listing = f"{url}/v1/{TENANT}/hosts/ada/event-types/intro/slots?from={today}&to={today + timedelta(days=7)}"
    with urllib3.PoolManager(retries=False) as pool:
        slots = pool.request("GET", listing + "&timezone=Europe/Berlin").json()["slots"]
    first, second = slots[0]["start"], slots[1]["start"]
    attendee = {"name": "Alan Turing", "email": "alan@example.com", "timezone": "Europe/London"}
    booking = json.dumps({"host": "ada", "event_type": "intro", "start": first, "attendee": attendee})
    json_type, token = "-H 'Content-Type: application/json'", '-H "Authorization: Bearer $token"'
    return [
        f"curl -sw '\\n' '{listing}&timezone=Europe/Berlin'",
        f"booking=$(curl -s {json_type} {url}/v1/{TENANT}/bookings -d '{booking}'); echo \"$booking\"",
        _pick("id"),
        _pick("manage_token", "token"),
        f'curl -sw "\\n" {json_type} {token} {url}/v1/{TENANT}/bookings/$id/reschedule -d \'{{"start": "{second}"}}\'',
        f"curl -sw '\\n' {json_type} {token} {url}/v1/{TENANT}/bookings/$id/cancel -d '{{}}'",
        f"curl -sw '\\n' -H 'Authorization: Bearer {key}' '{url}/v1/{TENANT}/bookings?status=cancelled'",
    ]


def _pick(field: str, variable: str | None = None) -> str:
    """Return a shell line that takes a text field out of $booking, with nothing that a bare system lacks."""
    pattern = f'"{field}" *: *"[^"]*"'
    return f"{variable or field}=$(printf %s \"$booking\" | grep -o '{pattern}' | head -n 1 | cut -d '\"' -f 4)"


def _send(pool: urllib3.PoolManager, method: str, url: str, body: Mapping[str, Any]) -> None:
    response = pool.request(method, url, json=body)
    if response.status >= HTTPStatus.BAD_REQUEST:
        refusal = f"{method} {url}: {response.status} {response.data.decode()}"
        raise StartFailedError(f"the demo data was refused, engine.log says why: {refusal}")
