"""Prove who calls."""

from collections.abc import Callable
from datetime import datetime

from daybook.domain.actor import Actor, Role
from daybook.domain.booking import Booking
from daybook.domain.caller import Caller
from daybook.domain.errors import NotFound
from daybook.domain.tenant import Scope
from daybook.domain.tokens import key_parts, require_manage_token, secret_matches
from daybook.ports import Access

NO_BOOKING = "No such booking."


def authenticate(key_text: str, *, access: Access) -> Caller | None:
    """Return the holder of an API key; None for anything that is not a live key."""
    parts = key_parts(key_text)
    if parts is None:
        return None
    key = access.key(parts[0])
    if key is None or not secret_matches(parts[1], key.secret_sha256):
        return None
    return Caller(tenant=key.tenant, key_id=key.id, host=key.host, scopes=key.scopes)


def require_access(
    booking: Booking | None,
    *,
    tenant: str,
    caller: Caller | None,
    token: str | None,
    scopes: tuple[Scope, ...],
    secret: Callable[[], bytes],
    now: datetime,
) -> tuple[Booking, Actor]:
    """Admit the holder of a manage token, or of a key with one of the scopes, to a booking.

    Args:
        secret: reads the tenant's secret; only called where a token must be checked.
    Raises:
        NotFound: no booking, no credential, or one that does not fit: all the same from outside.
        ScopeMissing: a genuine key of this tenant that may not do this.
    """
    if caller is not None and booking is not None:
        caller.require(*scopes, tenant=tenant, host=booking.host)
        return booking, caller.actor
    if booking is None or not token:
        raise NotFound(NO_BOOKING)
    require_manage_token(secret(), booking, token, now=now)
    return booking, Actor(Role.ATTENDEE)
