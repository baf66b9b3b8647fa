"""Hosts with their schedules and blocks, and event types in memory."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from daybook.domain.errors import Exists, NotFound
from daybook.domain.event_type import EventType
from daybook.domain.host import Host
from daybook.domain.schedule import Block, Schedule
from daybook.ports import Context, Stale
from tests.fakes.store import Rows, Store, page

NOT_OWN_FIELDS = ("schedules", "blocks", "connections", "written_by", "guests_invited")
"""What a change of the host itself leaves alone."""


class MemoryCatalogue:
    """`ports.Catalogue` on dictionaries."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def context(
        self,
        tenant: str,
        host: str,
        event_type: str | None,
        *,
        record: str | None = None,
        with_secret: bool = False,
        with_tenant: bool = False,
    ) -> Context:
        rows = self._store.rows
        owner = rows.tenants.get(tenant)
        return Context(
            secret=owner[1] if owner and with_secret else None,
            host=rows.hosts.get((tenant, host)),
            event_type=rows.event_types.get((tenant, host, event_type)) if event_type is not None else None,
            record=rows.records.get((tenant, record)) if record is not None else None,
            tenant=owner[0] if owner and with_tenant else None,
        )

    def host(self, tenant: str, host: str) -> Host | None:
        return self._store.rows.hosts.get((tenant, host))

    def hosts(self, tenant: str, *, cursor: str | None, limit: int) -> tuple[Sequence[Host], str | None]:
        known = self._store.rows.hosts
        slugs, after = page((slug for owner, slug in known if owner == tenant), cursor=cursor, limit=limit)
        return [known[tenant, slug] for slug in slugs], after

    def add_host(self, tenant: str, host: Host) -> None:
        with self._store.transaction() as rows:
            if (tenant, host.slug) in rows.hosts:
                raise Exists(f"There is a host {host.slug} already.")
            rows.hosts[tenant, host.slug] = host

    def change_host(self, tenant: str, host: Host, *, version: int) -> None:
        with self._store.transaction() as rows:
            stored = rows.hosts.get((tenant, host.slug))
            if stored is None or stored.version != version:
                raise Stale
            kept = {name: getattr(stored, name) for name in NOT_OWN_FIELDS}
            rows.hosts[tenant, host.slug] = replace(host, **kept)

    def remove_host(self, tenant: str, host: Host) -> None:
        with self._store.transaction() as rows:
            stored = rows.hosts.pop((tenant, host.slug), None)
            if stored is None or stored.version != host.version:
                raise Stale

    def put_schedule(self, tenant: str, host: str, schedule: Schedule, *, version: int | None) -> None:
        with self._store.transaction() as rows:
            stored = _host(rows, tenant, host)
            known = stored.schedules.get(schedule.id)
            if version is None and known is not None:
                raise Exists(f"There is a schedule {schedule.id} already.")
            if version is not None and (known is None or known.version != version):
                raise Stale
            changed = replace(stored, schedules={**stored.schedules, schedule.id: schedule})
            if version is None:
                default = stored.default_schedule or schedule.id
                changed = replace(changed, default_schedule=default, version=stored.version + 1)
            rows.hosts[tenant, host] = changed

    def remove_schedule(self, tenant: str, host: Host, schedule: Schedule) -> None:
        with self._store.transaction() as rows:
            stored = _host(rows, tenant, host.slug)
            known = stored.schedules.get(schedule.id)
            if known is None or known.version != schedule.version or stored.default_schedule != host.default_schedule:
                raise Stale
            rest = {name: one for name, one in stored.schedules.items() if name != schedule.id}
            changed = replace(stored, schedules=rest)
            if stored.default_schedule == schedule.id:
                changed = replace(changed, default_schedule=None, version=stored.version + 1)
            rows.hosts[tenant, host.slug] = changed

    def put_block(self, tenant: str, host: str, block: Block, *, pruned: Collection[str]) -> None:
        with self._store.transaction() as rows:
            stored = _host(rows, tenant, host)
            kept = {name: one for name, one in stored.blocks.items() if name not in pruned}
            rows.hosts[tenant, host] = replace(stored, blocks={**kept, block.id: block})

    def remove_block(self, tenant: str, host: str, block: str) -> None:
        with self._store.transaction() as rows:
            stored = _host(rows, tenant, host)
            kept = {name: one for name, one in stored.blocks.items() if name != block}
            rows.hosts[tenant, host] = replace(stored, blocks=kept)

    def event_types(self, tenant: str, host: str) -> Sequence[EventType]:
        found = [one for key, one in self._store.rows.event_types.items() if key[:2] == (tenant, host)]
        return sorted(found, key=lambda one: one.slug)

    def put_event_type(self, tenant: str, host: str, event_type: EventType, *, version: int | None) -> None:
        with self._store.transaction() as rows:
            stored = rows.event_types.get((tenant, host, event_type.slug))
            if version is None and stored is not None:
                raise Exists(f"There is an event type {event_type.slug} already.")
            if version is not None and (stored is None or stored.version != version):
                raise Stale
            owner = _host(rows, tenant, host)
            if event_type.schedule is not None and event_type.schedule not in owner.schedules:
                raise NotFound("The schedule has just been removed.")
            rows.event_types[tenant, host, event_type.slug] = event_type

    def remove_event_type(self, tenant: str, host: str, event_type: EventType) -> None:
        with self._store.transaction() as rows:
            stored = rows.event_types.pop((tenant, host, event_type.slug), None)
            if stored is None or stored.version != event_type.version:
                raise Stale


def _host(rows: Rows, tenant: str, host: str) -> Host:
    found = rows.hosts.get((tenant, host))
    if found is None:
        raise NotFound("No such host.")
    return found
