"""Hosts, schedules and blocks over HTTP."""

from datetime import datetime, timedelta
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field, field_serializer, model_validator
from pydantic_core import PydanticCustomError

from daybook.domain.event_type import MINUTE, Defaults, EventType, terms_of
from daybook.domain.host import CalendarPolicy, Host
from daybook.domain.limits import Limits
from daybook.domain.schedule import Block, Hours, Schedule
from daybook.edge.fields import Day, Email, Line, LongMinutes, Minutes, Moment, Note, Pair, Slug, WallTime, Zone
from daybook.edge.schemas.event_type import EventTypeBody, LimitsBody, QuestionBody, WindowBody, minutes
from daybook.edge.times import utc_text

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class DefaultsBody(BaseModel, extra="forbid"):
    """What event types that say nothing go by; `limits` hold over all event types of the host together."""

    minimum_notice_minutes: LongMinutes | None = None
    booking_window: WindowBody | None = None
    buffer_before_minutes: Minutes | None = None
    buffer_after_minutes: Minutes | None = None
    limits: LimitsBody | None = None

    def to_domain(self) -> Defaults:
        def length(count: int | None) -> timedelta | None:
            return None if count is None else count * MINUTE

        return Defaults(
            minimum_notice=length(self.minimum_notice_minutes),
            window=self.booking_window.to_domain() if self.booking_window else None,
            buffer_before=length(self.buffer_before_minutes),
            buffer_after=length(self.buffer_after_minutes),
            limits=self.limits.to_domain() if self.limits else Limits(),
        )

    @classmethod
    def of(cls, defaults: Defaults) -> Self:
        known = {
            "minimum_notice_minutes": minutes(defaults.minimum_notice),
            "booking_window": WindowBody.of(defaults.window) if defaults.window else None,
            "buffer_before_minutes": minutes(defaults.buffer_before),
            "buffer_after_minutes": minutes(defaults.buffer_after),
            "limits": LimitsBody.of(defaults.limits) if defaults.limits else None,
        }
        return cls.model_validate({name: value for name, value in known.items() if value is not None})


class HostBody(BaseModel, extra="forbid"):
    """Who can be met."""

    slug: Slug
    name: Line
    email: Email
    timezone: Zone
    default_schedule: Slug | None = None
    defaults: DefaultsBody = DefaultsBody()
    calendar_policy: CalendarPolicy = CalendarPolicy.STRICT

    @field_serializer("timezone")
    def _zone(self, zone: ZoneInfo) -> str:
        return zone.key

    def to_domain(self, *, version: int) -> Host:
        return Host(
            slug=self.slug,
            name=self.name,
            email=self.email,
            zone=self.timezone,
            default_schedule=self.default_schedule,
            defaults=self.defaults.to_domain(),
            calendar_policy=self.calendar_policy,
            version=version,
        )

    @classmethod
    def of(cls, host: Host) -> Self:
        return cls(
            slug=host.slug,
            name=host.name,
            email=host.email,
            timezone=host.zone,
            default_schedule=host.default_schedule,
            defaults=DefaultsBody.of(host.defaults),
            calendar_policy=host.calendar_policy,
        )


class HostList(BaseModel):
    items: list[HostBody]
    next_cursor: str | None


HoursBody = Annotated[list[Annotated[list[WallTime], Field(min_length=2, max_length=2)]], Field(max_length=24)]


def _hours(pairs: list[list[timedelta]]) -> tuple[Hours, ...]:
    return tuple(sorted(Hours(opens, closes) for opens, closes in pairs))


