"""events.list: filters, single events, pages, and what changed since a sync token."""

import base64
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from local.google.access import Call, allowed, calendar_for
from local.google.errors import ApiError, empty_range, full_sync_required, invalid, not_modelled
from local.google.recurrence import instances
from local.google.times import instant, span_of, zone_named
from local.google.views import bare_view, event_view, last_change
from local.google.world import ROLES, Access, Calendar, World, etag

Json = dict[str, Any]
# With singleEvents and without timeMax a series without end goes on for so long.
HORIZON = timedelta(days=730)
_OLDEST_UPDATED_MIN = timedelta(days=28)
# As the description of the parameter syncToken lists them.
_NOT_WITH_TOKEN = (
    "iCalUID", "orderBy", "privateExtendedProperty", "q", "sharedExtendedProperty", "timeMin", "timeMax", "updatedMin",
)  # fmt: skip
_NOT_MODELLED = ("maxAttendees", "showHiddenInvitations")


@dataclass(slots=True)
class Listings:
    """Lists that are being read page by page: what the next page continues stays as it was at the first."""

    waiting: dict[str, tuple[Json, list[Json], Json]] = field(default_factory=dict)

    def list_events(self, world: World, call: Call) -> Json:
        """Answer events.list.

        Raises:
            ApiError: 400, parameters that do not go together; 410, the sync token is no longer good.
        """
        calendar = calendar_for(world, call, Access.FREE_BUSY)
        parameters = {name: value for name, value in call.parameters.items() if name not in ("pageToken", "fields")}
        for name in _NOT_MODELLED:
            if name in parameters:
                raise not_modelled(f"the parameter {name}")
        page_token = call.parameters.get("pageToken")
        if page_token is None:
            items, head = _Listing(world, calendar, parameters, allowed(call, calendar)).read()
            at_once = 0 if world.trouble.empty_first_page else None
        else:
            asked, items, head = self.waiting.get(page_token, ({}, [], {}))
            if asked != parameters:
                raise invalid("Invalid page token value.", "pageToken")
            at_once = None
        limit = min(parameters["maxResults"], 2500, world.trouble.page_limit or 2500) if at_once is None else at_once
        page = {name: value for name, value in head.items() if name != "nextSyncToken"} | {"items": items[:limit]}
        if items[limit:]:
            token = world.id_for("page")
            self.waiting[token] = (parameters, items[limit:], head)
            return page | {"nextPageToken": token}
        return head | page


