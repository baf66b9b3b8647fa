"""A host's account with a calendar provider: what of it blocks time, where bookings appear, and how fresh it is."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

SWEEP_EVERY = timedelta(minutes=15)
"""How long a lost push may go unnoticed (Google, "Push notifications": they are not fully reliable)."""
BEHIND_AFTER = timedelta(hours=1)
"""Since when nothing could be read of a connection that is said to be behind."""
RENEW_BEFORE = timedelta(days=1)
"""How long before its end a channel is replaced; both live for a moment, so that no push is lost."""
SOONEST = timedelta(minutes=5)
"""How soon a connection is looked at again at the earliest, unless somebody asks."""
CALENDAR_GONE = "calendar_gone"
"""The problem of a connection whose calendar for bookings is no more."""
BUSY_CALENDAR_GONE = "busy_calendar_gone"
"""The problem of a connection of whose calendars one that blocked time is no more; until the host chooses anew."""
NOT_LISTED = "not_listed"
"""The problem of a connection whose provider did not name a calendar that was chosen; it counts as it did."""
MOST_CONNECTIONS = 5
MOST_CALENDARS = 20
"""Calendars of a connection whose events may block; each is one channel and one sync token."""


class State(StrEnum):
    """Whether the provider still lets us in."""

    CONNECTED = "connected"
    BROKEN = "broken"
    """The provider refuses our grant for good; only the host can mend that, by connecting again."""
    LEAVING = "leaving"
    """The host disconnected; what is left at the provider is being taken down."""


class OnEdit(StrEnum):
    """What happens when the host moves or deletes a booking's event in their own calendar."""

    FOLLOW = "follow"
    RESTORE = "restore"


class Guests(StrEnum):
    """Who invites attendees: Daybook's own mails, or the provider, which then keeps them as guests of the event."""

    DAYBOOK = "daybook"
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """A calendar of the account, as the provider lists it.

    Attributes:
        zone: whose dates all-day events mean.
        made: whether it bears our mark: it was made for this host's bookings, perhaps by an earlier connection.
    """

    id: str
    name: str
    zone: ZoneInfo
    primary: bool = False
    writable: bool = False
    made: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A way by which the provider tells of changes of one calendar; `resource` is its name for what is watched."""

    id: str
    resource: str
    token_sha256: str
    expires_at: datetime

    def ending(self, now: datetime) -> bool:
        """Tell whether it is time for the next one."""
        return self.expires_at - RENEW_BEFORE <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One connected account. All moments are UTC.

    Attributes:
        account: the address by which the host knows the account.
        subject: the provider's own name for the account, which never changes.
        scopes: what the host granted, which may be less than what was asked for.
        sealed_token: the refresh token, encrypted; only who may decrypt can use the connection.
        calendars: of the account, as last listed.
        busy_from: ids of calendars whose events block time.
        write_to: id of the calendar in which bookings appear; None: in none.
        dedicated: id of the calendar that Daybook made for that; None if it made none.
        to_copy: whether bookings have still to be asked to follow `write_to`.
        unsettled_block: whether tentative events and unanswered invitations block.
        channels: by calendar id.
        synced_at: when all of its calendars that may be read were last read to the end; None: not yet.
        due_at: when it wants to be looked at again, even if no push comes.
        problem: why it is broken, or what could not be read; a code, never the provider's prose.
    """

    tenant: str
    host: str
    id: str
    account: str
    subject: str
    state: State = State.CONNECTED
    scopes: frozenset[str] = frozenset()
    sealed_token: str
    calendars: tuple[Calendar, ...] = ()
    busy_from: frozenset[str] = frozenset()
    write_to: str | None = None
    dedicated: str | None = None
    to_copy: bool = False
    on_edit: OnEdit = OnEdit.FOLLOW
    guests: Guests = Guests.DAYBOOK
    unsettled_block: bool = True
    channels: Mapping[str, Channel] = field(default_factory=dict)
    synced_at: datetime | None = None
    due_at: datetime
    problem: str = ""
    version: int = 1
    created_at: datetime
    updated_at: datetime

    @property
    def watched(self) -> frozenset[str]:
        """Ids of calendars whose changes matter: those that block, and the one with our own events."""
        return self.busy_from | ({self.write_to} if self.write_to else set())

    def behind(self, now: datetime) -> bool:
        """Tell whether its busy times may be old; what has just been chosen is given the time to be read."""
        return self.state is State.CONNECTED and (self.synced_at or self.updated_at) + BEHIND_AFTER < now

    def calendar(self, calendar: str) -> Calendar | None:
        return next((one for one in self.calendars if one.id == calendar), None)

    def without(self, gone: Collection[str], *, now: datetime) -> "Connection":
        """Forget calendars that the account no longer has; what blocks no longer is not forgotten unsaid."""
        writes = self.write_to not in gone
        blocked = BUSY_CALENDAR_GONE if self.busy_from & frozenset(gone) else self.problem
        return replace(
            self._changed(now),
            busy_from=self.busy_from - frozenset(gone),
            write_to=self.write_to if writes else None,
            dedicated=self.dedicated if self.dedicated not in gone else None,
            synced_at=None,
            problem=blocked if writes else CALENDAR_GONE,
        )

    def read(self, *, begun: datetime, problem: str) -> "Connection":
        """Note that its calendars have been read, and when to look again.

        Args:
            begun: when reading began; what happened since then may have been missed.
            problem: why some may not be read; empty if all were. One that only the host can end lasts beside it.
        """
        ends = [channel.expires_at - RENEW_BEFORE for channel in self.channels.values()]
        due_at = max(min([begun + SWEEP_EVERY, *ends]), begun + SOONEST)
        lasts = self.problem == BUSY_CALENDAR_GONE or (self.problem == CALENDAR_GONE and self.write_to is None)
        return replace(self, synced_at=begun, due_at=due_at, problem=self.problem if lasts else problem)

    def broken(self, problem: str, *, now: datetime) -> "Connection":
        """Give the grant up as lost; nothing more is tried until the host connects again.

        Channels may live on, but only who has a grant can close them: so they are kept, to be replaced first of all.
        """
        ended = {
            name: replace(channel, expires_at=min(channel.expires_at, now)) for name, channel in self.channels.items()
        }
        return replace(self._changed(now), state=State.BROKEN, problem=problem, channels=ended)

    def leaving(self, *, now: datetime) -> "Connection":
        return replace(self._changed(now), state=State.LEAVING, due_at=now)

    def _changed(self, now: datetime) -> "Connection":
        return replace(self, version=self.version + 1, updated_at=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncRequest:
    """A wish that a connection be read.

    Attributes:
        afresh: from the beginning, for what blocks has been chosen anew.
    """

    tenant: str
    host: str
    connection: str
    afresh: bool = False
