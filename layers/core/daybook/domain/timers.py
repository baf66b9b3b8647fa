"""Timers: what is to happen with a booking at a moment, if it still stands then as it does now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from daybook.domain.booking import PENDING, Booking, Status
from daybook.domain.event_type import MINUTE

FOLLOW_UP_AFTER = timedelta(hours=1)
"""After the end: a host who was stood up has had time to say so."""

LATE = timedelta(minutes=5)
"""A reminder that is later than this says how long it truly is to the start."""
_HOUR = timedelta(hours=1)


class TimerKind(StrEnum):
    REMINDER = "reminder"
    EXPIRY = "expiry"
    COMPLETION = "completion"
    FOLLOW_UP = "follow_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """Something to do at a moment.

    Attributes:
        ahead: of a reminder: how long before the start.
        sequence: the booking's when the timer was set; one that finds another sequence has nothing to say.
    """

    tenant: str
    booking: str
    kind: TimerKind
    ahead: timedelta | None = None
    at: datetime
    sequence: int

    @property
    def name(self) -> str:
        """What makes it single within its booking: `reminder-60`, `expiry`."""
        return timer_name(self.kind, self.ahead)


def timer_name(kind: TimerKind, ahead: timedelta | None = None) -> str:
    return kind if ahead is None else f"{kind}-{ahead // MINUTE}"


def timetable(booking: Booking, *, since: datetime) -> Sequence[Timer]:
    """Return the timers a booking needs as it stands.

    Args:
        since: when it came to stand so. A reminder that was due by then is left out: a meeting booked or confirmed
            five hours ahead has no reminder of 24 hours. Elapsed time decides, not the clock on the wall.
    """

    def timer(kind: TimerKind, at: datetime, ahead: timedelta | None = None) -> Timer:
        return Timer(
            tenant=booking.tenant, booking=booking.id, kind=kind, ahead=ahead, at=at, sequence=booking.sequence
        )

    if booking.status in PENDING and booking.deadline is not None:
        return [timer(TimerKind.EXPIRY, booking.deadline)]
    if booking.status is not Status.CONFIRMED:
        return []
    due = [(booking.start - ahead, ahead) for ahead in booking.policy.reminders]
    return [
        *(timer(TimerKind.REMINDER, at, ahead) for at, ahead in due if at > since),
        timer(TimerKind.COMPLETION, booking.end),
        timer(TimerKind.FOLLOW_UP, booking.end + FOLLOW_UP_AFTER),
    ]


def still_ahead(booking: Booking, ahead: timedelta, now: datetime) -> timedelta | None:
    """Return how soon the start is, as a reminder says it; None if there is nothing left to remind of.

    A late one says what is left, in whole hours or, within two, minutes; once a nearer one is due, that one says it.
    """
    left = booking.start - now
    if left <= timedelta(0) or any(left <= nearer < ahead for nearer in booking.policy.reminders):
        return None
    if ahead - left <= LATE:
        return ahead
    unit = _HOUR if left >= 2 * _HOUR else MINUTE
    return max(round(left / unit), 1) * unit


def possible_names(booking: Booking) -> frozenset[str]:
    """Name every timer the booking may ever have had."""
    reminders = {timer_name(TimerKind.REMINDER, ahead) for ahead in booking.policy.reminders}
    return frozenset(reminders | {TimerKind.EXPIRY, TimerKind.COMPLETION, TimerKind.FOLLOW_UP})
