"""Calendars and events as answers show them."""

import base64
from typing import Any
from zoneinfo import ZoneInfo

from local.google.times import instant, shown
from local.google.world import ROLES, Access, Calendar, World, etag

Json = dict[str, Any]
# With free/busy access an event is its time and whether it counts; its id and place in a series hold it together.
_FREE_BUSY = ("id", "status", "iCalUID", "eventType", "recurrence", "recurringEventId", "transparency", "updated")
_BARE = ("id", "recurringEventId")


def event_view(calendar: Calendar, resource: Json, access: Access, zone: ZoneInfo | None = None) -> Json:
    """Show an event to somebody.

    Args:
        zone: times are written in this zone; None: the calendar's.
    """
    zone = zone or calendar.zone
    if access is Access.FREE_BUSY:
        view = {name: resource[name] for name in _FREE_BUSY if name in resource} | {"visibility": "private"}
        # Not documented; what the person declined takes no time, which must show without the attendees.
        if declined(calendar, resource):
            view["transparency"] = "transparent"
    else:
        view = dict(resource)
        eid = base64.urlsafe_b64encode(f"{resource['id']} {calendar.id}".encode()).decode().rstrip("=")
        view["htmlLink"] = f"https://www.google.com/calendar/event?eid={eid}"
        for name in ("creator", "organizer"):
            view[name] = _self(calendar, resource[name])
        if "attendees" in resource:
            view["attendees"] = [_attendee(calendar, resource, person) for person in resource["attendees"]]
    for name in ("start", "end", "originalStartTime"):
        if name in resource:
            view[name] = shown(resource[name], zone)
    return {"kind": "calendar#event", "etag": etag(calendar.revision_of(resource)), **view}


def bare_view(calendar: Calendar, resource: Json, revision: int) -> Json:
    """Show that an event is deleted, and no more than is promised: its id, and an instance's place in its series."""
    view: Json = {"kind": "calendar#event", "etag": etag(revision), "status": "cancelled"}
    view |= {name: resource[name] for name in _BARE if name in resource}
    if "originalStartTime" in resource:
        view["originalStartTime"] = shown(resource["originalStartTime"], calendar.zone)
    return view


def declined(calendar: Calendar, resource: Json) -> bool:
    """Tell whether the calendar's owner declined."""
    people = resource.get("attendees", [])
    return any(is_self(calendar, person) and person["responseStatus"] == "declined" for person in people)


def calendar_view(calendar: Calendar) -> Json:
    view: Json = {
        "kind": "calendar#calendar",
        "etag": etag(calendar.revision),
        "id": calendar.id,
        "summary": calendar.summary,
        "timeZone": calendar.timezone,
        "conferenceProperties": {"allowedConferenceSolutionTypes": ["hangoutsMeet"]},
    }
    if calendar.description is not None:
        view["description"] = calendar.description
    if calendar.id != calendar.owner:
        view["dataOwner"] = calendar.owner
    return view


def entry_view(calendar: Calendar, role: Access) -> Json:
    """Show a calendar on somebody's list."""
    view = calendar_view(calendar) | {
        "kind": "calendar#calendarListEntry",
        "accessRole": ROLES[role],
        "defaultReminders": [],
        "selected": True,
    }
    return view | {"primary": True} if calendar.id == calendar.owner and role is Access.OWN else view


def last_change(world: World, calendar: Calendar) -> str:
    """Return when something on a calendar was last written."""
    times = [event.resource["updated"] for event in calendar.events.values()]
    return max(times, default=world.now().strftime("%Y-%m-%dT%H:%M:%S.000Z"), key=instant)


def _attendee(calendar: Calendar, resource: Json, person: Json) -> Json:
    view = _self(calendar, person)
    return view | {"organizer": True} if person["email"] == resource["organizer"]["email"] else view


def _self(calendar: Calendar, person: Json) -> Json:
    return dict(person) | {"self": True} if is_self(calendar, person) else dict(person)


def is_self(calendar: Calendar, person: Json) -> bool:
    """Tell whether an attendee, a creator or an organizer is whose calendar this is."""
    return bool(person["email"].lower() == calendar.id.lower())
