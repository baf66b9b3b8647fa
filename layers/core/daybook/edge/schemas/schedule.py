"""Availability schedules and blocks over HTTP."""

from datetime import datetime, timedelta
from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from daybook.domain.event_type import MINUTE
from daybook.domain.schedule import Block, Hours, Schedule
from daybook.edge.fields import Day, Fields, Moment, Note, Pair, Slug, View, WallTime, Zone
from daybook.edge.times import utc_text

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

HoursBody = Annotated[list[Annotated[list[WallTime], Field(min_length=2, max_length=2)]], Field(max_length=24)]


def _hours(pairs: list[list[timedelta]]) -> tuple[Hours, ...]:
    return tuple(sorted(Hours(opens, closes) for opens, closes in pairs))


def _clock(since_midnight: timedelta) -> str:
    hours, rest = divmod(since_midnight // MINUTE, 60)
    return f"{hours:02}:{rest:02}"


class WeeklyBody(Fields):
    """Open hours of each weekday; days left out are closed."""

    monday: HoursBody = []
    tuesday: HoursBody = []
    wednesday: HoursBody = []
    thursday: HoursBody = []
    friday: HoursBody = []
    saturday: HoursBody = []
    sunday: HoursBody = []


class ScheduleBody(Fields):
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


class ScheduleView(View):
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


class ScheduleList(View):
    items: list[ScheduleView]
    next_cursor: None = None


class BlockBody(Fields):
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


class BlockView(View):
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


class BlockList(View):
    items: list[BlockView]
    next_cursor: None = None
