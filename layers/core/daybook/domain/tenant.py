"""A tenant, its secret, and the keys that speak for it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Scope(StrEnum):
    """What a key may do; admin may do everything."""

    READ = "read"
    BOOKINGS = "bookings"
    CATALOGUE = "catalogue"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    slug: str
    name: str
    email: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A credential without its secret: only the secret's SHA-256 is kept. `host` binds it to one host."""

    id: str
    tenant: str
    name: str
    scopes: frozenset[Scope]
    secret_sha256: str
    created_at: datetime
    host: str | None = None
