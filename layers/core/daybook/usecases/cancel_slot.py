"""Withdraw a published slot."""

from datetime import datetime

from daybook.domain.actor import Actor, Role
from daybook.domain.errors import InUse
from daybook.domain.history import Deed, Origin, event
from daybook.domain.published_slot import PublishedSlot
from daybook.ports import Bookings, Ledger, Stale


def cancel_slot(slot: PublishedSlot, *, ledger: Ledger, bookings: Bookings, now: datetime) -> None:
    """Withdraw an open slot; a second time changes nothing. Raises InUse if it is booked."""
    if slot.withdrawn:
        return
    try:
        if slot.seats:
            _expire_lapsed(slot, ledger, bookings, now)
        ledger.withdraw(slot)
    except Stale:
        found = bookings.slot(slot.tenant, slot.id)
        if found is not None and not found.withdrawn:
            raise InUse("Cancel its bookings first.") from None


def _expire_lapsed(slot: PublishedSlot, ledger: Ledger, bookings: Bookings, now: datetime) -> None:
    """Write down that a request for the slot has lapsed; until then the slot still counts its seat."""
    days = ledger.days(slot.tenant, slot.host, slot.claim.days)
    lapsed = {hold.booking for day in days for hold in day.lapsed(now)}
    for booking in bookings.bookings(slot.tenant, sorted(lapsed)):
        if booking.slot == slot.id and booking.lapsed(now):
            expired = booking.expired(now=now)
            origin = Origin(Actor(Role.SYSTEM), now, "")
            ledger.release(booking, expired, event(Deed.EXPIRED, origin, before=booking, after=expired))
