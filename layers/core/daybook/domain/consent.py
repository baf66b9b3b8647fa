"""What a host allows at Google, right by right: what is asked for, and what each granted scope is good for.

People may untick single scopes; what a missing one would have allowed stays off, the rest works. Source: Google
Calendar API v3, scopes of each method in the discovery document.
"""

from collections.abc import Collection
from enum import StrEnum

_API = "https://www.googleapis.com/auth/"

IDENTITY = ("openid", "email")
"""Which account it is; the granted names are `openid` and userinfo.email."""


class Right(StrEnum):
    """Something Daybook can do with a connected account; the name is shown by the API."""

    READ_BUSY = "read_busy"
    """See when the account's calendars are busy."""
    LIST_CALENDARS = "list_calendars"
    """See which calendars there are, so that the host can choose."""
    MAKE_CALENDAR = "make_calendar"
    """Make a calendar of our own and write bookings into it."""
    WRITE_EXISTING = "write_existing"
    """Write bookings into calendars that were there before."""


ASKED: dict[Right, str] = {
    Right.READ_BUSY: _API + "calendar.events.freebusy",
    Right.LIST_CALENDARS: _API + "calendar.calendarlist.readonly",
    Right.MAKE_CALENDAR: _API + "calendar.app.created",
    Right.WRITE_EXISTING: _API + "calendar.events.owned",
}
"""The narrowest scope for each right."""

_GIVES: dict[Right, frozenset[str]] = {
    Right.READ_BUSY: frozenset({"events.freebusy", "events", "events.readonly", "readonly", ""}),
    Right.LIST_CALENDARS: frozenset({"calendarlist.readonly", "calendarlist", "readonly", ""}),
    Right.MAKE_CALENDAR: frozenset({"app.created", ""}),
    Right.WRITE_EXISTING: frozenset({"events.owned", "events", ""}),
}
"""Scopes, without `calendar.` in front, any of which gives a right: an account may have granted more before."""


def rights_asked(*, existing: bool) -> tuple[Right, ...]:
    """Return the rights to ask for.

    Args:
        existing: whether bookings shall be written into a calendar that the host already has.
    """
    return tuple(right for right in Right if existing or right is not Right.WRITE_EXISTING)


def asked_scopes(*, existing: bool) -> tuple[str, ...]:
    """Return the scopes to ask for; `existing` as in `rights_asked`."""
    return (*IDENTITY, *(ASKED[right] for right in rights_asked(existing=existing)))


def rights_of(scopes: Collection[str]) -> frozenset[Right]:
    """Return what granted scopes allow."""
    prefix = _API + "calendar"
    granted = {scope.removeprefix(prefix).removeprefix(".") for scope in scopes if scope.startswith(prefix)}
    return frozenset(right for right, enough in _GIVES.items() if granted & enough)
