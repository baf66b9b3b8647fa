"""Read what decides about a host's time over a range: the one way to a slot calendar, for lists and answers alike."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from daybook.domain.booking import Booking
from daybook.domain.busy import Busy
from daybook.domain.errors import NotFound
from daybook.domain.event_type import MINUTE, EventType, Terms, terms_of
from daybook.domain.host import Host
from daybook.domain.ledger import AFTER, GRANULE, Claim, LedgerDay
from daybook.domain.limits import Count, Counter, Rules
from daybook.domain.slots import Calendar, days_needed
from daybook.ports import Context, Ledger

DAY = timedelta(days=1)
ZONES = 2
"""Days by which a date of a zone and the UTC days it lies in, or those of another zone, may differ."""


def offered(context: Context) -> tuple[Host, EventType]:
    """Return what a context found, or raise NotFound."""
    if context.host is None:
        raise NotFound("No such host.")
    if context.event_type is None:
        raise NotFound("No such event type.")
    return context.host, context.event_type


def calendar_for(
    tenant: str,
    host: Host,
    event_type: EventType,
    *,
    first: date,
    last: date,
    viewer: ZoneInfo,
    ledger: Ledger,
    now: datetime,
    moving: Booking | None = None,
) -> Calendar:
    """Build the calendar that answers about starts on the viewer's dates first … last, both inclusive.

    Args:
        moving: a booking being rescheduled; neither its time nor its count stands in its own way.
    Raises:
        NotFound: that booking is of another host or event type, and frees no time here.
    """
    if moving is not None and (moving.host, moving.event_type) != (host.slug, event_type.slug):
        raise NotFound("No such booking of this event type.")
    terms = terms_for(event_type, host, moving)
    needed = days_needed(first, last, viewer, terms)
    days = ledger.days(tenant, host.slug, days_counted(needed, terms.limits))
    counters = terms.limits.counters(first - 2 * DAY, last + 2 * DAY)
    counts = without_lapsed(ledger.counts(tenant, host.slug, counters), days, now)
    days = [day for day in days if day.day in needed]
    return Calendar(
        schedule=host.schedule_of(event_type),
        blocks=tuple(host.blocks.values()),
        host_zone=host.zone,
        terms=terms,
        busy=Busy.over(days, origin_day=needed.start, now=now, without=own_claim(moving, days, now)),
        covered=needed,
        counts=counts,
        moving=moving.id if moving else None,
    )


def terms_for(event_type: EventType, host: Host, moving: Booking | None) -> Terms:
    """Return today's terms; a booking that moves keeps the length and buffers it was made with."""
    terms = replace(terms_of(event_type, host.defaults), by_calendars=bool(host.connections))
    if moving is None:
        return terms
    return replace(
        terms, duration=moving.duration, buffer_before=moving.buffer_before, buffer_after=moving.buffer_after
    )


def static_calendar(host: Host, event_type: EventType, moving: Booking | None = None) -> Calendar:
    """Build a calendar that knows the rules but no booking: enough to refuse what could never be listed."""
    return Calendar(
        schedule=host.schedule_of(event_type),
        blocks=tuple(host.blocks.values()),
        host_zone=host.zone,
        terms=terms_for(event_type, host, moving),
        busy=Busy(0),
        covered=range(0),
        counts={},
    )


def own_claim(moving: Booking | None, days: Sequence[LedgerDay], now: datetime) -> Claim | None:
    """Return the time that a move sets free; a seat frees it only if nobody else sits in the session."""
    if moving is None or not moving.blocks(now):
        return None
    sessions = (day.joinable(moving.stake) for day in days) if moving.seat_of else ()
    return None if any(session and session.seats > 1 for session in sessions) else moving.claim


def days_counted(needed: range, limits: Rules) -> range:
    """Widen ledger days to all whose bookings the counters of these days may hold, whatever the zone."""
    both = (limits.own, limits.host)
    if any(each.per_month for each in both):
        reach = 31 + ZONES
    elif any(each.per_week for each in both):
        reach = 7 + ZONES
    else:
        reach = ZONES if any(both) else 0
    return range(needed.start - reach, needed.stop + reach)


def without_lapsed(counts: Mapping[Counter, Count], days: Sequence[LedgerDay], now: datetime) -> dict[Counter, Count]:
    """Leave out bookings whose hold has lapsed: they count for nobody, whether or not that is written.

    Args:
        days: as `days_counted` asks for; a hold's own minutes are read off them.
    """
    lapsed: dict[str, int] = defaultdict(int)
    for day in days:
        for hold in day.lapsed(now):
            lapsed[hold.booking] += sum(element < AFTER for element in hold.elements) * (GRANULE // MINUTE)
    return {
        counter: Count(
            count.bookings - lapsed.keys(), count.minutes - sum(lapsed[one] for one in count.bookings & lapsed.keys())
        )
        for counter, count in counts.items()
    }
