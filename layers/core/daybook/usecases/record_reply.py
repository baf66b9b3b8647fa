"""Record what an attendee's calendar answered to an invitation."""

from datetime import datetime

from daybook.domain.attendee import IncomingReply
from daybook.domain.booking import Booking
from daybook.domain.history import Deed, Origin, event
from daybook.domain.uid import named_by
from daybook.ports import Bookings, Ledger
from daybook.usecases.changing import changed


def record_reply(incoming: IncomingReply, *, origin: Origin, bookings: Bookings, ledger: Ledger) -> bool:
    """Put an answer down; False if it is about nothing that stands, out of date, or somebody else's.

    An answer changes no time and no state: who cannot come cancels by the manage link. One whose sender cannot be
    believed is shown as unverified, and never replaces one that can.
    """
    named = named_by(incoming.uid)
    booking = bookings.booking(*named) if named else None
    if booking is None:
        return False

    def step(current: Booking) -> Booking:
        if not _counts(incoming, current, origin.now):
            return current
        after = current.answered(incoming.reply, now=origin.now)
        ledger.settle(current, after, event(Deed.ANSWERED, origin, before=current, after=after))
        return after

    return changed(booking, step, bookings=bookings).reply == incoming.reply


def _counts(incoming: IncomingReply, booking: Booking, now: datetime) -> bool:
    reply, known = incoming.reply, booking.reply
    meant = incoming.uid == booking.uid and incoming.attendee.casefold() == booking.attendee.email.casefold()
    if not meant or incoming.sequence != booking.sequence or not booking.blocks(now):
        return False
    if known is None or known.sequence < reply.sequence:
        return True
    return reply.at > known.at and (reply.verified or not known.verified)
