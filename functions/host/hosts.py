"""List, add, change and remove hosts."""

from dataclasses import replace

from daybook import calendar_wiring, wiring
from daybook.domain import errors
from daybook.domain.tenant import Scope
from daybook.edge.access import host_of, secret_of
from daybook.edge.api import Answer, endpoint, entrypoint
from daybook.edge.cursors import sealed, unsealed
from daybook.edge.editing import Patch, patched, require_match, tagged
from daybook.edge.requests import Call, Nothing
from daybook.edge.schemas.host import HostBody, HostList
from daybook.edge.schemas.key import PageQuery
from daybook.usecases import manage_hosts as usecase

LISTING = "hosts"


@endpoint("GET /v1/{tenant}/hosts", query=PageQuery, returns={200: HostList})
def list_hosts(call: Call[Nothing, PageQuery]) -> Answer:
    """List the tenant's hosts by slug."""
    call.require_key(Scope.READ, Scope.CATALOGUE)
    secret = secret_of(call.tenant, call.now)
    cursor = unsealed(secret, LISTING, call.query.cursor)
    hosts, after = wiring.catalogue().hosts(call.tenant, cursor=cursor, limit=100)
    return Answer(HostList(items=[HostBody.of(host) for host in hosts], next_cursor=sealed(secret, LISTING, after)))


@endpoint(
    "POST /v1/{tenant}/hosts",
    body=HostBody,
    returns={201: HostBody},
    refuses=(errors.Exists, errors.UnknownTimezone),
)
def add_host(call: Call[HostBody, Nothing]) -> Answer:
    """Add a host.

    `default_schedule` may name a schedule that is added later; until then the host is closed.
    """
    call.require_key(Scope.CATALOGUE)
    host = usecase.add_host(call.tenant, call.body.to_domain(version=1), catalogue=wiring.catalogue())
    location = f"/v1/{call.tenant}/hosts/{host.slug}"
    return tagged(HostBody.of(host), host.version, status=201, location=location)


@endpoint(
    "PATCH /v1/{tenant}/hosts/{host}",
    body=Patch,
    returns={200: HostBody},
    refuses=(errors.PreconditionFailed, errors.UnknownTimezone),
)
def change_host(call: Call[Patch, Nothing]) -> Answer:
    """Change some fields of a host; null takes a field back to its default."""
    call.require_key(Scope.CATALOGUE, host=call.path["host"])
    before = host_of(call)
    require_match(call.if_match, before.version)
    body = patched(HostBody, HostBody.of(before), call.body, fixed="slug", name=before.slug)
    after = replace(body.to_domain(version=before.version + 1), schedules=before.schedules, blocks=before.blocks)
    usecase.change_host(
        call.tenant,
        before,
        after,
        catalogue=wiring.catalogue(),
        ledger=wiring.ledger(),
        bookings=wiring.bookings(),
        now=call.now,
    )
    return tagged(HostBody.of(after), after.version)


@endpoint("DELETE /v1/{tenant}/hosts/{host}", returns={204: None}, refuses=(errors.InUse, errors.PreconditionFailed))
def remove_host(call: Call[Nothing, Nothing]) -> Answer:
    """Remove a host with schedules, blocks and event types.

    Not while future bookings, open slots or connected calendars need it.
    """
    call.require_key(Scope.CATALOGUE, host=call.path["host"])
    host = host_of(call)
    require_match(call.if_match, host.version)
    usecase.remove_host(
        call.tenant,
        host,
        catalogue=wiring.catalogue(),
        bookings=wiring.bookings(),
        connections=calendar_wiring.connections(),
        now=call.now,
    )
    return Answer(status=204)


handler = entrypoint(list_hosts, add_host, change_host, remove_host)
