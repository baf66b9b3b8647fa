"""Change a booking that somebody else may be changing too."""

from collections.abc import Callable

from daybook.domain.booking import Booking
from daybook.domain.errors import Busy, NotFound
from daybook.ports import Bookings, Stale

TRIES = 4


def changed(booking: Booking, step: Callable[[Booking], Booking], *, bookings: Bookings, tries: int = TRIES) -> Booking:
    """Run a step on a booking; if it had changed meanwhile, read it again and decide again.

    Args:
        tries: 1 if what was decided holds for the booking as it is given, and no other.
    Raises:
        Busy: it changed under every try.
        Whatever the step raises on the state it finds.
    """
    current = booking
    for _ in range(tries):
        try:
            return step(current)
        except Stale:
            found = bookings.booking(booking.tenant, booking.id)
            if found is None:
                raise NotFound("No such booking.") from None
            current = found
    raise Busy("The booking is being changed by others; try again.")
