"""Which events of a connected calendar keep a host from being met, and which granules they cover (semantics: S11)."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from daybook.domain.intervals import Span
from daybook.domain.ledger import granule_after, granule_at, moment_at
from daybook.domain.schedule import date_spans

FAR = timedelta(days=2)
"""From a span, beyond which no zone's date reaches into it."""


class Response(StrEnum):
    """What the host answered to an invitation; an event of one's own counts as accepted."""

    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    NEEDS_ACTION = "needs_action"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalEvent:
    """An event as the calendar tells it: aware moments [start, end), or whole dates with an exclusive end.

    Attributes:
        free: marked as free time (RFC 5545 §3.8.2.7, TRANSP:TRANSPARENT).
        tentative: the event itself is not settled yet.
        booking: id of the booking, or shared session, that this event is our own copy of.
    """

    start: datetime | date
    end: datetime | date
    free: bool = False
    cancelled: bool = False
    tentative: bool = False
    response: Response = Response.ACCEPTED
    booking: str | None = None


def blocks(event: ExternalEvent, *, unsettled_block: bool = True) -> bool:
    """Tell whether an event keeps its time busy.

    Args:
        unsettled_block: whether tentative events and unanswered invitations do.
    """
    if event.free or event.cancelled or event.booking is not None or event.response is Response.DECLINED:
        return False
    settled = event.response is Response.ACCEPTED and not event.tentative
    return settled or unsettled_block


def clipped(event: ExternalEvent, within: Span) -> ExternalEvent:
    """Return an event without what lies far from a span, granules since the epoch.

    So an event of a thousand years, or one until the last date there is, costs what one of the span's length does.
    """
    first, last = moment_at(within[0]) - FAR, moment_at(within[1]) + FAR
    if isinstance(event.start, datetime) and isinstance(event.end, datetime):
        return replace(event, start=max(event.start, first), end=min(event.end, last))
    return replace(event, start=max(event.start, first.date()), end=min(event.end, last.date()))


def touched(event: ExternalEvent, zone: ZoneInfo) -> list[Span]:
    """Return the granules an event touches; an event without length touches none. `zone` is whose dates it means."""
    if isinstance(event.start, datetime) and isinstance(event.end, datetime):
        return [(granule_at(event.start), granule_after(event.end))] if event.start < event.end else []
    last = event.end - timedelta(days=1)
    return date_spans(zone, event.start, last) if event.start <= last else []