def _clock(since_midnight: timedelta) -> str:
    hours, rest = divmod(since_midnight // MINUTE, 60)
    return f"{hours:02}:{rest:02}"


class WeeklyBody(BaseModel, extra="forbid"):
    """Open hours of each weekday; days left out are closed."""

    monday: HoursBody = []
    tuesday: HoursBody = []
    wednesday: HoursBody = []
    thursday: HoursBody = []
    friday: HoursBody = []
    saturday: HoursBody = []
    sunday: HoursBody = []


class ScheduleBody(BaseModel, extra="forbid"):
    """Weekly hours and overrides on the wall clock of a zone; `24:00` ends a day."""

    id: Slug
    timezone: Zone
    weekly: WeeklyBody
    overrides: Annotated[dict[Day, HoursBody], Field(max_length=400)] = {}

    @model_validator(mode="after")
    def _forward(self) -> Self:
        days = [getattr(self.weekly, day) for day in WEEKDAYS]
        if any(opens >= closes for hours in [*days, *self.overrides.values()] for opens, closes in hours):
            raise PydanticCustomError("hours", "Each interval ends after it begins; cross midnight with two of them.")
        return self

    def to_domain(self, *, version: int) -> Schedule:
        return Schedule(
            id=self.id,
            zone=self.timezone,
            weekly=tuple(_hours(getattr(self.weekly, day)) for day in WEEKDAYS),
            overrides={day: _hours(hours) for day, hours in self.overrides.items()},
            version=version,
        )


class ScheduleView(BaseModel):
    id: str
    timezone: str
    weekly: dict[str, list[Pair]]
    overrides: dict[str, list[Pair]]

    @classmethod
    def of(cls, schedule: Schedule) -> Self:
        def pairs(hours: tuple[Hours, ...]) -> list[list[str]]:
            return [[_clock(one.opens), _clock(one.closes)] for one in hours]

        return cls(
            id=schedule.id,
            timezone=schedule.zone.key,
            weekly={day: pairs(hours) for day, hours in zip(WEEKDAYS, schedule.weekly, strict=True)},
            overrides={day.isoformat(): pairs(hours) for day, hours in sorted(schedule.overrides.items())},
        )


class ScheduleList(BaseModel):
    items: list[ScheduleView]
    next_cursor: None = None


class BlockBody(BaseModel, extra="forbid"):
    """Time the host is away: a span, or a whole date in the host's zone."""

    start: Moment | None = None
    end: Moment | None = None
    day: Annotated[Day | None, Field(alias="date")] = None
    reason: Note = ""

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        spanned = self.start is not None and self.end is not None
        if spanned is (self.day is not None) or (self.start is None) is not (self.end is None):
            raise PydanticCustomError("block", "Give start and end, or date.")
        if self.start is not None and self.end is not None and self.start >= self.end:
            raise PydanticCustomError("block", "end lies before start.")
        return self

    @classmethod
    def of(cls, block: Block) -> Self:
        view = BlockView.of(block)
        return cls.model_validate(view.model_dump(exclude_unset=True, exclude={"id"}))

    def to_domain(self, block_id: str) -> Block:
        return Block(id=block_id, day=self.day, start=self.start, end=self.end, reason=self.reason)


class BlockView(BaseModel):
    id: str
    start: str | None = None
    end: str | None = None
    date: str | None = None
    reason: str

    @classmethod
    def of(cls, block: Block) -> Self:
        if block.day is not None:
            return cls(id=block.id, date=block.day.isoformat(), reason=block.reason)
        return cls(id=block.id, start=_text(block.start), end=_text(block.end), reason=block.reason)


def _text(moment: datetime | None) -> str | None:
    return utc_text(moment) if moment else None


class BlockList(BaseModel):
    items: list[BlockView]
    next_cursor: None = None


class PublicEventTypeView(BaseModel):
    """What a booking page needs of an event type, every default filled in."""

    slug: str
    title: str
    description: str
    host: str
    timezone: str
    duration_minutes: int
    slot_interval_minutes: int
    minimum_notice_minutes: int
    booking_window: WindowBody
    capacity: int
    requires_confirmation: bool
    cancel_cutoff_minutes: int
    reschedule_cutoff_minutes: int
    location: str | None
    price: dict[str, int | str] | None
    questions: list[QuestionBody]

    @classmethod
    def of(cls, event_type: EventType, host: Host) -> Self:
        shown = EventTypeBody.of(event_type)
        terms = terms_of(event_type, host.defaults)
        return cls(
            slug=event_type.slug,
            title=event_type.title,
            description=event_type.description,
            host=host.slug,
            timezone=host.zone.key,
            duration_minutes=terms.duration // MINUTE,
            slot_interval_minutes=terms.slot_interval // MINUTE,
            minimum_notice_minutes=terms.minimum_notice // MINUTE,
            booking_window=WindowBody.of(terms.window),
            capacity=terms.capacity,
            requires_confirmation=event_type.requires_confirmation,
            cancel_cutoff_minutes=event_type.cancel_cutoff // MINUTE,
            reschedule_cutoff_minutes=event_type.reschedule_cutoff // MINUTE,
            location=event_type.location,
            price=shown.price.model_dump() if event_type.price and shown.price else None,
            questions=shown.questions,
        )


class ProfileView(BaseModel):
    """A host as the public sees them: never the address, never hidden event types."""

    slug: str
    name: str
    timezone: str
    event_types: list[PublicEventTypeView]
