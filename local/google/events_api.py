"""events.get, insert, patch, update, delete and instances."""

from typing import Any
from zoneinfo import ZoneInfo

from local.google import editing
from local.google.access import Call, allowed, calendar_for
from local.google.discovery import Json
from local.google.errors import changed_meanwhile, invalid, not_found, not_modelled
from local.google.recurrence import instances
from local.google.times import instant, zone_named
from local.google.views import event_view
from local.google.world import Access, Calendar, World, etag

_NOT_MODELLED = ("maxAttendees", "eventLabelVersion")
_KINDS_OF_EVENTS = {"default", "focusTime", "outOfOffice", "workingLocation", "birthday"}


def get_event(world: World, call: Call) -> Json:
    """Answer with an event or an instance, a deleted one, too."""
    calendar = calendar_for(world, call, Access.FREE_BUSY)
    resource = _found(calendar, call)
    return event_view(calendar, resource, allowed(call, calendar), _zone(call))


def insert_event(world: World, call: Call) -> Json:
    calendar = _writable(world, call)
    if call.body.get("eventType", "default") not in _KINDS_OF_EVENTS:
        raise invalid("The event type cannot be created.", reason="eventTypeRestriction")
    return event_view(calendar, editing.insert(world, calendar, call.body, _hand(call)), Access.OWN)


def patch_event(world: World, call: Call) -> Json:
    return _change(world, call, whole=False)


def update_event(world: World, call: Call) -> Json:
    return _change(world, call, whole=True)


def delete_event(world: World, call: Call) -> None:
    calendar = _writable(world, call)
    _require_match(calendar, _found(calendar, call), call)
    editing.delete(world, calendar, call.parameters["eventId"], _hand(call))


def list_instances(world: World, call: Call) -> Json:
    """Answer with the instances of a series in a window, on one page."""
    calendar = calendar_for(world, call, Access.FREE_BUSY)
    series = _found(calendar, call)
    if not series.get("recurrence"):
        raise invalid("The event is not recurring.")
    if "timeMax" not in call.parameters or "pageToken" in call.parameters:
        raise not_modelled("instances without timeMax, or in pages")
    after = instant(call.parameters["timeMin"]) if "timeMin" in call.parameters else None
    places = instances(series, calendar.zone, after, instant(call.parameters["timeMax"]))
    found: list[Any] = [calendar.found(place["id"]) for place in places]
    deleted_too = call.parameters.get("showDeleted", False)
    access = allowed(call, calendar)
    items = [
        event_view(calendar, one, access, _zone(call)) for one in found if one["status"] != "cancelled" or deleted_too
    ]
    return {"kind": "calendar#events", "etag": etag(world.revision), "timeZone": calendar.timezone, "items": items}


def _change(world: World, call: Call, *, whole: bool) -> Json:
    calendar = _writable(world, call)
    _require_match(calendar, _found(calendar, call), call)
    event_id = call.parameters["eventId"]
    return event_view(
        calendar, editing.change(world, calendar, event_id, call.body, _hand(call), whole=whole), Access.OWN
    )


def _writable(world: World, call: Call) -> Calendar:
    for name in _NOT_MODELLED:
        if name in call.parameters:
            raise not_modelled(f"the parameter {name}")
    return calendar_for(world, call, Access.WRITE)


def _found(calendar: Calendar, call: Call) -> Json:
    resource = calendar.found(call.parameters["eventId"])
    if resource is None:
        raise not_found()
    return resource


def _require_match(calendar: Calendar, resource: Json, call: Call) -> None:
    """Raises: ApiError: 412; the event is not the one the caller has seen."""
    wanted = call.headers.get("if-match", "*")
    if wanted not in ("*", etag(calendar.revision_of(resource))):
        raise changed_meanwhile()


def _hand(call: Call) -> editing.Hand:
    by_old_name = "all" if call.parameters.get("sendNotifications") else "none"
    return editing.Hand(
        call.account.email,
        send_updates=call.parameters.get("sendUpdates", by_old_name),
        conferences=call.parameters.get("conferenceDataVersion") == 1,
    )


def _zone(call: Call) -> ZoneInfo | None:
    name = call.parameters.get("timeZone")
    return None if name is None else zone_named(name, "response")
