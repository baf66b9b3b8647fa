"""Slots, days, published slots and explanations over HTTP."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from daybook.domain.days import Day as DomainDay
from daybook.domain.errors import RangeTooLarge
from daybook.domain.explain import Explanation
from daybook.domain.ledger import moment_at
from daybook.domain.published_slot import PublishedSlot
from daybook.domain.schedule import date_at, date_spans
from daybook.domain.slots import Slot
from daybook.edge.fields import Count, Day, Duration, Fields, Moment, Pair, Slug, View, Zone
from daybook.edge.times import utc_text, zoned_text
from daybook.usecases.list_slots import SlotList

MOST_DAYS = 62

Ulid = Annotated[str, Field(pattern=r"^[0-9A-HJKMNP-TV-Z]{26}$")]


def require_range(first: date, last: date) -> None:
    """Refuse reversed ranges and those over 62 days."""
    if first > last or (last - first).days >= MOST_DAYS:
        raise PydanticCustomError("range_too_large", "Ask for at most 62 days, from the earlier date to the later.")


class SlotsQuery(Fields):
    """The viewer's dates, both inclusive, at most 62."""

    first: Annotated[Day, Field(alias="from")]
    last: Annotated[Day, Field(alias="to")]
    timezone: Zone
    include_unavailable: bool = False
    reschedule_of: Ulid | None = None

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        require_range(self.first, self.last)
        return self


class DaysQuery(Fields):
    """A month (2027-03), or the dates from … to."""

    month: Annotated[str, Field(pattern=r"^2[01][0-9]{2}-(0[1-9]|1[0-2])$")] | None = None
    first: Annotated[Day | None, Field(alias="from")] = None
    last: Annotated[Day | None, Field(alias="to")] = None
    timezone: Zone
    reschedule_of: Ulid | None = None

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if (self.month is None) is (self.first is None and self.last is None):
            raise PydanticCustomError("range", "Give month, or from and to.")
        first, last = self.dates
        require_range(first, last)
        return self

    @property
    def dates(self) -> tuple[date, date]:
        if self.month is not None:
            first = date.fromisoformat(f"{self.month}-01")
            return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        if self.first is None or self.last is None:
            raise PydanticCustomError("range", "Give both from and to.")
        return self.first, self.last


class OpenStatus(StrEnum):
    OPEN = "open"


class OpenSlotsQuery(Fields):
    """Published slots by the viewer's dates; from today, for 62 days, unless given."""

    status: OpenStatus = OpenStatus.OPEN
    first: Annotated[Day | None, Field(alias="from")] = None
    last: Annotated[Day | None, Field(alias="to")] = None
    timezone: Zone = ZoneInfo("UTC")
    host: Slug | None = None
    cursor: Annotated[str, Field(max_length=2048)] | None = None

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.first is not None and self.last is not None:
            require_range(self.first, self.last)
        return self

    def span(self, now: datetime) -> tuple[datetime, datetime]:
        """Return the moments [since, until) of the asked dates: from today, and 62 days on, unless given.

        Raises:
            RangeTooLarge: more than 62 days lie between today and `to`.
        """
        today = date_at(self.timezone, now)
        first = self.first or min(today, self.last or today)
        last = self.last or first + timedelta(days=MOST_DAYS - 1)
        if (last - first).days >= MOST_DAYS:
            raise RangeTooLarge.at("/query/to", "Ask for at most 62 days.")
        spans = date_spans(self.timezone, first, last)
        return (moment_at(spans[0][0]), moment_at(spans[-1][1])) if spans else (now, now)


class ExplainQuery(Fields):
    start: Moment


