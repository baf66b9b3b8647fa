"""Add, change and remove hosts."""

from contextlib import suppress
from datetime import datetime

from daybook.calendar_ports import Connections
from daybook.domain.errors import Exists, InUse, PreconditionFailed, ValidationFailed
from daybook.domain.host import Host
from daybook.ports import Bookings, Catalogue, Ledger, Stale
from daybook.usecases.recount import recount
from daybook.usecases.upcoming import needed_by

CHANGED = "It was changed meanwhile; read it again."


def add_host(tenant: str, host: Host, *, catalogue: Catalogue) -> Host:
    """Raises Exists."""
    if catalogue.host(tenant, host.slug) is not None:
        raise Exists(f"There is a host {host.slug} already.")
    catalogue.add_host(tenant, host)
    return host


def change_host(
    tenant: str,
    before: Host,
    after: Host,
    *,
    catalogue: Catalogue,
    ledger: Ledger,
    bookings: Bookings,
    now: datetime,
) -> Host:
    """Write a host's own fields; counters follow where limits or the dates they count by changed.

    Raises:
        PreconditionFailed: somebody else changed it meanwhile. ValidationFailed: unknown default schedule.
    """
    wanted = after.default_schedule
    if wanted is not None and wanted != before.default_schedule and wanted not in before.schedules:
        raise ValidationFailed.at("/default_schedule", "There is no such schedule.")
    try:
        catalogue.change_host(tenant, after, version=before.version)
    except Stale:
        raise PreconditionFailed(CHANGED) from None
    if _counting(before) != _counting(after):
        recount(tenant, after.slug, catalogue=catalogue, ledger=ledger, bookings=bookings, now=now)
    return after


def remove_host(
    tenant: str, host: Host, *, catalogue: Catalogue, bookings: Bookings, connections: Connections, now: datetime
) -> None:
    """Remove a host with schedules, blocks and event types.

    Raises:
        InUse: a future booking, an open published slot or a connected calendar needs the host. PreconditionFailed.
    """
    if connections.connections(tenant, host.slug):
        raise InUse("Disconnect the host's calendars first, and wait until they are gone.")
    if needed_by(tenant, host.slug, bookings=bookings, now=now):
        raise InUse("Cancel the host's future bookings and withdraw the open slots first.")
    try:
        catalogue.remove_host(tenant, host)
    except Stale:
        raise PreconditionFailed(CHANGED) from None
    for event_type in catalogue.event_types(tenant, host.slug):
        with suppress(Stale):  # changed meanwhile; without its host it leads nowhere, and a new host overwrites it
            catalogue.remove_event_type(tenant, host.slug, event_type)


def _counting(host: Host) -> tuple[object, ...]:
    """Return what decides which counters hold a host's bookings; without a schedule dates are the host's own."""
    return host.defaults.limits, host.default_schedule, host.zone
