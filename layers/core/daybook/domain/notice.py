"""What a host must hear about a calendar connection, of which no booking knows."""

from dataclasses import dataclass
from datetime import UTC, datetime

from daybook.domain.connection import Connection
from daybook.domain.host import Host
from daybook.domain.mail import Kind, MailName, Recipient
from daybook.domain.tenant import Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something wrong with a connection; `number` makes each of its kind single."""

    tenant: str
    host: str
    connection: str
    kind: Kind
    number: int

    @property
    def name(self) -> MailName:
        """Its name in the mail log, where the connection stands in the booking's place."""
        return MailName(self.number, self.kind, Recipient.HOST)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeLetter:
    """All that the mail of a notice is composed of.

    Attributes:
        account: how the host knows the connection. written: whether bookings appear in a calendar of it.
    """

    notice: Notice
    tenant: Tenant
    host: Host
    account: str
    written: bool
    now: datetime


def lost(connection: Connection) -> Notice:
    """Say that the grant is gone: once for each time it breaks."""
    return Notice(
        tenant=connection.tenant, host=connection.host, connection=connection.id, kind=Kind.CALENDAR_LOST,
        number=connection.version,
    )  # fmt: skip


def unreachable(connection: Connection, now: datetime) -> Notice:
    """Say that bookings were refused because the calendar could not be read: once a day (UTC) at most."""
    return Notice(
        tenant=connection.tenant, host=connection.host, connection=connection.id, kind=Kind.CALENDAR_UNREACHABLE,
        number=now.astimezone(UTC).date().toordinal(),
    )  # fmt: skip


def vanished(connection: Connection) -> Notice:
    """Say that a calendar that was chosen is no more: once for each time the connection forgets one."""
    return Notice(
        tenant=connection.tenant, host=connection.host, connection=connection.id, kind=Kind.CALENDAR_GONE,
        number=connection.version,
    )  # fmt: skip
