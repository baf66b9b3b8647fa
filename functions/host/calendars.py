"""List and show a host's connected calendar accounts, choose what they are used for, and disconnect them."""

from daybook import calendar_wiring
from daybook.domain import errors
from daybook.domain.connection import Connection
from daybook.domain.tenant import Scope
from daybook.edge.access import host_of
from daybook.edge.api import Answer, endpoint, entrypoint
from daybook.edge.editing import Patch, patched, require_match, tagged
from daybook.edge.requests import Body, Call, Nothing, Query
from daybook.edge.schemas.calendar import ConnectionBody, ConnectionList, ConnectionView
from daybook.usecases import choose_calendars as usecase

ALL = "/v1/{tenant}/hosts/{host}/calendars"
ONE = ALL + "/{calendar}"


@endpoint(f"GET {ALL}", returns={200: ConnectionList})
def list_calendars(call: Call[Nothing, Nothing]) -> Answer:
    """List a host's connected accounts: how they are, how fresh, what they may and what they are used for."""
    call.require_key(Scope.READ, Scope.CATALOGUE, host=call.path["host"])
    found = calendar_wiring.connections().connections(call.tenant, host_of(call).slug)
    return Answer(ConnectionList(items=[ConnectionView.of(one, now=call.now) for one in found], next_cursor=None))


@endpoint(f"GET {ONE}", returns={200: ConnectionView})
def show_calendar(call: Call[Nothing, Nothing]) -> Answer:
    """Show a connected account with its calendars."""
    call.require_key(Scope.READ, Scope.CATALOGUE, host=call.path["host"])
    found = _named(call)
    return tagged(ConnectionView.of(found, now=call.now), found.version)


@endpoint(
    f"PATCH {ONE}",
    body=Patch,
    returns={200: ConnectionView},
    refuses=(errors.InUse, errors.PreconditionFailed),
)
def change_calendar(call: Call[Patch, Nothing]) -> Answer:
    """Choose which calendars block time, where bookings appear, and what happens to edits made there.

    Slots follow within a minute. `busy_from` is replaced whole; `write_to` null lets bookings appear nowhere.
    """
    call.require_key(Scope.CATALOGUE, host=call.path["host"])
    before = _named(call)
    require_match(call.if_match, before.version)
    body = patched(ConnectionBody, ConnectionBody.of(before), call.body, fixed="id", name=before.id)
    after = usecase.choose_calendars(
        before,
        body.to_domain(),
        connections=calendar_wiring.connections(),
        sync=calendar_wiring.sync_queue(),
        now=call.now,
    )
    return tagged(ConnectionView.of(after, now=call.now), after.version)


@endpoint(f"DELETE {ONE}", returns={204: None}, refuses=(errors.PreconditionFailed,))
def disconnect_calendar(call: Call[Nothing, Nothing]) -> Answer:
    """Disconnect an account: it blocks nothing any more, and our access is given back to Google.

    Events that are in its calendars stay there. It is listed as `leaving` until all is taken down.
    """
    call.require_key(Scope.CATALOGUE, host=call.path["host"])
    before = _named(call)
    require_match(call.if_match, before.version)
    usecase.disconnect(
        before, connections=calendar_wiring.connections(), sync=calendar_wiring.sync_queue(), now=call.now
    )
    return Answer(status=204)


def _named(call: Call[Body, Query]) -> Connection:
    found = calendar_wiring.connections().connection(call.tenant, call.path["host"], call.path["calendar"])
    if found is None:
        raise errors.NotFound("No such connected calendar.")
    return found


handler = entrypoint(list_calendars, show_calendar, change_calendar, disconnect_calendar)
