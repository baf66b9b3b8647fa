"""What the in-memory adapters share: dictionaries, and all-or-nothing changes to them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import datetime
from threading import Lock

from daybook.calendar_ports import Consenting, Copy, Watch
from daybook.domain.booking import Booking
from daybook.domain.connection import Connection
from daybook.domain.event_type import EventType
from daybook.domain.history import Event
from daybook.domain.host import Host
from daybook.domain.ledger import LedgerDay
from daybook.domain.limits import Count, Counter
from daybook.domain.mail import Mail, MailName
from daybook.domain.published_slot import PublishedSlot
from daybook.domain.snapshot import Snapshot
from daybook.domain.tenant import ApiKey, Tenant
from daybook.ports import Record
from daybook.session_ports import SharedEvent


@dataclass(frozen=True)
class Rows:
    """Everything that is stored; keys begin with the tenant, but for API keys, whose ids are global."""

    tenants: dict[str, tuple[Tenant, bytes]] = field(default_factory=dict)
    keys: dict[str, ApiKey] = field(default_factory=dict)
    hits: dict[tuple[str, str, int], int] = field(default_factory=dict)
    hosts: dict[tuple[str, str], Host] = field(default_factory=dict)
    event_types: dict[tuple[str, str, str], EventType] = field(default_factory=dict)
    days: dict[tuple[str, str, int], LedgerDay] = field(default_factory=dict)
    counts: dict[tuple[str, str, Counter], Count] = field(default_factory=dict)
    seats: dict[tuple[str, str, datetime, str], str] = field(default_factory=dict)
    slots: dict[tuple[str, str], PublishedSlot] = field(default_factory=dict)
    bookings: dict[tuple[str, str], Booking] = field(default_factory=dict)
    history: dict[tuple[str, str, int], Event] = field(default_factory=dict)
    records: dict[tuple[str, str], Record] = field(default_factory=dict)
    mails: dict[tuple[str, str, MailName], Mail] = field(default_factory=dict)
    connections: dict[tuple[str, str, str], Connection] = field(default_factory=dict)
    snapshots: dict[tuple[str, str, str, str], tuple[Snapshot, str]] = field(default_factory=dict)
    copies: dict[tuple[str, str], Copy] = field(default_factory=dict)
    owed: dict[tuple[str, str, str], Copy] = field(default_factory=dict)
    shared: dict[tuple[str, str, datetime], SharedEvent] = field(default_factory=dict)
    watches: dict[str, Watch] = field(default_factory=dict)
    consentings: dict[str, Consenting] = field(default_factory=dict)

    def put_copy(self, copy: Copy) -> None:
        """Put a copy in its booking's; what is owed in another account stays beside it."""
        earlier = self.copies.get((copy.tenant, copy.booking))
        if earlier is not None and earlier.owed and earlier.connection != copy.connection:
            self.owed[earlier.tenant, earlier.booking, earlier.event] = earlier
        self.copies[copy.tenant, copy.booking] = copy

    def remove_copy(self, copy: Copy) -> None:
        present = self.copies.get((copy.tenant, copy.booking))
        if present is not None and present.event == copy.event:
            del self.copies[copy.tenant, copy.booking]
        self.owed.pop((copy.tenant, copy.booking, copy.event), None)

    def copy(self) -> "Rows":
        return Rows(**{each.name: dict(getattr(self, each.name)) for each in fields(self)})


class Store:
    """The rows as they stand. They are replaced, never changed in place, so reading needs no lock."""

    def __init__(self) -> None:
        self.rows = Rows()
        self._lock = Lock()

    @contextmanager
    def transaction(self) -> Iterator[Rows]:
        """Hand out a draft that becomes what is stored, unless an error says otherwise."""
        with self._lock:
            draft = self.rows.copy()
            yield draft
            self.rows = draft


def page(
    keys: Iterable[str], *, cursor: str | None, limit: int, backwards: bool = False
) -> tuple[list[str], str | None]:
    """Return the next keys after a cursor; like DynamoDB, a full page has a cursor even if nothing follows."""
    ordered = sorted(keys, reverse=backwards)
    if cursor is not None:
        ordered = [key for key in ordered if (key < cursor if backwards else key > cursor)]
    shown = ordered[:limit]
    return shown, shown[-1] if len(shown) == limit else None
