"""Who calls, and what the scopes of the presented token allow with a calendar."""

from dataclasses import dataclass

from local.google.discovery import Json, Method
from local.google.errors import access_missing, not_found, scopes_missing
from local.google.world import ROLES, Access, Account, Calendar, World

SCOPE = "https://www.googleapis.com/auth/"
_EVERYWHERE = {
    "calendar": Access.OWN,
    "calendar.calendars": Access.OWN,
    "calendar.calendars.readonly": Access.READ,
    "calendar.calendarlist": Access.READ,
    "calendar.calendarlist.readonly": Access.READ,
    "calendar.readonly": Access.READ,
    "calendar.events": Access.WRITE,
    "calendar.events.readonly": Access.READ,
    "calendar.events.freebusy": Access.FREE_BUSY,
    "calendar.freebusy": Access.FREE_BUSY,
}
_WHERE_OWNER = {"calendar.events.owned": Access.WRITE, "calendar.events.owned.readonly": Access.READ}
_WHERE_CREATOR = {"calendar.app.created": Access.OWN}


@dataclass(frozen=True, slots=True)
class Call:
    """A well-formed call of a method by somebody with a good token. `headers` are spelt in small letters."""

    method: Method
    parameters: Json
    body: Json
    headers: dict[str, str]
    account: Account
    client_id: str
    scopes: frozenset[str]


def require_scope(method: Method, scopes: frozenset[str]) -> None:
    """Raises: ApiError: 403; none of the scopes is one for the method."""
    if not scopes & method.scopes:
        raise scopes_missing()


def allowed(call: Call, calendar: Calendar) -> Access:
    """Return what both the account's role and the token's scopes allow.

    Which scope counts for which method is the discovery document's; that `events.owned` needs ownership and
    `app.created` the same OAuth client is said in the scopes' descriptions.
    """
    role = call.account.roles.get(calendar.id, Access.NONE)
    names = {scope.removeprefix(SCOPE) for scope in call.scopes & call.method.scopes}
    ways = [access for name, access in _EVERYWHERE.items() if name in names]
    if role is Access.OWN:
        ways += [access for name, access in _WHERE_OWNER.items() if name in names]
    if calendar.created_by == call.client_id:
        ways += [access for name, access in _WHERE_CREATOR.items() if name in names]
    return min(role, max(ways, default=Access.NONE))


def calendar_for(world: World, call: Call, needed: Access) -> Calendar:
    """Return the calendar a call names.

    Raises:
        ApiError: 404, it is not on the account's list; 403, role or scopes do not reach.
    """
    calendar = world.calendar(call.account, call.parameters["calendarId"])
    if calendar is None:
        raise not_found()
    if call.account.roles[calendar.id] < needed:
        raise access_missing(ROLES[needed])
    if allowed(call, calendar) < needed:
        raise scopes_missing()
    return calendar
