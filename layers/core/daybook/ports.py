"""What the use cases need from the world outside."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from daybook.domain.booking import Booking
from daybook.domain.event_type import EventType
from daybook.domain.history import Event
from daybook.domain.host import Host
from daybook.domain.ledger import LedgerDay
from daybook.domain.limits import Bound, Count, Counter
from daybook.domain.published_slot import PublishedSlot
from daybook.domain.schedule import Block, Schedule
from daybook.domain.tenant import ApiKey, Tenant

NewId = Callable[[], str]
"""Makes a ULID."""


class Stale(Exception):
    """What is to be changed is no longer as it was read: read again, decide again."""


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a list: `cursor` names where the next one begins; None at the end."""

    ids: Sequence[str]
    cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Remembers for 24 hours which booking or slot a request with an Idempotency-Key led to."""

    name: str
    body_hash: str
    result: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What one request about an event type needs, read in one round trip; None where there is no such thing."""

    secret: bytes | None
    host: Host | None
    event_type: EventType | None
    record: Record | None = None
    tenant: Tenant | None = None


class Catalogue(Protocol):
    """Hosts with their schedules and blocks, and event types. Reads are strongly consistent."""

    def context(
        self, tenant: str, host: str, event_type: str | None, *, record: str | None = None, with_secret: bool = False,
        with_tenant: bool = False,
    ) -> Context:  # fmt: skip
        """Read them in one round trip; the tenant's secret only for who makes or checks tokens."""

    def host(self, tenant: str, host: str) -> Host | None: ...

    def hosts(self, tenant: str, *, cursor: str | None, limit: int) -> tuple[Sequence[Host], str | None]: ...

    def add_host(self, tenant: str, host: Host) -> None:
        """Raises Exists."""

    def change_host(self, tenant: str, host: Host, *, version: int) -> None:
        """Write the host's own fields. Raises Stale unless the stored version is `version`."""

    def remove_host(self, tenant: str, host: Host) -> None:
        """Raises Stale."""

    def put_schedule(self, tenant: str, host: str, schedule: Schedule, *, version: int | None) -> None:
        """Add (version None; raises Exists) or change (raises Stale); a host's first schedule becomes its default.

        Adding changes the host's version, for its default may change.
        """

    def remove_schedule(self, tenant: str, host: Host, schedule: Schedule) -> None:
        """Remove it, and the host's default if that is it, which changes the host's version. Raises Stale."""

    def put_block(self, tenant: str, host: str, block: Block, *, pruned: Collection[str]) -> None:
        """Add or replace a block, dropping past ones in the same write."""

    def remove_block(self, tenant: str, host: str, block: str) -> None: ...

    def event_types(self, tenant: str, host: str) -> Sequence[EventType]: ...

    def put_event_type(self, tenant: str, host: str, event_type: EventType, *, version: int | None) -> None:
        """Add (version None; raises Exists) or change (raises Stale); needs the host and the named schedule."""

    def remove_event_type(self, tenant: str, host: str, event_type: EventType) -> None:
        """Raises Stale."""


@dataclass(frozen=True, slots=True)
class Move:
    """One of the bookings that move together."""

    before: Booking
    after: Booking
    event: Event
    bounds: Sequence[Bound]


MOST_MOVED = 16
"""Bookings that can move in one transaction, which has a hundred actions at most (AWS: TransactWriteItems).

Each is four. Besides there are counters (six that are joined, six that are left, and more where limits or zone
have changed between bookings), eight ledger days, and four for the event.
"""


