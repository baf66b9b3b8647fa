"""Write a host's external busy time into the ledger, as all their connected calendars have it."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from daybook.calendar_ports import Connections, ExternalTime
from daybook.domain.connection import Connection, State
from daybook.domain.snapshot import Snapshot, busy_by_day
from daybook.ports import Ledger


class Place(NamedTuple):
    """A calendar of a connection."""

    connection: str
    calendar: str


def write_external(
    connection: Connection,
    days: range,
    fresh: Mapping[Place, Snapshot],
    *,
    connections: Connections,
    ledger: Ledger,
    external: ExternalTime,
) -> None:
    """Write the days that differ from what the ledger has.

    The whole range is compared, not what seems to have changed: so whatever was written by who died half-way, or
    knew less, is put right.

    Args:
        connection: as it is now, whatever is stored.
        fresh: snapshots that are not stored yet.
    """
    tenant, host = connection.tenant, connection.host
    others = [one for one in connections.connections(tenant, host) if one.id != connection.id]
    counted = [one for one in (connection, *others) if one.state is not State.LEAVING]
    busy = busy_by_day(_snapshots(counted, fresh, connections))
    known = {day.day: day.external for day in ledger.days(tenant, host, days)}
    nothing: frozenset[int] = frozenset()
    wrong = [day for day in days if busy.get(day, nothing) != known.get(day, nothing)]
    external.set_external(tenant, host, {day: busy.get(day, nothing) for day in wrong})


def _snapshots(
    counted: list[Connection], fresh: Mapping[Place, Snapshot], connections: Connections
) -> Iterator[Snapshot]:
    for one in counted:
        for calendar in sorted(one.busy_from):
            snapshot = fresh.get(Place(one.id, calendar))
            if snapshot is not None:
                yield snapshot
            elif (known := connections.snapshot(one, calendar)) is not None:
                yield known[0]
