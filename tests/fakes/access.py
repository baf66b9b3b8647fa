"""Tenants, keys and rate counters in memory."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from daybook.domain.errors import Exists
from daybook.domain.tenant import ApiKey, Tenant
from daybook.ports import Stale
from tests.fakes.store import Store, page


class MemoryAccess:
    """`ports.Access` on dictionaries."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add_tenant(self, tenant: Tenant, secret: bytes, key: ApiKey | None = None) -> None:
        with self._store.transaction() as rows:
            if tenant.slug in rows.tenants:
                raise Exists(f"There is a tenant {tenant.slug} already.")
            rows.tenants[tenant.slug] = tenant, secret
            if key is not None:
                rows.keys[key.id] = key

    def tenant(self, tenant: str) -> Tenant | None:
        found = self._store.rows.tenants.get(tenant)
        return found[0] if found else None

    def change_tenant(self, tenant: Tenant, *, version: int) -> None:
        with self._store.transaction() as rows:
            stored = rows.tenants.get(tenant.slug)
            if stored is None or stored[0].version != version:
                raise Stale
            rows.tenants[tenant.slug] = tenant, stored[1]

    def secret(self, tenant: str) -> bytes | None:
        found = self._store.rows.tenants.get(tenant)
        return found[1] if found else None

    def key(self, key_id: str) -> ApiKey | None:
        return self._store.rows.keys.get(key_id)

    def keys(self, tenant: str, *, cursor: str | None, limit: int) -> tuple[Sequence[ApiKey], str | None]:
        known = self._store.rows.keys
        ids, after = page((key.id for key in known.values() if key.tenant == tenant), cursor=cursor, limit=limit)
        return [known[one] for one in ids], after

    def add_key(self, key: ApiKey) -> None:
        with self._store.transaction() as rows:
            rows.keys[key.id] = key

    def remove_key(self, key: ApiKey) -> None:
        with self._store.transaction() as rows:
            rows.keys.pop(key.id, None)

    def hit(self, tenant: str, who: str, *, window: timedelta, now: datetime) -> int:
        counter = (tenant, who, int(now.timestamp() // window.total_seconds()))
        with self._store.transaction() as rows:
            rows.hits[counter] = rows.hits.get(counter, 0) + 1
            return rows.hits[counter]
