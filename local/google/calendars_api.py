"""calendarList.list and .get, calendars.insert, .get and .delete."""

from http import HTTPStatus

from local.google.access import Call, allowed, calendar_for
from local.google.discovery import Json
from local.google.errors import ApiError, invalid, not_modelled, required
from local.google.times import zone_named
from local.google.views import calendar_view, entry_view
from local.google.world import ROLES, Access, World, etag

_ORDER = {name: access for access, name in ROLES.items()}


def list_calendars(world: World, call: Call) -> Json:
    """Answer with the calendars on the account's list, page by page (100 unless asked otherwise, at most 250)."""
    for name in ("syncToken", "showDeleted"):
        if call.parameters.get(name):
            raise not_modelled(f"calendarList.list with {name}")
    least = _ORDER.get(call.parameters.get("minAccessRole", "none"), Access.WRITE)
    entries = [entry_view(calendar, role) for calendar, role in world.listed(call.account) if role >= least]
    token = call.parameters.get("pageToken", "0")
    if not token.isdecimal() or int(token) > len(entries):
        raise invalid("Invalid page token value.", "pageToken")
    first = int(token)
    after = first + min(call.parameters.get("maxResults", 100), 250, world.trouble.page_limit or 250)
    page: Json = {"kind": "calendar#calendarList", "etag": etag(world.revision), "items": entries[first:after]}
    return page | ({"nextPageToken": str(after)} if after < len(entries) else {"nextSyncToken": str(world.revision)})


def get_entry(world: World, call: Call) -> Json:
    calendar = calendar_for(world, call, Access.FREE_BUSY)
    return entry_view(calendar, call.account.roles[calendar.id])


def insert_calendar(world: World, call: Call) -> Json:
    """Make a secondary calendar; it belongs to the account, and to the client as far as `app.created` goes."""
    if not call.body.get("summary"):
        raise required("Missing title.")
    timezone = call.body.get("timeZone", "UTC")
    zone_named(timezone, "calendar")
    calendar_id = f"c_{world.id_for('calendar', 52)}@group.calendar.google.com"
    made = world.add_calendar(
        call.account, calendar_id, summary=call.body["summary"], timezone=timezone, created_by=call.client_id
    )
    made.description = call.body.get("description")
    return calendar_view(made)


def get_calendar(world: World, call: Call) -> Json:
    return calendar_view(calendar_for(world, call, Access.READ))


def delete_calendar(world: World, call: Call) -> None:
    """Delete a secondary calendar with all that is in it.

    Raises:
        ApiError: 403, it is not the account's own; 400, it is the primary one, which can only be cleared.
    """
    calendar = calendar_for(world, call, Access.OWN)
    if calendar.id == calendar.owner:
        message = "Primary calendars cannot be deleted."
        raise ApiError(HTTPStatus.BAD_REQUEST, "cannotDeletePrimaryCalendar", message, domain="calendar")
    if allowed(call, calendar) is not Access.OWN:
        raise invalid("Not the owner.")
    calendar.deleted = True
    calendar.revision = world.next_revision()
    world.changed(calendar)
