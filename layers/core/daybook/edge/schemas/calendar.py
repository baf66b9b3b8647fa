"""Connected calendars over HTTP, and what the links and forms on the way to one carry."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field

from daybook.domain.connection import MOST_CALENDARS, Connection, Guests, OnEdit, State
from daybook.domain.consent import rights_of
from daybook.edge.fields import Fields, Flag, View
from daybook.edge.times import utc_text
from daybook.usecases.choose_calendars import Choice

CalendarId = Annotated[str, Field(min_length=1, max_length=1024, examples=["ada@example.com"])]
"""The provider's own."""


class ConnectBody(Fields):
    """How the account shall be used: bookings go into a calendar made for them, or into one that exists."""

    write_to: Literal["dedicated", "existing"] = "dedicated"


class ConsentView(View):
    """Where the host's browser goes, until when."""

    url: str
    expires_at: str


class CalendarView(View):
    """A calendar of a connected account; its changes are told until `pushed_until`, and looked for every 15 minutes."""

    id: str
    name: str
    timezone: str
    primary: bool
    writable: bool
    busy: bool
    pushed_until: str | None


class ConnectionBody(Fields):
    """What a host chooses about a connected account."""

    id: str
    busy_from: Annotated[list[CalendarId], Field(max_length=MOST_CALENDARS)] = []
    write_to: CalendarId | None = None
    on_edit: OnEdit = OnEdit.FOLLOW
    guests: Guests = Guests.DAYBOOK
    unsettled_block: Flag = True

    @classmethod
    def of(cls, connection: Connection) -> Self:
        return cls(
            id=connection.id,
            busy_from=sorted(connection.busy_from),
            write_to=connection.write_to,
            on_edit=connection.on_edit,
            guests=connection.guests,
            unsettled_block=connection.unsettled_block,
        )

    def to_domain(self) -> Choice:
        return Choice(
            busy_from=frozenset(self.busy_from),
            write_to=self.write_to,
            on_edit=self.on_edit,
            guests=self.guests,
            unsettled_block=self.unsettled_block,
        )


class ConnectionView(View):
    """A connected account: what is chosen, what was allowed, and how fresh it is.

    `behind` says that its busy times may be old; `problem` why it is broken or what could not be read; `dedicated` is
    the calendar that was made for bookings.
    """

    id: str
    provider: Literal["google"]
    account: str
    state: State
    granted: list[str]
    busy_from: list[str]
    write_to: str | None
    dedicated: str | None
    on_edit: OnEdit
    guests: Guests
    unsettled_block: bool
    calendars: list[CalendarView]
    synced_at: str | None
    behind: bool
    problem: str | None
    created_at: str
    updated_at: str

    @classmethod
    def of(cls, connection: Connection, *, now: datetime) -> Self:
        return cls(
            id=connection.id,
            provider="google",
            account=connection.account,
            state=connection.state,
            granted=sorted(rights_of(connection.scopes)),
            busy_from=sorted(connection.busy_from),
            write_to=connection.write_to,
            dedicated=connection.dedicated,
            on_edit=connection.on_edit,
            guests=connection.guests,
            unsettled_block=connection.unsettled_block,
            calendars=[
                CalendarView(
                    id=one.id,
                    name=one.name,
                    timezone=one.zone.key,
                    primary=one.primary,
                    writable=one.writable,
                    busy=one.id in connection.busy_from,
                    pushed_until=_until(connection, one.id),
                )
                for one in connection.calendars
            ],
            synced_at=utc_text(connection.synced_at) if connection.synced_at else None,
            behind=connection.behind(now),
            problem=connection.problem or None,
            created_at=utc_text(connection.created_at),
            updated_at=utc_text(connection.updated_at),
        )


class ConnectionList(View):
    items: list[ConnectionView]
    next_cursor: None = None


class StartQuery(BaseModel, defer_build=True):
    """The address of the start page; whoever sends it on may add parameters of their own."""

    id: str = ""


class StartForm(BaseModel, defer_build=True):
    """The button of the start page; `proof` shows that it was this page's, in this browser."""

    id: str = ""
    proof: str = ""


class CallbackQuery(BaseModel, defer_build=True):
    """How the provider sends the browser back; parameters beside these are its own affair (RFC 6749 §4.1.2)."""

    state: str = ""
    code: str = ""
    error: str = ""


def _until(connection: Connection, calendar: str) -> str | None:
    channel = connection.channels.get(calendar)
    return utc_text(channel.expires_at) if channel else None
