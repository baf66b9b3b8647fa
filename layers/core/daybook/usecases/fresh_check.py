"""Ask a host's connected calendars once more, right before time is claimed: a push may still be on its way."""

from typing import TYPE_CHECKING

from daybook.domain.booking import Booking
from daybook.domain.errors import CalendarUnavailable, SlotTaken
from daybook.domain.host import CalendarPolicy, Host

if TYPE_CHECKING:
    from daybook.calendar_ports import CheckBusy


def require_calendars_free(booking: Booking, host: Host | None, *, check_busy: "CheckBusy | None") -> None:
    """Refuse time, buffers included, that a connected calendar keeps busy; hosts without one cost nothing.

    Args:
        booking: as it is about to be written. Bookings of ours never stand in its way here: the ledger knows them.
        check_busy: None: who asks has it from the calendar itself.
    Raises:
        SlotTaken: without alternatives, which the caller knows how to find.
        CalendarUnavailable: a calendar gave no answer, and the host's policy is strict (semantics: 2.17).
    """
    if host is None or not host.connections or check_busy is None:
        return
    try:
        busy = check_busy(booking.tenant, host.slug, booking.claim.span)
    except CalendarUnavailable:
        if host.calendar_policy is CalendarPolicy.STRICT:
            raise
        return
    if busy:
        raise SlotTaken
