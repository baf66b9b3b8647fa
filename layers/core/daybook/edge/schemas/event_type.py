"""Event types over HTTP."""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from daybook.domain.event_type import (
    DEFAULT_REMINDERS,
    MINUTE,
    Defaults,
    EventType,
    Price,
    Question,
    Window,
    WindowType,
    terms_of,
)
from daybook.domain.limits import Limits
from daybook.edge.fields import Count, Day, Days, Duration, Fields, Flag, Line, LongMinutes, Minutes, Slug, Text, View

Reminders = Annotated[
    list[Annotated[int, Field(strict=True, ge=1, le=60 * 24 * 60)]],
    Field(max_length=10),
    AfterValidator(lambda ahead: sorted(set(ahead), reverse=True)),
]
"""Whole minutes before the start, sixty days at most; a length given twice is one reminder."""


class WindowBody(Fields):
    """How far ahead one may book: `days` (60 unless given), or the dates from … to (inclusive)."""

    type: WindowType
    days: Days | None = None
    first: Annotated[Day | None, Field(alias="from")] = None
    last: Annotated[Day | None, Field(alias="to")] = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        dated = self.type is WindowType.DATE_RANGE
        counted = self.type in {WindowType.ROLLING_DAYS, WindowType.BUSINESS_DAYS}
        if (self.days is not None and not counted) or dated is not (self.first is not None and self.last is not None):
            hint = "rolling_days and business_days take days, date_range takes from and to, unlimited takes nothing."
            raise PydanticCustomError("window", "{hint}", {"hint": hint})
        if not dated and (self.first or self.last):
            raise PydanticCustomError("window", "Only date_range takes from and to.")
        if self.first and self.last and self.first > self.last:
            raise PydanticCustomError("window", "from lies after to.")
        return self

    def to_domain(self) -> Window:
        if self.days is not None:
            return Window(type=self.type, days=self.days)
        return Window(type=self.type, first=self.first, last=self.last)  # days: the domain's default

    @classmethod
    def of(cls, window: Window) -> Self:
        if window.type in {WindowType.ROLLING_DAYS, WindowType.BUSINESS_DAYS}:
            return cls(type=window.type, days=window.days)
        if window.type is WindowType.DATE_RANGE:
            return cls.model_validate({"type": window.type, "from": str(window.first), "to": str(window.last)})
        return cls(type=window.type)


class LimitsBody(Fields):
    """Upper bounds by the schedule-local date of a booking's start."""

    per_day: Count | None = None
    per_week: Count | None = None
    per_month: Count | None = None
    minutes_per_day: Annotated[int, Field(strict=True, ge=5, le=1440)] | None = None

    def to_domain(self) -> Limits:
        return Limits(**self.model_dump())

    @classmethod
    def of(cls, limits: Limits) -> Self:
        given = {name: getattr(limits, name) for name in cls.model_fields if getattr(limits, name) is not None}
        return cls(**given)


