"""Turn a host's consent into a connection: redeem it, see the account's calendars, choose what is likely wanted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from daybook.calendar_ports import (
    Connections,
    Consent,
    Consenting,
    Grant,
    GrantLost,
    Provider,
    ProviderDown,
    Providers,
    Refused,
    SyncQueue,
)
from daybook.domain.connection import MOST_CONNECTIONS, Calendar, Connection, State
from daybook.domain.consent import Right, rights_of
from daybook.domain.errors import NotFound
from daybook.domain.host import Host
from daybook.ports import Catalogue, NewId, Stale
from daybook.usecases.connect_calendar import UNKNOWN

NAME = "Daybook"
"""What the calendar is called that is made for bookings."""


class Failure(StrEnum):
    """Why nothing was connected, as the host is told."""

    REFUSED = "refused"
    """The provider does not take its code back, or lets nobody in with it."""
    NOT_LASTING = "not_lasting"
    """The provider gave access for an hour and no longer."""
    TOO_MANY = "too_many"
    LEAVING = "leaving"
    """The account is being disconnected; what is being taken down must not be built upon."""
    UNREACHABLE = "unreachable"
    """The provider gave no answer, or somebody changed the connection in this very moment."""


class NotConnected(Exception):
    """Nothing was connected, and the link is spent."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure = failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What connecting needs of the world."""

    catalogue: Catalogue
    connections: Connections
    consent: Consent
    providers: Providers
    sync: SyncQueue
    new_id: NewId


def finish_connecting(consenting: Consenting, code: str, *, ports: Ports, now: datetime) -> tuple[Host, Connection]:
    """Use a consent up and keep what it brought; the same account connects the same connection anew.

    The link is spent before the code is exchanged, so that nobody can bring another code meanwhile.

    Raises:
        NotFound: the link is spent, or the host is gone. NotConnected.
    """
    tenant, slug = consenting.tenant, consenting.host
    host = ports.catalogue.host(tenant, slug)
    if host is None:
        raise NotFound(UNKNOWN)
    try:
        ports.connections.redeem(consenting)
    except Stale:
        raise NotFound(UNKNOWN) from None
    known = ports.connections.connections(tenant, slug)
    try:
        grant = ports.consent.redeem(code, verifier=consenting.verifier)
        before = _earlier(grant, known)
        connection = _connection(consenting, host, grant, known, ports=ports, now=now)
        # A renewed one has, besides, to take out the events of those who asked to be forgotten while it was broken.
        connection = replace(connection, synced_at=None, to_copy=before is not None or connection.write_to is not None)
        if before is None:
            ports.connections.put(connection, version=None)
        else:
            ports.connections.choose(connection, version=before.version, listed=True)
    except (Refused, GrantLost):
        raise NotConnected(Failure.REFUSED) from None
    except (ProviderDown, Stale):
        raise NotConnected(Failure.UNREACHABLE) from None
    ports.sync.put(tenant, slug, connection.id, cause=f"connected-{connection.version}", afresh=True)
    return host, connection


def _earlier(grant: Grant, known: Sequence[Connection]) -> Connection | None:
    return next((one for one in known if one.subject == grant.subject), None)


def _connection(
    consenting: Consenting, host: Host, grant: Grant, known: Sequence[Connection], *, ports: Ports, now: datetime
) -> Connection:
    """Build what is to be stored. Raises NotConnected, Refused, GrantLost, ProviderDown."""
    before = _earlier(grant, known)
    others = [one for one in known if one is not before and one.state is not State.LEAVING]
    if not grant.refresh_token:
        raise NotConnected(Failure.NOT_LASTING)
    if before is not None and before.state is State.LEAVING:
        raise NotConnected(Failure.LEAVING)
    if before is None and len(others) >= MOST_CONNECTIONS:
        raise NotConnected(Failure.TOO_MANY)
    account = ports.providers.granted(grant)
    base = before or Connection(
        tenant=consenting.tenant,
        host=consenting.host,
        id=ports.new_id(),
        account=grant.account,
        subject=grant.subject,
        sealed_token="",
        due_at=now,
        version=0,
        created_at=now,
        updated_at=now,
    )
    calendars = _with_chosen(_calendars(account, grant, host), before)
    connected = replace(
        base,
        account=grant.account,
        state=State.CONNECTED,
        scopes=grant.scopes,
        sealed_token=ports.providers.seal(base.tenant, base.host, base.id, grant.refresh_token),
        calendars=calendars,
        busy_from=_busy_from(before, calendars, grant),
        write_to=None,
        due_at=now,
        problem="",
        version=base.version + 1,
        updated_at=now,
    )
    if any(one.write_to for one in others):
        return connected
    return _with_place(connected, before, account, existing=consenting.existing)


def _calendars(account: Provider, grant: Grant, host: Host) -> tuple[Calendar, ...]:
    """List the account's calendars; without the right to, all that is known is the one of the account's own name."""
    if Right.LIST_CALENDARS in rights_of(grant.scopes):
        return tuple(account.calendars())
    return (Calendar(id=grant.account, name=grant.account, zone=host.zone, primary=True),)


def _with_chosen(listed: tuple[Calendar, ...], before: Connection | None) -> tuple[Calendar, ...]:
    """Add what blocked before and is not named now: only a reading tells whether it is gone."""
    known = {calendar.id for calendar in listed}
    chosen = (one for one in before.calendars if one.id in before.busy_from - known) if before else ()
    return (*listed, *chosen)


def _busy_from(before: Connection | None, calendars: Sequence[Calendar], grant: Grant) -> frozenset[str]:
    """Return what blocks time: what did before, else the account's main calendar."""
    if Right.READ_BUSY not in rights_of(grant.scopes):
        return frozenset()
    if before and not before.busy_from and Right.READ_BUSY in rights_of(before.scopes):
        return frozenset()  # so the host chose
    there = frozenset(calendar.id for calendar in calendars)
    kept = before.busy_from & there if before else frozenset()
    return kept or frozenset(calendar.id for calendar in calendars if calendar.primary)


def _with_place(connection: Connection, before: Connection | None, account: Provider, *, existing: bool) -> Connection:
    """Find a place for bookings: where they were; the main calendar, if asked for; else one that is made for them."""
    rights = rights_of(connection.scopes)
    earlier = rights_of(before.scopes) if before else frozenset()
    there = {one.id for one in connection.calendars}
    if before and before.write_to in there:
        right = Right.MAKE_CALENDAR if before.write_to == before.dedicated else Right.WRITE_EXISTING
        if right in rights:
            return replace(connection, write_to=before.write_to)
    main = next((one.id for one in connection.calendars if one.primary), None)
    if existing and main is not None and Right.WRITE_EXISTING in rights - earlier:
        return replace(connection, write_to=main)
    if before and before.write_to is None and Right.MAKE_CALENDAR in earlier:
        return connection  # so the host chose
    return _with_calendar_made(connection, account) if Right.MAKE_CALENDAR in rights else connection


def _with_calendar_made(connection: Connection, account: Provider) -> Connection:
    known = any(one.id == connection.dedicated for one in connection.calendars)
    if known:
        return replace(connection, write_to=connection.dedicated)
    try:
        made = account.create_calendar(NAME)
    except Refused:  # some organisations forbid it; the rest works
        return connection
    return replace(connection, calendars=(*connection.calendars, made), dedicated=made.id, write_to=made.id)
