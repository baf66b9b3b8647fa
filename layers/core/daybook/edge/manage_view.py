"""The page on which attendees see, move and cancel a booking: what it shows, step by step."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from daybook import wiring
from daybook.domain.booking import ENDED, PENDING, Booking, Status
from daybook.domain.errors import DaybookError, SlotTaken
from daybook.domain.schedule import date_at
from daybook.edge import pages, problems
from daybook.edge.api import Answer
from daybook.edge.schemas.page import Step
from daybook.edge.times import utc_text
from daybook.edge.wording import Wording
from daybook.ports import Context
from daybook.usecases.self_service import Closed, Opening, closed, openings

DAY = timedelta(days=1)
AHEAD = 31 * DAY
"""How far one list of times reaches, forwards and, for the link to earlier ones, backwards."""
FAR = 366 * DAY
MOST_STARTS = 60
_REASONED = frozenset({Status.CANCELLED, Status.DECLINED})
"""Ends that somebody gave a reason for; that of an earlier move is none for what nobody answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Which face of the page is asked for.

    Attributes:
        first: date from which times are listed, on the attendee's clock; None: from today, or from that of `around`.
        around: a start that was wanted in vain.
        done: whether the step before has just succeeded. refusal: why it has not.
        typed: the message that was typed in vain.
    """

    step: Step = Step.SHOW
    first: date | None = None
    around: datetime | None = None
    done: bool = False
    refusal: DaybookError | None = None
    typed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A button that moves the booking."""

    name: str
    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """Times to move to by day, and where the list goes on; None: nowhere."""

    days: Sequence[tuple[str, Sequence[Choice]]]
    range: tuple[str, str]
    earlier: date | None
    later: date | None


def managed(booking: Booking, token: str, wish: Wish, *, now: datetime) -> Answer:
    """Show a booking to its attendee. Raises Busy."""
    context = wiring.catalogue().context(booking.tenant, booking.host, booking.event_type, with_tenant=True)
    tenant, attendee = context.tenant, booking.attendee
    wording = Wording.of(attendee.language, tenant.language if tenant else "")
    zone = ZoneInfo(attendee.timezone)
    shut = closed(booking, context, now=now)
    step = wish.step if _possible(wish.step, shut) else Step.SHOW
    refusal = wish.refusal
    return pages.page(
        "manage.html",
        wording,
        brand=tenant.brand if tenant else None,
        status=problems.status_of(type(refusal)) if refusal else 200,
        headers=problems.headers_of(refusal) if refusal else {},
        tenant=tenant.name if tenant else booking.tenant,
        step=step,
        token=token,
        typed=wish.typed,
        here=booking.id,
        links=_links(booking, token),
        facts=_facts(booking.seen_at(now), context, wording, zone),
        open={"move": shut.move is None, "cancel": shut.cancel is None},
        reasons=_reasons(booking, shut, wording, zone),
        notice=_notice(booking, wish, wording, zone, now),
        nearest=_nearest(refusal, wording, zone) if step is Step.MOVE else (),
        choices=_choices(booking, wish, wording, zone, now) if step is Step.MOVE else None,
    )


def address(booking: Booking, token: str, **query: str) -> str:
    """Return the page's address, relative to itself."""
    return f"{booking.id}?{urlencode({'token': token, **query})}"


def _possible(step: Step, shut: Closed) -> bool:
    return (step is Step.MOVE and shut.move is None) or (step is Step.CANCEL and shut.cancel is None)


def _links(booking: Booking, token: str) -> Mapping[str, str]:
    return {
        "show": address(booking, token),
        "move": address(booking, token, step=Step.MOVE),
        "cancel": address(booking, token, step=Step.CANCEL),
        "invite": f"../../v1/{booking.tenant}/bookings/{booking.id}/invite.ics?{urlencode({'token': token})}",
    }


