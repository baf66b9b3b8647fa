"""Issue API keys."""

from collections.abc import Callable
from datetime import datetime

from daybook.domain.tenant import ApiKey, Scope
from daybook.domain.tokens import key_text, secret_digest
from daybook.ports import Access, NewId


def issue_key(
    tenant: str,
    name: str,
    *,
    scopes: frozenset[Scope],
    host: str | None,
    access: Access,
    new_id: NewId,
    new_secret: Callable[[], str],
    now: datetime,
) -> tuple[ApiKey, str]:
    """Return the key and, this once, its full text. `new_secret` gives 256 random bits."""
    identifier, secret = new_id().lower(), new_secret()
    key = ApiKey(
        id=identifier,
        tenant=tenant,
        name=name,
        scopes=scopes,
        host=host,
        secret_sha256=secret_digest(secret),
        created_at=now,
    )
    access.add_key(key)
    return key, key_text(identifier, secret)