class Ledger(Protocol):
    """The only way to take and give back time; each call is one transaction together with its event."""

    def days(self, tenant: str, host: str, days: range) -> Sequence[LedgerDay]:
        """Read ledger days, strongly consistent; days nobody has touched are left out."""

    def counts(self, tenant: str, host: str, counters: Collection[Counter]) -> Mapping[Counter, Count]: ...

    def claim(
        self, booking: Booking, event: Event, *, bounds: Sequence[Bound], record: Record | None, now: datetime
    ) -> None:
        """Write a new booking. Raises SlotTaken, SessionFull, LimitReached, Exists (same person), Recorded, Busy."""

    def move(
        self, before: Booking, after: Booking, event: Event, *, bounds: Sequence[Bound], record: Record | None,
        now: datetime,
    ) -> None:  # fmt: skip
        """Give the old time back and take the new one. Raises as `claim`, and Stale."""

    def release(self, before: Booking, after: Booking, event: Event) -> None:
        """End a booking and give its time, seat and counts back. Raises Stale."""

    def settle(self, before: Booking, after: Booking, event: Event) -> None:
        """Change a booking's state without moving time: confirm, no-show, erase. Raises Stale."""

    def recount(self, booking: Booking, bounds: Sequence[Bound]) -> None:
        """Let other counters hold a booking, as changed limits or zones ask for. Raises Stale."""

    def publish(self, slot: PublishedSlot, *, record: Record | None) -> None:
        """Raises SlotOverlap, Recorded, Busy."""

    def withdraw(self, slot: PublishedSlot) -> None:
        """Raises Stale if it was booked meanwhile."""


class Recorded(Exception):
    """A request with the same Idempotency-Key got there first."""

    def __init__(self, record: Record) -> None:
        super().__init__(record.name)
        self.record = record


class Bookings(Protocol):
    """Bookings, their history and published slots, by id (strongly consistent) and by index (a second late)."""

    def booking(self, tenant: str, booking: str) -> Booking | None: ...

    def bookings(self, tenant: str, ids: Sequence[str]) -> Sequence[Booking]:
        """Fetch many by id, in the order of `ids`; missing ones are left out."""

    def by_host(
        self, tenant: str, host: str | None, *, since: datetime | None, until: datetime | None, cursor: str | None,
        limit: int, backwards: bool = False,
    ) -> Page:  # fmt: skip
        """List a host's (or, None, the tenant's) bookings by start in [since, until)."""

    def count_active(self, tenant: str, attendee_key: str, *, now: datetime, most: int) -> int:
        """Count a person's bookings that start after now and block; stops at `most`."""

    def is_first(self, booking: Booking) -> bool:
        """Tell whether a person had no booking at the tenant before this one; the index may lag a second."""

    def seated(self, tenant: str, host: str, start: datetime) -> Sequence[str]:
        """Return the ids of bookings that sit in a host's session, strongly consistent."""

    def history(self, tenant: str, booking: str) -> Sequence[Event]: ...

    def slot(self, tenant: str, slot: str) -> PublishedSlot | None: ...

    def slots(self, tenant: str, *, since: datetime, until: datetime, cursor: str | None, limit: int) -> Page: ...

    def slots_by_id(self, tenant: str, ids: Sequence[str]) -> Sequence[PublishedSlot]: ...


class Access(Protocol):
    """Tenants, their secret, API keys and rate counters."""

    def add_tenant(self, tenant: Tenant, secret: bytes, key: ApiKey | None = None) -> None:
        """Write a tenant, its secret and its first key, all or none. Raises Exists."""

    def tenant(self, tenant: str) -> Tenant | None: ...

    def change_tenant(self, tenant: Tenant, *, version: int) -> None:
        """Write a tenant's settings. Raises Stale unless the stored version is `version`."""

    def secret(self, tenant: str) -> bytes | None: ...

    def key(self, key_id: str) -> ApiKey | None: ...

    def keys(self, tenant: str, *, cursor: str | None, limit: int) -> tuple[Sequence[ApiKey], str | None]: ...

    def add_key(self, key: ApiKey) -> None: ...

    def remove_key(self, key: ApiKey) -> None: ...

    def hit(self, tenant: str, who: str, *, window: timedelta, now: datetime) -> int:
        """Count one request of `who` in the current window and return how many there are by now."""
