"""Every write to an event, by a client or by a person: what changes, what it does away with, who gets a mail."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from local.google import conferences
from local.google.errors import deleted, duplicate, invalid, not_found
from local.google.event_form import checked_id, formed, merged
from local.google.recurrence import instance, instances
from local.google.times import as_text
from local.google.world import Calendar, Event, Mail, World

Json = dict[str, Any]
# How far ahead a listing of single events reports the instances of a series that was deleted:
# https://github.com/googleapis/google-api-ruby-client/issues/860. Farther ones vanish without a word.
REPORTED = timedelta(days=183)
_NOT_THE_CLIENTS = (
    "id", "iCalUID", "created", "creator", "organizer", "sequence", "eventType", "recurringEventId",
    "originalStartTime", "conferenceData", "hangoutLink",
)  # fmt: skip
_BY_GOOGLE = {"kind", "etag", "organizer", "recurringEventId", "originalStartTime"}
_TIMES = ("start", "end", "recurrence")


@dataclass(frozen=True, slots=True)
class Hand:
    """Who writes and how.

    Attributes:
        email: of the account.
        send_updates: all, externalOnly or none.
        conferences: whether what is said of conferences counts.
        person: at a screen, who may say what a client may not, such as that somebody else organizes.
    """

    email: str
    send_updates: str = "none"
    conferences: bool = False
    person: bool = False


def insert(world: World, calendar: Calendar, body: Json, hand: Hand) -> Json:
    """Create an event.

    Raises:
        ApiError: 409, its id or iCalUID was there before, even if deleted; 400, it is malformed.
    """
    if "id" in body and "iCalUID" in body and not hand.person:
        raise invalid("Only one of id and iCalUID may be supplied.")
    event_id = checked_id(body["id"]) if "id" in body else world.id_for("event")
    uid = body.get("iCalUID", f"{event_id}@google.com")
    if event_id in calendar.events or any(event.resource["iCalUID"] == uid for event in calendar.events.values()):
        raise duplicate()
    given = body if hand.person else {name: value for name, value in body.items() if name not in _BY_GOOGLE}
    resource = formed(given, calendar)
    if not hand.conferences:
        conferences.keep(resource, {})
    resource |= {
        "id": event_id,
        "iCalUID": uid,
        "created": as_text(world.now()).replace("Z", ".000Z"),
        "creator": {"email": hand.email},
        "organizer": resource.get("organizer", {"email": calendar.id}),
    }
    return _keep(world, calendar, resource, None, hand)


def change(world: World, calendar: Calendar, event_id: str, body: Json, hand: Hand, *, whole: bool) -> Json:
    """Change an event, or one instance of a series.

    Args:
        whole: the body is the event (update, PUT); else it is merged into it (patch).
    Raises:
        ApiError: 404; 400, the result is malformed or its sequence would go back.
    """
    old = calendar.found(event_id)
    if old is None:
        raise not_found()
    if body.get("sequence", old["sequence"]) < old["sequence"]:
        message = "Invalid sequence value. The specified sequence number is below the current sequence number."
        raise invalid(message)
    fixed = set(_NOT_THE_CLIENTS) - {"sequence", "conferenceData"}
    asked = {name: value for name, value in body.items() if name not in fixed | _BY_GOOGLE}
    kept = {name: old[name] for name in _NOT_THE_CLIENTS if name in old}
    if whole and hand.conferences:
        kept.pop("conferenceData", None)
    resource = formed(merged(kept if whole else old, asked), calendar)
    if not hand.conferences:
        conferences.keep(resource, old)
    moved = any(resource.get(name) != old.get(name) for name in _TIMES)
    if moved and resource["sequence"] == old["sequence"]:
        resource["sequence"] += 1
    return _keep(world, calendar, resource, old, hand)


def delete(world: World, calendar: Calendar, event_id: str, hand: Hand) -> None:
    """Delete an event, a series with all its instances, or one instance.

    Raises:
        ApiError: 404; 410, it is deleted already.
    """
    old = calendar.found(event_id)
    if old is None:
        raise not_found()
    if old["status"] == "cancelled":
        raise deleted()
    _keep(world, calendar, old | {"status": "cancelled", "sequence": old["sequence"] + 1}, old, hand)


def _keep(world: World, calendar: Calendar, resource: Json, old: Json | None, hand: Hand) -> Json:
    before = calendar.events.get(resource["id"])
    event = Event(resource, world.revision + 1)
    if before is not None:
        event.requested, event.due = before.requested, before.due
    if hand.conferences:
        conferences.request(world, event, before)
    world.next_revision()
    resource["updated"] = as_text(world.now(), fraction=True)
    calendar.events[resource["id"]] = event
    calendar.gone.pop(resource["id"], None)
    if resource.get("recurrence") or (old or {}).get("recurrence"):
        _follow_series(world, calendar, resource, old)
    _mail(world, calendar, resource, old, hand)
    conferences.settle(world)
    world.changed(calendar)
    return calendar.events[resource["id"]].resource


def _follow_series(world: World, calendar: Calendar, new: Json, old: Json | None) -> None:
    """Let what a series no longer has be gone; changed instances go with their place in the series."""
    until = world.now() + REPORTED
    revision = world.revision

    def all_of(series: Json | None) -> dict[str, Json]:
        if series is None or series["status"] == "cancelled":
            return {}
        if not series.get("recurrence"):
            return {series["id"]: series}
        return {one["id"]: one for one in instances(series, calendar.zone, None, until)}

    now_there = all_of(new)
    for event_id in now_there:
        calendar.gone.pop(event_id, None)
    exceptions = [event for event in calendar.events.values() if event.resource.get("recurringEventId") == new["id"]]
    for event in exceptions:
        one = event.resource
        stays = new["status"] != "cancelled" and new.get("recurrence")
        if not stays or instance(new, one["id"], calendar.zone) is None:
            calendar.events.pop(one["id"])
            calendar.gone[one["id"]] = Event(one | {"status": "cancelled"}, revision)
    for event_id, one in all_of(old).items():
        if event_id not in now_there and event_id not in calendar.gone and event_id != new["id"]:
            calendar.gone[event_id] = Event(one | {"status": "cancelled"}, revision, expanded_only=True)
    if new.get("recurrence") and old is not None and not old.get("recurrence"):
        calendar.gone[new["id"]] = Event(old | {"status": "cancelled"}, revision, expanded_only=True)


def _mail(world: World, calendar: Calendar, new: Json, old: Json | None, hand: Hand) -> None:
    """Write the mails Google would send to guests; the organizer's calendar alone sends any."""
    if hand.send_updates == "none" or new["organizer"]["email"] != calendar.id:
        return
    before = {person["email"] for person in (old or {}).get("attendees", [])}
    after = {person["email"] for person in new.get("attendees", [])} if new["status"] != "cancelled" else set()
    for email in sorted((before | after) - {hand.email, calendar.id}):
        if hand.send_updates == "externalOnly" and email in world.accounts:
            continue
        kind = "cancellation" if email not in after else "update" if email in before else "invitation"
        world.mails.append(Mail(kind, email, new["id"], new["iCalUID"], new["sequence"], world.now()))
