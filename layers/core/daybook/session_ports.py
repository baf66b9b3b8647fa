"""What the events of shared sessions need from the world outside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from daybook.calendar_ports import Copy
from daybook.ports import Move

GONE = ""
"""The etag of a copy whose event is known to be gone, or is being taken out: that it is missing is no edit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedEvent:
    """The one event of a session that several bookings sit in, as whoever writes it keeps track of it.

    Attributes:
        start: the session's, by which its bookings find it: a host has one session at a time.
        id: its own and no booking's, for each of those may leave before the others; its copy lies under it.
        uid: the event's iCalendar UID; it stays when the session moves.
        version: grows with every write of this.
        seats: the bookings that sat there when the event was written, in order of booking.
        named: those of them whose person the event names.
        meeting_url: of its video meeting, as far as that was known; empty without one.
        held_until: until when one worker alone may write the event. None once it is written; a moment that has passed
            says that somebody failed over it, or wants it written anew.
    """

    tenant: str
    host: str
    start: datetime
    id: str
    uid: str
    version: int = 0
    seats: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    meeting_url: str = ""
    held_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class SharedMove:
    """A session's event at another time, where its host has put it; `copy` says how it stands there."""

    before: SharedEvent
    after: SharedEvent
    copy: Copy


class Sessions(Protocol):
    """Events of shared sessions; strongly consistent."""

    def session(self, tenant: str, host: str, start: datetime) -> SharedEvent | None: ...

    def put(self, session: SharedEvent, *, before: SharedEvent | None, copy: Copy | None = None) -> None:
        """Write a session's event, in the same transaction its copy.

        Args:
            before: as it was read; None for a new one.
        Raises:
            Stale: what is stored there is not `before`.
        """

    def move(self, moves: Sequence[Move], event: SharedMove, *, now: datetime) -> None:
        """Move all who sit in one session of an event type, at most MOST_MOVED, and their event, or nobody.

        In one transaction: else somebody who joins them at the new time would find no event, and begin another.

        Raises:
            SlotTaken (another session too), LimitReached.
            Stale: a booking or the event is not as it was read, or there is another event where it moves to.
            Busy: more than these sit there by now.
        """

    def remove(self, session: SharedEvent, copy: Copy | None) -> None:
        """Remove it as it was read, with its copy. Raises Stale."""
