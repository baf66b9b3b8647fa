"""Connect a host's account with a calendar provider: a link, a browser that uses it, and consent.

The link's id is a secret of 15 minutes. Our start page gives a cookie to the browser that opens it; pressing the button
there ties both together, and only that browser can bring the provider's answer back (RFC 6749 §10.12, RFC 9700 §4.7).
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from daybook.calendar_ports import Connections, Consenting
from daybook.domain.connection import State
from daybook.domain.errors import NotFound
from daybook.domain.tokens import secret_digest, secret_matches
from daybook.ports import Catalogue, Stale

LINK_LIFE = timedelta(minutes=15)
UNKNOWN = "This link is unknown, used or too old."


def begin_connecting(
    tenant: str,
    host: str,
    *,
    existing: bool,
    catalogue: Catalogue,
    connections: Connections,
    new_secret: Callable[[], str],
    now: datetime,
) -> Consenting:
    """Remember that somebody is about to connect an account to a host.

    Args:
        existing: the host wants bookings in a calendar that is there already. The right to that is asked for, too, if
            that is where bookings appear now: connecting the account again must not take it away.
        new_secret: makes 43 characters: enough for a state and for a PKCE verifier (RFC 7636 §4.1).
    Raises:
        NotFound: no such host.
    """
    if catalogue.host(tenant, host) is None:
        raise NotFound("No such host.")
    used = [one for one in connections.connections(tenant, host) if one.state is not State.LEAVING]
    consenting = Consenting(
        id=new_secret(),
        tenant=tenant,
        host=host,
        verifier=new_secret(),
        existing=existing,
        keeps=any(one.write_to not in {None, one.dedicated} for one in used),
        expires_at=now + LINK_LIFE,
    )
    connections.add_consenting(consenting)
    return consenting


def consenting_of(state: str, *, connections: Connections, now: datetime) -> Consenting:
    """Return who is on the way. Raises NotFound: nobody, or not any more."""
    found = connections.consenting(state)
    if found is None or found.expires_at <= now:
        raise NotFound(UNKNOWN)
    return found


def bind(consenting: Consenting, cookie: str, *, connections: Connections) -> None:
    """Tie a link to the browser that pressed the button; pressing twice is once. Raises NotFound: another was first."""
    try:
        connections.bind(replace(consenting, cookie_sha256=secret_digest(cookie)))
    except Stale:
        raise NotFound(UNKNOWN) from None


def require_same_browser(consenting: Consenting, cookie: str) -> None:
    """Raise NotFound unless the provider's answer came back to the browser that pressed the button."""
    if not secret_matches(cookie, consenting.cookie_sha256):
        raise NotFound(UNKNOWN)
