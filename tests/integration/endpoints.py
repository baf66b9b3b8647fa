"""Every endpoint once: a request that succeeds, and what a key needs for it. The tests fail where one is missing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from daybook import calendar_wiring, wiring
from daybook.domain.connection import Connection
from tests.harness import Api, Reply
from tests.integration.scenes import INTRO, asked, at, booked, change, person, publish

READ, BOOKINGS, CATALOGUE, ADMIN = "read", "bookings", "catalogue", "admin"
DAY = "from=2027-03-01&to=2027-03-01&timezone=Europe/Berlin"
EVERYBODY = frozenset({READ, BOOKINGS, CATALOGUE, ADMIN})

World = dict[str, str]
"""Ids of things that stand in a tenant."""


def world(api: Api) -> World:
    """Make one of everything; `api` has the host ada and her event type intro."""
    booking, begun = booked(api, at("10:00")), booked(api, at("09:00"), "eve")
    change(api, INTRO, requires_confirmation=True)
    pending = booked(api, at("15:00"), "zoe")
    block = api.host("POST", "/hosts/ada/blocks", {"date": "2027-03-05"}).json
    key = api.host("POST", "/api-keys", {"name": "spare", "scopes": ["read"]}).json
    api.host("POST", "/hosts", {"slug": "spare", "name": "Spare", "email": "s@example.com", "timezone": "UTC"})
    api.host("POST", "/hosts/ada/event-types", {"slug": "spare", "title": "Spare", "duration_minutes": 30})
    api.host("POST", "/hosts/ada/schedules", {"id": "spare", "timezone": "UTC", "weekly": {}})
    api.host("POST", "/hosts", {"slug": "linked", "name": "Linked", "email": "l@example.com", "timezone": "UTC"})
    return {
        "booking": booking["id"],
        "token": booking["manage_token"],
        "begun": begun["id"],
        "pending": pending["id"],
        "slot": publish(api)["id"],
        "block": block["id"],
        "key": key["id"],
        "calendar": linked(api),
    }


def linked(api: Api) -> str:
    """Let an account be connected with the host `linked`, blocking nothing; return the connection's id."""
    now = api.clock()
    made = Connection(
        tenant=api.tenant,
        host="linked",
        id=wiring.new_id(),
        account="l@example.com",
        subject="1",
        sealed_token="sealed",
        due_at=now,
        created_at=now,
        updated_at=now,
    )
    calendar_wiring.connections().put(made, version=None)
    return made.id


@dataclass(frozen=True)
class Case:
    """A request to one endpoint.

    Attributes:
        route: as the endpoint declares it. path: may name ids of the world.
        scopes: any of them lets a key pass; empty where nobody needs a key and a key changes nothing.
        of_host: whether the request touches one host's affairs, so that a key of another host is refused.
        keyed: whether it is refused without any credential.
    """

    route: str
    path: str
    scopes: frozenset[str]
    body: dict[str, Any] | None = None
    of_host: bool = True
    keyed: bool = True
    status: int = 200
    prepare: Callable[[Api], None] = field(default=lambda api: None)

    def __str__(self) -> str:
        return self.route

    @property
    def method(self) -> str:
        return self.route.split(" ")[0]

    def send(self, api: Api, ids: World, *, bearer: str | None, tenant: str | None = None) -> Reply:
        """Send it to `tenant`'s path, the API's own unless said otherwise."""
        path = f"/v1/{tenant or api.tenant}{self.path.format(**ids)}"
        if self.route.endswith("/health"):
            path = "/v1/health"
        return api.call(self.method, path, self.body, bearer=bearer)


def _keys(route: str, path: str, *scopes: str, status: int = 200, body: Any = None, of_host: bool = True) -> Case:
    return Case(route, path, frozenset({*scopes, ADMIN}), body, of_host, status=status)


def _begin(api: Api) -> None:
    api.clock.advance(hours=2, minutes=30)


TENANT = "/v1/{tenant}"
HOST = TENANT + "/hosts/{host}"
KIND = HOST + "/event-types/{event_type}"
CALENDAR = HOST + "/calendars/{calendar}"
BOOKING = TENANT + "/bookings/{booking}"
NEW_KEY = {"name": "new", "scopes": ["read"]}
NEW_HOST = {"slug": "new", "name": "New", "email": "new@example.com", "timezone": "UTC"}
NEW_SLOT = {"host": "ada", "start": at("20:00"), "duration_minutes": 30}
ORDER = asked(at("12:00"), "new")

