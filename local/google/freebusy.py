"""freebusy.query: when calendars are busy, each with its own errors inside a good answer."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from local.google.access import Call
from local.google.discovery import Json
from local.google.errors import empty_range, invalid, required
from local.google.times import as_text, instant, span_of, zone_named
from local.google.views import declined
from local.google.world import Calendar, World

_MOST_CALENDARS = 50
_LONGEST = timedelta(days=92)
_NEVER_BUSY = ("workingLocation", "birthday")
Busy = list[tuple[datetime, datetime]]


def query(world: World, call: Call) -> Json:
    """Answer with busy periods: merged, in order, cut to the range asked for.

    Raises:
        ApiError: 400, the range is missing, empty or longer than about three months.
    """
    for name in ("timeMin", "timeMax"):
        if name not in call.body:
            raise required(f"Missing {name} parameter.")
    try:
        after, before = _aware(call.body["timeMin"]), _aware(call.body["timeMax"])
    except ValueError as error:
        raise invalid("Bad Request", "timeMin", reason="badRequest") from error
    if after >= before:
        raise empty_range()
    if before - after > _LONGEST:
        raise invalid("The requested time range is too long.", "timeMax", reason="timeRangeTooLong")
    zone = zone_named(call.body.get("timeZone", "UTC"), "response")
    most = call.body.get("calendarExpansionMax", _MOST_CALENDARS)
    if most > _MOST_CALENDARS:
        raise invalid("calendarExpansionMax is at most 50.", "calendarExpansionMax")
    asked = [item["id"] for item in call.body.get("items", []) if "id" in item]
    calendars = {
        calendar_id: _one(world, call, calendar_id, (after, before), zone)
        if len(asked) <= most
        else _failed("tooManyCalendarsRequested")
        for calendar_id in asked
    }
    return {
        "kind": "calendar#freeBusy",
        "timeMin": as_text(after, fraction=True),
        "timeMax": as_text(before, fraction=True),
        "calendars": calendars,
    }


def busy_times(calendar: Calendar, after: datetime, before: datetime) -> Busy:
    """Return when a calendar is busy: UTC, half-open, disjoint, in order, cut to the window."""
    found: Busy = []
    for one in calendar.single(after, before):
        span = span_of(one, calendar.zone)
        if _blocks(calendar, one) and span.start < span.end:
            found.append((max(span.start, after), min(span.end, before)))
    return _merged(found)


def _one(world: World, call: Call, calendar_id: str, window: tuple[datetime, datetime], zone: ZoneInfo) -> Json:
    if reason := world.trouble.free_busy.get(calendar_id):
        return _failed(reason)
    calendar = world.calendar(call.account, calendar_id)
    if calendar is None:
        return _failed("notFound")
    return {
        "busy": [{"start": _in(start, zone), "end": _in(end, zone)} for start, end in busy_times(calendar, *window)]
    }


def _blocks(calendar: Calendar, resource: Json) -> bool:
    return (
        resource["status"] != "cancelled"
        and resource.get("transparency", "opaque") == "opaque"
        and resource["eventType"] not in _NEVER_BUSY
        and not declined(calendar, resource)
    )


def _merged(spans: Busy) -> Busy:
    result: Busy = []
    for start, end in sorted(spans):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


def _failed(reason: str) -> Json:
    return {"errors": [{"domain": "global", "reason": reason}], "busy": []}


def _in(when: datetime, zone: ZoneInfo) -> str:
    return when.astimezone(zone).isoformat(timespec="seconds").replace("+00:00", "Z")


def _aware(text: str) -> datetime:
    if datetime.fromisoformat(text.upper()).tzinfo is None:
        raise ValueError(text)
    return instant(text)
