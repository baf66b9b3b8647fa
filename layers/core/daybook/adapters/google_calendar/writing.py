"""An entry as an event for Google.

Source: Calendar API v3, Events: insert and patch (patch merges objects, but replaces arrays).
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any

from daybook.adapters.google_calendar.reading import BOOKING, INVITED, OWNER, SESSION, VERSION
from daybook.domain.entry import Entry

Json = dict[str, Any]


def new_event(entry: Entry, owner: str) -> Json:
    body = _fields(entry, owner) | {"iCalUID": entry.uid}
    if entry.guests:
        body["attendees"] = [_person(guest) for guest in entry.guests]
    if entry.meeting:
        body["conferenceData"] = _meeting(entry)
    return body


def changed_event(entry: Entry, owner: str, known: Mapping[str, Any]) -> Json:
    """Return the patch that makes an event what the entry says, whatever the host made of it.

    Args:
        known: the event as it is: guests whom the host added stay, and so does a meeting that was made.
    """
    body = _fields(entry, owner)
    for time in ("start", "end"):
        body[time]["date"] = None
    guests = _guests(entry, known)
    if guests is not None:
        body["attendees"] = guests
    if entry.meeting and not _made(known.get("conferenceData", {})):
        body["conferenceData"] = _meeting(entry)
    return body


def _fields(entry: Entry, owner: str) -> Json:
    private = {
        SESSION if entry.shared else BOOKING: entry.booking,
        VERSION: str(entry.version),
        OWNER: owner,
        INVITED: "yes" if entry.guests else "no",
    }
    # Strangers to each other sit in one session: none reads the others' addresses.
    apart = {"guestsCanSeeOtherGuests": False} if entry.shared else {}
    return apart | {
        "status": "confirmed",
        "summary": entry.title,
        # "Can contain HTML": what people typed must stay what it is, and lead nowhere.
        "description": escape(entry.description, quote=False),
        "location": entry.location,
        "start": _time(entry.start),
        "end": _time(entry.end),
        "extendedProperties": {"private": private},
    }


def _time(moment: datetime) -> Json:
    return {"dateTime": f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", "timeZone": "UTC"}


def _guests(entry: Entry, known: Mapping[str, Any]) -> Sequence[Json] | None:
    """Return the guests to write; None: leave them as they are.

    Once we invited somebody, all who are not the host are taken to be that person: whoever is to be forgotten goes.
    Who stays keeps their answer.
    """
    there = list(known.get("attendees", []))
    if entry.guests:
        wanted = {address.lower() for address, _ in entry.guests}
        kept = [one for one in there if one.get("self") or (entry.shared and _address(one) in wanted)]
        present = {_address(one) for one in there}
        fresh = [_person(guest) for guest in entry.guests if guest[0].lower() not in present]
        same = len(kept) == len(there) if entry.shared else True
        return None if same and not fresh else [*kept, *fresh]
    if known.get("extendedProperties", {}).get("private", {}).get(INVITED) != "yes":
        return None
    return [one for one in there if one.get("self")]


def _address(one: Json) -> str:
    return str(one.get("email", "")).lower()


def _person(guest: tuple[str, str]) -> Json:
    return {"email": guest[0], "displayName": guest[1]}


def _made(conference: Mapping[str, Any]) -> bool:
    """Tell whether a meeting is there or on its way."""
    asked = conference.get("createRequest", {}).get("status", {}).get("statusCode")
    return bool(conference) and asked != "failure"


def _meeting(entry: Entry) -> Json:
    """Ask for a meeting. Google ignores a request id it knows, so a repeated write makes no second one."""
    request = {"requestId": f"{entry.booking}-{entry.version}", "conferenceSolutionKey": {"type": "hangoutsMeet"}}
    return {"createRequest": request}
