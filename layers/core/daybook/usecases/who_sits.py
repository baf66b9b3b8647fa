"""Find out who sits in a session."""

from collections.abc import Sequence
from datetime import datetime

from daybook.domain.booking import Booking
from daybook.domain.entry import STANDING
from daybook.ports import Bookings
from daybook.session_ports import SharedEvent


def who_sits(
    tenant: str, host: str, start: datetime, known: SharedEvent | None, *, bookings: Bookings
) -> Sequence[Booking]:
    """Return the bookings that sit in a host's session, in order of booking.

    Seats are taken and left in the transactions of bookings, and read strongly consistent; each booking then says
    itself whether it still sits there. No message and no list has to be right for that.

    Args:
        known: the session's event: it knows who sat there long after seats are forgotten.
    """
    ids = {*bookings.seated(tenant, host, start), *(known.seats if known else ())}
    here = (
        booking
        for booking in bookings.bookings(tenant, sorted(ids))
        if booking.seat_of is not None and (booking.host, booking.start) == (host, start)
    )
    standing = (booking for booking in here if booking.status in STANDING)
    return sorted(standing, key=lambda booking: (booking.created_at, booking.id))
