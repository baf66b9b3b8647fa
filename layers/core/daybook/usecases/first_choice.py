"""Choose what an account is used for when it is connected: as it was before, or as is likely wanted.

Nothing that was chosen changes because of a consent alone: a list that is too short moves no bookings and frees no
time, and a consent that allows less than what is in use is none.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from daybook.domain.connection import BUSY_CALENDAR_GONE, CALENDAR_GONE, Calendar, Connection
from daybook.domain.consent import Right, rights_of
from daybook.domain.host import Host
from daybook.provider_ports import Grant, Provider, Refused

_LOST = frozenset({BUSY_CALENDAR_GONE, CALENDAR_GONE})
"""Problems of a connection that has no calendar to block time, or for bookings, although the host chose one."""


def allows_what_is_used(before: Connection, grant: Grant) -> bool:
    """Tell whether a consent goes as far as what its account is used for."""
    used = {Right.READ_BUSY} if before.busy_from else set()
    if before.write_to is not None:
        used.add(Right.MAKE_CALENDAR if before.write_to == before.dedicated else Right.WRITE_EXISTING)
    return used <= rights_of(grant.scopes)


def calendars_of(account: Provider, grant: Grant, host: Host, before: Connection | None) -> tuple[Calendar, ...]:
    """List the account's calendars, and those in use that are not named: only a reading tells whether they are gone.

    Without the right to, all that is known is what was, or the one of the account's own name.
    """
    if Right.LIST_CALENDARS in rights_of(grant.scopes):
        listed = tuple(account.calendars())
    elif before is not None:
        listed = before.calendars
    else:
        listed = (Calendar(id=grant.account, name=grant.account, zone=host.zone, primary=True),)
    known = {calendar.id for calendar in listed}
    used = (one for one in before.calendars if one.id in before.watched - known) if before else ()
    return (*listed, *used)


def busy_from(before: Connection | None, calendars: Sequence[Calendar], grant: Grant) -> frozenset[str]:
    """Return what blocks time: what did before, else the account's main calendar."""
    if Right.READ_BUSY not in rights_of(grant.scopes):
        return frozenset()
    if before is not None:
        none_chosen = Right.READ_BUSY in rights_of(before.scopes) and before.problem not in _LOST
        if before.busy_from or none_chosen:
            return before.busy_from
    return frozenset(calendar.id for calendar in calendars if calendar.primary)


def with_place(
    connection: Connection,
    before: Connection | None,
    others: Sequence[Connection],
    *,
    make: Callable[[], Calendar],
    existing: bool,
) -> Connection:
    """Find a place for bookings: where they were; the main calendar, if asked for; else one that is made for them.

    Args:
        others: the host's other connections; if bookings appear in one of them, they appear in none here.
        existing: whether the main calendar was asked for.
    """
    if before is not None and before.write_to is not None:
        return replace(connection, write_to=before.write_to)
    if any(one.write_to for one in others):
        return connection
    rights = rights_of(connection.scopes)
    earlier = rights_of(before.scopes) if before else frozenset()
    main = next((one.id for one in connection.calendars if one.primary), None)
    if existing and main is not None and Right.WRITE_EXISTING in rights - earlier:
        return replace(connection, write_to=main)
    if before is not None and Right.MAKE_CALENDAR in earlier and before.problem != CALENDAR_GONE:
        return connection  # so the host chose
    return _with_calendar_made(connection, others, make) if Right.MAKE_CALENDAR in rights else connection


def _with_calendar_made(
    connection: Connection, others: Sequence[Connection], make: Callable[[], Calendar]
) -> Connection:
    """Take the calendar that was made for the host's bookings already, so that none is in two; else make it."""
    taken = {one.dedicated for one in others}
    made = [one for one in connection.calendars if one.made and one.writable and one.id not in taken]
    known = [one for one in connection.calendars if one.id == connection.dedicated] or made
    if known:
        return replace(connection, dedicated=known[0].id, write_to=known[0].id)
    try:
        new = make()
    except Refused:  # some organisations forbid it; the rest works
        return connection
    return replace(connection, calendars=(*connection.calendars, new), dedicated=new.id, write_to=new.id)
