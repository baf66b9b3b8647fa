"""Requests that many tests send, and the whole table to compare before and after."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from daybook import wiring
from tests.harness import TABLE, Api, Reply

MONDAY = "2027-03-01"
INTRO = "/hosts/ada/event-types/intro"


def person(who: str = "bob") -> dict[str, str]:
    return {"name": f"{who.title()} Person", "email": f"{who}@example.com", "timezone": "America/New_York"}


def at(clock: str, day: str = MONDAY) -> str:
    """Spell a moment on the host's clock in winter."""
    return f"{day}T{clock}:00+01:00"


def asked(start: str, who: str = "bob", event_type: str = "intro", **more: Any) -> dict[str, Any]:
    return {"host": "ada", "event_type": event_type, "start": start, "attendee": person(who), **more}


def book(
    api: Api, start: str = at("10:00"), who: str = "bob", event_type: str = "intro", *, key: str = "", **given: Any
) -> Reply:
    """Book without a credential; `key` is an Idempotency-Key."""
    headers = {"Idempotency-Key": key} if key else {}
    return api.post("/bookings", asked(start, who, event_type), headers=headers, **given)


def booked(api: Api, start: str = at("10:00"), who: str = "bob", event_type: str = "intro") -> dict[str, Any]:
    reply = book(api, start, who, event_type)
    assert reply.status == 201, reply.text
    return reply.json


def move(api: Api, booking: dict[str, Any], start: str, **given: Any) -> Reply:
    given.setdefault("bearer", booking["manage_token"])
    return api.post(f"/bookings/{booking['id']}/reschedule", {"start": start}, **given)


def cancel(api: Api, booking: dict[str, Any], **given: Any) -> Reply:
    given.setdefault("bearer", booking["manage_token"])
    return api.post(f"/bookings/{booking['id']}/cancel", **given)


def shown(api: Api, booking: dict[str, Any]) -> dict[str, Any]:
    return api.host("GET", f"/bookings/{booking['id']}").json


def offer(api: Api, slug: str, minutes: int = 30, **fields: Any) -> dict[str, Any]:
    """Add an event type to ada."""
    body = {"slug": slug, "title": slug.title(), "duration_minutes": minutes, **fields}
    reply = api.host("POST", "/hosts/ada/event-types", body)
    assert reply.status == 201, reply.text
    return reply.json


def change(api: Api, path: str, **fields: Any) -> dict[str, Any]:
    reply = api.host("PATCH", path, fields)
    assert reply.status == 200, reply.text
    return reply.json


def published(api: Api, **body: Any) -> Reply:
    """Ask for a slot of ada's at 18:00; whatever comes of it."""
    return api.host("POST", "/slots", {"host": "ada", "start": at("18:00"), **body})


def publish(api: Api, start: str = at("18:00"), **fields: Any) -> dict[str, Any]:
    """Publish a slot of ada's, half an hour long unless said otherwise."""
    length = {} if fields.keys() & {"end", "event_type", "duration_minutes"} else {"duration_minutes": 30}
    reply = api.host("POST", "/slots", {"host": "ada", "start": start, **length, **fields})
    assert reply.status == 201, reply.text
    return reply.json


def take(api: Api, slot: dict[str, Any], who: str = "bob", **given: Any) -> Reply:
    return api.post(f"/slots/{slot['id']}/book", {"attendee": person(who)}, **given)


def open_slots(api: Api, **given: Any) -> list[str]:
    return [slot["id"] for slot in api.get("/slots", **given).json["items"]]


def issue(api: Api, *scopes: str, host: str | None = None) -> str:
    """Return the text of a new key."""
    bound = {"host": host} if host else {}
    reply = api.host("POST", "/api-keys", {"name": "key", "scopes": list(scopes), **bound})
    assert reply.status == 201, reply.text
    return reply.json["key"]


def slots(api: Api, day: str = MONDAY, event_type: str = "intro", last: str | None = None, **query: Any) -> list[str]:
    """List the starts of the host's days as the host's clock reads them."""
    bearer = query.pop("bearer", None)
    asked_for = {"from": day, "to": last or day, "timezone": "Europe/Berlin", **query}
    reply = api.get(f"/hosts/ada/event-types/{event_type}/slots", query=asked_for, bearer=bearer)
    assert reply.status == 200, reply.text
    return [slot["start"][11:16] if last is None else slot["start"][:16] for slot in reply.json["slots"]]


def rows() -> list[dict[str, Any]]:
    """Read the whole table."""
    pages = wiring.client().get_paginator("scan").paginate(TableName=TABLE)
    found = [item for page in pages for item in page["Items"]]
    return sorted(found, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))


@contextmanager
def nothing_written() -> Iterator[None]:
    before = rows()
    yield
    assert rows() == before
