"""A booking's life: placed, confirmed or declined, moved, cancelled, missed. Each step returns a new value.

pending_confirmation ─ confirm ─→ confirmed ─ no_show ─→ no_show
  │  │ └ decline → declined          │ └ (end passes) → completed ─ no_show ─→ no_show
  │  └ deadline → expired            └ cancel → cancelled
  └ cancel → cancelled
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from daybook.domain.attendee import Attendee, Reply
from daybook.domain.errors import (
    AlreadyCancelled,
    AlreadyStarted,
    CutoffPassed,
    NotPending,
    NotStarted,
    RescheduleLimit,
)
from daybook.domain.event_type import NO_TIME
from daybook.domain.ledger import Claim, Stake
from daybook.domain.limits import Counter
from daybook.domain.policy import Policy, confirmation_deadline


class Status(StrEnum):
    PENDING_PAYMENT = "pending_payment"
    PENDING_CONFIRMATION = "pending_confirmation"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    DECLINED = "declined"
    EXPIRED = "expired"
    COMPLETED = "completed"
    NO_SHOW = "no_show"


PENDING = frozenset({Status.PENDING_PAYMENT, Status.PENDING_CONFIRMATION})
ENDED = frozenset({Status.CANCELLED, Status.DECLINED, Status.EXPIRED})


class Role(StrEnum):
    """Who acts; a host's word outranks cut-offs."""

    ATTENDEE = "attendee"
    HOST = "host"
    SYSTEM = "system"
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changes a booking; `id` is a key's id, never a person's datum."""

    role: Role
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """One attendee's appointment. All moments are UTC.

    Attributes:
        capacity: seats of that session when this one was taken.
        event_type: slug; None for a published slot without one. slot: the published slot it took, if any.
        seat_of: signature of the shared session it sits in; None when the time is its own.
        attendee_key: keyed hash of the attendee's e-mail; finds a person's bookings without naming the person.
        counted: the limit counters that hold this booking, so that leaving them needs no look at today's settings.
        deadline: when a pending booking lapses by itself.
        reason: for the last move, the cancellation or the refusal, in the words of who did it.
        sequence: iTIP SEQUENCE (RFC 5546 §2.1.4); grows with each change of time and with the cancellation.
        version: grows with every change; orders history and events.
        generation: raised to revoke manage tokens.
        undeliverable_at: when a mail to the attendee came back for good.
        erasing: the person is to be forgotten once the last mail is out, and is shown to nobody until then.
    """

    id: str
    tenant: str
    host: str
    event_type: str | None = None
    slot: str | None = None
    seat_of: str | None = None
    capacity: int = 1
    status: Status
    start: datetime
    end: datetime
    buffer_before: timedelta = NO_TIME
    buffer_after: timedelta = NO_TIME
    attendee: Attendee
    attendee_key: str
    answers: Mapping[str, str] = field(default_factory=dict)
    title: str = ""
    location: str | None = None
    policy: Policy = field(default_factory=Policy)
    counted: tuple[Counter, ...] = ()
    deadline: datetime | None = None
    reason: str = ""
    reschedules: int = 0
    uid: str
    sequence: int = 0
    version: int = 1
    generation: int = 1
    undeliverable_at: datetime | None = None
    reply: Reply | None = None
    erasing: bool = False
    created_at: datetime
    updated_at: datetime

    @property
    def duration(self) -> timedelta:
        return self.end - self.start

    @property
    def claim(self) -> Claim:
        """The granules this booking owns while it blocks."""
        return Claim.of(self.start, self.end, before=self.buffer_before, after=self.buffer_after)

    @property
    def stake(self) -> Stake:
        """The booking's place in the ledger while it blocks."""
        return Stake(
            booking=self.id,
            claim=self.claim,
            signature=self.seat_of,
            capacity=self.capacity,
            deadline=self.deadline,
            offered=self.slot is not None,
        )

    @property
    def cancel_by(self) -> datetime:
        return self.start - self.policy.cancel_cutoff

    @property
    def reschedule_by(self) -> datetime:
        return self.start - self.policy.reschedule_cutoff

    def lapsed(self, now: datetime) -> bool:
        """Tell whether a pending booking's deadline has passed, whether or not somebody wrote that down."""
        return self.status in PENDING and self.deadline is not None and self.deadline <= now

    def blocks(self, now: datetime) -> bool:
        """Tell whether the booking still stands in the way of others (semantics: blocking states)."""
        return (self.status is Status.CONFIRMED or self.status in PENDING) and not self.lapsed(now)

    def seen_at(self, now: datetime) -> "Booking":
        """Return the booking as it truly stands: a lapsed one reads expired before anybody has written it.

        Nor does a person who is to be forgotten show while the last mail is on its way.
        """
        seen = replace(self, status=Status.EXPIRED) if self.lapsed(now) else self
        return replace(seen, attendee=self.attendee.nobody) if self.erasing else seen

    def moved(self, start: datetime, end: datetime, *, actor: Actor, now: datetime) -> "Booking":
        """Take another time; what was agreed otherwise stays.

        Raises:
            AlreadyCancelled, AlreadyStarted, CutoffPassed, RescheduleLimit.
        """
        self._require_standing(now)
        if actor.role is Role.ATTENDEE:
            self._require_before(self.reschedule_by, now, "moved")
            limit = self.policy.max_reschedules
            if limit is not None and self.reschedules >= limit:
                raise RescheduleLimit(f"It has been moved {limit} times; ask the host.")
        pending = self.policy.requires_confirmation
        return replace(
            self._changed(now, sequence=1),
            start=start,
            end=end,
            status=Status.PENDING_CONFIRMATION if pending else self.status,
            deadline=confirmation_deadline(self.policy, start, now) if pending else None,
            reschedules=self.reschedules + 1,
        )

    def cancelled(self, *, actor: Actor, now: datetime) -> "Booking":
        """Give the time back. Raises AlreadyCancelled (expired, declined), AlreadyStarted, CutoffPassed."""
        self._require_standing(now)
        if actor.role is Role.ATTENDEE:
            self._require_before(self.cancel_by, now, "cancelled")
        return replace(self._changed(now, sequence=1), status=Status.CANCELLED, deadline=None)

    def confirmed(self, *, now: datetime) -> "Booking":
        """Accept a request. Raises NotPending."""
        self._require_pending(now)
        return replace(self._changed(now), status=Status.CONFIRMED, deadline=None, reason="")

    def declined(self, *, now: datetime) -> "Booking":
        """Refuse a request. Raises NotPending."""
        self._require_pending(now)
        return replace(self._changed(now, sequence=1), status=Status.DECLINED, deadline=None)

    def expired(self, *, now: datetime) -> "Booking":
        """Write down that nobody answered in time. Raises NotPending while the deadline has not passed."""
        if not self.lapsed(now):
            raise NotPending("Its deadline has not passed.")
        return replace(self._changed(now, sequence=1), status=Status.EXPIRED, deadline=None, reason="")

    def missed(self, *, now: datetime) -> "Booking":
        """Record that the attendee did not come. Raises AlreadyCancelled, NotPending, NotStarted."""
        if self.status in ENDED:
            raise AlreadyCancelled("A booking that no longer stands cannot be missed.")
        if self.status not in {Status.CONFIRMED, Status.COMPLETED}:
            raise NotPending("Only a confirmed booking can be missed.")
        if now < self.start:
            raise NotStarted("Wait for the start.")
        return replace(self._changed(now), status=Status.NO_SHOW)

    def completed(self, *, now: datetime) -> "Booking":
        """Record that the meeting is over. Raises NotPending unless it stands, NotStarted before its end."""
        if self.status is not Status.CONFIRMED:
            raise NotPending(f"The booking is {self.seen_at(now).status}.")
        if now < self.end:
            raise NotStarted("Wait for the end.")
        return replace(self._changed(now), status=Status.COMPLETED)

    def undeliverable(self, *, now: datetime) -> "Booking":
        """Record that mail does not reach the attendee."""
        return replace(self._changed(now), undeliverable_at=now)

    def answered(self, reply: Reply, *, now: datetime) -> "Booking":
        """Record what the attendee's calendar replied."""
        return replace(self._changed(now), reply=reply)

    def forgotten(self, *, now: datetime) -> "Booking":
        """Give the person up for erasure: from now on nobody is shown, and manage tokens are dead.

        The address itself stays until the last mail, often the cancellation, has been sent.
        """
        return replace(
            self._changed(now), attendee_key="", answers={}, reason="", erasing=True, generation=self.generation + 1
        )

    def erased(self, *, now: datetime) -> "Booking":
        """Drop the rest of what is known of the person; times, states and counts stay."""
        return replace(self._changed(now), attendee=self.attendee.nobody, erasing=False)

    def _require_standing(self, now: datetime) -> None:
        if self.status in ENDED or self.lapsed(now):
            raise AlreadyCancelled(f"The booking is {self.seen_at(now).status}.")
        if now >= self.start:
            raise AlreadyStarted("It has begun; it can no longer be changed.")

    def _require_pending(self, now: datetime) -> None:
        if self.status is not Status.PENDING_CONFIRMATION or self.lapsed(now):
            raise NotPending(f"The booking is {self.seen_at(now).status}.")

    @staticmethod
    def _require_before(latest: datetime, now: datetime, deed: str) -> None:
        if now > latest:
            raise CutoffPassed(f"It could be {deed} until {latest:%Y-%m-%dT%H:%M:%SZ}; ask the host.")

    def _changed(self, now: datetime, *, sequence: int = 0) -> "Booking":
        return replace(self, version=self.version + 1, sequence=self.sequence + sequence, updated_at=now)
