"""Carry what happened to bookings from the outbox to everything that follows it."""

from collections.abc import Collection, Sequence

from daybook.domain.history import Deed, Event
from daybook.domain.mail import TOLD_BY
from daybook.mail_ports import Outlet

TELLING = frozenset(TOLD_BY) | {Deed.ERASURE_REQUESTED}
"""What the mail worker hears of: a person is forgotten after the last mail to them, so by whoever sends it."""

TIMING = frozenset(
    {
        Deed.REQUESTED,
        Deed.BOOKED,
        Deed.CONFIRMED,
        Deed.DECLINED,
        Deed.RESCHEDULED,
        Deed.CANCELLED,
        Deed.EXPIRED,
        Deed.NO_SHOW,
    }
)
"""What changes a booking's timers."""


COPYING = frozenset(
    {
        Deed.BOOKED,
        Deed.CONFIRMED,
        Deed.DECLINED,
        Deed.RESCHEDULED,
        Deed.CANCELLED,
        Deed.EXPIRED,
        Deed.EDIT_REFUSED,
        Deed.ERASED,
    }
)
"""What changes a booking's event in a connected calendar."""


def fan_out(
    events: Sequence[Event], *, mail: Outlet, timers: Outlet, calendars: Outlet | None, bus: Outlet
) -> Collection[Event]:
    """Pass events on, each to whom it concerns, and all of them to the bus; return those to be passed on again.

    Args:
        calendars: None where no calendar can be connected.
    """
    failed = [
        *mail.put([event for event in events if event.deed in TELLING]),
        *timers.put([event for event in events if event.deed in TIMING]),
        *(calendars.put([event for event in events if event.deed in COPYING]) if calendars else ()),
        *bus.put(events),
    ]
    return [event for event in events if event in failed]
