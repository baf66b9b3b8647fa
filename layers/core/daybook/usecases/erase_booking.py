"""Cancel a booking if it still stands, then forget the person."""

from daybook.domain.booking import ENDED, Booking
from daybook.domain.history import Deed, Origin, event
from daybook.ports import Bookings, Ledger
from daybook.usecases.cancel import cancel
from daybook.usecases.changing import changed


def erase_booking(booking: Booking, *, origin: Origin, ledger: Ledger, bookings: Bookings) -> None:
    """Remove name, address and answers; times, states and counts stay for the record. Raises Busy."""
    if booking.status not in ENDED and not booking.lapsed(origin.now) and origin.now < booking.start:
        booking = cancel(booking, "", origin=origin, ledger=ledger, bookings=bookings)

    def step(current: Booking) -> Booking:
        if not current.attendee_key:
            return current
        after = current.erased(now=origin.now)
        ledger.settle(current, after, event(Deed.ERASED, origin, before=current, after=after))
        return after

    changed(booking, step, bookings=bookings)
