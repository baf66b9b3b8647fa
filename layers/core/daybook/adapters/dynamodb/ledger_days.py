"""Ledger days as parts of a booking transaction: claimed unread, or written back as the domain has changed them."""

from collections.abc import Callable, Sequence

from daybook.adapters.dynamodb import expressions, items, keys, writes
from daybook.adapters.dynamodb.transactions import Write
from daybook.domain.booking import Booking
from daybook.domain.errors import SessionFull, SlotOverlap, SlotTaken
from daybook.domain.ledger import LedgerDay
from daybook.domain.published_slot import PublishedSlot

Change = Callable[[LedgerDay], LedgerDay]


class DayChanged(Exception):
    """A ledger day was written between our reading and our writing."""


def claimed(booking: Booking) -> list[Write]:
    stake = booking.stake

    def occupied(day: int) -> Callable[[items.Raw], Exception]:
        return lambda item: writes.occupied(items.decode_day(item, day), stake)

    return [Write(expressions.claim_day(day_key(booking, day), day, stake), occupied(day)) for day in stake.claim.days]


def rewritten(owner: Booking | PublishedSlot, known: Sequence[LedgerDay], change: Change) -> list[Write]:
    """Return the writes that change days as read.

    What the domain refuses becomes a write that cannot succeed, so that its place in the transaction decides which of
    several refusals is the answer, as if nothing had been read.
    """
    try:
        changes = [(day, change(day)) for day in known]
    except (SlotTaken, SessionFull, SlotOverlap) as error:
        refusal = writes.Occupied(known, error)
        first = known[0].day
        return [Write(expressions.refuse_day(day_key(owner, first), first), lambda _: refusal)]
    return [
        Write(expressions.rewrite_day(day_key(owner, old.day), old, new), lambda _: DayChanged())
        for old, new in changes
    ]


def day_key(owner: Booking | PublishedSlot, day: int) -> keys.Key:
    return keys.day(owner.tenant, owner.host, day)
