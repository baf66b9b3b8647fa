"""Cancel a booking and give its time back."""

from dataclasses import replace

from daybook.domain.booking import Booking, Status
from daybook.domain.history import Deed, Origin, event
from daybook.ports import Bookings, Ledger
from daybook.usecases.changing import TRIES, changed


def cancel(
    booking: Booking, reason: str, *, origin: Origin, ledger: Ledger, bookings: Bookings, tries: int = TRIES
) -> Booking:
    """Cancel; a second time answers as the first.

    Args:
        tries: as of `changed`.
    Raises:
        AlreadyCancelled (declined, expired), AlreadyStarted, CutoffPassed, Busy.
    """

    def step(current: Booking) -> Booking:
        if current.status is Status.CANCELLED:
            return current
        after = replace(current.cancelled(actor=origin.actor, now=origin.now), reason=reason)
        ledger.release(current, after, event(Deed.CANCELLED, origin, before=current, after=after))
        return after

    return changed(booking, step, bookings=bookings, tries=tries)
