"""What a host may have done to an event of ours in their calendar, judged the same for bookings and sessions."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from daybook.calendar_ports import Connections, Copy, CopyQueue
from daybook.domain.actor import Actor, Role
from daybook.domain.booking import Booking, Status
from daybook.domain.connection import Connection
from daybook.domain.external import ExternalEvent
from daybook.domain.history import Deed, Origin, event
from daybook.domain.ledger import granule_at, moment_at
from daybook.ports import Bookings, Catalogue, Ledger
from daybook.provider_ports import Provider
from daybook.session_ports import Sessions
from daybook.usecases.changing import changed

ONCE = 1
"""Tries: whose edit it was is judged by the booking as it was read, so a newer one is judged anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What following edits needs of the world."""

    catalogue: Catalogue
    ledger: Ledger
    bookings: Bookings
    connections: Connections
    sessions: Sessions
    copies: CopyQueue


def new_start(event: ExternalEvent, length: timedelta) -> datetime | None:
    """Return where an event has been moved to; None if nothing of that length can be there."""
    start, end = event.start, event.end
    if not (isinstance(start, datetime) and isinstance(end, datetime)):
        return None
    return start if end - start == length and moment_at(granule_at(start)) == start else None


def elsewhere(copy: Copy, connection: Connection, account: Provider) -> bool:
    """Tell whether the host has only put the event into another of their calendars."""
    others: Collection[str] = connection.watched - {copy.calendar}
    return any(account.event(other, copy.event) is not None for other in sorted(others))


def edited_by(connection: Connection, mark: str, now: datetime) -> Origin:
    """Return where a change comes from that a host made in a calendar; `mark` names the edit."""
    return Origin(Actor(Role.HOST, connection.id), now, mark)


def refuse(booking: Booking, origin: Origin, *, ports: Ports, seats: Collection[str] = ()) -> None:
    """Have the event written anew and the host told, once for each edit. Raises Busy.

    Args:
        seats: others in whose history it may stand that the host was told: who did that may have died over it.
    """

    def told(one: str) -> bool:
        history = ports.bookings.history(booking.tenant, one)
        return any(known.request_id == origin.request_id for known in history)

    def step(current: Booking) -> Booking:
        if current.status is not Status.CONFIRMED or any(told(one) for one in sorted({current.id, *seats})):
            return current
        after = current.kept(now=origin.now)
        ports.ledger.settle(current, after, event(Deed.EDIT_REFUSED, origin, before=current, after=after))
        return after

    changed(booking, step, bookings=ports.bookings, tries=ONCE)
