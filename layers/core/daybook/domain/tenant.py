"""A tenant, its secret, and the keys that speak for it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from daybook.domain.brand import Brand


class Scope(StrEnum):
    """What a key may do; admin may do everything."""

    READ = "read"
    BOOKINGS = "bookings"
    CATALOGUE = "catalogue"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """An organisation whose hosts can be met.

    Attributes:
        language: of mails to people who gave none, or one there is no catalogue for; a BCP 47 tag.
        welcome: whether a person's first booking brings a welcome mail.
        follow_up: whether a mail follows after a meeting; `feedback_url` is where its link leads, None: to the host.
    """

    slug: str
    name: str
    email: str
    brand: Brand = field(default_factory=Brand)
    language: str = "en"
    welcome: bool = True
    follow_up: bool = True
    feedback_url: str | None = None
    version: int = 1
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
