"""List the bookable starts of an event type."""

from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from daybook.domain import slots
from daybook.domain.booking import Booking
from daybook.domain.reasons import Reason
from daybook.ports import Catalogue, Ledger
from daybook.usecases.availability import calendar_for, offered


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotsQuery:
    """The viewer's dates first … last, both inclusive, in the viewer's zone."""

    tenant: str
    host: str
    event_type: str
    first: date
    last: date
    viewer: ZoneInfo
    include_unavailable: bool = False
    moving: Booking | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotList:
    """Bookable slots, ascending; the rest only if it was asked for."""

    slots: list[slots.Slot]
    unavailable: list[tuple[datetime, Reason]] = field(default_factory=list)
    hours: dict[date, list[tuple[str, str]]] = field(default_factory=dict)


def list_slots(query: SlotsQuery, *, catalogue: Catalogue, ledger: Ledger, now: datetime) -> SlotList:
    """Answer from the same rules that booking asks. Raises NotFound."""
    host, event_type = offered(catalogue.context(query.tenant, query.host, query.event_type))
    first, last, viewer = query.first, query.last, query.viewer
    calendar = calendar_for(
        query.tenant,
        host,
        event_type,
        first=first,
        last=last,
        viewer=viewer,
        ledger=ledger,
        now=now,
        moving=query.moving,
    )
    free = slots.list_slots(calendar, first=first, last=last, viewer=viewer, now=now)
    if not query.include_unavailable:
        return SlotList(slots=free)
    return SlotList(
        slots=free,
        unavailable=slots.list_unavailable(calendar, first=first, last=last, viewer=viewer, now=now),
        hours=slots.opening_hours(calendar, first, last, viewer),
    )
