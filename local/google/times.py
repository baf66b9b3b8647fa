"""Times as Calendar events have them: all-day dates, and instants with a zone; stored in UTC, shown in any zone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from local.google.errors import ApiError, invalid, required

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open and in UTC; `day` is the first date of an all-day span."""

    start: datetime
    end: datetime
    day: date | None = None

    def meets(self, after: datetime | None, before: datetime | None) -> bool:
        """Tell whether it ends after one instant and starts before another, both exclusive (events.list, timeMin)."""
        return (after is None or self.end > after) and (before is None or self.start < before)


def instant(text: str) -> datetime:
    """Read an RFC 3339 time with an offset; fractions of a second are dropped, as Google does."""
    return datetime.fromisoformat(text.upper()).astimezone(UTC).replace(microsecond=0)


def as_text(when: datetime, *, fraction: bool = False) -> str:
    """Write an instant in UTC, to the millisecond or to the second."""
    return when.astimezone(UTC).isoformat(timespec="milliseconds" if fraction else "seconds").replace("+00:00", "Z")


def zone_named(name: str, what: str) -> ZoneInfo:
    """Return a zone by its IANA name.

    Raises:
        ApiError: there is none.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise invalid(f"Invalid time zone definition for {what} time.") from error


def stored(value: Json | None, what: str, zone: ZoneInfo, *, recurring: bool) -> Json:
    """Bring an EventDateTime into the form it is kept in: `{date}` or `{dateTime in UTC, timeZone}`.

    Args:
        what: start or end.
        zone: of the calendar, which counts for times that name none but have an offset.
    Raises:
        ApiError: it is missing, both, neither, or says no instant.
    """
    value = {name: item for name, item in (value or {}).items() if item is not None}
    if "date" in value and "dateTime" in value:
        raise invalid(f"Invalid {what} time.")
    named = zone_named(value["timeZone"], what) if "timeZone" in value else None
    if "date" in value:
        return {"date": value["date"]}
    if "dateTime" not in value:
        raise required(f"Missing {what} time.")
    when = datetime.fromisoformat(value["dateTime"].upper()).replace(microsecond=0)
    if when.tzinfo is None:
        if named is None:
            raise required(f"Missing time zone definition for {what} time.")
        when = when.replace(tzinfo=named)
    if recurring and named is None:
        # "For recurring events this field is required and specifies the time zone in which the recurrence is expanded."
        raise required(f"Missing time zone definition for {what} time.")
    return {"dateTime": as_text(when), "timeZone": (named or zone).key}


def span_of(resource: Json, zone: ZoneInfo) -> Span:
    """Return the time of a stored event.

    Args:
        zone: of the calendar, which days of all-day events follow; their end is exclusive.
    """
    start, end = resource["start"], resource["end"]
    if "date" in start:
        first, last = date.fromisoformat(start["date"]), date.fromisoformat(end["date"])
        return Span(midnight(first, zone), midnight(last, zone), first)
    return Span(instant(start["dateTime"]), instant(end["dateTime"]))


def require_order(resource: Json) -> None:
    """Check that both ends are of a kind and that the end does not come first.

    Raises:
        ApiError: 400.
    """
    start, end = resource["start"], resource["end"]
    if start.keys() & {"date", "dateTime"} != end.keys() & {"date", "dateTime"}:
        raise invalid("Start and end times must either both be date or both be dateTime.")
    span = span_of(resource, ZoneInfo("UTC"))
    if span.end < span.start or (span.day is not None and span.end == span.start):
        raise _empty()


def midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, datetime.min.time(), zone).astimezone(UTC)


def shown(value: Json, zone: ZoneInfo) -> Json:
    """Write a stored time for an answer: in the zone asked for, not in the one it was sent in."""
    if "date" in value:
        return {"date": value["date"]}
    local = instant(value["dateTime"]).astimezone(zone)
    text = local.isoformat(timespec="seconds")
    text = text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text
    return {"dateTime": text, "timeZone": value["timeZone"]}


def later(value: Json, by: timedelta) -> Json:
    """Return a stored time moved by whole seconds, or by whole days where it is a date."""
    if "date" in value:
        return {"date": (date.fromisoformat(value["date"]) + by).isoformat()}
    return {"dateTime": as_text(instant(value["dateTime"]) + by), "timeZone": value["timeZone"]}


def _empty() -> ApiError:
    error = invalid("The specified time range is empty.", reason="timeRangeEmpty")
    error.domain = "calendar"
    return error
