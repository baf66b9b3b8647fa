"""Withdraw a published slot."""

from daybook.domain.errors import InUse
from daybook.domain.published_slot import PublishedSlot
from daybook.ports import Ledger, Stale


def cancel_slot(slot: PublishedSlot, *, ledger: Ledger) -> None:
    """Withdraw an open slot; a second time changes nothing. Raises InUse if it is booked."""
    if slot.withdrawn:
        return
    if slot.seats:
        raise InUse("Cancel its bookings first.")
    try:
        ledger.withdraw(slot)
    except Stale:
        raise InUse("It has just been booked or withdrawn; read it again.") from None
