"""What the event of a shared session is: when nobody has written it yet, in the calendar, and as it was written."""

from collections.abc import Sequence
from datetime import datetime

from daybook.calendar_ports import Copy
from daybook.domain.booking import Booking
from daybook.domain.connection import Connection, Guests
from daybook.domain.entry import Entry, Seat, session_entry
from daybook.domain.event_type import EventType, labelled
from daybook.domain.uid import session_uid
from daybook.provider_ports import Found
from daybook.session_ports import SharedEvent


def begun(first: Booking, name: str) -> SharedEvent:
    """Return the event of a session that `first` sits in; `name` is an id of its own."""
    uid = session_uid(first.tenant, name, first.uid)
    return SharedEvent(tenant=first.tenant, host=first.host, start=first.start, id=name, uid=uid)


def described(
    session: SharedEvent,
    sitting: Sequence[Booking],
    event_type: EventType | None,
    *,
    connection: Connection,
    now: datetime,
) -> Entry:
    """Return what the calendar shall have of those who sit there, without whoever is forgotten by now."""
    seen = (booking.seen_at(now) for booking in sitting)
    return session_entry(
        session.id,
        session.version,
        session.uid,
        [Seat(booking, labelled(booking.answers, event_type)) for booking in seen],
        invites=connection.guests is Guests.PROVIDER,
        tells=session.start > now,
    )


def copied(session: SharedEvent, found: Found, connection: Connection, calendar: str, end: datetime) -> Copy:
    """Return the event as it was written."""
    return Copy(
        tenant=session.tenant,
        host=session.host,
        booking=session.id,
        connection=connection.id,
        calendar=calendar,
        event=found.id,
        etag=found.etag,
        version=session.version,
        start=session.start,
        end=end,
        session=session.start,
    )
