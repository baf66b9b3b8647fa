"""Bookings over HTTP."""

from datetime import datetime
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from daybook.domain.attendee import Attendee, Reply
from daybook.domain.booking import Booking
from daybook.domain.ledger import moment_at
from daybook.domain.schedule import date_spans
from daybook.edge.fields import Day, Email, Fields, Line, Moment, OwnLanguage, Slug, Text, View, Zone, ZoneName
from daybook.edge.times import utc_text, zoned_text
from daybook.usecases.list_bookings import Filter

Answers = Annotated[dict[Annotated[str, Field(max_length=64)], Text], Field(max_length=50)]


class AttendeeBody(Fields):
    """Who comes."""

    name: Line
    email: Email
    timezone: ZoneName
    language: OwnLanguage = ""

    def to_domain(self) -> Attendee:
        return Attendee(name=self.name.strip(), email=self.email, timezone=self.timezone, language=self.language)


class BookBody(Fields):
    """A start of an event type, and who wants it."""

    host: Slug
    event_type: Slug
    start: Moment
    attendee: AttendeeBody
    answers: Answers = {}


class BookSlotBody(Fields):
    """Who wants a published slot."""

    attendee: AttendeeBody
    answers: Answers = {}


class RescheduleBody(Fields):
    """Another start, or another published slot."""

    start: Moment | None = None
    slot_id: Annotated[str, Field(pattern=r"^[0-9A-HJKMNP-TV-Z]{26}$")] | None = None
    reason: Text = ""

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        if (self.start is None) is (self.slot_id is None):
            raise PydanticCustomError("target", "Give start or slot_id, not both.")
        return self


class ReasonBody(Fields):
    """Why, in the caller's words."""

    reason: Text = ""


class TokenQuery(Fields):
    """A manage token in the address, for links in mails that only read."""

    token: Annotated[str, Field(max_length=256)] | None = None


class BookingsQuery(Fields):
    """Which bookings to list; dates are inclusive, in `timezone`."""

    host: Slug | None = None
    status: Filter | None = None
    first: Annotated[Day | None, Field(alias="from")] = None
    last: Annotated[Day | None, Field(alias="to")] = None
    timezone: Zone = ZoneInfo("UTC")
    cursor: Annotated[str, Field(max_length=2048)] | None = None

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.first is not None and self.last is not None and self.first > self.last:
            raise PydanticCustomError("range_too_large", "Give the earlier date as from, the later as to.")
        return self

    def span(self) -> tuple[datetime | None, datetime | None]:
        """Return the moments [since, until) of the asked dates; None where open."""
        first = date_spans(self.timezone, self.first, self.first) if self.first else []
        last = date_spans(self.timezone, self.last, self.last) if self.last else []
        return moment_at(first[0][0]) if first else None, moment_at(last[-1][1]) if last else None


class AttendeeView(View):
    name: str
    email: str
    timezone: str
    language: str


class LinksView(View):
    """Where the booking lives; `invite` carries the manage token, for a browser to open."""

    self: str
    reschedule: str
    cancel: str
    invite: str


class ReplyView(View):
    """What the attendee's calendar answered, and to which invitation; verified if it provably came from them."""

    answer: str
    ics_sequence: int
    at: str
    verified: bool

    @classmethod
    def of(cls, reply: Reply) -> Self:
        return cls(answer=reply.answer, ics_sequence=reply.sequence, at=utc_text(reply.at), verified=reply.verified)


class BookingView(View):
    """A booking; every moment twice, on the attendee's clock and in UTC.

    `meeting_url` is there once the host's connected calendar has made the video meeting that the location asks for.
    """

    id: str
    tenant: str
    host: str
    event_type: str | None
    slot_id: str | None = None
    status: str
    start: str
    start_utc: str
    end: str
    end_utc: str
    timezone: str
    duration_minutes: int
    attendee: AttendeeView
    answers: dict[str, str]
    location: str | None
    meeting_url: str | None = None
    ics_uid: str
    ics_sequence: int
    version: int
    reschedules: int
    created_at: str
    updated_at: str
    hold_expires_at: str | None = None
    mail_bounced_at: str | None = None
    attendee_reply: ReplyView | None = None
    cancel_by: str
    reschedule_by: str
    manage_token: str | None = None
    links: LinksView | None = None

    @classmethod
    def of(cls, booking: Booking, *, now: datetime) -> Self:
        seen = booking.seen_at(now)
        zone = ZoneInfo(seen.attendee.timezone)
        view = cls(
            id=seen.id,
            tenant=seen.tenant,
            host=seen.host,
            event_type=seen.event_type,
            status=seen.status,
            start=zoned_text(seen.start, zone),
            start_utc=utc_text(seen.start),
            end=zoned_text(seen.end, zone),
            end_utc=utc_text(seen.end),
            timezone=seen.attendee.timezone,
            duration_minutes=int(seen.duration.total_seconds() // 60),
            attendee=AttendeeView(
                name=seen.attendee.name,
                email=seen.attendee.email,
                timezone=seen.attendee.timezone,
                language=seen.attendee.language,
            ),
            answers=dict(seen.answers),
            location=seen.location,
            ics_uid=seen.uid,
            ics_sequence=seen.sequence,
            version=seen.version,
            reschedules=seen.reschedules,
            created_at=utc_text(seen.created_at),
            updated_at=utc_text(seen.updated_at),
            cancel_by=utc_text(seen.cancel_by),
            reschedule_by=utc_text(seen.reschedule_by),
        )
        if seen.meeting_url:
            view.meeting_url = seen.meeting_url
        if seen.slot is not None:
            view.slot_id = seen.slot
        if seen.deadline is not None:
            view.hold_expires_at = utc_text(seen.deadline)
        if seen.undeliverable_at is not None:
            view.mail_bounced_at = utc_text(seen.undeliverable_at)
        if seen.reply is not None:
            view.attendee_reply = ReplyView.of(seen.reply)
        return view

    def with_token(self, token: str, base_url: str) -> Self:
        """Add what only the person who booked may have."""
        path = f"{base_url}/v1/{self.tenant}/bookings/{self.id}"
        self.manage_token = token
        self.links = LinksView(
            self=path,
            reschedule=f"{path}/reschedule",
            cancel=f"{path}/cancel",
            invite=f"{path}/invite.ics?token={token}",
        )
        return self


class BookingList(View):
    items: list[BookingView]
    next_cursor: str | None
