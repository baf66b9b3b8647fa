"""Forget the person who booked: at once for everybody to see, for good once the last mail is out."""

from daybook.domain.booking import ENDED, Booking
from daybook.domain.history import Deed, Origin, event
from daybook.ports import Bookings, Ledger
from daybook.usecases.cancel import cancel
from daybook.usecases.changing import changed


def erase_booking(booking: Booking, *, origin: Origin, ledger: Ledger, bookings: Bookings) -> None:
    """Cancel a booking if it still stands, then give the person up; times, states and counts stay. Raises Busy.

    Until the address is gone a repetition asks for it again: what was to drop it may have been put aside.
    """
    if booking.status not in ENDED and not booking.lapsed(origin.now) and origin.now < booking.start:
        booking = cancel(booking, "", origin=origin, ledger=ledger, bookings=bookings)

    def step(current: Booking) -> Booking:
        if not current.attendee_key and not current.erasing:
            return current
        after = current.forgotten(now=origin.now)
        ledger.settle(current, after, event(Deed.ERASURE_REQUESTED, origin, before=current, after=after))
        return after

    changed(booking, step, bookings=bookings)


def finish_erasure(booking: Booking, *, origin: Origin, ledger: Ledger, bookings: Bookings) -> None:
    """Drop the address of a person who was given up, now that nothing is left to be sent there. Raises Busy."""

    def step(current: Booking) -> Booking:
        if not current.erasing:
            return current
        after = current.erased(now=origin.now)
        ledger.settle(current, after, event(Deed.ERASED, origin, before=current, after=after))
        return after

    changed(booking, step, bookings=bookings)
