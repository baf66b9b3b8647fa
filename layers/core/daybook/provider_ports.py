"""A calendar provider: a host's way to it, their account there, and what it tells."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from daybook.domain.connection import Calendar, Channel, Connection
from daybook.domain.entry import Entry
from daybook.domain.external import ExternalEvent


class GrantLost(Exception):
    """The provider refuses the refresh token for good (`invalid_grant`)."""


class TokenExpired(Exception):
    """A sync token is too old: everything must be read anew (HTTP 410)."""


class ProviderDown(Exception):
    """The provider cannot answer now, or not so fast; it may have done what it was asked for."""


class Refused(Exception):
    """The provider will not do this, now or later. `args[0]` is its code, such as `notFound` or `forbidden`.

    `args[1:]` may hold the HTTP status.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a host's consent brought. `refresh_token` is empty if the provider gave none."""

    account: str
    subject: str
    scopes: frozenset[str]
    refresh_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An event, or an occurrence of one, as a calendar tells it.

    Attributes:
        event: None when it is gone, of which nothing but the id need be known.
        series: whether it is an occurrence of a recurring event.
        etag: changes with every change of the event.
        meeting_url: where its video meeting is; empty without one, or while it is being made.
        meeting_pending: whether one is being made; one that failed, or was refused, is not waited for.
    """

    id: str
    etag: str = ""
    event: ExternalEvent | None
    series: bool = False
    meeting_url: str = ""
    meeting_pending: bool = False


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed in a calendar. `token` continues from here; None until the last page."""

    found: Sequence[Found]
    token: str | None


class Provider(Protocol):
    """One connected account. Every call may raise GrantLost, ProviderDown, Refused."""

    def calendars(self) -> Sequence[Calendar]: ...

    def create_calendar(self, name: str, zone: ZoneInfo) -> Calendar:
        """Make a calendar that bears our mark."""

    def delete_calendar(self, calendar: str) -> None:
        """Delete a calendar with all that is in it; one that is gone is no error."""

    def changes(self, calendar: str, token: str | None, *, since: datetime, until: datetime) -> Iterator[Changes]:
        """Yield page by page what changed since a token; without one, all that lies in [since, until).

        Recurring events come as occurrences. Those of a series that was deleted are told of for half a year ahead at
        most: later ones vanish without a word. Raises TokenExpired.
        """

    def events(self, calendar: str, start: datetime, end: datetime) -> Sequence[Found]:
        """Return what meets [start, end), as it is now."""

    def insert(self, calendar: str, entry: Entry) -> Found:
        """Make an event; one that is there already with the same UID, deleted or not, becomes it."""

    def patch(self, calendar: str, event: str, entry: Entry) -> Found:
        """Make an event as the entry says. Raises Refused("notFound") or ("deleted") if it is gone."""

    def event(self, calendar: str, event: str) -> Found | None: ...

    def delete(self, calendar: str, event: str, *, tell_guests: bool) -> None:
        """Delete an event; one that is gone is no error."""

    def delete_by_uid(self, calendar: str, uid: str, *, tell_guests: bool) -> None:
        """Delete an event that was made, and whose id nobody wrote down; none is no error."""

    def watch(self, calendar: str, channel: str, *, token: str, ttl: timedelta) -> Channel: ...

    def stop(self, channel: Channel) -> None:
        """End a channel; one that is unknown is no error."""

    def revoke(self) -> None:
        """Give the grant back; one that is dead is no error."""


class Consent(Protocol):
    """The provider's way to a grant: OAuth 2.0's authorization code with PKCE (RFC 6749 §4.1, RFC 7636)."""

    def url(self, *, state: str, verifier: str, existing: bool) -> str:
        """Return the provider's page; `existing` asks for the right to write into calendars the host already has."""

    def redeem(self, code: str, *, verifier: str) -> Grant:
        """Raises Refused (the code is wrong, used or late), ProviderDown."""


class Providers(Protocol):
    """Opens connections: the only way to a decrypted token."""

    def open(self, connection: Connection) -> Provider: ...

    def granted(self, grant: Grant, *, tenant: str, host: str) -> Provider:
        """Return the account of a consent a host just gave, by the token it brought: nothing is decrypted for it."""

    def seal(self, tenant: str, host: str, connection: str, refresh_token: str) -> str:
        """Encrypt a refresh token so that it can be opened as this connection's alone."""
