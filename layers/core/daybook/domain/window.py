"""The booking window: how far ahead one may book, in schedule-local dates (semantics: S8)."""

from datetime import date, timedelta
from typing import NamedTuple, assert_never

from daybook.domain.event_type import Terms, Window, WindowType

FARTHEST_READ = 366
"""Days ahead, at least, for which connected calendars are read; what lies beyond is not known, and so not offered."""
_FRIDAY = 4


class Dates(NamedTuple):
    """Dates first … last, both inclusive; `date.min` and `date.max` stand for no bound."""

    first: date
    last: date


def allowed_dates(terms: Terms, *, today: date) -> Dates:
    """Return the dates on which a start may lie.

    Args:
        today: the schedule-local date now.
    """
    first, last = _dates_of(terms.window, today)
    return Dates(first, min(last, today + timedelta(days=FARTHEST_READ)) if terms.by_calendars else last)


def _dates_of(window: Window, today: date) -> Dates:
    match window.type:
        case WindowType.ROLLING_DAYS:
            return Dates(today, today + timedelta(days=window.days))
        case WindowType.BUSINESS_DAYS:
            return Dates(today, _business_days_after(today, window.days))
        case WindowType.DATE_RANGE:
            return Dates(window.first or date.min, window.last or date.max)
        case WindowType.UNLIMITED:
            return Dates(date.min, date.max)
        case _ as never:  # pragma: no cover
            assert_never(never)


def _business_days_after(today: date, days: int) -> date:
    """Return the last of the next `days` dates from Monday to Friday; today does not count."""
    if days == 0:
        return today
    weekend = max(today.weekday() - _FRIDAY, 0)
    since_monday = min(today.weekday(), _FRIDAY) + days
    monday = today - timedelta(days=min(today.weekday(), _FRIDAY) + weekend)
    weeks, weekday = divmod(since_monday, 5)
    return monday + timedelta(weeks=weeks, days=weekday)
