"""Write a host's external busy time into the ledger, as all their connected calendars have it."""

from collections.abc import Mapping, Sequence
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
    knew less, is put right. While a calendar is unknown, nothing is taken away: it may be what keeps it busy.

    Args:
        connection: as it is now, whatever is stored.
        fresh: snapshots that are not stored yet.
    """
    tenant, host = connection.tenant, connection.host
    others = [one for one in connections.connections(tenant, host) if one.id != connection.id]
    counted = [one for one in (connection, *others) if one.state is not State.LEAVING]
    snapshots = _snapshots(counted, fresh, connections)
    busy = busy_by_day(one for one in snapshots if one is not None)
    known = {day.day: day.external for day in ledger.days(tenant, host, days)}
    nothing: frozenset[int] = frozenset()
    kept = known if None in snapshots else {}
    wanted = {day: busy.get(day, nothing) | kept.get(day, nothing) for day in days}
    wrong = {day: granules for day, granules in wanted.items() if granules != known.get(day, nothing)}
    external.set_external(tenant, host, wrong)


def _snapshots(
    counted: Sequence[Connection], fresh: Mapping[Place, Snapshot], connections: Connections
) -> Sequence[Snapshot | None]:
    """Return the latest of each calendar that blocks; None for one that was never read, or is more than can be kept."""
    found: list[Snapshot | None] = []
    for one in counted:
        for calendar in sorted(one.busy_from):
            snapshot = fresh.get(Place(one.id, calendar))
            known = None if snapshot else connections.snapshot(one, calendar)
            found.append(snapshot or (known[0] if known else None))
    return found
