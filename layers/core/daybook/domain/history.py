"""What happened to a booking: audit trail and outbox in one, without a word about persons."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from daybook.domain.actor import Actor
from daybook.domain.booking import Booking, Status


class Deed(StrEnum):
    """Event names of the outbox; later consumers switch on them."""

    REQUESTED = "booking.requested"
    BOOKED = "booking.booked"
    CONFIRMED = "booking.confirmed"
    DECLINED = "booking.declined"
    RESCHEDULED = "booking.rescheduled"
    CANCELLED = "booking.cancelled"
    EXPIRED = "booking.expired"
    COMPLETED = "booking.completed"
    NO_SHOW = "booking.no_show"
    UNDELIVERABLE = "booking.undeliverable"
    ANSWERED = "booking.answered"
    MEETING_MADE = "booking.meeting_made"
    EDIT_REFUSED = "booking.edit_refused"
    ERASURE_REQUESTED = "booking.erasure_requested"
    ERASED = "booking.erased"


@dataclass(frozen=True, slots=True)
class State:
    """The part of a booking that history may keep."""

    status: Status
    start: datetime
    end: datetime
    sequence: int

    @classmethod
    def of(cls, booking: Booking) -> "State":
        return cls(booking.status, booking.start, booking.end, booking.sequence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One change: who, when, from what to what. `version` is the booking's after the change."""

    tenant: str
    booking: str
    host: str
    version: int
    deed: Deed
    actor: Actor
    at: datetime
    request_id: str
    before: State | None = None
    after: State


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a change comes from: the actor, the clock and the request, read once at the edge."""

    actor: Actor
    now: datetime
    request_id: str


def event(deed: Deed, origin: Origin, *, before: Booking | None, after: Booking) -> Event:
    """Describe the step between two states of one booking."""
    return Event(
        tenant=after.tenant,
        booking=after.id,
        host=after.host,
        version=after.version,
        deed=deed,
        actor=origin.actor,
        at=origin.now,
        request_id=origin.request_id,
        before=State.of(before) if before else None,
        after=State.of(after),
    )
