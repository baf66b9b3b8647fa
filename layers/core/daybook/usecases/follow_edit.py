"""Follow what a host did to an event of ours in their own calendar, or put it back.

Our own writes come back as changes, too: they are known by the etag, and by the times, which are then the booking's.
Only what differs from both the booking and what we wrote last is the host's doing.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from daybook.calendar_ports import Copy
from daybook.domain.booking import Booking, Status
from daybook.domain.connection import Connection, OnEdit
from daybook.domain.errors import AlreadyCancelled, AlreadyStarted, DaybookError, Unavailable
from daybook.domain.external import ExternalEvent
from daybook.domain.history import Origin
from daybook.provider_ports import Found, Provider
from daybook.usecases.cancel import cancel
from daybook.usecases.edits import ONCE, Ports, edited_by, elsewhere, new_start, refuse
from daybook.usecases.follow_session import follow_session
from daybook.usecases.reschedule import Target, reschedule


def follow_edit(
    found: Found, copy: Copy, *, connection: Connection, account: Provider, ports: Ports, now: datetime
) -> None:
    """Let a booking, or all who sit in a session, follow their event, once for each edit, however often it is told.

    Args:
        found: the event as a list told it; what it says may be old, so whatever differs is looked at anew.
        copy: the event as we last wrote it.
    Raises:
        Busy, ProviderDown, GrantLost, Refused: nothing is lost; to be tried again.
    """
    if found.event is not None and found.etag == copy.etag:
        return
    if copy.session is not None:
        follow_session(copy, connection=connection, account=account, ports=ports, now=now)
        return
    # In this order: what we ourselves do after something has been read here shows in what is read next.
    latest = ports.connections.copy(copy.tenant, copy.booking)
    booking = ports.bookings.booking(copy.tenant, copy.booking)
    current = account.event(copy.calendar, copy.event)
    owner = ports.connections.connection(connection.tenant, connection.host, connection.id)
    if latest is None or (latest.event, latest.calendar) != (copy.event, copy.calendar):
        return
    if owner is None or (owner.id, owner.write_to) != (latest.connection, latest.calendar):
        return  # it is being taken out, for bookings go elsewhere now
    if booking is None or booking.status is not Status.CONFIRMED or booking.end <= now:
        return
    edit = _Edit(current, latest, booking, owner, account, ports, now)
    if current is None or current.event is None:
        edit.deleted()
    elif current.etag != latest.etag:
        edit.changed(current.event)


@dataclass(frozen=True, slots=True)
class _Edit:
    """An event that is not as we left it."""

    current: Found | None
    copy: Copy
    booking: Booking
    connection: Connection
    account: Provider
    ports: Ports
    now: datetime

    def deleted(self) -> None:
        if self._pending:
            self._write_anew()
        elif self.connection.on_edit is OnEdit.RESTORE or elsewhere(self.copy, self.connection, self.account):
            self._put_back(f"deleted-{self.copy.version}")
        else:
            try:
                cancel(
                    self.booking,
                    "",
                    origin=self._origin(),
                    ledger=self.ports.ledger,
                    bookings=self.ports.bookings,
                    tries=ONCE,
                )
            except (AlreadyCancelled, AlreadyStarted):
                return  # what has begun stays as it was, in the calendar alone it is gone

    def changed(self, event: ExternalEvent) -> None:
        if (event.start, event.end) == (self.booking.start, self.booking.end):
            self._seen(event)
        elif self._pending:
            self._write_anew()
        elif self.connection.on_edit is OnEdit.RESTORE or not self._moved(event):
            self._put_back(f"changed-{self._etag}")
            self._seen(event)
        else:
            self._seen(event)

    @property
    def _pending(self) -> bool:
        """Whether the booking has moved and its event not yet: then ours is the later word."""
        return (self.booking.start, self.booking.end) != (self.copy.start, self.copy.end)

    @property
    def _etag(self) -> str:
        return self.current.etag if self.current else ""

    def _moved(self, event: ExternalEvent) -> bool:
        """Move the booking to where its event is now; False if that cannot be."""
        start = new_start(event, self.booking.duration)
        if start is None:
            return False
        try:
            reschedule(
                self.booking,
                Target(start=start),
                origin=self._origin(),
                catalogue=self.ports.catalogue,
                ledger=self.ports.ledger,
                bookings=self.ports.bookings,
                check_busy=None,
                tries=ONCE,
            )
        except Unavailable:
            raise
        except DaybookError:
            return False
        return True

    def _put_back(self, mark: str) -> None:
        refuse(self.booking, self._origin(mark), ports=self.ports)

    def _write_anew(self) -> None:
        self.ports.copies.put(self.booking.tenant, [self.booking.id])

    def _seen(self, event: ExternalEvent) -> None:
        """Remember the event as it is, so that what we hear of it again is no news."""
        seen = replace(self.copy, etag=self._etag)
        if isinstance(event.start, datetime) and isinstance(event.end, datetime):
            seen = replace(seen, start=event.start, end=event.end)
        self.ports.connections.put_copy(seen)

    def _origin(self, mark: str = "") -> Origin:
        return edited_by(self.connection, mark or f"calendar-{self._etag}", self.now)