def _facts(seen: Booking, context: Context, wording: Wording, zone: ZoneInfo) -> Mapping[str, object]:
    """What is known of the booking, in the reader's words."""
    host = context.host.name if context.host else seen.host
    values = {"host": host, "deadline": wording.moment(seen.deadline, zone) if seen.deadline else ""}
    location = (seen.location or "").strip()
    return {
        "title": seen.title or (context.event_type.title if context.event_type else "") or wording("words.appointment"),
        "host": host,
        "guest": seen.attendee.name,
        "status": seen.status.value,
        "status_text": wording(f"status.{seen.status}"),
        "lead": wording(f"lead.{seen.status}", **values),
        "start": utc_text(seen.start),
        "zone": zone.key,
        "when": wording.span(seen.start, seen.end, zone),
        "location": location,
        "link": location.lower().startswith("https://") and len(location.split()) == 1,
        "reason": seen.reason if seen.status in _REASONED else "",
        "standing": seen.status not in ENDED,
    }


def _reasons(booking: Booking, shut: Closed, wording: Wording, zone: ZoneInfo) -> Sequence[str]:
    """Say why what is closed is closed; what has ended needs no further word."""
    found = [
        _why(deed, refusal.code, booking, wording, zone)
        for deed, refusal in (("move", shut.move), ("cancel", shut.cancel))
        if refusal is not None and refusal.code != "already_cancelled"
    ]
    return tuple(dict.fromkeys(found))


def _why(deed: str, code: str, booking: Booking, wording: Wording, zone: ZoneInfo) -> str:
    until = booking.reschedule_by if deed == "move" else booking.cancel_by
    keys = (f"refusals.{deed}.{code}", f"refusals.{code}", "refusals.other")
    return wording(next(key for key in keys if wording.known(key)), until=wording.moment(until, zone))


def _notice(booking: Booking, wish: Wish, wording: Wording, zone: ZoneInfo, now: datetime) -> tuple[str, str] | None:
    """Return kind and text of what has just happened."""
    if wish.refusal is not None:
        return "refused", _why(wish.step, wish.refusal.code, booking, wording, zone)
    if wish.done:
        seen = booking.seen_at(now)
        deed = "cancelled" if seen.status in ENDED else "requested" if seen.status in PENDING else "moved"
        return "done", wording(f"done.{deed}")
    return None


def _nearest(refusal: DaybookError | None, wording: Wording, zone: ZoneInfo) -> Sequence[Choice]:
    """Offer what the refusal of a taken time names instead."""
    starts = refusal.alternatives if isinstance(refusal, SlotTaken) else ()
    return [
        Choice(
            name="start",
            value=utc_text(start),
            label=f"{wording.day(date_at(zone, start))}, {wording.time(start, zone)}",
        )
        for start in starts
    ]


def _choices(booking: Booking, wish: Wish, wording: Wording, zone: ZoneInfo, now: datetime) -> Choices:
    today = date_at(zone, now)
    first = wish.first or (date_at(zone, wish.around) if wish.around else today)
    begin = min(max(first, today), today + FAR)
    last = begin + AHEAD - DAY
    found = openings(
        booking,
        max(begin - AHEAD, today),
        last,
        zone,
        catalogue=wiring.catalogue(),
        ledger=wiring.ledger(),
        bookings=wiring.bookings(),
        now=now,
    )
    by_day: dict[date, list[Opening]] = {}
    for opening in found:
        by_day.setdefault(date_at(zone, opening.start), []).append(opening)
    shown = _fitting((day for day in by_day if day >= begin), by_day)
    before = _fitting((day for day in reversed(by_day) if day < begin), by_day)
    left = [day for day in by_day if day >= begin and day not in shown]
    earlier = max(begin - AHEAD, today) if begin > today else None
    end = left[0] - DAY if left else last
    return Choices(
        days=[(wording.day(day), [_choice(one, wording, zone) for one in by_day[day]]) for day in shown],
        range=(wording.day(begin), wording.day(end)),
        earlier=before[-1] if before else earlier,
        later=end + DAY if end < today + FAR else None,
    )


def _fitting(days: Iterable[date], by_day: Mapping[date, Sequence[Opening]]) -> Sequence[date]:
    """Take whole days, one at least, as long as their starts are few enough for one page."""
    taken: list[date] = []
    room = MOST_STARTS
    for day in days:
        room -= len(by_day[day])
        if taken and room < 0:
            break
        taken.append(day)
    return taken


def _choice(opening: Opening, wording: Wording, zone: ZoneInfo) -> Choice:
    label = wording.time(opening.start, zone)
    if opening.slot is not None:
        return Choice(name="slot", value=opening.slot, label=label)
    return Choice(name="start", value=utc_text(opening.start), label=label)
