"""Refuse a request for a booking."""

from dataclasses import replace

from daybook.domain.booking import Booking
from daybook.domain.history import Deed, Origin, event
from daybook.ports import Bookings, Ledger
from daybook.usecases.changing import changed


def decline(booking: Booking, reason: str, *, origin: Origin, ledger: Ledger, bookings: Bookings) -> Booking:
    """End a pending booking and give its time back. Raises NotPending, Busy."""

    def step(current: Booking) -> Booking:
        after = replace(current.declined(now=origin.now), reason=reason)
        ledger.release(current, after, event(Deed.DECLINED, origin, before=current, after=after))
        return after

    return changed(booking, step, bookings=bookings)
