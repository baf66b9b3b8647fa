"""The pages on which a host connects a calendar: the way to the provider, and what came of it."""

import hmac
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any

from aws_lambda_powertools.shared.cookies import Cookie, SameSite

from daybook import calendar_wiring, wiring
from daybook.calendar_ports import Consenting
from daybook.domain.connection import Connection
from daybook.domain.consent import Right, rights_asked, rights_of
from daybook.domain.errors import NotFound
from daybook.domain.host import Host
from daybook.edge import pages
from daybook.edge.api import Answer
from daybook.edge.requests import Body, Call, Query
from daybook.edge.wording import Wording
from daybook.usecases.connect_calendar import LINK_LIFE, UNKNOWN, consenting_of
from daybook.usecases.finish_connecting import Failure

COOKIE = "daybook-connect"
TEMPLATE = "connect.html"
STATUS: Mapping[Failure, int] = {
    Failure.REFUSED: 400,
    Failure.NOT_LASTING: 400,
    Failure.TOO_MANY: 409,
    Failure.FEWER: 409,
    Failure.LEAVING: 409,
    Failure.UNREACHABLE: 503,
}
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}\Z")

told = partial(pages.told, words="connect.refused")
"""Says refusals in these pages' words: links that are wrong, used, late or another browser's all look the same."""


def on_the_way(state: str, now: datetime) -> Consenting:
    """Return who is connecting. Raises NotFound; what is spelt otherwise than our secrets is not looked up."""
    if not _SECRET.match(state):
        raise NotFound(UNKNOWN)
    return consenting_of(state, connections=calendar_wiring.connections(), now=now)


def cookie_of(call: Call[Body, Query]) -> str:
    """Return the browser's secret; empty if it brings none that we gave it."""
    sent = call.cookies.get(_cookie_name(call.base_url), "")
    return sent if _SECRET.match(sent) else ""


def proof(cookie: str, state: str) -> str:
    """Return what the form must bring beside the cookie: no other site's form can know it."""
    return hmac.new(cookie.encode(), state.encode(), sha256).hexdigest()


def proven(cookie: str, state: str, shown: str) -> bool:
    return bool(cookie) and hmac.compare_digest(proof(cookie, state).encode(), shown.encode())


def provider_page(call: Call[Body, Query], consenting: Consenting) -> str:
    """Return where the browser goes next: never an address that came from outside."""
    return calendar_wiring.consent_url(
        call.base_url, state=consenting.id, verifier=consenting.verifier, existing=consenting.asks_existing
    )


def start_page(call: Call[Body, Query], consenting: Consenting) -> Answer:
    """Show whose appointments an account is about to be connected with, and give the browser its cookie."""
    cookie = cookie_of(call) or wiring.new_secret()
    wording, frame = _framed(consenting.tenant, _host_of(consenting))
    return pages.page(
        TEMPLATE,
        wording,
        **frame,
        cookies=[_cookie(call.base_url, cookie)],
        leads_to=provider_page(call, consenting),
        step="start",
        id=consenting.id,
        proof=proof(cookie, consenting.id),
    )


def connected_page(consenting: Consenting, host: Host, connection: Connection) -> Answer:
    """Say what is connected with whom, what of it works, and what was asked for but not allowed."""
    wording, frame = _framed(connection.tenant, host)
    said = (_busy_said(connection, wording), _place_said(connection, wording))
    return pages.page(
        TEMPLATE,
        wording,
        **frame,
        step="connected" if rights_of(connection.scopes) else "nothing",
        account=connection.account,
        said=[one for one in said if one],
        missing=list(_missing(consenting, connection, wording)),
    )


def declined_page(consenting: Consenting) -> Answer:
    """Say that nothing happened, and offer another try."""
    host = _host_of(consenting)
    wording, frame = _framed(consenting.tenant, host)
    until = wording.time(consenting.expires_at, host.zone)
    return pages.page(TEMPLATE, wording, **frame, step="declined", id=consenting.id, until=until)


def failed_page(consenting: Consenting, failure: Failure) -> Answer:
    """Say why nothing was connected."""
    wording, frame = _framed(consenting.tenant, _host_of(consenting))
    return pages.page(TEMPLATE, wording, **frame, status=STATUS[failure], step="failed", failure=failure.value)


def _busy_said(connection: Connection, wording: Wording) -> str:
    """Say what blocks time; nothing where that is told as a right that is missing."""
    if connection.busy_from:
        return wording("connect.connected.busy", calendars=", ".join(sorted(_names(connection, connection.busy_from))))
    return wording("connect.connected.busy_none") if Right.READ_BUSY in rights_of(connection.scopes) else ""


def _place_said(connection: Connection, wording: Wording) -> str:
    if connection.write_to is None:
        return wording("connect.connected.place_none")
    [name] = _names(connection, [connection.write_to])
    return wording("connect.connected.place", calendar=name)


def _missing(consenting: Consenting, connection: Connection, wording: Wording) -> Iterator[tuple[str, str]]:
    """Yield each right that was asked for but not allowed, and what does not work without it."""
    granted = rights_of(connection.scopes)
    for right in rights_asked(existing=consenting.existing):
        if right not in granted:
            # A renewed connection still has the list from before.
            known = right is Right.LIST_CALENDARS and connection.version > 1
            yield wording(f"connect.rights.{right}"), wording(f"connect.without.{'list_known' if known else right}")


def _names(connection: Connection, calendars: Iterable[str]) -> list[str]:
    known = {one.id: one.name for one in connection.calendars}
    return [known.get(one, one) for one in calendars]


def _host_of(consenting: Consenting) -> Host:
    host = wiring.catalogue().host(consenting.tenant, consenting.host)
    if host is None:
        raise NotFound(UNKNOWN)
    return host


def _framed(slug: str, host: Host) -> tuple[Wording, dict[str, Any]]:
    """Return the host's words, and what all these pages show."""
    tenant = wiring.access().tenant(slug)
    wording = Wording.of(host.language, tenant.language if tenant else "")
    frame = {"brand": tenant.brand if tenant else None, "tenant": tenant.name if tenant else slug, "host": host.name}
    return wording, frame


def _cookie(base_url: str, value: str) -> str:
    """Bind it to this very host, unreadable to scripts; it comes along when the provider sends the browser back."""
    made = Cookie(
        _cookie_name(base_url),
        value,
        path="/",
        secure=not _plain(base_url),
        http_only=True,
        max_age=int(LINK_LIFE.total_seconds()),
        same_site=SameSite.LAX_MODE,
    )
    return str(made)


def _cookie_name(base_url: str) -> str:
    """`__Host-` keeps neighbouring domains from planting one, and wants https. Source: RFC 6265bis §4.1.3."""
    return COOKIE if _plain(base_url) else f"__Host-{COOKIE}"


def _plain(base_url: str) -> bool:
    return base_url.startswith("http://")
