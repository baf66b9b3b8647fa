"""Keep the event of a booking, or of the session it sits in, in its host's connected calendar as they are."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from daybook.calendar_ports import Copy
from daybook.domain.booking import Booking
from daybook.domain.connection import Connection, Guests
from daybook.domain.entry import STANDING, CopyRequest, entry_of
from daybook.domain.errors import Busy
from daybook.domain.event_type import labelled
from daybook.domain.history import Deed, Event, Origin
from daybook.mail_ports import NotYet
from daybook.ports import Context
from daybook.provider_ports import Found, ProviderDown, Refused
from daybook.usecases.host_calendars import Closed, HostCalendars, Ports
from daybook.usecases.write_session import write_session


def write_back(told: Event | CopyRequest, *, ports: Ports, origin: Origin) -> None:
    """Write, move or take out a booking's event, and that of each session it sits in, or sat in before.

    What is told only says that something changed: however late or often it comes, the outcome is the same. A request
    for a copy leaves alone what the host may have done to an event since it was written; that is for whoever reads the
    calendar to follow. A session that cannot be written now keeps no other from it: the first failure is told last.

    Raises:
        NotYet: the video meeting is not there yet, or somebody else is at the session's event.
        ProviderDown: to be tried again. Refused: the provider will not do it.
    """
    failures = [failure for step in _steps(told, ports, origin) if (failure := _failure_of(step)) is not None]
    if failures:
        raise failures[0]
    if isinstance(told, CopyRequest):
        _take_out_owed(told, ports, origin)


def _steps(told: Event | CopyRequest, ports: Ports, origin: Origin) -> Iterator[Callable[[], None]]:
    """Yield what there is to do; none of it waits for the rest."""
    booking = ports.bookings.booking(told.tenant, told.booking)
    if booking is None:
        shared = ports.connections.copy(told.tenant, told.booking)
        if shared is not None and shared.session is not None:
            yield partial(write_session, shared.tenant, shared.host, shared.session, ports=ports, origin=origin)
        return
    session = partial(write_session, booking.tenant, booking.host, ports=ports, origin=origin)
    before = told.before if isinstance(told, Event) else None
    if before is not None and before.start != booking.start and (booking.seat_of or booking.slot):
        yield partial(session, before.start)
    if booking.seat_of is not None:
        yield partial(session, booking.start)
    yield partial(_write_own, booking, told, ports, origin)


def _failure_of(step: Callable[[], None]) -> Exception | None:
    """Take a step, and return why it must be taken again; what is closed to us is not tried again."""
    try:
        with suppress(Closed):
            step()
    except (NotYet, ProviderDown, Refused, Busy) as failure:
        return failure
    return None


def _take_out_owed(told: CopyRequest, ports: Ports, origin: Origin) -> None:
    """Take out what was left in accounts that were closed to us when the booking went to another.

    Last of all: what is written now may be that very event, found again by its UID.
    """
    present = ports.connections.copy(told.tenant, told.booking)
    for copy in ports.connections.owed(told.tenant, told.booking):
        if present is not None and present.event == copy.event:
            continue
        calendars = HostCalendars(copy.tenant, copy.host, None, ports, origin)
        with suppress(Closed):
            if calendars.taken_out(copy, off=False):
                ports.connections.remove_copy(copy)


def _write_own(booking: Booking, told: Event | CopyRequest, ports: Ports, origin: Origin) -> None:
    """See to a booking's own event; who sits in a session has none, or none any more."""
    copy = ports.connections.copy(booking.tenant, booking.id)
    if copy is None and booking.seat_of is not None:
        return
    context = ports.catalogue.context(booking.tenant, booking.host, booking.event_type)
    calendars = HostCalendars(booking.tenant, booking.host, context.host, ports, origin)
    if copy is None and (context.host is None or context.host.written_by is None):
        calendars.tell_again()
        return
    _Job(booking, context, calendars).done(copy, told)


@dataclass(frozen=True, slots=True)
class _Job:
    """One booking on its way into a calendar, or out of it."""

    booking: Booking
    context: Context
    calendars: HostCalendars

    def done(self, copy: Copy | None, told: Event | CopyRequest) -> None:
        over = self.booking.end <= self._now
        stands = self.booking.status in STANDING and self.booking.seat_of is None
        # Whoever asked to be forgotten leaves no event behind once it is over.
        target = self.calendars.target() if stands and (self.booking.attendee_key or not over) else None
        there = copy is not None and target is not None and _place(target) == (copy.connection, copy.calendar)
        if over and stands and self.booking.attendee_key and not there:
            return  # what is past is neither written anew nor moved to another calendar
        if copy is not None and not there:
            self._take_out(copy)
            copy = None
        if target is None:
            return
        if copy is not None and self._is_written(copy, told):
            self.calendars.keep(copy)
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

    def _take_out(self, copy: Copy) -> None:
        """Delete an event; of one in an account that is closed to us stays our word, too."""
        off = self.booking.status not in STANDING and self.booking.start > self._now
        if self.calendars.taken_out(copy, off=off):
            # Last: while it is there, what the calendar tells of the deletion is known for our own doing.
            self.calendars.ports.connections.remove_copy(copy)

    def _put(self, connection: Connection, copy: Copy | None) -> None:
        booking = self.booking.seen_at(self._now)
        entry = entry_of(
            booking,
            answers=labelled(booking.answers, self.context.event_type),
            invites=connection.guests is Guests.PROVIDER,
        )
        calendar = connection.write_to or ""
        found = self.calendars.written(connection, calendar, copy.event if copy else None, entry)
        self.calendars.ports.connections.put_copy(
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
        with self.calendars.account(connection) as account:
            found = account.event(copy.calendar, copy.event)
        if found is not None:
            self._note_meeting(found)

    def _note_meeting(self, found: Found) -> None:
        if found.meeting_url and self.booking.video:
            self.calendars.meet(self.booking, found.meeting_url)
        elif self._awaits_meeting and found.meeting_pending:
            raise NotYet("the meeting is being made")

    @property
    def _awaits_meeting(self) -> bool:
        booking = self.booking
        return booking.video and not booking.meeting_url and booking.end > self._now

    @property
    def _now(self) -> datetime:
        return self.calendars.origin.now


def _place(connection: Connection) -> tuple[str, str | None]:
    return connection.id, connection.write_to
