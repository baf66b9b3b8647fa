"""Follow what a host did to the event of a session: all who sit there go with it, or it is put back.

Our own writes leave a session's event where the session is. So an event elsewhere is the host's doing, and one that is
gone, too, as long as anybody sits there.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from daybook.calendar_ports import Copy
from daybook.domain.booking import Booking
from daybook.domain.connection import Connection, OnEdit
from daybook.domain.errors import AlreadyCancelled, Busy, DaybookError, Unavailable
from daybook.domain.external import ExternalEvent
from daybook.domain.history import Origin
from daybook.ports import Stale
from daybook.provider_ports import Found, Provider
from daybook.session_ports import GONE, SharedEvent, SharedMove
from daybook.usecases.cancel import cancel
from daybook.usecases.edits import ONCE, Ports, edited_by, elsewhere, new_start, refuse
from daybook.usecases.reschedule_session import reschedule_session
from daybook.usecases.who_sits import who_sits
from daybook.usecases.write_session import HOLD


def follow_session(copy: Copy, *, connection: Connection, account: Provider, ports: Ports, now: datetime) -> None:
    """Let all who sit in a session follow its event; as `follow_edit`.

    Raises:
        Busy: its event is being written, or its seats change; to be tried again.
    """
    # In this order: what we ourselves do after something has been read here shows in what is read next.
    latest = ports.connections.copy(copy.tenant, copy.booking)
    if latest is None or latest.session is None or (latest.event, latest.calendar) != (copy.event, copy.calendar):
        return
    session = ports.sessions.session(copy.tenant, copy.host, latest.session)
    sitting = who_sits(copy.tenant, copy.host, latest.session, session, bookings=ports.bookings)
    current = account.event(copy.calendar, copy.event)
    owner = ports.connections.connection(connection.tenant, connection.host, connection.id)
    if session is None or session.id != latest.booking:
        return
    if owner is None or (owner.id, owner.write_to) != (latest.connection, latest.calendar):
        return  # it is being taken out, for bookings go elsewhere now
    if latest.etag == (current.etag if current else GONE):
        return
    _Edit(current, latest, session, sitting, owner, account, ports, now).follow()


@dataclass(frozen=True, slots=True)
class _Edit:
    """A session's event that is not as we left it."""

    current: Found | None
    copy: Copy
    session: SharedEvent
    sitting: Sequence[Booking]
    connection: Connection
    account: Provider
    ports: Ports
    now: datetime

    def follow(self) -> None:
        event = self.current.event if self.current else None
        if self.sitting and self.sitting[0].end <= self.now:
            return
        if event is not None and (event.start, event.end) == (self.copy.session, self._end):
            if not self._is_held:  # else it may be what is just being written, and whoever writes it knows it
                self._put(self.session, self.session, self._seen(event))
            return
        if event is None and self.session.start <= self.now:
            return  # what has begun stays as it was, in the calendar alone it is gone
        held = self._held()
        if not self.sitting:
            # Whoever sits down now shall find that nobody waits for this edit.
            self._leave(held, anew=True, copy=self._seen(event) if event else replace(self.copy, etag=GONE))
            return
        try:
            if event is None:
                self._deleted(held)
            else:
                self._changed(held, event)
        except Unavailable:
            self._leave(held, anew=False)
            raise

    # --- what becomes of it

    def _deleted(self, held: SharedEvent) -> None:
        if self.connection.on_edit is OnEdit.RESTORE or elsewhere(self.copy, self.connection, self.account):
            self._refuse(f"deleted-{self.copy.version}")
        else:
            for booking in self.sitting:
                self._cancel(booking)
        self._leave(held, anew=True, copy=replace(self.copy, etag=GONE))

    def _cancel(self, booking: Booking) -> None:
        ports = self.ports
        with suppress(AlreadyCancelled):
            cancel(booking, "", origin=self._origin(), ledger=ports.ledger, bookings=ports.bookings, tries=ONCE)

    def _changed(self, held: SharedEvent, event: ExternalEvent) -> None:
        start = new_start(event, self.sitting[0].duration)
        if start is None or self.connection.on_edit is OnEdit.RESTORE or not self._moved(held, event, start):
            self._refuse(f"changed-{self._etag}")
            self._leave(held, anew=True, copy=self._seen(event))

    def _refuse(self, mark: str) -> None:
        """Tell the host once, though whoever was to be told of first may have left since."""
        seats = {*self.session.seats, *(booking.id for booking in self.sitting)}
        refuse(self.sitting[0], self._origin(mark), ports=self.ports, seats=seats)

    def _moved(self, held: SharedEvent, event: ExternalEvent, start: datetime) -> bool:
        """Move all who sit there to where their event is; False if that cannot be."""
        ports = self.ports
        if not self._vacant(start):
            return False
        after = replace(held, start=start, version=held.version + 1, held_until=self.session.held_until)
        moved = SharedMove(held, after, replace(self._seen(event), session=start))
        try:
            reschedule_session(
                self.sitting, moved, origin=self._origin(), catalogue=ports.catalogue, sessions=ports.sessions
            )
        except Unavailable:
            raise
        except DaybookError:
            return False
        return True

    def _vacant(self, start: datetime) -> bool:
        """Tell whether no other session has an event there, though it may be about to go; clear a forgotten trace."""
        ports = self.ports
        other = ports.sessions.session(self.session.tenant, self.session.host, start)
        if other is None:
            return True
        sitting = who_sits(other.tenant, other.host, start, other, bookings=ports.bookings)
        if sitting or other.held_until is not None or ports.connections.copy(other.tenant, other.id) is not None:
            return False
        with suppress(Stale):
            ports.sessions.remove(other, None)
            return True
        return False

    # --- the session's event, which is ours alone meanwhile

    @property
    def _is_held(self) -> bool:
        return self.session.held_until is not None and self.session.held_until > self.now

    def _held(self) -> SharedEvent:
        """Keep others from writing the event. Raises Busy: somebody else is at it."""
        if self._is_held:
            raise Busy("The event is being written; try again.")
        return self._put(replace(self.session, held_until=self.now + HOLD), self.session)

    def _leave(self, held: SharedEvent, *, anew: bool, copy: Copy | None = None) -> None:
        """Let others write the event again; `anew`: it must be written, whatever it says."""
        until = self.now if anew else self.session.held_until
        self._put(replace(held, held_until=until), held, copy)

    def _put(self, session: SharedEvent, before: SharedEvent, copy: Copy | None = None) -> SharedEvent:
        after = replace(session, version=session.version + 1)
        try:
            self.ports.sessions.put(after, before=before, copy=copy)
        except Stale:
            raise Busy("The event has been written meanwhile; try again.") from None
        return after

    @property
    def _end(self) -> datetime:
        return self.sitting[0].end if self.sitting else self.copy.end

    @property
    def _etag(self) -> str:
        return self.current.etag if self.current else ""

    def _seen(self, event: ExternalEvent) -> Copy:
        """Return the copy with the event as it is, so that what we hear of it again is no news."""
        seen = replace(self.copy, etag=self._etag)
        if isinstance(event.start, datetime) and isinstance(event.end, datetime):
            seen = replace(seen, start=event.start, end=event.end)
        return seen

    def _origin(self, mark: str = "") -> Origin:
        return edited_by(self.connection, mark or f"calendar-{self._etag}", self.now)
