"""Keep a booking's timers as the booking asks for."""

from daybook.domain.history import Deed, Event
from daybook.domain.timers import possible_names, timetable
from daybook.mail_ports import Timers
from daybook.ports import Bookings

_NEW = {Deed.REQUESTED, Deed.BOOKED}


def set_timers(event: Event, *, bookings: Bookings, timers: Timers) -> None:
    """Set the timers a booking needs as it stands now, and drop the others.

    The event only says that something changed: however late or often it comes, the outcome is the same.
    """
    booking = bookings.booking(event.tenant, event.booking)
    if booking is None:
        return
    # What came since, a bounce say, may have left the booking as it stood; a reminder that was due then is still meant.
    stands = (event.after.sequence, event.after.status) == (booking.sequence, booking.status)
    wanted = timetable(booking, since=event.at if stands else booking.updated_at)
    for timer in wanted:
        timers.set(timer)
    if event.deed not in _NEW:
        timers.drop(booking.id, possible_names(booking) - {timer.name for timer in wanted})
