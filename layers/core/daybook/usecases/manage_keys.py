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
    """Write a new key; return it and, this once, its full text."""
    key, text = made_key(tenant, name, scopes=scopes, host=host, new_id=new_id, new_secret=new_secret, now=now)
    access.add_key(key)
    return key, text


def made_key(
    tenant: str,
    name: str,
    *,
    scopes: frozenset[Scope],
    host: str | None,
    new_id: NewId,
    new_secret: Callable[[], str],
    now: datetime,
) -> tuple[ApiKey, str]:
    """Make a key that is not yet written, and its text. `new_secret` gives 256 random bits."""
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
    return key, key_text(identifier, secret)
