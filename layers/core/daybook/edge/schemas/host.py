"""Hosts, schedules and blocks over HTTP."""

from datetime import timedelta
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import field_serializer

from daybook.domain.event_type import MINUTE, Defaults, EventType, terms_of
from daybook.domain.host import CalendarPolicy, Host, Invitations
from daybook.domain.limits import Limits
from daybook.edge.fields import Email, Fields, Flag, Line, LongMinutes, Minutes, OwnLanguage, Slug, View, Zone
from daybook.edge.schemas.event_type import EventTypeBody, LimitsBody, QuestionBody, WindowBody, minutes


class DefaultsBody(Fields):
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


class HostBody(Fields):
    """Who can be met."""

    slug: Slug
    name: Line
    email: Email
    timezone: Zone
    default_schedule: Slug | None = None
    defaults: DefaultsBody = DefaultsBody()
    calendar_policy: CalendarPolicy = CalendarPolicy.STRICT
    language: OwnLanguage = ""
    invitations: Invitations = Invitations.CALENDAR
    reminders: Flag = False

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
            language=self.language,
            invitations=self.invitations,
            reminders=self.reminders,
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
            language=host.language,
            invitations=host.invitations,
            reminders=host.reminders,
        )


class HostList(View):
    items: list[HostBody]
    next_cursor: str | None


class PublicEventTypeView(View):
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


class ProfileView(View):
    """A host as the public sees them: never the address, never hidden event types."""

    slug: str
    name: str
    timezone: str
    event_types: list[PublicEventTypeView]
