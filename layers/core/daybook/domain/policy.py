"""What host and attendee agree on with a booking: cut-offs, moves, reminders, and how long a request may wait."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from daybook.domain.event_type import DEFAULT_REMINDERS, NO_TIME, EventType


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What was agreed when the booking was made; later edits of the event type do not touch it."""

    cancel_cutoff: timedelta = NO_TIME
    reschedule_cutoff: timedelta = NO_TIME
    max_reschedules: int | None = None
    requires_confirmation: bool = False
    confirmation_time: timedelta = timedelta(hours=48)
    reminders: tuple[timedelta, ...] = DEFAULT_REMINDERS

    @classmethod
    def of(cls, event_type: EventType) -> "Policy":
        return cls(
            cancel_cutoff=event_type.cancel_cutoff,
            reschedule_cutoff=event_type.reschedule_cutoff,
            max_reschedules=event_type.max_reschedules,
            requires_confirmation=event_type.requires_confirmation,
            confirmation_time=event_type.confirmation_time,
            reminders=event_type.reminders,
        )


def confirmation_deadline(policy: Policy, start: datetime, now: datetime) -> datetime:
    """A request lapses at the earlier of its start and the configured time after it was made, in whole seconds."""
    return min(start, now.replace(microsecond=0) + policy.confirmation_time)
