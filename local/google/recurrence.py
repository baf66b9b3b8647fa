"""Recurring events: which occurrences there are, in the event's own wall time, through changes of the clocks.

Source: RFC 5545 §3.8.5; instances have the id `<series>_<original start>`.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rruleset, rrulestr

from local.google.errors import invalid
from local.google.times import Span, as_text, instant, midnight, span_of

Json = dict[str, Any]
_LINE = re.compile(r"(RRULE|RDATE|EXDATE|EXRULE)((?:;[^:]*)?):(.+)", re.IGNORECASE)
_VALUE = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?")
# No client gets more of a series without end than this from one listing.
MOST = 1000


def checked_lines(resource: Json) -> None:
    """Check the lines of `recurrence`.

    Raises:
        ApiError: 400; a line cannot be read.
    """
    try:
        next(iter(_rules(resource, ZoneInfo("UTC"))), None)
    except (ValueError, TypeError, KeyError) as error:
        raise invalid("Invalid recurrence rule.") from error


def instances(series: Json, zone: ZoneInfo, after: datetime | None, before: datetime) -> Iterator[Json]:
    """Yield the instances of a series by start, at most `MOST`; a series that is cancelled has them cancelled.

    Args:
        series: a stored event with `recurrence`.
        zone: of the calendar, for all-day series.
        after, before: they end after the one and start before the other, as far as given.
    """
    first = span_of(series, zone)
    length = first.end - first.start
    days = (date.fromisoformat(series["end"]["date"]) - first.day).days if first.day else 0
    found = 0
    for wall in _rules(series, _zone_of(series, zone)):
        if first.day:
            start: Json = {"date": wall.date().isoformat()}
            end: Json = {"date": (wall.date() + timedelta(days)).isoformat()}
            span = Span(midnight(wall.date(), zone), midnight(wall.date() + timedelta(days), zone), wall.date())
        else:
            begins = wall.replace(tzinfo=_zone_of(series, zone)).astimezone(UTC)
            span = Span(begins, begins + length)
            name = series["start"]["timeZone"]
            start, end = ({"dateTime": as_text(when), "timeZone": name} for when in (span.start, span.end))
        if span.start >= before or found >= MOST:
            return
        if span.meets(after, before):
            found += 1
            yield _instance(series, start, end)


def instance(series: Json, instance_id: str, zone: ZoneInfo) -> Json | None:
    """Return one instance as the series has it; None: it has none of that id."""
    stamp = instance_id.removeprefix(series["id"] + "_")
    match = _VALUE.fullmatch(stamp)
    if match is None:
        return None
    text = match[1] + "T" + (match[2] or "000000")
    at = datetime.strptime(text, "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    near = instances(series, zone, at - timedelta(days=2), at + timedelta(days=2))
    return next((found for found in near if found["id"] == instance_id), None)


def series_of(event_id: str) -> str | None:
    """Return the id of the series that an instance's id names; None: it is no instance's."""
    series, _, stamp = event_id.rpartition("_")
    return series if series and _VALUE.fullmatch(stamp) else None


def _instance(series: Json, start: Json, end: Json) -> Json:
    stamp = start["date"] if "date" in start else start["dateTime"]
    left_out = ("recurrence",)
    return {name: value for name, value in series.items() if name not in left_out} | {
        "id": f"{series['id']}_{re.sub('[-:]', '', stamp)}",
        "start": start,
        "end": end,
        "recurringEventId": series["id"],
        "originalStartTime": start,
    }


def _rules(series: Json, zone: ZoneInfo) -> rruleset:
    """Return the occurrences' starts as wall time without a zone: a rule's hour is the hour of its zone's clocks."""
    start = series["start"]
    first = (
        datetime.fromisoformat(start["date"])
        if "date" in start
        else instant(start["dateTime"]).astimezone(zone).replace(tzinfo=None)
    )
    rules = rruleset()
    rules.rdate(first)
    for line in series["recurrence"]:
        match = _LINE.fullmatch(line.strip())
        if match is None:
            raise ValueError(line)
        kind, options, value = match[1].upper(), match[2], match[3]
        if kind in ("RRULE", "EXRULE"):
            until = re.sub(r"(?<=UNTIL=)[0-9TZ]+", lambda until: _until(until[0], zone), value)
            getattr(rules, kind.lower())(rrulestr(until, dtstart=first))
        else:
            for text in value.split(","):
                getattr(rules, kind.lower())(_wall(text, options, first, zone))
    return rules


def _zone_of(series: Json, zone: ZoneInfo) -> ZoneInfo:
    return ZoneInfo(series["start"]["timeZone"]) if "timeZone" in series["start"] else zone


def _until(text: str, zone: ZoneInfo) -> str:
    wall = _read(text, zone)
    if "T" not in text:
        wall = wall.replace(hour=23, minute=59, second=59)
    return wall.strftime("%Y%m%dT%H%M%S")


def _wall(text: str, options: str, first: datetime, zone: ZoneInfo) -> datetime:
    """Read a value of RDATE or EXDATE; a date alone means that day at the series' hour."""
    named = re.search(r"TZID=([^;:]+)", options)
    if "T" not in text:
        return datetime.combine(_read(text, zone).date(), first.time())
    read = _read(text, zone)
    return read if named is None else read.replace(tzinfo=ZoneInfo(named[1])).astimezone(zone).replace(tzinfo=None)


def _read(text: str, zone: ZoneInfo) -> datetime:
    match = _VALUE.fullmatch(text)
    if match is None:
        raise ValueError(text)
    wall = datetime.strptime(match[1] + (match[2] or "000000"), "%Y%m%d%H%M%S")  # noqa: DTZ007 - wall time of `zone`
    return wall.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None) if match[3] else wall
