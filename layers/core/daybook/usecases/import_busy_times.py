"""Bring connected calendars' busy time into the ledger, and bookings to where the host moved them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from daybook.calendar_ports import Copy
from daybook.domain.connection import NOT_LISTED, Connection, State, SyncRequest
from daybook.domain.consent import Right, rights_of
from daybook.domain.errors import Busy
from daybook.domain.history import Origin
from daybook.domain.notice import vanished
from daybook.domain.snapshot import Snapshot, window
from daybook.ports import Stale
from daybook.provider_ports import GrantLost, ProviderDown, Refused
from daybook.usecases.ask_for_copies import ask_for_copies
from daybook.usecases.follow_edit import follow_edit
from daybook.usecases.importing import Ports
from daybook.usecases.lose_grant import lose_grant, tell_again
from daybook.usecases.read_calendar import Reading, read_calendar
from daybook.usecases.take_down import take_down
from daybook.usecases.write_external import Place, write_external

TRIES = 4
MOST_SILENT = 3
"""Calendars without an answer, after which no more are asked: then it is the provider, and time is short."""
MARGIN = timedelta(seconds=2)
"""By how much clocks of functions may differ."""
PATIENCE = timedelta(seconds=30)
"""How long a wish waits for a booking that others are at: the host's other calendars wait behind it, and what is busy
there shall be seen within a minute."""


def import_busy_times(asked: SyncRequest, *, asked_at: datetime, ports: Ports, origin: Origin) -> None:
    """Read what changed in a connection's calendars, unless that was done since it was asked for.

    Ledger first, bookings second, the place to go on from last: whoever dies in between is repeated without harm.

    Args:
        asked_at: when the wish was put; whatever was read after that has what it is about.
    Raises:
        ProviderDown, Busy: to be tried again; what could be read is written.
    """
    force = asked.afresh
    for _ in range(TRIES):
        connection = ports.connections.connection(asked.tenant, asked.host, asked.connection)
        if connection is None:
            return
        if connection.state is State.BROKEN:
            tell_again(connection, notices=ports.notices)
            return
        gone = ports.following.catalogue.host(asked.tenant, asked.host) is None
        leaving = gone or connection.state is State.LEAVING
        if not (leaving or force) and _is_done(connection, asked_at):
            return
        try:
            if leaving:
                take_down(connection, ports=ports, now=origin.now)
            else:
                patient = origin.now < asked_at + PATIENCE
                _Import(connection, ports, origin, afresh=asked.afresh, force=force).run(patient=patient)
        except GrantLost:
            lose_grant(connection, connections=ports.connections, notices=ports.notices, now=origin.now)
            return
        except Stale:
            force = True  # somebody else wrote meanwhile, perhaps of an older state: compare everything
        else:
            return
    raise Busy("The connection is being changed by others; try again.")


def _is_done(connection: Connection, asked_at: datetime) -> bool:
    read = connection.synced_at is not None and asked_at + MARGIN < connection.synced_at
    return read and not connection.to_copy


class _Import:
    """One reading of a connection."""

    def __init__(self, connection: Connection, ports: Ports, origin: Origin, *, afresh: bool, force: bool) -> None:
        self._connection = connection
        self._ports = ports
        self._now = origin.now
        self._afresh = afresh
        self._force = force or connection.synced_at is None
        self._days = window(connection.id, origin.now)
        self._account = ports.providers.open(connection)
        self._problem = ""
        self._busy: Busy | None = None
        self._listed: frozenset[str] | None = None
        self._unfound: list[str] = []
        self._copies: Mapping[str, Copy] | None = None

    def run(self, *, patient: bool) -> None:
        """Read, write and follow.

        Args:
            patient: whether what others are at is waited for; else the next sweep sees to it.
        Raises:
            ProviderDown, GrantLost, Stale, Busy.
        """
        if self._connection.to_copy:
            self._ask_for_copies()
        synced_at = self._connection.synced_at
        if self._afresh or synced_at is None or window(self._connection.id, synced_at) != self._days:
            self._list_calendars()
        self._keep_channels()
        readings, down = self._read()
        if self._force or any(reading.changed for reading in readings):
            self._write(readings)
        followed = [reading for reading in readings if self._follow(reading)]
        for reading in followed:
            self._remember(reading)
        if down is not None:
            raise down
        if self._busy is not None and patient:
            raise self._busy
        self._forget()
        read = self._connection.read(begun=self._now, problem=self._problem)
        self._ports.connections.note(replace(read, due_at=self._now) if self._busy else read)

    def _list_calendars(self) -> None:
        """See which calendars there are. One that blocks is not let go of for a list alone: that may be too short."""
        if Right.LIST_CALENDARS not in rights_of(self._connection.scopes):
            return
        try:
            listed = tuple(self._account.calendars())
        except Refused as refusal:
            self._problem = refusal.args[0]
            return
        self._listed = frozenset(calendar.id for calendar in listed)
        missing = self._connection.watched - self._listed
        kept = (calendar for calendar in self._connection.calendars if calendar.id in missing)
        self._connection = replace(self._connection, calendars=(*listed, *kept))
        if missing:
            self._problem = NOT_LISTED

    def _ask_for_copies(self) -> None:
        """Have bookings written where they are wanted now, whatever may be read of the calendars."""
        ports = self._ports
        ask_for_copies(
            self._connection,
            bookings=ports.following.bookings,
            connections=ports.connections,
            copies=ports.following.copies,
            now=self._now,
        )
        self._connection = replace(self._connection, to_copy=False)
        ports.connections.note(self._connection)

    def _keep_channels(self) -> None:
        connections = self._ports.connections
        for calendar in self._connection.channels.keys() - self._connection.watched:
            connections.remove_snapshot(self._connection, calendar)
        self._connection = self._ports.keeper(self._account, self._now).keep(self._connection)

    def _read(self) -> tuple[Sequence[Reading], ProviderDown | None]:
        """Read as much as can be read; what nobody could read stays as busy as it was."""
        readings: list[Reading] = []
        silent: list[ProviderDown] = []
        for calendar in sorted(self._connection.watched):
            try:
                readings.append(self._reading(calendar))
            except ProviderDown as down:
                silent.append(down)
            except Refused as refusal:
                self._problem = refusal.args[0]
                if self._problem == "notFound":
                    self._unfound.append(calendar)
            if len(silent) == MOST_SILENT:
                break
        return readings, silent[0] if silent else None

    def _reading(self, calendar: str) -> Reading:
        connection = self._connection
        known = connection.calendar(calendar)
        return read_calendar(
            calendar,
            self._ports.connections.snapshot(connection, calendar),
            Snapshot(self._days, known.zone if known else ZoneInfo("UTC"), connection.unsettled_block),
            account=self._account,
            copies=self._own,
            afresh=self._afresh,
            now=self._now,
        )

    def _forget(self) -> None:
        """Let go of calendars that are neither found nor listed. Raises Stale: the connection is another now."""
        if self._unfound and self._listed is None:
            self._list_calendars()
        gone = frozenset(self._unfound) - self._listed if self._listed is not None else frozenset()
        if gone:
            before, after = self._connection, self._connection.without(gone, now=self._now)
            self._ports.notices.put(vanished(after))  # first: who dies after it tells again what is then done
            self._ports.connections.put(after, version=before.version)
            raise Stale

    def _own(self) -> Mapping[str, Copy]:
        if self._copies is None:
            self._copies = self._ports.connections.copies(self._connection.tenant, self._connection.host)
        return self._copies

    def _write(self, readings: Sequence[Reading]) -> None:
        fresh = {Place(self._connection.id, reading.calendar): reading.snapshot for reading in readings}
        write_external(
            self._connection,
            self._days,
            fresh,
            connections=self._ports.connections,
            ledger=self._ports.ledger,
            external=self._ports.external,
        )

    def _follow(self, reading: Reading) -> bool:
        """Follow the host's edits; False if one could not be looked at, and must be told of again."""
        whole = True
        for found, copy in reading.ours:
            try:
                follow_edit(
                    found,
                    copy,
                    connection=self._connection,
                    account=self._account,
                    ports=self._ports.following,
                    now=self._now,
                )
            except Refused as refusal:
                self._problem, whole = refusal.args[0], False
            except Busy as busy:
                self._busy, whole = busy, False
        return whole

    def _remember(self, reading: Reading) -> None:
        if not reading.changed and reading.token == reading.before:
            return
        try:
            self._ports.connections.put_snapshot(
                self._connection, reading.calendar, reading.snapshot, reading.token, before=reading.before
            )
        except Refused as refusal:  # more than can be kept: it is read anew each time
            self._problem = refusal.args[0]
