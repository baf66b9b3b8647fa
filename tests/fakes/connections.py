"""Connected calendars in memory."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from daybook.calendar_ports import Consenting, Copy, Watch
from daybook.domain.connection import Connection, Guests, State
from daybook.domain.errors import NotFound
from daybook.domain.host import Host
from daybook.domain.ledger import LedgerDay
from daybook.domain.snapshot import Snapshot
from daybook.ports import Stale
from tests.fakes.store import Rows, Store


class MemoryConnections:
    """`calendar_ports.Connections` on dictionaries."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def connection(self, tenant: str, host: str, connection: str) -> Connection | None:
        return self._store.rows.connections.get((tenant, host, connection))

    def connections(self, tenant: str, host: str) -> Sequence[Connection]:
        found = [one for key, one in self._store.rows.connections.items() if key[:2] == (tenant, host)]
        return sorted(found, key=lambda one: one.id)

    def put(self, connection: Connection, *, version: int | None) -> None:
        key = (connection.tenant, connection.host, connection.id)
        with self._store.transaction() as rows:
            known = rows.connections.get(key)
            _require_host(rows, connection)
            if (known.version if known else None) != version:
                raise Stale
            if version is None and (connection.tenant, connection.host) in self.users(connection.subject):
                raise Stale
            rows.connections[key] = connection
            _tell_host(rows, connection)

    def choose(self, connection: Connection, *, version: int, listed: bool = False) -> None:
        known = self.connection(connection.tenant, connection.host, connection.id)
        if known is None:
            raise Stale
        after = replace(
            connection,
            channels=known.channels,
            calendars=connection.calendars if listed else known.calendars,
            synced_at=connection.synced_at and known.synced_at,
            to_copy=connection.to_copy or known.to_copy,
        )
        self.put(after, version=version)

    def note(self, connection: Connection) -> None:
        key = (connection.tenant, connection.host, connection.id)
        with self._store.transaction() as rows:
            known = rows.connections.get(key)
            if known is None or known.version != connection.version:
                raise Stale
            rows.connections[key] = replace(
                known,
                calendars=connection.calendars,
                channels=connection.channels,
                to_copy=connection.to_copy,
                synced_at=connection.synced_at,
                due_at=connection.due_at,
                problem=connection.problem,
            )

    def users(self, subject: str) -> Collection[tuple[str, str]]:
        return [(one.tenant, one.host) for one in self._all() if one.subject == subject]

    def remove(self, connection: Connection) -> None:
        tenant, host = connection.tenant, connection.host
        with self._store.transaction() as rows:
            known = rows.connections.get((tenant, host, connection.id))
            if known is None or known.version != connection.version:
                raise Stale
            del rows.connections[tenant, host, connection.id]
            for snapshot in [key for key in rows.snapshots if key[:3] == (tenant, host, connection.id)]:
                del rows.snapshots[snapshot]
            for copy in (*rows.copies.values(), *rows.owed.values()):
                if copy.connection == connection.id:
                    rows.remove_copy(copy)
            for channel in connection.channels.values():
                rows.watches.pop(channel.id, None)
            if (tenant, host) in rows.hosts:
                _tell_host(rows, replace(connection, state=State.LEAVING))

    def due(self, now: datetime, limit: int) -> Sequence[Connection]:
        return sorted(
            (one for one in self._all() if one.state is not State.BROKEN and one.due_at <= now),
            key=lambda one: (one.due_at, one.id),
        )[:limit]

    def count_broken(self) -> int:
        return sum(one.state is State.BROKEN for one in self._all())

    def snapshot(self, connection: Connection, calendar: str) -> tuple[Snapshot, str] | None:
        return self._store.rows.snapshots.get((connection.tenant, connection.host, connection.id, calendar))

    def put_snapshot(
        self, connection: Connection, calendar: str, snapshot: Snapshot, token: str, *, before: str | None
    ) -> None:
        key = (connection.tenant, connection.host, connection.id, calendar)
        with self._store.transaction() as rows:
            known = rows.snapshots.get(key)
            if (known[1] if known else None) != before:
                raise Stale
            rows.snapshots[key] = (snapshot, token)

    def remove_snapshot(self, connection: Connection, calendar: str) -> None:
        with self._store.transaction() as rows:
            rows.snapshots.pop((connection.tenant, connection.host, connection.id, calendar), None)

    def add_watch(self, watch: Watch) -> None:
        with self._store.transaction() as rows:
            rows.watches[watch.channel.id] = watch

    def watch(self, channel: str) -> Watch | None:
        return self._store.rows.watches.get(channel)

    def remove_watch(self, channel: str) -> None:
        with self._store.transaction() as rows:
            rows.watches.pop(channel, None)

    def copy(self, tenant: str, booking: str) -> Copy | None:
        return self._store.rows.copies.get((tenant, booking))

    def copies(self, tenant: str, host: str) -> Mapping[str, Copy]:
        found = (*self._store.rows.owed.values(), *self._store.rows.copies.values())
        return {copy.event: copy for copy in found if (copy.tenant, copy.host) == (tenant, host)}

    def put_copy(self, copy: Copy) -> None:
        with self._store.transaction() as rows:
            rows.put_copy(copy)

    def owed(self, tenant: str, booking: str) -> Sequence[Copy]:
        return [copy for key, copy in self._store.rows.owed.items() if key[:2] == (tenant, booking)]

    def remove_copy(self, copy: Copy) -> None:
        with self._store.transaction() as rows:
            rows.remove_copy(copy)

    def add_consenting(self, consenting: Consenting) -> None:
        with self._store.transaction() as rows:
            assert consenting.id not in rows.consentings
            rows.consentings[consenting.id] = consenting

    def consenting(self, consenting: str) -> Consenting | None:
        return self._store.rows.consentings.get(consenting)

    def bind(self, consenting: Consenting) -> None:
        with self._store.transaction() as rows:
            known = rows.consentings.get(consenting.id)
            if known is None or known.cookie_sha256 not in {"", consenting.cookie_sha256}:
                raise Stale
            rows.consentings[consenting.id] = replace(known, cookie_sha256=consenting.cookie_sha256)

    def redeem(self, consenting: Consenting) -> None:
        with self._store.transaction() as rows:
            known = rows.consentings.get(consenting.id)
            if known is None or known.cookie_sha256 != consenting.cookie_sha256:
                raise Stale
            del rows.consentings[consenting.id]

    def _all(self) -> Iterable[Connection]:
        return self._store.rows.connections.values()