class SlotBody(Fields):
    """A slot to publish: `end`, or `duration_minutes`, or the event type's length."""

    host: Slug
    start: Moment
    end: Moment | None = None
    duration_minutes: Duration | None = None
    event_type: Slug | None = None
    capacity: Count | None = None

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.end is not None and self.duration_minutes is not None:
            raise PydanticCustomError("length", "Give end or duration_minutes, not both.")
        if _off_grid(self.start) or (self.end is not None and _off_grid(self.end)):
            raise PydanticCustomError("grid", "Begin and end on a multiple of five minutes.")
        length = self.duration
        if length is not None and not timedelta(minutes=5) <= length <= timedelta(days=1):
            raise PydanticCustomError("length", "A slot lasts from five minutes to 24 hours.")
        return self

    @property
    def duration(self) -> timedelta | None:
        if self.end is not None:
            return self.end - self.start
        return timedelta(minutes=self.duration_minutes) if self.duration_minutes else None


def _off_grid(moment: Moment) -> bool:
    return bool(moment.minute % 5 or moment.second or moment.microsecond)


class SlotView(View):
    start: str
    start_utc: str
    end: str
    end_utc: str
    seats_left: int


class UnavailableView(View):
    start: str
    start_utc: str
    reason: str


class SlotsView(View):
    timezone: str
    slots: list[SlotView]
    unavailable: list[UnavailableView] | None = None
    hours: dict[str, list[Pair]] | None = None

    @classmethod
    def of(cls, listed: SlotList, zone: ZoneInfo, *, complete: bool) -> Self:
        """Show slots; `complete` adds what is not available and the opening hours."""
        view = cls(timezone=zone.key, slots=[slot_view(slot, zone) for slot in listed.slots])
        if complete:
            view.unavailable = [
                UnavailableView(start=zoned_text(start, zone), start_utc=utc_text(start), reason=reason)
                for start, reason in listed.unavailable
            ]
            view.hours = {day.isoformat(): [list(pair) for pair in hours] for day, hours in listed.hours.items()}
        return view


def slot_view(slot: Slot, zone: ZoneInfo) -> SlotView:
    return SlotView(
        start=zoned_text(slot.start, zone),
        start_utc=utc_text(slot.start),
        end=zoned_text(slot.end, zone),
        end_utc=utc_text(slot.end),
        seats_left=slot.seats_left,
    )


class DayView(View):
    """A date with the number of its starts; a reason exactly if there is none."""

    date: str
    slots: int
    reason: str | None = None

    @classmethod
    def of(cls, day: DomainDay) -> Self:
        if day.reason is None:
            return cls(date=day.date.isoformat(), slots=day.slots)
        return cls(date=day.date.isoformat(), slots=day.slots, reason=day.reason)


class DaysView(View):
    timezone: str
    days: list[DayView]
    next_available_date: str | None


class PublishedSlotView(View):
    id: str
    host: str
    start: str
    start_utc: str
    end: str
    end_utc: str
    status: str
    event_type: str | None
    capacity: int
    seats_left: int

    @classmethod
    def of(cls, slot: PublishedSlot, zone: ZoneInfo) -> Self:
        return cls(
            id=slot.id,
            host=slot.host,
            start=zoned_text(slot.start, zone),
            start_utc=utc_text(slot.start),
            end=zoned_text(slot.end, zone),
            end_utc=utc_text(slot.end),
            status=slot.status,
            event_type=slot.event_type,
            capacity=slot.capacity,
            seats_left=max(slot.capacity - slot.seats, 0),
        )


class PublishedSlotList(View):
    items: list[PublishedSlotView]
    next_cursor: str | None


class CheckView(View):
    rule: str
    passed: bool
    detail: str


class ExplanationView(View):
    """Every rule with what it saw; `verdict` is `available` or the code with which booking would refuse."""

    start_utc: str
    verdict: str
    checks: list[CheckView]

    @classmethod
    def of(cls, explanation: Explanation, start: datetime) -> Self:
        checks = [CheckView(rule=one.rule, passed=one.passed, detail=one.detail) for one in explanation.checks]
        return cls(start_utc=utc_text(start), verdict=explanation.verdict, checks=checks)
