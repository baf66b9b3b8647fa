"""Moments as people read them: in their language, on their own clock, with the zone said in full."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_interval, format_time, format_timedelta

_THIN_SPACES = str.maketrans({"\u202f": "\u00a0", "\u2009": "\u00a0", "\u200a": "\u00a0"})
"""CLDR sets times with spaces that many mail fonts lack."""
_DAY, _HOUR, _MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
_UNTIL = "\u00a0– "
"""A line may end after the dash, and the next must not begin with a space that stays."""


class Clock:
    """A reader's clock: a zone and a locale."""

    def __init__(self, zone: ZoneInfo, locale: Locale) -> None:
        self._zone = zone
        self._locale = locale
        pattern = re.sub("'[^']*'", "", locale.time_formats["short"].pattern)
        self._skeleton = "hm" if "h" in pattern or "K" in pattern else "Hm"

    def span(self, start: datetime, end: datetime) -> str:
        """Say when a meeting is: `Tuesday, 1 December 2026, 14:00–14:30 (Europe/Berlin, GMT+01:00)`.

        The zone's name and offset are given, because abbreviations are ambiguous (IST, CST). Both dates are said if
        they differ, and both offsets, should the clock change in between.
        """
        first, last = start.astimezone(self._zone), end.astimezone(self._zone)
        if first.utcoffset() != last.utcoffset():
            return f"{self.moment(start)}{_UNTIL}{self.moment(end)}"
        if first.date() != last.date():
            return f"{self._day_and_time(first)}{_UNTIL}{self._day_and_time(last)} {self._where(first)}"
        times = format_interval(first, last, self._skeleton, tzinfo=self._zone, locale=self._locale)
        return f"{self._day(first)}, {_spaced(times)} {self._where(first)}"

    def moment(self, at: datetime) -> str:
        """Say when something is due, zone and all."""
        local = at.astimezone(self._zone)
        return f"{self._day_and_time(local)} {self._where(local)}"

    def short(self, at: datetime) -> str:
        """Say it as in a subject: `1 Dec 2026, 14:00`."""
        local = at.astimezone(self._zone)
        return f"{_spaced(format_date(local, 'medium', locale=self._locale))}, {self._time(local)}"

    def ahead(self, length: timedelta) -> str:
        """Say how soon, exactly: `in 24 hours`, `in 90 minutes`, `in 7 days`."""
        if length % _DAY == timedelta() and length > _DAY:
            unit = "day"
        else:
            unit = "hour" if length % _HOUR == timedelta() else "minute"
        # A threshold nothing reaches keeps Babel from rounding to a larger unit.
        text = format_timedelta(
            length,
            granularity=unit,  # type: ignore[arg-type]
            threshold=float("inf"),
            add_direction=True,
            locale=self._locale,
        )
        return _spaced(text)

    def _day(self, local: datetime) -> str:
        return _spaced(format_date(local, "full", locale=self._locale))

    def _time(self, local: datetime) -> str:
        return _spaced(format_time(local, "short", tzinfo=self._zone, locale=self._locale))

    def _day_and_time(self, local: datetime) -> str:
        return f"{self._day(local)}, {self._time(local)}"

    def _where(self, local: datetime) -> str:
        """Name the zone and its offset; Babel's own spelling of -03:30 is -04:30 (2.18)."""
        minutes = (local.utcoffset() or timedelta()) // _MINUTE
        offset = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
        return f"({self._zone.key}, {self._locale.zone_formats['gmt'] % offset})"


def _spaced(text: str) -> str:
    return text.translate(_THIN_SPACES).replace("\u00a0–\u00a0", _UNTIL)
