"""Do what a timer was set for, if the booking still stands as it did then."""

from typing import assert_never

from daybook.domain.booking import PENDING, Booking, Status
from daybook.domain.history import Deed, Origin, event
from daybook.domain.timers import Timer, TimerKind
from daybook.mail_ports import Letterbox, NotYet
from daybook.ports import Bookings, Ledger
from daybook.usecases.changing import changed


def run_timer(timer: Timer, *, origin: Origin, bookings: Bookings, ledger: Ledger, letterbox: Letterbox) -> None:
    """Act on a timer that rang; one that nobody dropped in time does nothing, nor does one that rings again.

    Raises:
        NotYet: it rang before its moment.
    """
    if origin.now < timer.at:
        raise NotYet(f"{timer.name} rang early")
    match timer.kind:
        case TimerKind.REMINDER | TimerKind.FOLLOW_UP:
            letterbox.put(timer)
        case TimerKind.EXPIRY | TimerKind.COMPLETION:
            _change(timer, origin=origin, bookings=bookings, ledger=ledger)
        case _:
            assert_never(timer.kind)


def _change(timer: Timer, *, origin: Origin, bookings: Bookings, ledger: Ledger) -> None:
    booking = bookings.booking(timer.tenant, timer.booking)
    if booking is None:
        return

    def step(current: Booking) -> Booking:
        if current.sequence != timer.sequence:
            return current
        if timer.kind is TimerKind.EXPIRY and current.status in PENDING:
            after = current.expired(now=origin.now)
            ledger.release(current, after, event(Deed.EXPIRED, origin, before=current, after=after))
            return after
        if timer.kind is TimerKind.COMPLETION and current.status is Status.CONFIRMED:
            after = current.completed(now=origin.now)
            ledger.settle(current, after, event(Deed.COMPLETED, origin, before=current, after=after))
            return after
        return current

    changed(booking, step, bookings=bookings)
