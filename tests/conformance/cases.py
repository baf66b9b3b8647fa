"""Reads the conformance cases into what the domain knows: calendars whose ledger is built claim by claim."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from daybook.domain.busy import Busy
from daybook.domain.event_type import EventType, Terms, Window, WindowType, terms_of
from daybook.domain.external import ExternalEvent, Response
from daybook.domain.host import Defaults
from daybook.domain.ledger import Claim, Hold, LedgerDay, Session
from daybook.domain.limits import Count, Counter, Limits
from daybook.domain.schedule import Block, Hours, Schedule, date_at
from daybook.domain.slots import Calendar, days_needed
from tests.fakes.external import busy_granules

Case = dict
FOLDER = Path(__file__).parent
SLUG = "meeting"
NOT_BLOCKING = {"cancelled", "canceled", "declined", "expired", "rescheduled"}
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SPELLED = {"needsaction": Response.NEEDS_ACTION, "needs_action": Response.NEEDS_ACTION}


def load(pattern: str) -> list[Case]:
    """Read every case of the files that match; a file holds one case or a list of them."""
    cases: list[Case] = []
    for path in sorted(FOLDER.glob(pattern)):
        content = json.loads(path.read_text())
        cases += content if isinstance(content, list) else [content]
    return cases


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def query(case: Case) -> tuple[date, date, ZoneInfo]:
    asked = case["query"]
    first, last = (date.fromisoformat(asked[name]) for name in ("from_date", "to_date"))
    return first, last, ZoneInfo(asked["timezone"])


def calendars(case: Case) -> list[Calendar]:
    """Return one calendar per host of the case."""
    return [calendar(case, host) for host in case.get("hosts") or [case["host"]]]


def calendar(case: Case, host: Case) -> Calendar:
    now, zone = moment(case["now"]), ZoneInfo(host["timezone"])
    schedule = _schedule(host)
    terms = _terms(case["event_type"], host)
    bookings = [each for each in case.get("bookings", []) if each.get("host") in (None, host.get("id"))]
    external = [each for each in case.get("busy", []) if each.get("host") in (None, host.get("id"))]
    moving = next((each for each in bookings if each.get("id", "") == case.get("reschedule_of")), None)
    needed = days_needed(*query(case), terms)
    ledger = _ledger(bookings, _external(external, host), terms, now)
    busy = Busy.over(
        [ledger[day] for day in needed if day in ledger],
        origin_day=needed.start,
        now=now,
        without=_claim(moving, terms) if moving else None,
    )
    return Calendar(
        schedule=schedule,
        blocks=tuple(_blocks(host.get("blocked", []))),
        host_zone=zone,
        terms=terms,
        busy=busy,
        covered=needed,
        counts=_counts(bookings, terms, schedule.zone, now),
        moving=case.get("reschedule_of"),
    )


def _schedule(host: Case) -> Schedule:
    zone = host.get("schedule_timezone") or host["timezone"]
    weekly = {name[:3].lower(): hours for name, hours in host.get("weekly", {}).items()}
    overrides = host.get("overrides", {})
    return Schedule(
        id="hours",
        zone=ZoneInfo(zone),
        weekly=tuple(_hours(weekly.get(name, [])) for name in WEEKDAYS),
        overrides={date.fromisoformat(day): _hours(hours) for day, hours in overrides.items()},
    )


def _hours(stretches: Iterable[list[str]]) -> tuple[Hours, ...]:
    return tuple(Hours(_wall(opens), _wall(closes)) for opens, closes in stretches)


def _wall(text: str) -> timedelta:
    hours, minutes = text.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))


def _terms(given: Case, host: Case) -> Terms:
    def minutes(name: str) -> timedelta | None:
        return timedelta(minutes=given[name]) if given.get(name) is not None else None

    event_type = EventType(
        slug=given.get("slug", SLUG),
        title="",
        duration=timedelta(minutes=given["duration_minutes"]),
        slot_interval=minutes("slot_interval_minutes"),
        buffer_before=minutes("buffer_before_minutes"),
        buffer_after=minutes("buffer_after_minutes"),
        minimum_notice=minutes("minimum_notice_minutes"),
        window=_window(given["booking_window"]) if "booking_window" in given else None,
        limits=Limits(**given.get("limits", {})),
        capacity=given.get("capacity", 1),
    )
    return terms_of(event_type, Defaults(limits=Limits(**host.get("limits", {}))))


def _window(given: Case) -> Window:
    first, last = (date.fromisoformat(given[name]) if given.get(name) else None for name in ("from", "to"))
    return Window(type=WindowType(given["type"]), days=given.get("days", 60), first=first, last=last)


def _blocks(given: Iterable[Case | str]) -> Iterable[Block]:
    for n, each in enumerate(given):
        span = {"date": each} if isinstance(each, str) else each
        if "start" in span:
            yield Block(id=str(n), start=moment(span["start"]), end=moment(span["end"]))
            continue
        first = date.fromisoformat(span.get("date") or span["from_date"])
        last = date.fromisoformat(span.get("date") or span["to_date"])
        for day in range((last - first).days + 1):
            yield Block(id=f"{n}-{day}", day=first + timedelta(days=day))


def _own(booking: Case, terms: Terms) -> bool:
    return booking.get("event_type", terms.event_type) == terms.event_type


def _booked_terms(booking: Case, terms: Terms) -> Terms:
    """Return the length and buffers of a booking: its own, else those of the event type; another type's are zero."""

    def minutes(name: str, default: timedelta) -> timedelta:
        return timedelta(minutes=booking[name]) if name in booking else default * _own(booking, terms)

    return replace(
        terms,
        duration=moment(booking["end"]) - moment(booking["start"]),
        buffer_before=minutes("buffer_before_minutes", terms.buffer_before),
        buffer_after=minutes("buffer_after_minutes", terms.buffer_after),
    )


