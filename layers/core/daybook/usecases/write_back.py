"""Keep a booking's event in its host's connected calendar as the booking is: one event for each, shared seats too."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from daybook.calendar_ports import Connections, Copy, Found, GrantLost, NoticeBoard, Provider, Refused
from daybook.domain.booking import Booking
from daybook.domain.connection import Connection, Guests, State
from daybook.domain.entry import STANDING, CopyRequest, entry_of
from daybook.domain.event_type import labelled
from daybook.domain.history import Deed, Event, Origin, event
from daybook.domain.host import Host
from daybook.mail_ports import NotYet
from daybook.ports import Bookings, Catalogue, Context, Ledger
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
    account: Callable[[Connection], Provider]
    notices: NoticeBoard


class _Closed(Exception):
    """The account lets us in no longer."""


def write_back(told: Event | CopyRequest, *, ports: Ports, origin: Origin) -> None:
    """Write, move or take out a booking's event.

    What is told only says that something changed: however late or often it comes, the outcome is the same. A request
    for a copy leaves alone what the host may have done to an event since it was written; that is for whoever reads the
    calendar to follow.

    Raises:
        NotYet: the video meeting is not there yet. ProviderDown: to be tried again.
        Refused: the provider will not do it.
    """
    booking = ports.bookings.booking(told.tenant, told.booking)
    if booking is None:
        return
    copy = ports.connections.copy(booking.tenant, booking.id)
    context = ports.catalogue.context(booking.tenant, booking.host, booking.event_type)
    if copy is None and (context.host is None or context.host.written_by is None):
        _tell_again(booking.tenant, context.host, ports)
        return
    job = _Job(booking, context, ports, origin)
    try:
        job.done(copy, told)
    except _Closed:
        return


@dataclass(frozen=True, slots=True)
class _Job:
    """One booking on its way into a calendar, or out of it."""

    booking: Booking
    context: Context
    ports: Ports
    origin: Origin

    def done(self, copy: Copy | None, told: Event | CopyRequest) -> None:
        over = self.booking.end <= self.origin.now
        stands = self.booking.status in STANDING
        # Whoever asked to be forgotten leaves no event behind once it is over.
        target = self._target() if stands and (self.booking.attendee_key or not over) else None
        there = copy is not None and target is not None and _place(target) == (copy.connection, copy.calendar)
        if over and stands and self.booking.attendee_key and not there:
            return  # what is past is neither written anew nor moved to another calendar
        if copy is not None and not there:
            self._take_out(copy)
            copy = None
        if target is None:
            return
        if copy is not None and self._is_written(copy, told):
            self._look_for_meeting(target, copy)
        else:
            self._put(target, copy)

    def _is_written(self, copy: Copy, told: Event | CopyRequest) -> bool:
        """Tell whether the event has what is told of; of a move that was made in the calendar it need not be told."""
        in_place = (copy.start, copy.end) == (self.booking.start, self.booking.end)
        if isinstance(told, CopyRequest):
            return in_place
        followed = told.deed is Deed.RESCHEDULED and told.actor.id == copy.connection
        return copy.version >= told.version or (followed and in_place)

    def _target(self) -> Connection | None:
        """Return the connection whose calendar the host wants bookings in, if we may write there."""
        host = self.context.host
        found = self._connection(host.written_by) if host and host.written_by else None
        return found if found and found.state is State.CONNECTED and found.write_to else None

    def _take_out(self, copy: Copy) -> None:
        """Delete an event; one in an account that is closed to us stays, and so does our word of it."""
        connection = self._connection(copy.connection)
        if connection is not None:
            if connection.state is not State.CONNECTED:
                if not copy.owed:
                    self.ports.connections.put_copy(replace(copy, owed=True))
                tell_again(connection, notices=self.ports.notices)
                return
            # Of what stands the provider mails no cancellation: its event only goes elsewhere.
            off = self.booking.status not in STANDING and self.booking.start > self.origin.now
            tell_guests = off and connection.guests is Guests.PROVIDER
            with self._account(connection) as account:
                account.delete(copy.calendar, copy.event, tell_guests=tell_guests)
        # Last: while it is there, what the calendar tells of the deletion is known for our own doing.
        self.ports.connections.remove_copy(copy)

    def _put(self, connection: Connection, copy: Copy | None) -> None:
        booking = self.booking.seen_at(self.origin.now)
        entry = entry_of(
            booking,
            answers=labelled(booking.answers, self.context.event_type),
            invites=connection.guests is Guests.PROVIDER,
        )
        calendar = connection.write_to or ""
        with self._account(connection) as account:
            found = None
            if copy is not None:
                try:
                    found = account.patch(calendar, copy.event, entry)
                except Refused as refusal:
                    if refusal.args[0] not in _GONE:
                        raise
            found = found or account.insert(calendar, entry)
        self.ports.connections.put_copy(
            Copy(
                tenant=booking.tenant,
                host=booking.host,
                booking=booking.id,
                connection=connection.id,
                calendar=calendar,
                event=found.id,
                etag=found.etag,
                version=booking.version,
                start=booking.start,
                end=booking.end,
            )
        )
        self._note_meeting(found)

    def _look_for_meeting(self, connection: Connection, copy: Copy) -> None:
        """Ask for a meeting that was not there yet when the event was written."""
        if not self._awaits_meeting:
            return
        with self._account(connection) as account:
            found = account.event(copy.calendar, copy.event)
        if found is not None:
            self._note_meeting(found)

    def _note_meeting(self, found: Found) -> None:
        if found.meeting_url and self.booking.video:
            _meet(self.booking, found.meeting_url, self.ports, self.origin)
        elif self._awaits_meeting and found.meeting_pending:
            raise NotYet("the meeting is being made")

    @property
    def _awaits_meeting(self) -> bool:
        booking = self.booking
        return booking.video and not booking.meeting_url and booking.end > self.origin.now

    def _connection(self, name: str) -> Connection | None:
        return self.ports.connections.connection(self.booking.tenant, self.booking.host, name)

    @contextmanager
    def _account(self, connection: Connection) -> Iterator[Provider]:
        """Open an account. A grant that turns out to be lost is given up."""
        try:
            yield self.ports.account(connection)
        except GrantLost:
            ports = self.ports
            lose_grant(connection, connections=ports.connections, notices=ports.notices, now=self.origin.now)
            raise _Closed from None


def _tell_again(tenant: str, host: Host | None, ports: Ports) -> None:
    """Repeat what a host must hear of connections that are broken, perhaps since an earlier try of this message."""
    if host is None:
        return
    for name in sorted(host.connections):
        connection = ports.connections.connection(tenant, host.slug, name)
        if connection is not None:
            tell_again(connection, notices=ports.notices)


def _place(connection: Connection) -> tuple[str, str | None]:
    return connection.id, connection.write_to


def _meet(booking: Booking, url: str, ports: Ports, origin: Origin) -> None:
    """Put down where the meeting is, for mails and pages."""

    def step(current: Booking) -> Booking:
        if current.meeting_url == url:
            return current
        after = current.met_at(url, now=origin.now)
        ports.ledger.settle(current, after, event(Deed.MEETING_MADE, origin, before=current, after=after))
        return after

    changed(booking, step, bookings=ports.bookings)
