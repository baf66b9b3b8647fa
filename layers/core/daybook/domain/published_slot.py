"""A published slot: one stretch of time a host offers by itself, outside any hours."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from daybook.domain.event_type import DEFAULT_NOTICE, DEFAULT_WINDOW, NO_TIME, EventType, Terms, terms_of
from daybook.domain.host import Host
from daybook.domain.ledger import Claim
from daybook.domain.limits import Limits, Rules
from daybook.domain.policy import Policy


class SlotStatus(StrEnum):
    OPEN = "open"
    BOOKED = "booked"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedSlot:
    """Time [start, end) in UTC that `capacity` attendees may take; `seats` are taken.

    The buffers are those of its event type when it was published: all who share the slot claim the same time.
    """

    id: str
    tenant: str
    host: str
    start: datetime
    end: datetime
    event_type: str | None = None
    buffer_before: timedelta = NO_TIME
    buffer_after: timedelta = NO_TIME
    capacity: int = 1
    seats: int = 0
    withdrawn: bool = False
    created_at: datetime

    @property
    def status(self) -> SlotStatus:
        if self.withdrawn:
            return SlotStatus.CANCELLED
        return SlotStatus.BOOKED if self.seats >= self.capacity else SlotStatus.OPEN

    @property
    def claim(self) -> Claim:
        """What the slot offers: its own time, never buffers."""
        return Claim.of(self.start, self.end, before=NO_TIME, after=NO_TIME)


def slot_terms(slot: PublishedSlot, event_type: EventType | None, host: Host) -> tuple[Terms, Policy]:
    """Return what a booking of this slot goes by.

    Without an event type: default notice, no cut-offs, no buffers. The host chose the time, so hours and window do
    not apply; the length and the capacity are always the slot's own. Seats are never held for confirmation, even if
    the event type has come to ask for it since.
    """
    if event_type is not None:
        terms, policy = terms_of(event_type, host.defaults), Policy.of(event_type)
        policy = replace(policy, requires_confirmation=policy.requires_confirmation and slot.capacity == 1)
    else:
        terms, policy = None, Policy()
    return (
        Terms(
            event_type=slot.event_type,
            duration=slot.end - slot.start,
            slot_interval=slot.end - slot.start,
            buffer_before=slot.buffer_before,
            buffer_after=slot.buffer_after,
            minimum_notice=terms.minimum_notice if terms else DEFAULT_NOTICE,
            window=DEFAULT_WINDOW,
            limits=terms.limits if terms else Rules("", Limits(), host.defaults.limits),
            capacity=slot.capacity,
            slot=slot.id,
        ),
        policy,
    )