def _claim(booking: Case, terms: Terms) -> Claim:
    start, booked = moment(booking["start"]), _booked_terms(booking, terms)
    return Claim.of(start, start + booked.duration, before=booked.buffer_before, after=booked.buffer_after)


def _ledger(
    bookings: Iterable[Case], external: Mapping[int, frozenset[int]], terms: Terms, now: datetime
) -> dict[int, LedgerDay]:
    """Write each booking's elements where the store would write them; a lapsed hold stays written."""
    ledger = {day: LedgerDay(day, external=granules) for day, granules in external.items()}
    for n, booking in enumerate(bookings):
        if booking.get("status", "confirmed") in NOT_BLOCKING:
            continue
        claim = _claim(booking, terms)
        for day in claim.days:
            before = ledger.get(day, LedgerDay(day))
            elements = claim.elements(day)
            ledger[day] = replace(
                before,
                taken=before.taken | elements,
                holds=(*before.holds, *_hold(booking, str(n), elements)),
                sessions={**before.sessions, **_session(booking, before, claim, day, terms)},
            )
    return ledger


def _hold(booking: Case, name: str, elements: frozenset[int]) -> list[Hold]:
    deadline = booking.get("expires")
    return [Hold(booking.get("id", name), moment(deadline), elements)] if deadline else []


def _session(booking: Case, before: LedgerDay, claim: Claim, day: int, terms: Terms) -> dict[int, Session]:
    if terms.capacity == 1 or not _own(booking, terms) or not claim.core(day):
        return {}
    taken = before.sessions[claim.start].seats if claim.start in before.sessions else 0
    signature = _booked_terms(booking, terms).signature
    return {claim.start: Session(claim.start, signature, taken + booking.get("seats", 1))}


def _counts(bookings: Iterable[Case], terms: Terms, zone: ZoneInfo, now: datetime) -> dict[Counter, Count]:
    counts: dict[Counter, Count] = {}
    for n, booking in enumerate(bookings):
        lapsed = "expires" in booking and moment(booking["expires"]) <= now
        if booking.get("status", "confirmed") in NOT_BLOCKING or lapsed:
            continue
        minutes = _booked_terms(booking, terms).duration // timedelta(minutes=1)
        for bound in terms.limits.bounds(date_at(zone, moment(booking["start"]))):
            if bound.counter.scope == terms.event_type and not _own(booking, terms):
                continue
            count = counts.get(bound.counter, Count())
            counts[bound.counter] = Count(count.bookings | {booking.get("id", str(n))}, count.minutes + minutes)
    return counts


def _external(busy: Iterable[Case], host: Case) -> dict[int, frozenset[int]]:
    """Read external events; whole dates are the host's unless the event names its calendar's zone."""
    taken: dict[int, frozenset[int]] = {}
    for each in busy:
        zone = ZoneInfo(each.get("timezone") or each.get("calendar_timezone") or host["timezone"])
        unsettled = host.get("tentative_blocks", True)
        for day, granules in busy_granules([_event(each)], calendar_zone=zone, unsettled_block=unsettled).items():
            taken[day] = taken.get(day, frozenset()) | granules
    return taken


def _event(given: Case) -> ExternalEvent:
    start, end = (
        date.fromisoformat(given.get(f"{name}_date") or given[name]) if given.get("all_day") else moment(given[name])
        for name in ("start", "end")
    )
    response = given.get("self_response", "accepted").lower()
    return ExternalEvent(
        start=start,
        end=end,
        free=given.get("transparency") in ("transparent", "free"),
        cancelled=given.get("status") in ("cancelled", "canceled"),
        tentative=given.get("status") == "tentative",
        response=SPELLED.get(response) or Response(response),
        booking=given.get("booking_id") or given.get("booking"),
    )
