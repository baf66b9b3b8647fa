"""Every refusal Daybook can give.

DaybookError
├── Invalid             422  Malformed · ValidationFailed · Past · TooSoon · OutsideWindow · Blocked · OutsideHours
│                            NotOffered · InvalidLocalTime · UnknownTimezone · RangeTooLarge · IdempotencyKeyReused
├── Unauthenticated     401
├── Forbidden           403  CutoffPassed · RescheduleLimit · ScopeMissing · OwnSlot
├── NotFound            404
├── MethodNotAllowed    405
├── Conflict            409  SlotTaken · SlotOverlap · LimitReached · SessionFull · AlreadyCancelled · AlreadyStarted
│                            NotPending · NotStarted · RequestInProgress · InUse · Exists
├── PreconditionFailed  412
├── TooLarge            413
├── TooManyRequests     429  TooManyBookings
└── Unavailable         503  Busy · CalendarUnavailable

`code` is the stable name a client may switch on; `edge.problems` gives each branch its HTTP status.
The message is for people: it says what to change, and is never parsed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Self


class DaybookError(Exception):
    """Anything Daybook refuses on purpose."""

    code: ClassVar[str] = "error"
    title: ClassVar[str] = "Error"


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong place: a JSON pointer into the body, `/query/<name>` or `/header/<name>`, and what to change."""

    pointer: str
    detail: str


def pointer(*parts: object) -> str:
    """Spell a JSON pointer. Source: RFC 6901 §3."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


class Invalid(DaybookError):
    """The request can never succeed as it stands; `errors` name what to change.

    `pointer` is the place a leaf is always about; the empty one is the request as a whole.
    """

    pointer: ClassVar[str] = ""

    def __init__(self, detail: str = "", errors: Sequence[FieldError] = ()) -> None:
        super().__init__(detail)
        self.errors = tuple(errors) or (FieldError(self.pointer, detail),)

    @classmethod
    def at(cls, pointer: str, detail: str) -> Self:
        return cls(detail, [FieldError(pointer, detail)])


class Malformed(Invalid):
    code, title = "malformed", "Malformed request"


class ValidationFailed(Invalid):
    """Fields are missing, unknown or out of bounds."""

    code, title = "validation", "Invalid fields"


class Past(Invalid):
    code, title = "past", "The start is in the past"
    pointer = "/start"


class TooSoon(Invalid):
    code, title = "too_soon", "Less than the minimum notice"
    pointer = "/start"


class OutsideWindow(Invalid):
    code, title = "outside_window", "Outside the booking window"
    pointer = "/start"


class Blocked(Invalid):
    code, title = "blocked", "The host is away"
    pointer = "/start"


class OutsideHours(Invalid):
    code, title = "outside_hours", "Outside the host's hours"
    pointer = "/start"


class NotOffered(Invalid):
    code, title = "not_offered", "Not one of the offered starts"
    pointer = "/start"


class InvalidLocalTime(Invalid):
    code, title = "invalid_local_time", "A time needs an offset"


class UnknownTimezone(Invalid):
    code, title = "unknown_timezone", "Unknown time zone"


class RangeTooLarge(Invalid):
    code, title = "range_too_large", "The range is too large or reversed"


class IdempotencyKeyReused(Invalid):
    code, title = "idempotency_key_reused", "The Idempotency-Key belongs to another request"
    pointer = "/header/Idempotency-Key"


class Unauthenticated(DaybookError):
    code, title = "unauthenticated", "A valid key is needed"


class Forbidden(DaybookError):
    """Known caller, not allowed."""


class CutoffPassed(Forbidden):
    code, title = "cutoff_passed", "Too late to change this booking"


class RescheduleLimit(Forbidden):
    code, title = "reschedule_limit", "Moved as often as allowed"


class ScopeMissing(Forbidden):
    code, title = "scope", "The key lacks the scope or is bound to another host"


class OwnSlot(Forbidden):
    code, title = "own_slot", "Hosts do not book their own slots"


class NotFound(DaybookError):
    """Unknown, foreign, or a token that does not fit: all look the same from outside."""

    code, title = "not_found", "Not found"


class MethodNotAllowed(DaybookError):
    code, title = "method_not_allowed", "Method not allowed"

    def __init__(self, detail: str, allowed: Sequence[str]) -> None:
        super().__init__(detail)
        self.allowed = tuple(allowed)


class Conflict(DaybookError):
    """Right as such, but the present state stands against it."""


class SlotTaken(Conflict):
    """Somebody holds part of this time.

    Args:
        alternatives: the next free starts, UTC, ascending; at most three.
    """

    code, title = "slot_taken", "This time is no longer free"

    def __init__(self, detail: str = "Choose another start.", alternatives: Sequence[datetime] = ()) -> None:
        super().__init__(detail)
        self.alternatives = tuple(alternatives)


class SlotOverlap(Conflict):
    code, title = "slot_overlap", "Overlaps another published slot or a booking"


class LimitReached(Conflict):
    code, title = "limit_reached", "A booking limit is reached"


class SessionFull(Conflict):
    code, title = "session_full", "No seat is left"


class AlreadyCancelled(Conflict):
    code, title = "already_cancelled", "The booking no longer stands"


class AlreadyStarted(Conflict):
    code, title = "already_started", "The booking has begun"


class NotPending(Conflict):
    code, title = "not_pending", "The booking is not waiting for a decision"


class NotStarted(Conflict):
    code, title = "not_started", "The booking has not begun"


class RequestInProgress(Conflict):
    code, title = "request_in_progress", "The same request is still running"


class InUse(Conflict):
    code, title = "in_use", "Future bookings or other settings need this"


class Exists(Conflict):
    code, title = "exists", "It already exists"


class PreconditionFailed(DaybookError):
    code, title = "precondition_failed", "Changed since it was read"


class TooLarge(DaybookError):
    code, title = "too_large", "The request is too large"


class TooManyRequests(DaybookError):
    """A rate limit.

    Args:
        limit: requests allowed per window. retry_after: until the window ends.
    """

    code, title = "rate_limited", "Too many requests"

    def __init__(self, detail: str, *, limit: int, retry_after: timedelta) -> None:
        super().__init__(detail)
        self.limit = limit
        self.retry_after = retry_after


class TooManyBookings(TooManyRequests):
    code, title = "too_many_bookings", "Too many open bookings for this address"


class Unavailable(DaybookError):
    """Not now; the same request may succeed later."""

    retry_after: ClassVar[timedelta] = timedelta(seconds=2)


class Busy(Unavailable):
    code, title = "busy", "Too much at once"


class CalendarUnavailable(Unavailable):
    code, title = "calendar_unavailable", "The host's calendar cannot be read"
