"""List, add, change and remove a host's event types."""

from daybook import wiring
from daybook.domain import errors
from daybook.domain.tenant import Scope
from daybook.edge.access import host_of
from daybook.edge.api import Answer, endpoint, entrypoint
from daybook.edge.editing import Patch, patched, require_match, tagged
from daybook.edge.requests import Call, Nothing
from daybook.edge.schemas.event_type import EventTypeBody, EventTypeList
from daybook.usecases import manage_event_types as usecase
from daybook.usecases.availability import offered


@endpoint("GET /v1/{tenant}/hosts/{host}/event-types", returns={200: EventTypeList})
def list_event_types(call: Call[Nothing, Nothing]) -> Answer:
    """List a host's event types, hidden ones included."""
    call.require_key(Scope.READ, Scope.CATALOGUE, host=call.path["host"])
    host = host_of(call)
    found = wiring.catalogue().event_types(call.tenant, host.slug)
    items = [EventTypeBody.shown(one, host.defaults) for one in found]
    return Answer(EventTypeList(items=items, next_cursor=None))


@endpoint(
    "POST /v1/{tenant}/hosts/{host}/event-types",
    body=EventTypeBody,
    returns={201: EventTypeBody},
    refuses=(errors.Exists,),
)
def add_event_type(call: Call[EventTypeBody, Nothing]) -> Answer:
    """Add an event type.

    What is left out follows the host's defaults, and without `schedule` the host's default schedule applies.
    """
    call.require_key(Scope.CATALOGUE, host=call.path["host"])
    host = host_of(call)
    event_type = usecase.add_event_type(
        call.tenant,
        host,
        call.body.to_domain(version=1),
        catalogue=wiring.catalogue(),
        ledger=wiring.ledger(),
        bookings=wiring.bookings(),
        now=call.now,
    )
    location = f"/v1/{call.tenant}/hosts/{host.slug}/event-types/{event_type.slug}"
    return tagged(EventTypeBody.shown(event_type, host.defaults), 1, status=201, location=location)


@endpoint(
    "PATCH /v1/{tenant}/hosts/{host}/event-types/{event_type}",
    body=Patch,
    returns={200: EventTypeBody},
    refuses=(errors.PreconditionFailed,),
)
def change_event_type(call: Call[Patch, Nothing]) -> Answer:
    """Change some fields of an event type; null takes a field back to its default. Bookings keep what was agreed."""
    call.require_key(Scope.CATALOGUE, host=call.path["host"])
    host, before = offered(wiring.catalogue().context(call.tenant, call.path["host"], call.path["event_type"]))
    require_match(call.if_match, before.version)
    body = patched(EventTypeBody, EventTypeBody.of(before), call.body, fixed="slug", name=before.slug)
    after = usecase.change_event_type(
        call.tenant,
        host,
        before,
        body.to_domain(version=before.version + 1),
        catalogue=wiring.catalogue(),
        ledger=wiring.ledger(),
        bookings=wiring.bookings(),
        now=call.now,
    )
    return tagged(EventTypeBody.shown(after, host.defaults), after.version)


@endpoint(
    "DELETE /v1/{tenant}/hosts/{host}/event-types/{event_type}",
    returns={204: None},
    refuses=(errors.InUse, errors.PreconditionFailed),
)
def remove_event_type(call: Call[Nothing, Nothing]) -> Answer:
    """Remove an event type unless future bookings or open slots need it; hide it instead."""
    call.require_key(Scope.CATALOGUE, host=call.path["host"])
    _, event_type = offered(wiring.catalogue().context(call.tenant, call.path["host"], call.path["event_type"]))
    require_match(call.if_match, event_type.version)
    usecase.remove_event_type(
        call.tenant,
        host_of(call),
        event_type,
        catalogue=wiring.catalogue(),
        bookings=wiring.bookings(),
        now=call.now,
    )
    return Answer(status=204)


handler = entrypoint(list_event_types, add_event_type, change_event_type, remove_event_type)