class PriceBody(Fields):
    """Minor units of an ISO 4217 currency. Shown to attendees; nothing is collected."""

    amount: Annotated[int, Field(strict=True, ge=0, le=100_000_000)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class QuestionBody(Fields):
    """Something to ask the attendee; the answer is text."""

    id: Slug
    label: Line
    required: Flag = False


class EventTypeBody(Fields):
    """An event type; what is left out follows the host's defaults, then Daybook's.

    `location` is a place in words, an https address where people join, or `google_meet`: then the host's connected
    calendar makes a video meeting for each booking.
    """

    slug: Slug
    title: Line
    description: Text = ""
    schedule: Slug | None = None
    duration_minutes: Duration
    slot_interval_minutes: Duration | None = None
    buffer_before_minutes: Minutes | None = None
    buffer_after_minutes: Minutes | None = None
    minimum_notice_minutes: LongMinutes | None = None
    booking_window: WindowBody | None = None
    limits: LimitsBody | None = None
    capacity: Count = 1
    requires_confirmation: Flag = False
    confirmation_hours: Annotated[int, Field(strict=True, ge=1, le=8760)] = 48
    cancel_cutoff_minutes: LongMinutes = 0
    reschedule_cutoff_minutes: LongMinutes = 0
    max_reschedules: Annotated[int, Field(strict=True, ge=0, le=1000)] | None = None
    reminders_minutes: Reminders = [before // MINUTE for before in DEFAULT_REMINDERS]
    location: Annotated[Text, Field(min_length=1)] | None = None
    price: PriceBody | None = None
    questions: Annotated[list[QuestionBody], Field(max_length=20)] = []
    hidden: Flag = False

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.capacity > 1 and self.requires_confirmation:
            raise PydanticCustomError("seats", "An event type with seats cannot require confirmation.")
        if len({question.id for question in self.questions}) < len(self.questions):
            raise PydanticCustomError("questions", "Give each question its own id.")
        return self

    def to_domain(self, *, version: int) -> EventType:
        return EventType(
            slug=self.slug,
            title=self.title,
            description=self.description,
            schedule=self.schedule,
            duration=_length(self.duration_minutes),
            slot_interval=_maybe(self.slot_interval_minutes),
            buffer_before=_maybe(self.buffer_before_minutes),
            buffer_after=_maybe(self.buffer_after_minutes),
            minimum_notice=_maybe(self.minimum_notice_minutes),
            window=self.booking_window.to_domain() if self.booking_window else None,
            limits=self.limits.to_domain() if self.limits else Limits(),
            capacity=self.capacity,
            requires_confirmation=self.requires_confirmation,
            confirmation_time=timedelta(hours=self.confirmation_hours),
            cancel_cutoff=_length(self.cancel_cutoff_minutes),
            reschedule_cutoff=_length(self.reschedule_cutoff_minutes),
            max_reschedules=self.max_reschedules,
            reminders=tuple(_length(minutes) for minutes in self.reminders_minutes),
            location=self.location,
            price=Price(amount=self.price.amount, currency=self.price.currency) if self.price else None,
            questions=tuple(Question(id=q.id, label=q.label, required=q.required) for q in self.questions),
            hidden=self.hidden,
            version=version,
        )

    @classmethod
    def of(cls, event_type: EventType) -> Self:
        """Show an event type as it would be created; what the defaults decide is left out."""
        known: dict[str, Any] = {
            "slug": event_type.slug,
            "title": event_type.title,
            "description": event_type.description,
            "schedule": event_type.schedule,
            "duration_minutes": event_type.duration // MINUTE,
            "slot_interval_minutes": minutes(event_type.slot_interval),
            "buffer_before_minutes": minutes(event_type.buffer_before),
            "buffer_after_minutes": minutes(event_type.buffer_after),
            "minimum_notice_minutes": minutes(event_type.minimum_notice),
            "booking_window": WindowBody.of(event_type.window) if event_type.window else None,
            "limits": LimitsBody.of(event_type.limits) if event_type.limits else None,
            "capacity": event_type.capacity,
            "requires_confirmation": event_type.requires_confirmation,
            "confirmation_hours": event_type.confirmation_time // timedelta(hours=1),
            "cancel_cutoff_minutes": event_type.cancel_cutoff // MINUTE,
            "reschedule_cutoff_minutes": event_type.reschedule_cutoff // MINUTE,
            "max_reschedules": event_type.max_reschedules,
            "reminders_minutes": [before // MINUTE for before in event_type.reminders],
            "location": event_type.location,
            "price": event_type.price and PriceBody(amount=event_type.price.amount, currency=event_type.price.currency),
            "questions": [QuestionBody(id=q.id, label=q.label, required=q.required) for q in event_type.questions],
            "hidden": event_type.hidden,
        }
        return cls.model_validate({name: value for name, value in known.items() if value is not None})

    @classmethod
    def shown(cls, event_type: EventType, defaults: Defaults) -> Self:
        """Show an event type with everything the defaults decide filled in."""
        terms = terms_of(event_type, defaults)
        filled = replace(
            event_type,
            slot_interval=terms.slot_interval,
            buffer_before=terms.buffer_before,
            buffer_after=terms.buffer_after,
            minimum_notice=terms.minimum_notice,
            window=terms.window,
        )
        return cls.of(filled)


class EventTypeList(View):
    items: list[EventTypeBody]
    next_cursor: None = None


def minutes(length: timedelta | None) -> int | None:
    return None if length is None else length // MINUTE


def _length(count: int) -> timedelta:
    return count * MINUTE


def _maybe(count: int | None) -> timedelta | None:
    return None if count is None else count * MINUTE
