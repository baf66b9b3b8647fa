"""Google Meet: a conference is asked for with an event, and is there a little later."""

from typing import Any

from local.google.errors import invalid, required
from local.google.world import Calendar, Event, World

Json = dict[str, Any]
_SOLUTION = {"key": {"type": "hangoutsMeet"}, "name": "Google Meet"}


def keep(new: Json, old: Json) -> None:
    """Undo what a write says of conferences: without `conferenceDataVersion=1` Google takes no notice of it."""
    for name in ("conferenceData", "hangoutLink"):
        new.pop(name, None)
        if name in old:
            new[name] = old[name]


def request(world: World, event: Event, before: Event | None) -> None:
    """Take up the request for a conference in an event that was written; the same id again asks for nothing.

    Raises:
        ApiError: 400; it has no id, or asks for what is no longer made.
    """
    data = event.resource.get("conferenceData")
    if before is not None:
        event.requested, event.due = before.requested, before.due
    if not data:
        for name in ("conferenceData", "hangoutLink"):
            event.resource.pop(name, None)
        event.due = None
        return
    wanted = data.get("createRequest")
    if wanted is None:
        return
    if not wanted.get("requestId"):
        raise required("Missing conference request id.")
    if wanted["requestId"] == event.requested:
        keep(event.resource, before.resource if before else {})
        return
    if wanted.get("conferenceSolutionKey", {}).get("type") != "hangoutsMeet":
        raise invalid("Invalid conference type value.")
    event.resource.pop("hangoutLink", None)
    event.resource["conferenceData"] = {"createRequest": _stage(wanted, "pending")}
    event.requested, event.due = wanted["requestId"], world.now() + world.trouble.meet_delay


def settle(world: World) -> None:
    """Carry out the requests that are due; each changes its event."""
    for calendar in world.calendars.values():
        for event in calendar.events.values():
            if event.due is not None and event.due <= world.now():
                event.due = None
                _carry_out(world, calendar, event)


def _carry_out(world: World, calendar: Calendar, event: Event) -> None:
    data = event.resource["conferenceData"]
    if world.trouble.meet_fails:
        event.resource["conferenceData"] = {"createRequest": _stage(data["createRequest"], "failure")}
    else:
        letters = "".join(chr(ord("a") + int(letter, 32) % 26) for letter in world.id_for("meet", 10))
        code = f"{letters[:3]}-{letters[3:7]}-{letters[7:]}"
        link = f"https://meet.google.com/{code}"
        event.resource["hangoutLink"] = link
        event.resource["conferenceData"] = {
            "createRequest": _stage(data["createRequest"], "success"),
            "entryPoints": [{"entryPointType": "video", "uri": link, "label": link.removeprefix("https://")}],
            "conferenceSolution": _SOLUTION,
            "conferenceId": code,
        }
    event.revision = world.next_revision()
    world.changed(calendar)


def _stage(wanted: Json, stage: str) -> Json:
    return {**wanted, "status": {"statusCode": stage}}