class MemoryExternalTime:
    """`calendar_ports.ExternalTime` on dictionaries; counts the days it was asked to write."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.written: list[int] = []

    def set_external(self, tenant: str, host: str, busy: Mapping[int, frozenset[int]]) -> None:
        with self._store.transaction() as rows:
            for day, granules in busy.items():
                self.written.append(day)
                known = rows.days.get((tenant, host, day), LedgerDay(day))
                rows.days[tenant, host, day] = replace(known, external=granules)


def _require_host(rows: Rows, connection: Connection) -> None:
    if (connection.tenant, connection.host) not in rows.hosts:
        raise NotFound("No such host.")


def _tell_host(rows: Rows, connection: Connection) -> None:
    host: Host = rows.hosts[connection.tenant, connection.host]
    asked = bool(connection.busy_from) and connection.state is not State.LEAVING
    others = host.connections - {connection.id}
    connections = others | {connection.id} if asked else others
    written_by, invited = host.written_by, host.guests_invited
    if connection.state is State.CONNECTED and connection.write_to:
        if written_by not in {None, connection.id}:
            raise Stale
        written_by, invited = connection.id, connection.guests is Guests.PROVIDER
    elif written_by == connection.id:
        written_by, invited = None, False
    told = replace(host, connections=connections, written_by=written_by, guests_invited=invited)
    rows.hosts[connection.tenant, connection.host] = told
