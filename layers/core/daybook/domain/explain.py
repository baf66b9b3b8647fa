"""Why a start is offered or not, rule by rule, for the host alone: it names bookings, blocks and buffers.

The verdict comes from the functions that list and book; the checks beside it say what each rule saw.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from daybook.domain.chart import Calendar, Chart, open_sessions
from daybook.domain.errors import Invalid
from daybook.domain.event_type import MINUTE
from daybook.domain.intervals import ones, spans_of
from daybook.domain.ledger import granule_at, granules_in, moment_at
from daybook.domain.limits import NOTHING_COUNTED, Bound, Count, reached
from daybook.domain.schedule import date_at
from daybook.domain.slots import nearest_starts, require_open
from daybook.domain.window import allowed_dates

AVAILABLE = "available"


@dataclass(frozen=True, slots=True, kw_only=True)
class NearBooking:
    """A booking around the start in question; UTC."""

    id: str
    start: datetime
    end: datetime
    buffer_before: timedelta
    buffer_after: timedelta
    event_type: str | None


@dataclass(frozen=True, slots=True)
class Check:
    """One rule, whether the start keeps it, and what it saw."""

    rule: str
    passed: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """What decides about a start.

    Attributes:
        verdict: `available`, or the code with which it is refused: a Reason, `outside_hours` or `not_offered`.
        checks: every rule in the order in which booking refuses.
    """

    verdict: str
    checks: tuple[Check, ...]


def explain(calendar: Calendar, start: datetime, *, now: datetime, bookings: Sequence[NearBooking]) -> Explanation:
    """Say which rules let a start pass and which do not.

    Args:
        calendar: its busy time must cover the reach of the start.
        bookings: those of the host that may stand in the way; the one being moved is left out by itself.
    """
    granule = granule_at(start)
    chart = Chart.over(calendar, [(granule, granule + 1)])
    checks = (
        *_time_checks(calendar, start, now),
        *_schedule_checks(chart, start),
        *_limit_checks(calendar, start),
        _booking_check(chart, start, bookings),
        _external_check(chart, start),
    )
    return Explanation(_verdict(chart, start, now), checks)


def _verdict(chart: Chart, start: datetime, now: datetime) -> str:
    """Ask what booking asks; then the rules that the transaction decides."""
    try:
        require_open(chart.calendar, start, now=now)
    except Invalid as refusal:
        return refusal.code
    return next((reason.value for reason, admitted in chart.rules(now) if not chart.asked & admitted), AVAILABLE)


def _time_checks(calendar: Calendar, start: datetime, now: datetime) -> Iterator[Check]:
    zone = calendar.schedule.zone
    earliest = now + calendar.terms.minimum_notice
    dates = allowed_dates(calendar.terms, today=date_at(zone, now))
    day = date_at(zone, start)
    yield Check("past", start >= now, f"It is {_text(calendar, now)}.")
    yield Check("minimum_notice", start >= earliest, f"The earliest start is {_text(calendar, earliest)}.")
    yield Check(
        "booking_window",
        dates.first <= day <= dates.last,
        f"{day} against {dates.first} to {dates.last}, both inclusive ({calendar.terms.window.type}).",
    )


def _schedule_checks(chart: Chart, start: datetime) -> Iterator[Check]:
    calendar, runs = chart.calendar, chart.runs()
    meeting = ones(granules_in(calendar.terms.duration)) << granule_at(start) - chart.origin
    met = [block.id for block, touched in chart.blocks() if meeting & touched]
    yield Check("blocks", not met, f"Meets {', '.join(met)}." if met else "No block is met.")
    yield Check("hours", bool(chart.asked & chart.within(runs)), _hours_seen(calendar, start))
    on_grid = start == moment_at(granule_at(start)) and bool(chart.asked & chart.anchored(runs))
    nearest = ", ".join(_text(calendar, each) for each in nearest_starts(calendar, start)) or "none within a day"
    run = next((run for run in runs if run.start <= granule_at(start) < run.end), None)
    anchor = f"Every {_minutes(calendar.terms.slot_interval)}"
    anchor += f" from {_text(calendar, moment_at(run.start))}" if run else ""
    yield Check("grid", on_grid, f"{anchor}; nearest: {nearest}.")


def _hours_seen(calendar: Calendar, start: datetime) -> str:
    day = date_at(calendar.schedule.zone, start)
    source = "date override" if day in calendar.schedule.overrides else "weekly hours"
    hours = ", ".join("-".join(each.spelled()) for each in sorted(calendar.schedule.hours_on(day))) or "closed"
    return f"{day} goes by {source}: {hours} ({calendar.schedule.zone.key})."


def _limit_checks(calendar: Calendar, start: datetime) -> Iterator[Check]:
    for bound in calendar.terms.limits.bounds(date_at(calendar.schedule.zone, start)):
        count = calendar.counts.get(bound.counter, NOTHING_COUNTED)
        passed = not reached(iter([bound]), calendar.counts, duration=calendar.terms.duration, without=calendar.moving)
        yield Check("limits", passed, f"{bound.counter.scope} in {bound.counter.period}: {_counted(bound, count)}.")


def _counted(bound: Bound, count: Count) -> str:
    parts = []
    if bound.bookings is not None:
        parts.append(f"{len(count.bookings)} of {bound.bookings} bookings")
    if bound.minutes is not None:
        parts.append(f"{count.minutes} of {bound.minutes} minutes")
    return ", ".join(parts)


def _booking_check(chart: Chart, start: datetime, bookings: Sequence[NearBooking]) -> Check:
    calendar = chart.calendar
    session = open_sessions(calendar).get(granule_at(start))
    if session is not None:
        seats = f"{calendar.terms.capacity - session.seats} of {calendar.terms.capacity} seats"
        return Check("bookings", passed=True, detail=f"Joins a session with {seats} left.")
    passed = bool(chart.asked & chart.clear_of_bookings())
    near = [text for each in bookings if each.id != calendar.moving and (text := _conflict(calendar, start, each))]
    return Check("bookings", passed, " ".join(near) or ("No booking is met." if passed else "Held or unread time."))


def _conflict(calendar: Calendar, start: datetime, booking: NearBooking) -> str:
    """Say how a booking stands in the way: by its meeting, or by a gap smaller than the larger buffer (S6)."""
    end = start + calendar.terms.duration
    name = f"Booking {booking.id} ({booking.event_type or 'published slot'})"
    if start < booking.end and booking.start < end:
        return f"{name} has its meeting then."
    if booking.end <= start:
        gap, needed = start - booking.end, max(booking.buffer_after, calendar.terms.buffer_before)
    else:
        gap, needed = booking.start - end, max(booking.buffer_before, calendar.terms.buffer_after)
    return f"{name} needs a gap of {_minutes(needed)}, not {_minutes(gap)}." if gap < needed else ""


def _external_check(chart: Chart, start: datetime) -> Check:
    calendar = chart.calendar
    if chart.asked & chart.clear_of_external():
        return Check("calendars", passed=True, detail="No calendar event is met.")
    terms = calendar.terms
    since, end = start - terms.buffer_before, start + terms.duration + terms.buffer_after
    met = spans_of(chart.bits([(granule_at(since), granule_at(end))]) & chart.external(), origin=chart.origin)
    busy = ", ".join(" to ".join(_text(calendar, moment_at(bound)) for bound in span) for span in met)
    detail = f"Of its time, buffers included, is busy: {busy}."
    return Check("calendars", passed=bool(chart.asked & chart.joinable()), detail=detail)


def _text(calendar: Calendar, moment: datetime) -> str:
    return moment.astimezone(calendar.schedule.zone).isoformat(timespec="minutes")


def _minutes(length: timedelta) -> str:
    return f"{length // MINUTE} minutes"
