"""Choose which calendars of a connection block time and in which one bookings appear; or disconnect it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from daybook.calendar_ports import Connections, SyncQueue
from daybook.domain.connection import BUSY_CALENDAR_GONE, MOST_CALENDARS, Connection, Guests, OnEdit, State
from daybook.domain.consent import Right, rights_of
from daybook.domain.errors import FieldError, InUse, PreconditionFailed, ValidationFailed
from daybook.ports import Stale
from daybook.usecases.manage_hosts import CHANGED


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a host decides about a connection; ids are the provider's."""

    busy_from: frozenset[str]
    write_to: str | None
    on_edit: OnEdit
    guests: Guests
    unsettled_block: bool


def choose_calendars(
    before: Connection, choice: Choice, *, connections: Connections, sync: SyncQueue, now: datetime
) -> Connection:
    """Write a choice down; workers make calendars and ledger follow, at the next sweep if the queue never hears of it.

    Raises:
        ValidationFailed: a calendar that is unknown, or not open to us for that.
        InUse: it is being disconnected, or another connection has the bookings already. PreconditionFailed.
    """
    if before.state is State.LEAVING:
        raise InUse("It is being disconnected.")
    _require_possible(before, choice)
    if choice.write_to is not None and choice.write_to != before.write_to:
        _require_alone(before, connections.connections(before.tenant, before.host))
    chosen = replace(
        before,
        busy_from=choice.busy_from,
        write_to=choice.write_to,
        on_edit=choice.on_edit,
        guests=choice.guests,
        unsettled_block=choice.unsettled_block,
        problem="" if before.problem == BUSY_CALENDAR_GONE else before.problem,
    )
    if chosen == before:
        return before
    afresh = (before.busy_from, before.unsettled_block) != (chosen.busy_from, chosen.unsettled_block)
    after = replace(
        chosen,
        synced_at=None if afresh else before.synced_at,
        to_copy=before.write_to != chosen.write_to or before.to_copy,
        version=before.version + 1,
        updated_at=now,
        due_at=now,
    )
    try:
        _put(after, before, connections)
    except PreconditionFailed:
        if after.write_to is not None:  # perhaps another account was faster
            _require_alone(after, connections.connections(after.tenant, after.host))
        raise
    sync.put(after.tenant, after.host, after.id, cause=f"chosen-{after.version}", afresh=afresh)
    return after


def disconnect(before: Connection, *, connections: Connections, sync: SyncQueue, now: datetime) -> None:
    """Let a connection go: from now on it blocks nothing and gets nothing; a worker takes down what is left.

    Doing so twice is no error.

    Raises:
        PreconditionFailed: it was changed meanwhile.
    """
    after = before if before.state is State.LEAVING else before.leaving(now=now)
    if after is not before:
        _put(after, before, connections)
    sync.put(after.tenant, after.host, after.id, cause=f"leaving-{after.version}")


def _put(after: Connection, before: Connection, connections: Connections) -> None:
    try:
        connections.choose(after, version=before.version)
    except Stale:
        raise PreconditionFailed(CHANGED) from None


def _no_place(connection: Connection) -> str:
    unknown = "There is no such calendar in this account."
    if connection.dedicated is not None or Right.MAKE_CALENDAR not in rights_of(connection.scopes):
        return unknown
    return f"{unknown} To have one made in it, disconnect it and connect it while bookings go to no other account."


def _require_possible(connection: Connection, choice: Choice) -> None:
    rights = rights_of(connection.scopes)
    known = {calendar.id: calendar for calendar in connection.calendars}
    found: list[FieldError] = []
    added = choice.busy_from - connection.busy_from
    if added - known.keys():
        found.append(FieldError("/busy_from", "There is no such calendar in this account."))
    elif len(choice.busy_from) > MOST_CALENDARS:
        found.append(FieldError("/busy_from", f"At most {MOST_CALENDARS} calendars can block time."))
    elif added and Right.READ_BUSY not in rights:
        found.append(FieldError("/busy_from", "The account's owner did not allow that; connect it again."))
    if choice.write_to is not None and choice.write_to != connection.write_to:
        own = choice.write_to == connection.dedicated
        right = Right.MAKE_CALENDAR if own else Right.WRITE_EXISTING
        if choice.write_to not in known:
            found.append(FieldError("/write_to", _no_place(connection)))
        elif right not in rights:
            found.append(FieldError("/write_to", 'Connect the account again with {"write_to": "existing"}.'))
        elif not (own or known[choice.write_to].writable):
            found.append(FieldError("/write_to", "The account cannot write there."))
    if found:
        raise ValidationFailed("Change the fields named in errors.", found)


def _require_alone(connection: Connection, all_of_host: Iterable[Connection]) -> None:
    others = (one for one in all_of_host if one.id != connection.id and one.state is not State.LEAVING)
    if any(one.write_to for one in others):
        raise InUse("Bookings appear in another connected account; set its write_to to null first.")
