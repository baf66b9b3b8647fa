"""One working day of the whole API under each function's own policies: nothing is refused, nothing is idle.

The workers have theirs: tests/template/test_worker_rights.py; and so have connected calendars:
tests/template/test_calendar_rights.py.
"""

from collections.abc import Callable
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest

from daybook import wiring
from daybook.edge import access
from tests.harness import Api
from tests.integration.browsing import seen, sent
from tests.template.policies import BESIDES, OF_CALENDARS, TABLE, Watch, granted, on_table
from tools.routes import functions
from workers import authorize

# A pending seat that lapsed under somebody else's request is cleared away; a quiet day brings none.
RARE = {(name, "dynamodb:DeleteItem", TABLE) for name in ("public.book", "public.book_slot")}
AUTHORIZER = "workers.authorize"

ADA = "/hosts/ada"
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (f"2027-03-0{day}" for day in (2, 3, 4, 5))
HOURS = {day: [["09:00", "17:00"]] for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> None:
    for limit in ("POSTS_PER_MINUTE_PER_ADDRESS", "POSTS_PER_MINUTE_PER_TENANT", "ACTIVE_BOOKINGS_PER_EMAIL"):
        monkeypatch.setenv(f"DAYBOOK_{limit}", "100")


@pytest.fixture
def watch(limits: None, api: Api, monkeypatch: pytest.MonkeyPatch) -> Watch:
    """Have every handler judged by its own function's policies."""
    watch = Watch(wiring.client())

    def judged(handler: Callable[..., Any], name: str) -> Callable[..., Any]:
        def fresh(event: Any, context: Any) -> Any:
            access.remembered_secret.cache_clear()  # as in a process of its own
            return handler(event, context)

        return watch.judged(fresh, name)

    monkeypatch.setattr(authorize, "handler", judged(authorize.handler, AUTHORIZER))
    api.routes = [
        (method, pattern, endpoint, judged(handler, endpoint.run.__module__))
        for method, pattern, endpoint, handler in api.routes
    ]
    return watch


class Day:
    """Sends requests, with the tenant's key unless told otherwise, and insists on success."""

    def __init__(self, api: Api) -> None:
        self.api = api

    def __call__(self, method: str, path: str, body: Any = None, *, by: str | None = "key", status: int = 0) -> Any:
        key = {"idempotency-key": str(uuid5(NAMESPACE_URL, f"{method} {path} {body}"))}
        bearer = self.api.key if by == "key" else by
        reply = self.api.call(method, path, body, bearer=bearer, headers=key if method == "POST" else {})
        assert reply.status == status or (not status and reply.status in {200, 201, 204}), (method, path, reply)
        return reply.json if reply.text[:1] == "{" else None

    def book(self, kind: str, clock: str, who: str = "bob") -> Any:
        start = f"{TUESDAY}T{clock}:00+01:00"
        return self("POST", "/bookings", {"host": "ada", "event_type": kind, "start": start, "attendee": person(who)})


def person(name: str) -> dict[str, str]:
    return {"name": name, "email": f"{name}@example.com", "timezone": "Europe/Berlin"}


def set_up(day: Day) -> None:
    day("POST", "/hosts", {"slug": "ada", "name": "Ada", "email": "ada@example.com", "timezone": "Europe/Berlin"})
    day("GET", "/hosts")
    for schedule in ("work", "spare"):
        day("POST", f"{ADA}/schedules", {"id": schedule, "timezone": "Europe/Berlin", "weekly": HOURS})
    day("PATCH", ADA, {"default_schedule": "work"})
    kinds: dict[str, dict[str, Any]] = {
        "intro": {"duration_minutes": 30, "limits": {"per_day": 20}, "schedule": "work"},
        "asked": {"duration_minutes": 30, "requires_confirmation": True},
        "class": {"duration_minutes": 60, "capacity": 3},
        "spare": {"duration_minutes": 15},
    }
    for slug, settings in kinds.items():
        day("POST", f"{ADA}/event-types", {"slug": slug, "title": slug, **settings})
    day("POST", f"{ADA}/blocks", {"date": "2027-03-05"})
    [block] = day("GET", f"{ADA}/blocks")["items"]
    day("GET", f"{ADA}/blocks/{block['id']}")
    day("PATCH", f"{ADA}/blocks/{block['id']}", {"reason": "Away"})
    day("DELETE", f"{ADA}/blocks/{block['id']}")


def attend(day: Day) -> None:
    span = f"from={TUESDAY}&to={TUESDAY}&timezone=Europe/Berlin"
    for path in (ADA, f"{ADA}/event-types/intro"):
        day("GET", path)
        day("GET", path, by=None)
    first = day.book("intro", "09:00")
    path, token = f"/bookings/{first['id']}", first["manage_token"]
    for listing in ("slots", "days"):
        day("GET", f"{ADA}/event-types/intro/{listing}?{span}", by=None)
        for who in (token, "key"):
            day("GET", f"{ADA}/event-types/intro/{listing}?{span}&reschedule_of={first['id']}", by=who)
    for who in (token, "key"):
        day("GET", path, by=who)
        day("GET", f"{path}/invite.ics", by=who)
    day("POST", f"{path}/reschedule", {"start": f"{TUESDAY}T10:00:00+01:00"}, by=token)
    taken = day.book("intro", "13:00")["start"]
    day("POST", f"{path}/reschedule", {"start": taken}, by=token, status=409)
    order = {"host": "ada", "event_type": "intro", "start": taken, "attendee": person("eve")}
    day("POST", "/bookings", order, by=None, status=409)
    day("POST", f"{path}/cancel", {}, by=token)
    day("POST", f"{path}/cancel", {}, by="key")


def decide(day: Day) -> None:
    yes, no = day.book("asked", "11:00"), day.book("asked", "12:00")
    day("POST", f"/bookings/{yes['id']}/confirm", {})
    day("POST", f"/bookings/{no['id']}/decline", {})
    seat, other = day.book("class", "14:00"), day.book("class", "14:00", "eve")
    day("POST", f"/bookings/{seat['id']}/reschedule", {"start": f"{TUESDAY}T15:00:00+01:00"})
    day("POST", f"/bookings/{other['id']}/cancel", {})
    day("GET", f"{ADA}/event-types/intro/explain?start={TUESDAY}T11:00:00%2B01:00")
    day("GET", "/bookings")
    day("GET", "/bookings?host=ada")
    day("DELETE", f"/bookings/{seat['id']}")
    day.api.clock.advance(days=2)
    day("POST", f"/bookings/{yes['id']}/no-show", {})
    for part in ("history", "mails"):
        day("GET", f"/bookings/{yes['id']}/{part}")
    day.api.clock.advance(days=-2)


def publish(day: Day) -> None:
    offer = {"host": "ada", "duration_minutes": 30, "event_type": "class", "capacity": 2}
    times = [f"{WEDNESDAY}T{clock}:00+01:00" for clock in ("10:00", "11:00", "12:00")]
    slots = [day("POST", "/slots", {**offer, "start": start})["id"] for start in times]
    assert day("POST", "/slots", {**offer, "start": times[0]})["id"] == slots[0]
    for who in (None, "key"):
        day("GET", f"/slots?from={WEDNESDAY}&to={WEDNESDAY}&timezone=Europe/Berlin", by=who)
    bob, eve = (day("POST", f"/slots/{slots[0]}/book", {"attendee": person(who)}) for who in ("bob", "eve"))
    day("POST", f"/slots/{slots[0]}/book", {"attendee": person("joe")}, status=409)
    day("POST", f"/bookings/{eve['id']}/cancel", {})
    day("POST", f"/bookings/{bob['id']}/reschedule", {"slot_id": slots[1]}, by=bob["manage_token"])
    day("DELETE", f"/slots/{slots[2]}")


def let_lapse(day: Day) -> None:
    """Requests nobody answers: what they hold is given back by whoever comes next."""
    offer = {"host": "ada", "event_type": "asked"}
    start = f"{FRIDAY}T{{}}:00+01:00"
    declined, single = (day("POST", "/slots", {**offer, "start": start.format(at)})["id"] for at in ("08:00", "09:00"))
    asked = day("POST", f"/slots/{declined}/book", {"attendee": person("joe")})
    day("POST", f"/bookings/{asked['id']}/decline", {})
    day("POST", f"/slots/{single}/book", {"attendee": person("bob")})
    day("POST", f"/slots/{single}/book", {"attendee": person("eve")}, by=None, status=409)
    day("POST", "/bookings", {**offer, "start": start.format("10:00"), "attendee": person("bob")})
    day.api.clock.advance(days=3)
    day("DELETE", f"/slots/{single}")
    day("POST", "/slots", {**offer, "start": start.format("10:00")})
    day.api.clock.advance(days=-3)


def serve_oneself(day: Day) -> None:
    """The attendee's page: a time, a seat and a published slot, moved and given up."""
    start = f"{THURSDAY}T{{}}:00+01:00"
    offer = {"host": "ada", "duration_minutes": 30, "event_type": "intro"}
    one, other = (day("POST", "/slots", {**offer, "start": start.format(at)})["id"] for at in ("07:00", "07:30"))
    published = day("POST", f"/slots/{one}/book", {"attendee": person("bob")})
    times = {kind: day.book(kind, at) for kind, at in (("intro", "10:00"), ("class", "12:00"))}
    moves = [
        (times["intro"], {"start": start.format("15:00")}),
        (times["class"], {"start": start.format("16:00")}),
        (published, {"slot": other}),
    ]
    for booking, target in moves:
        for step in ("", "move", "cancel"):
            assert seen(day.api, booking, step=step).status == 200
        assert sent(day.api, booking, "move", **target).status == 303
        assert sent(day.api, booking, "cancel", token="wrong").status == 404
        assert sent(day.api, booking, "cancel").status == 303


def tidy_up(day: Day) -> None:
    day.book("intro", "09:30")
    for path in ("event-types", "schedules", "schedules/work"):
        day("GET", f"{ADA}/{path}")
    day("PATCH", f"{ADA}/event-types/intro", {"limits": {"per_week": 20}})
    day("PATCH", ADA, {"defaults": {"limits": {"per_month": 90}}})
    day("PATCH", f"{ADA}/schedules/work", {"timezone": "Europe/Paris"})
    day("DELETE", f"{ADA}/event-types/intro", status=409)
    day("DELETE", f"{ADA}/event-types/spare")
    day("DELETE", f"{ADA}/schedules/spare")
    day("DELETE", ADA, status=409)
    day("POST", "/hosts", {"slug": "bob", "name": "Bob", "email": "bob@example.com", "timezone": "Europe/Berlin"})
    day("DELETE", "/hosts/bob")
    day("GET", "/settings")
    day("PATCH", "/settings", {"brand": {"colour": "#205080"}, "feedback_url": "https://example.com"})
    key = day("POST", "/api-keys", {"name": "page", "scopes": ["read"]})
    day("GET", "/api-keys")
    day("GET", f"/api-keys/{key['id']}")
    day("DELETE", f"/api-keys/{key['id']}")
    day("GET", "/v1/health", by=None)
    day("GET", "/nowhere", by=None, status=404)


def test_every_function_has_the_rights_it_needs_and_no_other(api: Api, watch: Watch) -> None:
    day = Day(api)
    for part in (set_up, attend, decide, publish, let_lapse, serve_oneself, tidy_up):
        part(day)
    answering = {name: each for name, each in functions().items() if name == AUTHORIZER or "workers." not in name}
    others = answering.keys() - OF_CALENDARS
    rights = {(name, *pair) for name in others for pair in granted(answering[name])}
    assert watch.refused == []
    assert sorted(rights - watch.used - RARE - BESIDES) == []


def test_a_missing_right_would_be_noticed(table: str) -> None:
    watch = Watch(wiring.client())
    watch.function = AUTHORIZER
    wiring.client().get_item(TableName=table, Key={"pk": {"S": "T#acme#B#1"}, "sk": {"S": "BOOKING"}})
    assert watch.refused == [(AUTHORIZER, on_table("GetItem", {"T#acme#B#1"}, attributes={"pk", "sk"}))]
