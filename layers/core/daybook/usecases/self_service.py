"""What attendees may do with their booking by themselves: whether it can be moved or cancelled, and where to."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from daybook.domain.actor import Actor, Role
from daybook.domain.booking import Booking
from daybook.domain.errors import DaybookError, NotFound
from daybook.domain.ledger import moment_at
from daybook.domain.schedule import date_spans
from daybook.ports import Bookings, Catalogue, Context, Ledger
from daybook.usecases.list_open_slots import OpenSlotsQuery, list_open_slots
from daybook.usecases.list_slots import SlotsQuery, list_slots

PAGES = 10
"""Pages of published slots that one list reads at most; a tenant's others may lie between a host's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """Why the attendee cannot do something now; None: they can."""

    move: DaybookError | None
    cancel: DaybookError | None


class Opening(NamedTuple):
    """A time a booking can move to, UTC; the published slot, if it moves by slots."""

    start: datetime
    slot: str | None = None


def closed(booking: Booking, context: Context, *, now: datetime) -> Closed:
    """Ask the booking itself what its attendee may do."""
    attendee = Actor(Role.ATTENDEE)
    move = _refusal(lambda: booking.moved(booking.start, booking.end, actor=attendee, now=now))
    gone = context.host is None or (context.event_type is None and booking.slot is None)
    return Closed(
        move=move or (NotFound("It is no longer offered.") if gone else None),
        cancel=_refusal(lambda: booking.cancelled(actor=attendee, now=now)),
    )


def openings(
    booking: Booking,
    first: date,
    last: date,
    viewer: ZoneInfo,
    *,
    catalogue: Catalogue,
    ledger: Ledger,
    bookings: Bookings,
    now: datetime,
) -> list[Opening]:
    """List where a booking can move on the viewer's dates first … last, ascending; where it is already is left out.

    Raises:
        NotFound: host or event type are gone.
    """
    if booking.slot is not None:
        query = _published(booking, first, last, viewer)
        found = list(_free(booking, query, catalogue=catalogue, ledger=ledger, bookings=bookings, now=now))
    else:
        asked = SlotsQuery(
            tenant=booking.tenant,
            host=booking.host,
            event_type=booking.event_type or "",
            first=first,
            last=last,
            viewer=viewer,
            moving=booking,
        )
        listed = list_slots(asked, catalogue=catalogue, ledger=ledger, now=now)
        found = [Opening(slot.start) for slot in listed.slots]
    return [one for one in found if (one.start, one.slot) != (booking.start, booking.slot)]


def _published(booking: Booking, first: date, last: date, viewer: ZoneInfo) -> OpenSlotsQuery:
    spans = date_spans(viewer, first, last)
    since, until = (moment_at(spans[0][0]), moment_at(spans[-1][1])) if spans else (booking.start, booking.start)
    return OpenSlotsQuery(tenant=booking.tenant, since=since, until=until, host=booking.host, caller=None)


def _free(
    booking: Booking,
    query: OpenSlotsQuery,
    *,
    catalogue: Catalogue,
    ledger: Ledger,
    bookings: Bookings,
    now: datetime,
) -> Iterator[Opening]:
    for _ in range(PAGES):
        slots, cursor = list_open_slots(query, catalogue=catalogue, ledger=ledger, bookings=bookings, now=now)
        yield from (Opening(slot.start, slot.id) for slot in slots if slot.event_type == booking.event_type)
        if cursor is None:
            return
        query = replace(query, cursor=cursor)


def _refusal(step: Callable[[], Booking]) -> DaybookError | None:
    try:
        step()
    except DaybookError as refusal:
        return refusal
    return None
