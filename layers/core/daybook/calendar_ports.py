"""What connected calendars need from the world outside: the store of connections, external time, queues, the check."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from daybook.domain.connection import Channel, Connection
from daybook.domain.intervals import Span
from daybook.domain.notice import Notice
from daybook.domain.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """Our event of a booking, or of a shared session, as last written: by it the host's edits are told from our own.

    `start` and `end` are as in the calendar; `etag` is the calendar's answer to our write. One that is `owed` should be
    deleted, but the account is closed to us: it is remembered however long it is past.
    """

    tenant: str
    host: str
    booking: str
    """A booking's id; or a session's (session_ports.SharedEvent), and then `session` is when that begins."""
    session: datetime | None = None
    connection: str
    calendar: str
    event: str
    etag: str
    version: int
    start: datetime
    end: datetime
    owed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Consenting:
    """A host on the way to the provider and back.

    Attributes:
        id: names it in addresses and as OAuth's `state`: 256 random bits, for whoever has it may connect an account.
        verifier: PKCE's.
        existing: whether the host wants bookings in a calendar they already have.
        keeps: whether bookings are in one now; the right to write there must not be lost by connecting again.
        cookie_sha256: of the browser's secret; empty before the start page was used.
    """

    id: str
    tenant: str
    host: str
    verifier: str
    existing: bool = False
    keeps: bool = False
    cookie_sha256: str = ""
    expires_at: datetime

    @property
    def asks_existing(self) -> bool:
        """Whether the provider is asked for the right to write into calendars the host already has."""
        return self.existing or self.keeps


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Which connection and calendar a channel is for, for whoever receives its pushes."""

    tenant: str
    host: str
    connection: str
    channel: Channel


class Connections(Protocol):
    """Connections with what belongs to them. Reads by id are strongly consistent."""

    def connection(self, tenant: str, host: str, connection: str) -> Connection | None: ...

    def connections(self, tenant: str, host: str) -> Sequence[Connection]: ...

    def put(self, connection: Connection, *, version: int | None) -> None:
        """Write a connection, and in the same transaction what booking and mails must know at the host.

        Args:
            version: the stored one's; None for a new connection.
        Raises:
            Stale: another version is stored; the host's bookings appear by another connection; or, for a new one, the
                host has a connection with this account.
            NotFound: the host is gone.
        """

    def choose(self, connection: Connection, *, version: int, listed: bool = False) -> None:
        """Write what a host decided as `put` does, but leave alone what looks at the provider have noted meanwhile.

        That is the channels, the calendars, when they were read unless that is None, and `to_copy` unless it is True.

        Args:
            listed: the calendars have just been listed, and are written.
        Raises:
            Stale. NotFound: the host is gone.
        """

    def note(self, connection: Connection) -> None:
        """Write what a look at the provider brought: calendars, channels, to_copy, synced_at, due_at, problem.

        The version stays, so that nobody's choice of settings is refused because of it. Raises Stale unless the stored
        version is the connection's.
        """

    def users(self, subject: str) -> Collection[tuple[str, str]]:
        """Return tenant and host of every connection with an account, by the provider's own name for it."""

    def remove(self, connection: Connection) -> None:
        """Remove a connection with all that belongs to it, and the host's word of it. Raises Stale."""

    def due(self, now: datetime, limit: int) -> Sequence[Connection]:
        """Return connections that want to be looked at, the longest due first; the index may lag a second."""

    def count_broken(self) -> int:
        """Count connections that only their hosts can mend; the index may lag a second."""

    def snapshot(self, connection: Connection, calendar: str) -> tuple[Snapshot, str] | None:
        """Return what is known of a calendar, and the token that continues from there."""

    def put_snapshot(
        self, connection: Connection, calendar: str, snapshot: Snapshot, token: str, *, before: str | None
    ) -> None:
        """Raises Stale unless the stored token is `before` (None: there is none)."""

    def remove_snapshot(self, connection: Connection, calendar: str) -> None: ...

    def add_watch(self, watch: Watch) -> None:
        """Remember a channel, before the provider is asked for it: its first push may overtake the answer."""

    def watch(self, channel: str) -> Watch | None: ...

    def remove_watch(self, channel: str) -> None: ...

    def copy(self, tenant: str, booking: str) -> Copy | None: ...

    def copies(self, tenant: str, host: str) -> Mapping[str, Copy]:
        """Return the copies of a host's bookings that are not long past, or are owed, by the event's id.

        Of a deleted event nothing else is known.
        """

    def put_copy(self, copy: Copy) -> None:
        """Write a booking's copy in place of its earlier one, whatever event that was.

        One that is owed in another account is not forgotten for it.
        """

    def owed(self, tenant: str, booking: str) -> Sequence[Copy]:
        """Return a booking's copies that are owed in accounts other than its present one's."""

    def remove_copy(self, copy: Copy) -> None:
        """Remove a copy, whether it is its booking's present one or is owed beside that."""

    def add_consenting(self, consenting: Consenting) -> None: ...

    def consenting(self, consenting: str) -> Consenting | None: ...

    def bind(self, consenting: Consenting) -> None:
        """Write the cookie's hash, for the first time or once more the same. Raises Stale: gone, or another's."""

    def redeem(self, consenting: Consenting) -> None:
        """Use it up. Raises Stale if somebody did already."""


class ExternalTime(Protocol):
    """The ledger's sets of external busy time."""

    def set_external(self, tenant: str, host: str, busy: Mapping[int, frozenset[int]]) -> None:
        """Write the busy granules of ledger days; an empty set clears a day's."""


class SyncQueue(Protocol):
    """Asks for a connection to be read, in order for each host."""

    def put(self, tenant: str, host: str, connection: str, *, cause: str, afresh: bool = False) -> None:
        """Ask once for each `cause`: what is asked again within minutes is one.

        Args:
            cause: at most 80 letters, digits and signs (AWS: MessageDeduplicationId).
            afresh: read everything anew, for what blocks has been chosen anew.
        """


class CopyQueue(Protocol):
    """Asks for bookings to be written to the host's calendar, in order for each booking."""

    def put(self, tenant: str, bookings: Collection[str]) -> None: ...


class CheckBusy(Protocol):
    """Asks connected calendars about a span, freshly."""

    def __call__(self, tenant: str, host: str, span: Span) -> bool:
        """Tell whether anything but our own bookings is busy in [start, end), granules since the epoch.

        Raises:
            CalendarUnavailable: some calendar could not be asked in time.
        """


class NoticeBoard(Protocol):
    """Asks for a host to be told about a connection by mail."""

    def put(self, notice: Notice) -> None: ...