@dataclass(frozen=True, slots=True)
class _Listing:
    world: World
    calendar: Calendar
    parameters: Json
    access: Access

    def read(self) -> tuple[list[Json], Json]:
        """Return all items, and what surrounds them."""
        self._check()
        token = self.parameters.get("syncToken")
        since = None if token is None else self._since(token)
        items = self._full() if since is None else self._changes(since)
        head: Json = {
            "kind": "calendar#events",
            "etag": etag(self.world.revision),
            "summary": self.calendar.summary,
            "updated": last_change(self.world, self.calendar),
            "timeZone": (self._zone or self.calendar.zone).key,
            "accessRole": ROLES[self.access],
            "defaultReminders": [],
        }
        filters = set(_NOT_WITH_TOKEN) - {"timeMin", "timeMax"}
        if not filters & self.parameters.keys():
            head["nextSyncToken"] = self._token(since)
        return items, head

    @property
    def _single(self) -> bool:
        return bool(self.parameters.get("singleEvents"))

    @property
    def _zone(self) -> ZoneInfo | None:
        name = self.parameters.get("timeZone")
        return None if name is None else zone_named(name, "response")

    def _time(self, name: str) -> datetime | None:
        return instant(self.parameters[name]) if name in self.parameters else None

    def _check(self) -> None:
        order = self.parameters.get("orderBy")
        if order == "startTime" and not self._single:
            raise invalid("The requested ordering is not available for the particular query.", "orderBy")
        after, before = self._time("timeMin"), self._time("timeMax")
        if after and before and after >= before:
            raise empty_range()
        updated = self._time("updatedMin")
        if updated and updated < self.world.now() - _OLDEST_UPDATED_MIN:
            message = "The requested minimum modification time lies too far in the past."
            raise ApiError(HTTPStatus.GONE, "updatedMinTooLongAgo", message, domain="calendar")
        if "syncToken" not in self.parameters:
            return
        if clash := sorted(set(_NOT_WITH_TOKEN) & self.parameters.keys()):
            raise invalid(f"Sync token cannot be used together with {clash[0]}.", clash[0], reason="badRequest")
        if self.parameters.get("showDeleted") is False:
            raise invalid("showDeleted cannot be false with a sync token.", "showDeleted", reason="badRequest")

    def _full(self) -> list[Json]:
        after, before = self._time("timeMin"), self._time("timeMax")
        updated = self._time("updatedMin")
        deleted_too = self.parameters.get("showDeleted", False)
        found = []
        for resource in self._resources(after, before):
            cancelled = resource["status"] == "cancelled"
            of_living_series = cancelled and not self._single and "recurringEventId" in resource
            if cancelled and not (deleted_too or of_living_series or updated):
                continue
            if updated and instant(resource["updated"]) < updated:
                continue
            if self._in_window(resource, after, before) and self._wanted(resource):
                found.append(resource)
        if "orderBy" in self.parameters:
            by_start = self.parameters["orderBy"] == "startTime"
            zone = self.calendar.zone
            found.sort(key=lambda one: span_of(one, zone).start if by_start else instant(one["updated"]))
        return [event_view(self.calendar, resource, self.access, self._zone) for resource in found]

    def _changes(self, since: Json) -> list[Json]:
        """Return what was written after a token was given: deleted events bare, whatever the window."""
        revision = since["revision"]
        after, before = (instant(text) if text else None for text in (since["after"], since["before"]))
        items = [
            bare_view(self.calendar, event.resource, event.revision)
            for event in self.calendar.gone.values()
            if event.revision > revision and (self._single or not event.expanded_only)
        ]
        for resource in self._resources(after, before):
            if self.calendar.revision_of(resource) <= revision or not self._of_wanted_type(resource):
                continue
            if resource["status"] == "cancelled":
                items.append(bare_view(self.calendar, resource, self.calendar.revision_of(resource)))
            else:
                items.append(event_view(self.calendar, resource, self.access, self._zone))
        return items

    def _resources(self, after: datetime | None, before: datetime | None) -> list[Json]:
        """Return the events, with instances instead of series where single ones are asked for."""
        found: list[Json] = []
        for event in self.calendar.events.values():
            resource = event.resource
            if not self._single or not resource.get("recurrence"):
                found.append(resource)
            elif resource["status"] != "cancelled" or "syncToken" not in self.parameters:
                until = before or self.world.now() + HORIZON
                expanded = instances(resource, self.calendar.zone, after, until)
                found.extend(one for one in expanded if one["id"] not in self.calendar.events)
        return found

    def _in_window(self, resource: Json, after: datetime | None, before: datetime | None) -> bool:
        if not resource.get("recurrence"):
            return span_of(resource, self.calendar.zone).meets(after, before)
        until = before or self.world.now() + HORIZON
        return next(instances(resource, self.calendar.zone, after, until), None) is not None

    def _of_wanted_type(self, resource: Json) -> bool:
        return resource["eventType"] in self.parameters.get("eventTypes", [resource["eventType"]])

    def _wanted(self, resource: Json) -> bool:
        if not self._of_wanted_type(resource):
            return False
        if self.parameters.get("iCalUID", resource["iCalUID"]) != resource["iCalUID"]:
            return False
        if self.parameters.get("q", "").lower() not in json.dumps(resource, ensure_ascii=False).lower():
            return False
        properties = resource.get("extendedProperties", {})
        for kind in ("private", "shared"):
            for wanted in self.parameters.get(f"{kind}ExtendedProperty", []):
                name, _, value = wanted.partition("=")
                if properties.get(kind, {}).get(name) != value:
                    return False
        return True

    def _token(self, since: Json | None) -> str:
        """Make a token: a place in the order of changes, with the parameters that must stay the same."""
        window = {"after": self.parameters.get("timeMin"), "before": self.parameters.get("timeMax")}
        value = (since or window) | {"calendar": self.calendar.id, "revision": self.world.revision, "as": self._shape}
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    def _since(self, token: str) -> Json:
        try:
            value: Json = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
            known = value["calendar"] == self.calendar.id and value["revision"] >= self.calendar.tokens_since
        except (KeyError, TypeError, ValueError):
            known = False
        if not known:
            raise full_sync_required()
        if value["as"] != self._shape:
            # Google calls what follows undefined behaviour; here it is found out at once.
            raise invalid("Parameters differ from those of the initial sync.", "syncToken", reason="badRequest")
        return value

    @property
    def _shape(self) -> list[object]:
        return [self._single, sorted(self.parameters.get("eventTypes", []))]
