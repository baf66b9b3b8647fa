"""Accept a request for a booking."""

from daybook.domain.booking import Booking
from daybook.domain.history import Deed, Origin, event
from daybook.ports import Bookings, Ledger
from daybook.usecases.changing import changed


def confirm(booking: Booking, *, origin: Origin, ledger: Ledger, bookings: Bookings) -> Booking:
    """Make a pending booking firm. Raises NotPending, Busy."""

    def step(current: Booking) -> Booking:
        after = current.confirmed(now=origin.now)
        ledger.settle(current, after, event(Deed.CONFIRMED, origin, before=current, after=after))
        return after

    return changed(booking, step, bookings=bookings)
