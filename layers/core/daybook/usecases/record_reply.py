"""Record what an attendee's calendar answered to an invitation."""

from datetime import datetime, timedelta

from daybook.domain.attendee import IncomingReply
from daybook.domain.booking import Booking
from daybook.domain.history import Deed, Origin, event
from daybook.domain.uid import named_by
from daybook.ports import Bookings, Ledger
from daybook.usecases.changing import changed

AHEAD = timedelta(days=1)
"""How far a sender's clock may be ahead; an answer from the future would outdo all that follow."""


def record_reply(incoming: IncomingReply, *, origin: Origin, bookings: Bookings, ledger: Ledger) -> bool:
    """Put an answer down; False if it is about nothing that stands, out of date, or somebody else's.

    An answer changes no time and no state: who cannot come cancels by the manage link. One whose sender cannot be
    believed is shown as unverified, never replaces one that can, and yields to one that can, whenever it was written.
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
    if not meant or incoming.sequence != booking.sequence or not booking.blocks(now) or reply.at > now + AHEAD:
        return False
    if known is None or known.sequence < reply.sequence or (reply.verified and not known.verified):
        return True
    return reply.at > known.at and (reply.verified or not known.verified)