CASES = [
    Case("GET /v1/health", "/health", frozenset(), of_host=False, keyed=False),
    Case(f"GET {HOST}", "/hosts/ada", frozenset({READ, CATALOGUE, ADMIN}), keyed=False),
    Case(f"GET {KIND}", INTRO, frozenset({READ, CATALOGUE, ADMIN}), keyed=False),
    Case(f"GET {KIND}/slots", f"{INTRO}/slots?{DAY}&reschedule_of={{booking}}", frozenset({READ, BOOKINGS, ADMIN})),
    Case(f"GET {KIND}/days", f"{INTRO}/days?{DAY}&reschedule_of={{booking}}", frozenset({READ, BOOKINGS, ADMIN})),
    Case(f"GET {TENANT}/slots", "/slots", EVERYBODY, of_host=False, keyed=False),
    Case(f"POST {TENANT}/bookings", "/bookings", frozenset({BOOKINGS, ADMIN}), ORDER, keyed=False, status=201),
    Case(
        f"POST {TENANT}/slots/{{slot}}/book",
        "/slots/{slot}/book",
        frozenset({BOOKINGS, ADMIN}),
        {"attendee": person("new")},
        of_host=False,
        keyed=False,
        status=201,
    ),
    Case(f"GET {BOOKING}", "/bookings/{booking}", frozenset({READ, BOOKINGS, ADMIN})),
    Case(f"GET {BOOKING}/invite.ics", "/bookings/{booking}/invite.ics", frozenset({READ, BOOKINGS, ADMIN})),
    _keys(f"POST {BOOKING}/reschedule", "/bookings/{booking}/reschedule", BOOKINGS, body={"start": at("11:00")}),
    _keys(f"POST {BOOKING}/cancel", "/bookings/{booking}/cancel", BOOKINGS, body={}),
    _keys(f"POST {TENANT}/slots", "/slots", CATALOGUE, body=NEW_SLOT, status=201),
    _keys(f"DELETE {TENANT}/slots/{{slot}}", "/slots/{slot}", CATALOGUE, status=204),
    _keys(f"GET {TENANT}/hosts", "/hosts", READ, CATALOGUE),
    _keys(f"POST {TENANT}/hosts", "/hosts", CATALOGUE, body=NEW_HOST, status=201),
    _keys(f"PATCH {HOST}", "/hosts/ada", CATALOGUE, body={"name": "Ada L."}),
    _keys(f"DELETE {HOST}", "/hosts/spare", CATALOGUE, status=204),
    _keys(f"GET {HOST}/schedules", "/hosts/ada/schedules", READ, CATALOGUE),
    _keys(
        f"POST {HOST}/schedules",
        "/hosts/ada/schedules",
        CATALOGUE,
        body={"id": "new", "timezone": "UTC", "weekly": {}},
        status=201,
    ),
    _keys(f"GET {HOST}/schedules/{{schedule}}", "/hosts/ada/schedules/work", READ, CATALOGUE),
    _keys(f"PATCH {HOST}/schedules/{{schedule}}", "/hosts/ada/schedules/work", CATALOGUE, body={"timezone": "UTC"}),
    _keys(f"DELETE {HOST}/schedules/{{schedule}}", "/hosts/ada/schedules/spare", CATALOGUE, status=204),
    _keys(f"GET {HOST}/event-types", "/hosts/ada/event-types", READ, CATALOGUE),
    _keys(
        f"POST {HOST}/event-types",
        "/hosts/ada/event-types",
        CATALOGUE,
        body={"slug": "new", "title": "New", "duration_minutes": 30},
        status=201,
    ),
    _keys(f"PATCH {KIND}", INTRO, CATALOGUE, body={"title": "Other"}),
    _keys(f"DELETE {KIND}", "/hosts/ada/event-types/spare", CATALOGUE, status=204),
    _keys(f"GET {HOST}/blocks", "/hosts/ada/blocks", READ, CATALOGUE),
    _keys(f"POST {HOST}/blocks", "/hosts/ada/blocks", CATALOGUE, body={"date": "2027-03-04"}, status=201),
    _keys(f"GET {HOST}/blocks/{{block}}", "/hosts/ada/blocks/{block}", READ, CATALOGUE),
    _keys(f"PATCH {HOST}/blocks/{{block}}", "/hosts/ada/blocks/{block}", CATALOGUE, body={"reason": "Away"}),
    _keys(f"DELETE {HOST}/blocks/{{block}}", "/hosts/ada/blocks/{block}", CATALOGUE, status=204),
    _keys(f"GET {TENANT}/bookings", "/bookings?host=ada", READ, BOOKINGS),
    _keys(f"POST {BOOKING}/confirm", "/bookings/{pending}/confirm", BOOKINGS, body={}),
    _keys(f"POST {BOOKING}/decline", "/bookings/{pending}/decline", BOOKINGS, body={}),
    Case(
        f"POST {BOOKING}/no-show",
        "/bookings/{begun}/no-show",
        frozenset({BOOKINGS, ADMIN}),
        {},
        prepare=_begin,
    ),
    _keys(f"DELETE {BOOKING}", "/bookings/{booking}", BOOKINGS, status=204),
    _keys(f"GET {BOOKING}/history", "/bookings/{booking}/history", READ, BOOKINGS),
    _keys(f"GET {BOOKING}/mails", "/bookings/{booking}/mails", READ, BOOKINGS),
    _keys(f"GET {TENANT}/settings", "/settings", READ, CATALOGUE),
    _keys(f"PATCH {TENANT}/settings", "/settings", body={"welcome": False}),
    _keys(f"GET {KIND}/explain", f"{INTRO}/explain?start=2027-03-01T09:00:00Z", READ, CATALOGUE),
    _keys(f"GET {TENANT}/api-keys", "/api-keys"),
    _keys(f"POST {TENANT}/api-keys", "/api-keys", body=NEW_KEY, status=201),
    _keys(f"GET {TENANT}/api-keys/{{key}}", "/api-keys/{key}"),
    _keys(f"DELETE {TENANT}/api-keys/{{key}}", "/api-keys/{key}", status=204),
    _keys(f"POST {HOST}/calendars/google", "/hosts/ada/calendars/google", CATALOGUE, body={}, status=201),
    _keys(f"GET {HOST}/calendars", "/hosts/linked/calendars", READ, CATALOGUE),
    _keys(f"GET {CALENDAR}", "/hosts/linked/calendars/{calendar}", READ, CATALOGUE),
    _keys(f"PATCH {CALENDAR}", "/hosts/linked/calendars/{calendar}", CATALOGUE, body={"on_edit": "restore"}),
    _keys(f"DELETE {CALENDAR}", "/hosts/linked/calendars/{calendar}", CATALOGUE, status=204),
]
