"""Keep the one event of a shared session in its host's connected calendar: it has whoever sits there now.

Bookings of a session tell of themselves at the same time, twice, or late. What is written never rests on what they
tell, and one worker at a time writes (docs/adr/0020).
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from daybook.calendar_ports import Copy
from daybook.domain.booking import Booking
from daybook.domain.connection import Connection, Guests, State
from daybook.domain.errors import Busy
from daybook.domain.history import Origin
from daybook.mail_ports import NotYet
from daybook.ports import Context, Stale
from daybook.provider_ports import Found, ProviderDown, Refused
from daybook.session_ports import GONE, SharedEvent
from daybook.usecases.host_calendars import Closed, HostCalendars, Ports
from daybook.usecases.session_event import begun, copied, described
from daybook.usecases.who_sits import who_sits

HOLD = timedelta(minutes=6)
"""For how long a session's event is one worker's: longer than any worker runs, so that whoever died lets go of it."""


def write_session(tenant: str, host: str, start: datetime, *, ports: Ports, origin: Origin) -> None:
    """Write, change or take out the event of the session that begins at `start`, if there is one.

    Raises:
        NotYet: somebody else is at it, the host's own edit comes first, or the video meeting is not there yet.
        ProviderDown: to be tried again. Refused: the provider will not do it. Closed: the account lets us in no longer.
    """
    # In this order: whoever has written the event since will be found to have done so.
    known = ports.sessions.session(tenant, host, start)
    sitting = who_sits(tenant, host, start, known, bookings=ports.bookings)
    if known is None and not sitting:
        return
    context = ports.catalogue.context(tenant, host, sitting[0].event_type if sitting else None)
    calendars = HostCalendars(tenant, host, context.host, ports, origin)
    copy = ports.connections.copy(tenant, known.id) if known else None
    _Job(start, known, copy, sitting, context, calendars).done()


@dataclass(frozen=True, slots=True)
class _Place:
    """A calendar to write into."""

    connection: Connection
    calendar: str


@dataclass(frozen=True, slots=True)
class _Job:
    """One session on its way into a calendar, or out of it."""

    start: datetime
    known: SharedEvent | None
    copy: Copy | None
    sitting: Sequence[Booking]
    context: Context
    calendars: HostCalendars

    def done(self) -> None:
        place = self._place()
        if place is None and self.copy is None and not self._forgotten:
            self.calendars.tell_again()
            return
        if self._over and (self.copy is None or (place is None and self._named)):
            if self.copy is not None and self.known is not None and self.known.named != self._named:
                self.calendars.owe(self.copy)
            return  # what is past is neither written anew nor taken out
        if place is not None and self._is_written(place):
            self._look_for_meeting(place)
            return
        if place is not None and self._edited(place):
            raise NotYet("the host's edit comes first")
        held = self._held(place)
        try:
            if place is None:
                self._take_out(held)
                return
            found = self._written(held, place)
        except (ProviderDown, Refused, Closed, Busy):
            self._let_go(held)
            raise
        self._share_meeting(found)

    # --- what there is to do

    @property
    def _now(self) -> datetime:
        return self.calendars.origin.now

    @property
    def _over(self) -> bool:
        end = self.sitting[0].end if self.sitting else self.copy.end if self.copy else self.start
        return end <= self._now

    @property
    def _forgotten(self) -> bool:
        """Whether there may be an event whose id nobody has written down."""
        return self.known is not None and self.known.held_until is not None and not self.sitting

    @property
    def _seats(self) -> tuple[str, ...]:
        return tuple(booking.id for booking in self.sitting)

    @property
    def _named(self) -> tuple[str, ...]:
        return tuple(booking.id for booking in self.sitting if booking.seen_at(self._now).attendee.email)

    def _place(self) -> _Place | None:
        """Return where the event belongs: what is past stays where it is, and is gone once nobody in it has a name."""
        if self._over:
            if self.copy is None or not self._named:
                return None
            kept = self.calendars.connection(self.copy.connection)
            return _Place(kept, self.copy.calendar) if kept and kept.state is State.CONNECTED else None
        target = self.calendars.target() if self.sitting else None
        return _Place(target, target.write_to) if target and target.write_to else None

    def _in(self, place: _Place) -> bool:
        copy = self.copy
        return copy is not None and (copy.connection, copy.calendar) == (place.connection.id, place.calendar)

    def _is_written(self, place: _Place) -> bool:
        known = self.known
        settled = known is not None and known.held_until is None and self._in(place)
        return settled and known is not None and (known.seats, known.named) == (self._seats, self._named)

    def _edited(self, place: _Place) -> bool:
        """Tell whether the host has moved or deleted the event, and nobody has followed that yet.

        Writing over it would undo what they did, unheard. What an earlier try of ours may have left there has the
        session's times.
        """
        copy = self.copy
        if copy is None or copy.etag == GONE or not self._in(place):
            return False
        if self.start <= self._now:
            return False  # what has begun follows no edit
        with self.calendars.account(place.connection) as account:
            found = account.event(copy.calendar, copy.event)
        if found is None or found.event is None:
            return True
        times = found.event.start, found.event.end
        return found.etag != copy.etag and times not in {(copy.start, copy.end), (self.start, self.sitting[0].end)}

    # --- doing it

    def _held(self, place: _Place | None) -> SharedEvent:
        """Take the event for ourselves. Raises NotYet: it is somebody else's now."""
        known = self.known
        if known is not None and known.held_until is not None and known.held_until > self._now:
            raise NotYet("somebody else is writing the event")
        event = known or begun(self.sitting[0], self.calendars.ports.new_id())
        held = replace(event, held_until=self._now + HOLD)
        leaves = self.copy is not None and (place is None or not self._in(place))
        return self._put(held, known, replace(self.copy, etag=GONE) if self.copy and leaves else None)

    def _put(self, session: SharedEvent, before: SharedEvent | None, copy: Copy | None = None) -> SharedEvent:
        after = replace(session, version=session.version + 1)
        try:
            self.calendars.ports.sessions.put(after, before=before, copy=copy)
        except Stale:
            raise NotYet("somebody else has written the event") from None
        return after

    def _let_go(self, held: SharedEvent, copy: Copy | None = None) -> None:
        """Leave it to the next try, of whomever it is."""
        with suppress(NotYet):
            self._put(replace(held, held_until=self._now), held, copy)

    def _written(self, held: SharedEvent, place: _Place) -> Found:
        copy = self.copy
        if copy is not None and not self._in(place):
            if self.calendars.taken_out(copy, off=False):
                self.calendars.ports.connections.remove_copy(copy)
            copy = None
        event = copy.event if copy else None
        entry = described(held, self.sitting, self.context.event_type, connection=place.connection, now=self._now)
        found = self.calendars.written(place.connection, place.calendar, event, entry)
        after = replace(held, seats=self._seats, named=self._named, meeting_url=found.meeting_url, held_until=None)
        self._put(after, held, copied(held, found, place.connection, place.calendar, self.sitting[0].end))
        return found

    def _take_out(self, held: SharedEvent) -> None:
        """Take the event out: nobody sits there, or it belongs nowhere now."""
        off = not self.sitting and self.start > self._now
        target = self.calendars.target() if self.copy is None else None
        if self.copy is not None and not self.calendars.taken_out(self.copy, off=off):
            # In an account that is closed to us it stays, and so does our word of it.
            self._let_go(held, replace(self.copy, owed=True))
            return
        if target is not None and target.write_to:
            invited = off and target.guests is Guests.PROVIDER
            with self.calendars.account(target) as account:
                account.delete_by_uid(target.write_to, held.uid, tell_guests=invited)
        self.calendars.ports.sessions.remove(held, self.copy)

    # --- the meeting that all share

    @property
    def _unmet(self) -> bool:
        """Whether the meeting is not known, or somebody has not heard of it."""
        url = self.known.meeting_url if self.known else ""
        return any(booking.video and (not url or booking.meeting_url != url) for booking in self.sitting)

    def _look_for_meeting(self, place: _Place) -> None:
        if self.copy is None or self.known is None or self._over or not self._unmet:
            return
        with self.calendars.account(place.connection) as account:
            found = account.event(self.copy.calendar, self.copy.event)
        if found is None:
            return
        if found.meeting_url not in {"", self.known.meeting_url}:
            self._put(replace(self.known, meeting_url=found.meeting_url), self.known)
        self._share_meeting(found)

    def _share_meeting(self, found: Found) -> None:
        if self._over:
            return
        if found.meeting_url:
            for booking in self.sitting:
                if booking.video and booking.meeting_url != found.meeting_url:
                    self.calendars.meet(booking, found.meeting_url)
        elif found.meeting_pending and self._unmet:
            raise NotYet("the meeting is being made")
