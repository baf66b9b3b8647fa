"""Create a tenant with its secret and a first key."""

import re
from collections.abc import Callable
from datetime import datetime

from daybook.domain.errors import ValidationFailed
from daybook.domain.tenant import Scope, Tenant
from daybook.ports import Access, NewId
from daybook.usecases.manage_keys import made_key

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}\Z")
RESERVED = frozenset({"v1", "manage", "oauth", "webhooks", "assets", "static", "docs", "health"})


def create_tenant(
    slug: str,
    name: str,
    email: str,
    *,
    access: Access,
    new_id: NewId,
    new_secret: Callable[[], str],
    tenant_secret: bytes,
    now: datetime,
) -> str:
    """Return the text of the tenant's first key, an admin's.

    Args:
        tenant_secret: 32 random bytes; manage tokens and keyed hashes rest on them.
    Raises:
        ValidationFailed: the slug is reserved or not spelt [a-z0-9-]. Exists.
    """
    if not SLUG.match(slug) or slug in RESERVED:
        raise ValidationFailed.at(
            "/slug", f"Choose lower-case letters, digits and dashes; not {', '.join(sorted(RESERVED))}."
        )
    key, text = made_key(
        slug,
        "first key",
        scopes=frozenset({Scope.ADMIN}),
        host=None,
        new_id=new_id,
        new_secret=new_secret,
        now=now,
    )
    access.add_tenant(Tenant(slug=slug, name=name, email=email, created_at=now), tenant_secret, key)
    return text
