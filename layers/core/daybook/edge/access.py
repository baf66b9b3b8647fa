"""Who may touch the booking, host or listing a request names."""

from datetime import datetime, timedelta
from functools import lru_cache

from daybook import wiring
from daybook.domain.actor import Actor
from daybook.domain.booking import Booking
from daybook.domain.caller import Caller
from daybook.domain.errors import NotFound, Unauthenticated
from daybook.domain.host import Host
from daybook.domain.tenant import Scope
from daybook.domain.tokens import manage_token
from daybook.edge.requests import Body, Call, Query
from daybook.edge.schemas.booking import BookingView
from daybook.usecases.admission import Admit, Quotas, attendee_key, begin_admission
from daybook.usecases.authenticate import authenticate, require_access

REMEMBERED = timedelta(minutes=5)
"""How long a process believes at most what it has read of a tenant's secret, which changes only after a leak."""


def secret_of(tenant: str, now: datetime) -> bytes:
    """Return a tenant's secret, read once in five minutes of the clock. Raises NotFound, which is not remembered."""
    return remembered_secret(tenant, int(now.timestamp() // REMEMBERED.total_seconds()))


@lru_cache(maxsize=1024)
def remembered_secret(tenant: str, _window: int) -> bytes:
    """As `secret_of`; windows are counted from 1970."""
    secret = wiring.access().secret(tenant)
    if secret is None:
        raise NotFound("No such tenant.")
    return secret


def optional_caller(call: Call[Body, Query]) -> Caller | None:
    """Return who holds the key of a public request; None without a key.

    Raises:
        Unauthenticated: a key that is not live. NotFound: another tenant's.
    """
    if call.caller is not None or call.key_text is None:
        return call.caller
    caller = authenticate(call.key_text, access=wiring.access())
    if caller is None:
        raise Unauthenticated("This key is unknown or revoked.")
    if caller.tenant != call.tenant:
        raise NotFound("No such tenant.")
    return caller


def opened(call: Call[Body, Query], *scopes: Scope, token: str | None = None) -> tuple[Booking, Actor]:
    """Return the booking of the path and who acts on it, by manage token or key.

    Args:
        token: a manage token from the address, for what only reads.
    Raises:
        NotFound: no such booking, or no right to know of it. Unauthenticated, ScopeMissing: a key that will not do.
    """
    return admitted(call, call.path["booking"], *scopes, token=token)


def admitted(
    call: Call[Body, Query], booking_id: str, *scopes: Scope, token: str | None = None
) -> tuple[Booking, Actor]:
    """As `opened`, for a booking named elsewhere than in the path."""
    return require_access(
        wiring.bookings().booking(call.tenant, booking_id),
        tenant=call.tenant,
        caller=optional_caller(call),
        token=call.manage_token or token,
        scopes=scopes,
        secret=lambda: secret_of(call.tenant, call.now),
        now=call.now,
    )


def host_of(call: Call[Body, Query]) -> Host:
    """Return the host of the path. Raises NotFound."""
    host = wiring.catalogue().host(call.tenant, call.path["host"])
    if host is None:
        raise NotFound("No such host.")
    return host


def with_token(booking: Booking, call: Call[Body, Query], secret: bytes) -> BookingView:
    """Show a booking to the person who made it: with the manage token and links."""
    return BookingView.of(booking, now=call.now).with_token(manage_token(secret, booking), call.base_url)


def admission(call: Call[Body, Query], email: str | None = None) -> Admit:
    """Start the rate limits of a public write; whoever sends a key is not the public.

    Args:
        email: of the attendee, where a new booking is asked for.
    """
    return begin_admission(
        call.tenant,
        call.address,
        quotas=wiring.quotas() if call.key_text is None else Quotas(),
        access=wiring.access(),
        bookings=wiring.bookings(),
        now=call.now,
        attendee=(lambda: attendee_key(secret_of(call.tenant, call.now), email)) if email else None,
    )
