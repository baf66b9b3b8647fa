"""Record that an attendee did not come."""

from daybook.domain.booking import Booking, Status
from daybook.domain.history import Deed, Origin, event
from daybook.ports import Bookings, Ledger
from daybook.usecases.changing import changed


def no_show(booking: Booking, *, origin: Origin, ledger: Ledger, bookings: Bookings) -> Booking:
    """Mark a begun booking as missed; a second time answers as the first. Raises NotStarted, AlreadyCancelled …"""

    def step(current: Booking) -> Booking:
        if current.status is Status.NO_SHOW:
            return current
        after = current.missed(now=origin.now)
        ledger.settle(current, after, event(Deed.NO_SHOW, origin, before=current, after=after))
        return after

    return changed(booking, step, bookings=bookings)
