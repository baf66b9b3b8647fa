"""What can be booked: an event type, the booking window, and the terms that result with a host's defaults."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from daybook.domain.limits import Limits, Rules

MINUTE = timedelta(minutes=1)
GOOGLE_MEET = "google_meet"
"""A location that is yet to be made: a video meeting, by the host's connected calendar."""


class WindowType(StrEnum):
    ROLLING_DAYS = "rolling_days"
    BUSINESS_DAYS = "business_days"
    DATE_RANGE = "date_range"
    UNLIMITED = "unlimited"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """How far ahead one may book, by schedule-local dates; both ends inclusive.

    `days` belongs to rolling_days and business_days (Monday to Friday), `first` and `last` to date_range.
    """

    type: WindowType = WindowType.ROLLING_DAYS
    days: int = 60
    first: date | None = None
    last: date | None = None


DEFAULT_NOTICE = timedelta(minutes=60)
DEFAULT_WINDOW = Window()
NO_TIME = timedelta(0)
DEFAULT_REMINDERS = (timedelta(hours=24), timedelta(hours=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """A host's values for what an event type leaves open; `limits` hold over all event types of the host together."""

    minimum_notice: timedelta | None = None
    window: Window | None = None
    buffer_before: timedelta | None = None
    buffer_after: timedelta | None = None
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Something the attendee is asked; answers are text of at most 2,000 characters."""

    id: str
    label: str
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """Minor units of an ISO 4217 currency."""

    amount: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventType:
    """One kind of meeting a host offers. None means: the host's default decides."""

    slug: str
    title: str
    description: str = ""
    schedule: str | None = None
    duration: timedelta
    slot_interval: timedelta | None = None
    buffer_before: timedelta | None = None
    buffer_after: timedelta | None = None
    minimum_notice: timedelta | None = None
    window: Window | None = None
    limits: Limits = field(default_factory=Limits)
    capacity: int = 1
    requires_confirmation: bool = False
    confirmation_time: timedelta = timedelta(hours=48)
    cancel_cutoff: timedelta = NO_TIME
    reschedule_cutoff: timedelta = NO_TIME
    max_reschedules: int | None = None
    reminders: tuple[timedelta, ...] = DEFAULT_REMINDERS
    location: str | None = None
    price: Price | None = None
    questions: tuple[Question, ...] = ()
    hidden: bool = False
    version: int = 1


def labelled(answers: Mapping[str, str], event_type: EventType | None) -> tuple[tuple[str, str], ...]:
    """Return question and answer of what was answered; a question that is gone is called by its id."""
    labels = {question.id: question.label for question in event_type.questions} if event_type else {}
    return tuple((labels.get(name, name), answer) for name, answer in answers.items() if answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """An event type with every default filled in: what the slot engine and a new booking go by.

    Attributes:
        by_calendars: whether connected calendars have a say, which are not read for all time to come.
    """

    event_type: str | None
    duration: timedelta
    slot_interval: timedelta
    buffer_before: timedelta
    buffer_after: timedelta
    minimum_notice: timedelta
    window: Window
    limits: Rules
    capacity: int
    slot: str | None = None
    by_calendars: bool = False

    @property
    def signature(self) -> str:
        """What two bookings must share to sit in one session: the published slot, or the event type as it is now."""
        if self.slot is not None:
            return f"slot {self.slot}"
        lengths = (self.duration, self.buffer_before, self.buffer_after)
        return "/".join([self.event_type or "", *(str(length // MINUTE) for length in lengths)])


def terms_of(event_type: EventType, defaults: Defaults) -> Terms:
    """Fill an event type's gaps from the host's defaults, then from Daybook's."""
    return Terms(
        event_type=event_type.slug,
        duration=event_type.duration,
        slot_interval=event_type.slot_interval or event_type.duration,
        buffer_before=_first(event_type.buffer_before, defaults.buffer_before, NO_TIME),
        buffer_after=_first(event_type.buffer_after, defaults.buffer_after, NO_TIME),
        minimum_notice=_first(event_type.minimum_notice, defaults.minimum_notice, DEFAULT_NOTICE),
        window=event_type.window or defaults.window or DEFAULT_WINDOW,
        limits=Rules(event_type.slug, event_type.limits, defaults.limits),
        capacity=event_type.capacity,
    )


def _first(own: timedelta | None, default: timedelta | None, last: timedelta) -> timedelta:
    return own if own is not None else default if default is not None else last
