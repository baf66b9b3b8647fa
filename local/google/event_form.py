"""What an event must look like to be kept, beyond what the discovery document says; and what Google fills in."""

import re
from typing import Any

from local.google.errors import ApiError, invalid, required
from local.google.recurrence import checked_lines
from local.google.times import require_order, stored
from local.google.world import Calendar

Json = dict[str, Any]
# The letters of base32hex and no others (description of Event.id).
_ID = re.compile(r"[a-v0-9]{5,1024}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
# Guide "Extended properties": longer keys are dropped and longer values cut, without a word.
_LONGEST_KEY, _LONGEST_VALUE, _MOST_PROPERTIES = 44, 1024, 300
_MOST_ATTENDEES = 200
_LONGEST_TEXT = 8192


def checked_id(event_id: str) -> str:
    """Raises: ApiError: 400; no id a client may choose (a ULID of Crockford's letters is none)."""
    if not _ID.fullmatch(event_id):
        raise invalid("Invalid resource id value.")
    return event_id


def formed(resource: Json, calendar: Calendar) -> Json:
    """Return an event as it is kept: defaults filled in, times brought into one form.

    Raises:
        ApiError: 400; a part is missing or contradicts another.
    """
    made = {name: value for name, value in resource.items() if value is not None}
    if not made.get("recurrence"):
        made.pop("recurrence", None)
    recurring = "recurrence" in made
    for end in ("start", "end"):
        made[end] = stored(made.get(end), end, calendar.zone, recurring=recurring)
    require_order(made)
    if recurring:
        checked_lines(made)
    if len(made.get("description", "")) > _LONGEST_TEXT:
        raise invalid("The description is too long.")
    if "attendees" in made:
        made["attendees"] = _attendees(made["attendees"])
    if "extendedProperties" in made:
        made["extendedProperties"] = {
            kind: _properties(values) for kind, values in made["extendedProperties"].items() if values
        }
    _check_reminders(made.setdefault("reminders", {"useDefault": True}))
    if not re.match("https?://", made.get("source", {}).get("url", "https://")):
        raise invalid("Invalid source url.")
    made.setdefault("status", "confirmed")
    made.setdefault("eventType", "default")
    made.setdefault("sequence", 0)
    return made


def merged(old: Json, patch: Json) -> Json:
    """Apply a patch: objects merge, lists and plain values are replaced, null takes away."""
    result = dict(old)
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict):
            before = result.get(name)
            result[name] = merged(before if isinstance(before, dict) else {}, value)
        else:
            result[name] = value
    return result


def _attendees(people: list[Json]) -> list[Json]:
    if len(people) > _MOST_ATTENDEES:
        raise invalid("The maximum number of attendees is exceeded.", reason="maxAttendeesExceeded")
    made: dict[str, Json] = {}
    for person in people:
        if "email" not in person:
            raise required("Missing attendee email.")
        if not _EMAIL.fullmatch(person["email"]):
            raise invalid("Invalid attendee email.")
        kept = {name: value for name, value in person.items() if name not in ("self", "organizer")}
        made[person["email"].lower()] = {"responseStatus": "needsAction", **kept}
    return list(made.values())


def _properties(values: Json) -> Json:
    if len(values) > _MOST_PROPERTIES:
        raise invalid("Too many extended properties.")
    return {key: value[:_LONGEST_VALUE] for key, value in values.items() if len(key) <= _LONGEST_KEY}


def _check_reminders(reminders: Json) -> None:
    overrides = reminders.get("overrides", [])
    if reminders.get("useDefault") and overrides:
        reason = "cannotUseDefaultRemindersAndSpecifyOverride"
        message = "Cannot specify both default reminders and overrides at the same time."
        raise _calendar_error(invalid(message, reason=reason))
    if len(overrides) > 5 or any(not {"method", "minutes"} <= override.keys() for override in overrides):
        raise invalid("Invalid reminders.")


def _calendar_error(error: ApiError) -> ApiError:
    error.domain = "calendar"
    return error
