"""What the local Google knows: accounts, their calendars and events, and the order in which all of it changed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from local.google.recurrence import instance, instances, series_of
from local.google.times import span_of
from local.google.trouble import Trouble

Json = dict[str, Any]


class Access(IntEnum):
    """What somebody may do with a calendar; each includes those before it."""

    NONE = 0
    FREE_BUSY = 1
    READ = 2
    WRITE = 3
    OWN = 4


ROLES = {
    Access.NONE: "none",
    Access.FREE_BUSY: "freeBusyReader",
    Access.READ: "reader",
    Access.WRITE: "writer",
    Access.OWN: "owner",
}


@dataclass(slots=True)
class Event:
    """An event, a series, or an instance of a series that differs from it.

    Attributes:
        resource: as Calendar has it, times as `times.stored` leaves them; a deleted event has the status cancelled.
        revision: grows with every write to anything.
        requested: the id of the last request for a conference.
        due: when that request is carried out; None: it is.
        expanded_only: of no meaning to who reads series as series.
    """

    resource: Json
    revision: int
    requested: str | None = None
    due: datetime | None = None
    expanded_only: bool = False


@dataclass(slots=True)
class Calendar:
    """A calendar.

    Attributes:
        created_by: the OAuth client that made it; None: a person did.
        events: by id, deleted ones included.
        gone: instances that a change of their series did away with, bare; by id.
        tokens_since: sync tokens from before this revision are no longer good.
    """

    id: str
    summary: str
    timezone: str
    owner: str
    revision: int
    created_by: str | None = None
    description: str | None = None
    deleted: bool = False
    events: dict[str, Event] = field(default_factory=dict)
    gone: dict[str, Event] = field(default_factory=dict)
    tokens_since: int = 0

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def found(self, event_id: str) -> Json | None:
        """Return an event by id, or an instance as its series has it; None: there is none."""
        if event_id in self.events:
            return self.events[event_id].resource
        series = self.events.get(series_of(event_id) or "")
        if series is None or not series.resource.get("recurrence"):
            return None
        return instance(series.resource, event_id, self.zone)

    def single(self, after: datetime, before: datetime) -> Iterator[Json]:
        """Yield what there is of events and instances in a window, deleted ones too, in no order."""
        for event in self.events.values():
            resource = event.resource
            if resource.get("recurrence"):
                each = instances(resource, self.zone, after, before)
                yield from (one for one in each if one["id"] not in self.events)
            elif span_of(resource, self.zone).meets(after, before):
                yield resource

    def revision_of(self, resource: Json) -> int:
        """Return when an event last changed; an instance changes with its series."""
        event = self.events.get(resource["id"]) or self.events[resource["recurringEventId"]]
        return event.revision


@dataclass(slots=True)
class Account:
    """A person. `roles` holds the calendars on the person's list, the primary one first."""

    email: str
    name: str
    roles: dict[str, Access] = field(default_factory=dict)

    @property
    def subject(self) -> str:
        """The identifier that outlives the address (OpenID Connect's `sub`)."""
        return str(int(sha256(self.email.encode()).hexdigest()[:16], 16)).zfill(21)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that Google would have sent about an event. `kind`: invitation, update or cancellation."""

    kind: str
    to: str
    event_id: str
    ical_uid: str
    sequence: int
    at: datetime


@dataclass(slots=True)
class World:
    """Everything; `now` is its clock, and `changed` is told of every calendar whose events change."""

    now: Callable[[], datetime]
    trouble: Trouble = field(default_factory=Trouble)
    accounts: dict[str, Account] = field(default_factory=dict)
    calendars: dict[str, Calendar] = field(default_factory=dict)
    mails: list[Mail] = field(default_factory=list)
    revision: int = 1000
    changed: Callable[[Calendar], None] = lambda _: None

    def next_revision(self) -> int:
        self.revision += 1
        return self.revision

    def add_account(self, email: str, name: str = "", timezone: str = "Europe/Berlin") -> Account:
        """Add a person with a primary calendar."""
        account = self.accounts[email] = Account(email, name or email.partition("@")[0].title())
        self.add_calendar(account, email, summary=email, timezone=timezone)
        return account

    def add_calendar(
        self, account: Account, calendar_id: str, *, summary: str, timezone: str, created_by: str | None = None
    ) -> Calendar:
        """Add a calendar that a person owns."""
        made = Calendar(calendar_id, summary, timezone, account.email, self.next_revision(), created_by)
        self.calendars[calendar_id] = made
        account.roles[calendar_id] = Access.OWN
        return made

    def calendar(self, account: Account, calendar_id: str) -> Calendar | None:
        """Return a calendar on a person's list, which may be called `primary`; None: there is none."""
        actual = account.email if calendar_id == "primary" else calendar_id
        found = self.calendars.get(actual)
        return found if found is not None and not found.deleted and actual in account.roles else None

    def listed(self, account: Account) -> Iterator[tuple[Calendar, Access]]:
        """Yield the calendars on a person's list."""
        for calendar_id, role in account.roles.items():
            if not self.calendars[calendar_id].deleted:
                yield self.calendars[calendar_id], role

    def id_for(self, kind: str, length: int = 26) -> str:
        """Make an identifier of letters a–v and digits that differs from all before it."""
        digest = int(sha256(f"{kind}{self.next_revision()}".encode()).hexdigest(), 16)
        alphabet = "0123456789abcdefghijklmnopqrstuv"
        return "".join(alphabet[digest >> 5 * place & 31] for place in range(length))


def etag(revision: int) -> str:
    return f'"{3_400_000_000_000_000 + 2 * revision}"'
