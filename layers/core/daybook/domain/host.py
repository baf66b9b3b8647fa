"""A host: who is met, where their clock stands, and everything that decides when they can be met."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from zoneinfo import ZoneInfo

from daybook.domain.event_type import Defaults, EventType
from daybook.domain.schedule import Block, Schedule


class CalendarPolicy(StrEnum):
    """What booking does while a connected calendar cannot be read."""

    STRICT = "strict"
    ACCEPT_STALE = "accept_stale"


class Invitations(StrEnum):
    """How a host hears of bookings: with a calendar object, without one (events come another way), or not at all."""

    CALENDAR = "calendar"
    PLAIN = "plain"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A host with schedules and blocks: one consistency boundary, one stored item (docs/adr/0003).

    Attributes:
        language: of mails to the host; a BCP 47 tag, empty: the tenant's.
        reminders: whether reminders go to the host, too.
    """

    slug: str
    name: str
    email: str
    zone: ZoneInfo
    default_schedule: str | None = None
    defaults: Defaults = field(default_factory=Defaults)
    calendar_policy: CalendarPolicy = CalendarPolicy.STRICT
    language: str = ""
    invitations: Invitations = Invitations.CALENDAR
    reminders: bool = False
    schedules: Mapping[str, Schedule] = field(default_factory=dict)
    blocks: Mapping[str, Block] = field(default_factory=dict)
    version: int = 1

    def schedule_of(self, event_type: EventType | None) -> Schedule:
        """Return the schedule an event type goes by.

        A missing one is closed all week in the host's zone: unknown is never open.
        """
        name = (event_type.schedule if event_type else None) or self.default_schedule
        found = self.schedules.get(name) if name else None
        return found or Schedule(id=name or "", zone=self.zone, weekly=((),) * 7)
