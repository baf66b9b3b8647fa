"""Turn a host's consent into a connection: redeem it, see the account's calendars, choose what is likely wanted."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from daybook.calendar_ports import Connections, Consenting, SyncQueue
from daybook.domain.connection import MOST_CONNECTIONS, Calendar, Connection, State
from daybook.domain.errors import NotFound
from daybook.domain.host import Host
from daybook.ports import Catalogue, NewId, Stale
from daybook.provider_ports import Consent, Grant, GrantLost, Provider, ProviderDown, Providers, Refused
from daybook.usecases.connect_calendar import UNKNOWN
from daybook.usecases.first_choice import allows_what_is_used, busy_from, calendars_of, with_place

NAME = "Daybook"
"""What the calendar is called that is made for bookings."""
TRIES = 3


class Failure(StrEnum):
    """Why nothing was connected, as the host is told."""

    REFUSED = "refused"
    """The provider does not take its code back, or lets nobody in with it."""
    NOT_LASTING = "not_lasting"
    """The provider gave access for an hour and no longer."""
    TOO_MANY = "too_many"
    FEWER = "fewer"
    """Less was allowed than what the account is used for."""
    LEAVING = "leaving"
    """The account is being disconnected; what is being taken down must not be built upon."""
    UNREACHABLE = "unreachable"
    """The provider gave no answer, or others changed the connection again and again in this very moment."""


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

    The link is spent before the code is exchanged, so that nobody can bring another code meanwhile. A grant that comes
    to nothing is given back.

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
    try:
        grant = ports.consent.redeem(code, verifier=consenting.verifier)
    except (Refused, GrantLost):
        raise NotConnected(Failure.REFUSED) from None
    except ProviderDown:
        raise NotConnected(Failure.UNREACHABLE) from None
    if not grant.refresh_token:
        raise NotConnected(Failure.NOT_LASTING)
    account = ports.providers.granted(grant, tenant=tenant, host=slug)
    try:
        connection = _Granted(consenting, host, grant, account, ports, now).connected()
    except Exception:
        _give_back(grant, account, ports.connections)
        raise
    ports.sync.put(tenant, slug, connection.id, cause=f"connected-{connection.version}", afresh=True)
    return host, connection


def _give_back(grant: Grant, account: Provider, connections: Connections) -> None:
    """Give a grant back, unless some connection lives by it: the provider ends all that an account ever allowed us."""
    if not connections.users(grant.subject):
        with suppress(GrantLost, ProviderDown, Refused):
            account.revoke()


@dataclass(slots=True)
class _Granted:
    """A grant on its way to being a connection. `made` is the calendar that was made on that way."""

    consenting: Consenting
    host: Host
    grant: Grant
    account: Provider
    ports: Ports
    now: datetime
    made: Calendar | None = field(default=None, init=False)

    def connected(self) -> Connection:
        """Store the connection, and leave no calendar behind that was made in vain. Raises NotConnected."""
        try:
            return self._connected()
        finally:
            if self.made is not None and not self._is_used(self.made):
                with suppress(GrantLost, ProviderDown, Refused):
                    self.account.delete_calendar(self.made.id)

    def _is_used(self, calendar: Calendar) -> bool:
        """Look it up, for who was told of a failure may have stored the connection."""
        known = self.ports.connections.connections(self.consenting.tenant, self.consenting.host)
        return any(one.dedicated == calendar.id for one in known)

    def _connected(self) -> Connection:
        """Store the connection. Who finds that others were faster builds upon what they have stored."""
        for _ in range(TRIES):
            try:
                return self._stored()
            except Stale:
                continue
            except (Refused, GrantLost):
                raise NotConnected(Failure.REFUSED) from None
            except ProviderDown:
                raise NotConnected(Failure.UNREACHABLE) from None
        raise NotConnected(Failure.UNREACHABLE)

    def _stored(self) -> Connection:
        connections = self.ports.connections
        known = connections.connections(self.consenting.tenant, self.consenting.host)
        before = next((one for one in known if one.subject == self.grant.subject), None)
        others = [one for one in known if one is not before and one.state is not State.LEAVING]
        self._require_possible(before, others)
        after = self._connection(before, others)
        if before is None:
            connections.put(after, version=None)
        else:
            connections.choose(after, version=before.version, listed=True)
        return after

    def _require_possible(self, before: Connection | None, others: Sequence[Connection]) -> None:
        if before is None:
            if len(others) >= MOST_CONNECTIONS:
                raise NotConnected(Failure.TOO_MANY)
        elif before.state is State.LEAVING:
            raise NotConnected(Failure.LEAVING)
        elif not allows_what_is_used(before, self.grant):
            raise NotConnected(Failure.FEWER)

    def _connection(self, before: Connection | None, others: Sequence[Connection]) -> Connection:
        """Build what is to be stored. Raises Refused, GrantLost, ProviderDown."""
        grant, now = self.grant, self.now
        base = before or Connection(
            tenant=self.consenting.tenant,
            host=self.consenting.host,
            id=self.ports.new_id(),
            account=grant.account,
            subject=grant.subject,
            sealed_token="",
            due_at=now,
            version=0,
            created_at=now,
            updated_at=now,
        )
        listed = calendars_of(self.account, grant, self.host, before)
        if self.made is not None and (before is None or before.dedicated != self.made.id):
            listed = tuple(one for one in listed if one.id != self.made.id)
        connected = replace(
            base,
            account=grant.account,
            state=State.CONNECTED,
            scopes=grant.scopes,
            sealed_token=self.ports.providers.seal(base.tenant, base.host, base.id, grant.refresh_token),
            calendars=listed,
            busy_from=busy_from(before, listed, grant),
            write_to=None,
            synced_at=None,
            due_at=now,
            problem="",
            version=base.version + 1,
            updated_at=now,
        )
        placed = with_place(connected, before, others, make=self._make, existing=self.consenting.existing)
        # A renewed one has, besides, to take out the events of those who asked to be forgotten while it was broken.
        return replace(placed, to_copy=before is not None or placed.write_to is not None)

    def _make(self) -> Calendar:
        """Make the calendar for bookings, once, in the zone the host works in."""
        self.made = self.made or self.account.create_calendar(NAME, self.host.schedule_of(None).zone)
        return self.made
