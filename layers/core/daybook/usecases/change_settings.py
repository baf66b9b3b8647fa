"""Change a tenant's settings."""

from daybook.domain.errors import PreconditionFailed
from daybook.domain.tenant import Tenant
from daybook.ports import Access, Stale


def change_settings(before: Tenant, after: Tenant, *, access: Access) -> Tenant:
    """Raises PreconditionFailed if somebody else changed them meanwhile."""
    try:
        access.change_tenant(after, version=before.version)
    except Stale:
        raise PreconditionFailed("They were changed meanwhile; read them again.") from None
    return after
