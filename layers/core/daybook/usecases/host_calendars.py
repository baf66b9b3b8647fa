"""A host's connected calendars, for whoever writes bookings and sessions into them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from daybook.calendar_ports import Connections, Copy, NoticeBoard
from daybook.domain.booking import Booking
from daybook.domain.connection import Connection, Guests, State
from daybook.domain.entry import STANDING, Entry
from daybook.domain.history import Deed, Origin, event
from daybook.domain.host import Host
from daybook.ports import Bookings, Catalogue, Ledger, NewId
from daybook.provider_ports import Found, GrantLost, Provider, Refused
from daybook.session_ports import Sessions
from daybook.usecases.changing import changed
from daybook.usecases.lose_grant import lose_grant, tell_again

_GONE = frozenset({"notFound", "deleted"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What writing needs of the world; `account` opens a connection."""

    catalogue: Catalogue
    bookings: Bookings
    ledger: Ledger
    connections: Connections
    sessions: Sessions
    account: Callable[[Connection], Provider]
    notices: NoticeBoard
    new_id: NewId


class Closed(Exception):
    """The account lets us in no longer."""


@dataclass(frozen=True, slots=True)
class HostCalendars:
    """The calendars of the host `slug`; `host` is None if there is no such host any more."""

    tenant: str
    slug: str
    host: Host | None
    ports: Ports
    origin: Origin

    def connection(self, name: str) -> Connection | None:
        return self.ports.connections.connection(self.tenant, self.slug, name)

    def target(self) -> Connection | None:
        """Return the connection whose calendar the host wants bookings in, if we may write there."""
        found = self.connection(self.host.written_by) if self.host and self.host.written_by else None
        return found if found and found.state is State.CONNECTED and found.write_to else None

    @contextmanager
    def account(self, connection: Connection) -> Iterator[Provider]:
        """Open an account. A grant that turns out to be lost is given up. Raises Closed."""
        try:
            yield self.ports.account(connection)
        except GrantLost:
            ports = self.ports
            lose_grant(connection, connections=ports.connections, notices=ports.notices, now=self.origin.now)
            raise Closed from None

    def written(self, connection: Connection, calendar: str, event: str | None, entry: Entry) -> Found:
        """Make an event as an entry says; None, or one that is gone: make one."""
        with self.account(connection) as account:
            if event is not None:
                try:
                    return account.patch(calendar, event, entry)
                except Refused as refusal:
                    if refusal.args[0] not in _GONE:
                        raise
            return account.insert(calendar, entry)

    def taken_out(self, copy: Copy, *, off: bool) -> bool:
        """Delete an event; False if it stays, in an account that is closed to us.

        Args:
            off: what it was about is to come no more. Of what stands the provider mails no cancellation: its event
                only goes elsewhere.
        """
        connection = self.connection(copy.connection)
        if connection is None:
            return True
        if connection.state is not State.CONNECTED:
            self.owe(copy)
            tell_again(connection, notices=self.ports.notices)
            return False
        with self.account(connection) as account:
            account.delete(copy.calendar, copy.event, tell_guests=off and connection.guests is Guests.PROVIDER)
        return True

    def owe(self, copy: Copy) -> None:
        """Remember a copy of an account that is closed to us, however long its event is past."""
        if not copy.owed:
            self.ports.connections.put_copy(replace(copy, owed=True))

    def keep(self, copy: Copy) -> None:
        """Remember a copy no longer than others: its account is open again, and its event belongs there."""
        if copy.owed:
            self.ports.connections.put_copy(replace(copy, owed=False))

    def tell_again(self) -> None:
        """Repeat what the host must hear of connections that are broken, perhaps since an earlier try of a message."""
        for name in sorted(self.host.connections) if self.host else ():
            connection = self.connection(name)
            if connection is not None:
                tell_again(connection, notices=self.ports.notices)

    def meet(self, booking: Booking, url: str) -> None:
        """Put down where the meeting is, for mails and pages; who has gone elsewhere meanwhile gets no link of it."""

        def step(current: Booking) -> Booking:
            stays = current.status in STANDING and _seat(current) == _seat(booking)
            if current.meeting_url == url or not stays:
                return current
            after = current.met_at(url, now=self.origin.now)
            self.ports.ledger.settle(current, after, event(Deed.MEETING_MADE, self.origin, before=current, after=after))
            return after

        changed(booking, step, bookings=self.ports.bookings)


def _seat(booking: Booking) -> tuple[datetime, str | None]:
    """Return what a booking's event depends on: when it is, and which session it sits in."""
    return booking.start, booking.seat_of
