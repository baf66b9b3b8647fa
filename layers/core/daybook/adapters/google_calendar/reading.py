"""Calendars and events as Google tells them, in Daybook's terms.

Source: Calendar API v3, CalendarListEntry and Event.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from daybook.domain.connection import Calendar
from daybook.domain.external import ExternalEvent, Response
from daybook.provider_ports import Found

Json = Mapping[str, Any]

FIELDS = (
    "id,etag,status,start,end,transparency,eventType,recurringEventId,attendees(self,responseStatus),"
    "extendedProperties/private,hangoutLink"
)
"""What of an event is asked for: nothing that says what it is about."""
BOOKING, SESSION = "daybook_booking", "daybook_session"
VERSION, OWNER, INVITED = "daybook_version", "daybook_host", "daybook_invited"
"""Our private properties of an event."""

_RESPONSES = {
    "accepted": Response.ACCEPTED,
    "tentative": Response.TENTATIVE,
    "needsAction": Response.NEEDS_ACTION,
    "declined": Response.DECLINED,
}
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_NEVER_BUSY = frozenset({"workingLocation", "birthday"})


def calendar_of(entry: Json, mark: str) -> Calendar:
    """Read an entry of the list. Only an owner may let `calendar.events.owned` write."""
    return Calendar(
        id=entry["id"],
        name=entry.get("summaryOverride") or entry.get("summary", ""),
        zone=_zone(entry.get("timeZone", "UTC")),
        primary=entry.get("primary", False),
        writable=entry.get("accessRole", "owner") == "owner",
        made=mark in entry.get("description", ""),
    )


def found(event: Json, owner: str) -> Found:
    """Read an event or an occurrence.

    Args:
        owner: who we are: an event that another host's booking was copied to is one like any other.
    """
    return Found(
        id=event["id"],
        etag=event.get("etag", ""),
        event=None if event.get("status") == "cancelled" else _event(event, owner),
        series="recurringEventId" in event,
        meeting_url=event.get("hangoutLink", ""),
        meeting_pending=_pending(event.get("conferenceData", {})),
    )


def our_event(events: Sequence[Json], booking: str, owner: str) -> Json:
    """Return the event of a booking, or session, among those with its UID.

    Occurrences that a host has changed bear the UID of their series, and an invitation that came by mail has it, too:
    first comes what we have marked, then what is whole, then what is the host's own.
    """

    def rank(event: Json) -> tuple[bool, ...]:
        private = _private(event)
        marked = (private.get(OWNER), _marked(private)) == (owner, booking)
        own = (event.get(role, {}).get("self", False) for role in ("organizer", "creator"))
        return not marked, "recurringEventId" in event, *(not one for one in own)

    return min(events, key=rank)


def _pending(conference: Json) -> bool:
    request = conference.get("createRequest")
    return request is not None and request.get("status", {}).get("statusCode", "pending") == "pending"


def _event(event: Json, owner: str) -> ExternalEvent:
    """Read a standing event.

    An occurrence is nobody's copy: of a series that a host made of our event, Google gives all the same properties.
    """
    private = _private(event)
    own = [_RESPONSES.get(one["responseStatus"]) for one in event.get("attendees", ()) if one.get("self")]
    start, end = _times(event)
    ours = private.get(OWNER) == owner and "recurringEventId" not in event
    return ExternalEvent(
        start=start,
        end=end,
        free=event.get("transparency") == "transparent" or event.get("eventType") in _NEVER_BUSY,
        tentative=event.get("status") == "tentative",
        response=next(filter(None, own), Response.ACCEPTED),
        booking=_marked(private) if ours else None,
    )


def _private(event: Json) -> Mapping[str, str]:
    found: Mapping[str, str] = event.get("extendedProperties", {}).get("private", {})
    return found


def _marked(private: Mapping[str, str]) -> str | None:
    """Return the booking or session whose event it is, as we have marked it."""
    return private.get(BOOKING, private.get(SESSION))


def _times(event: Json) -> tuple[datetime, datetime] | tuple[date, date]:
    """Read start and end; what cannot be read, or held, is as far off as can be.

    One odd event must not keep all others from being read, and unknown is never free.
    """
    start, end = _time(event.get("start", {})), _time(event.get("end", {}))
    if isinstance(start, datetime) or isinstance(end, datetime):
        return start if isinstance(start, datetime) else _FIRST, end if isinstance(end, datetime) else _LAST
    return start or date.min, end or date.max


def _time(time: Json) -> datetime | date | None:
    try:
        if "dateTime" in time:
            return datetime.fromisoformat(time["dateTime"]).astimezone(UTC)
        return date.fromisoformat(time["date"])
    except (KeyError, ValueError, OverflowError):
        return None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
