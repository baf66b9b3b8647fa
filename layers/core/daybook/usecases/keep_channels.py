"""Keep a channel open for every watched calendar: the new one before the old one ends, and the old one closed after.

Channels cannot be renewed, and no call lists them (Google Calendar API, "Push notifications"). So each is written down
before it is asked for: its first message may overtake the answer, and one that nobody remembers could not be closed.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from daybook.calendar_ports import Connections, Watch
from daybook.domain.connection import Channel, Connection
from daybook.domain.tokens import secret_digest
from daybook.ports import NewId, Stale
from daybook.provider_ports import Provider, Refused

TTL = timedelta(days=30)
"""How long a channel shall live; the provider grants what it likes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    """What keeping channels needs of the world. `new_secret` makes a channel's token."""

    account: Provider
    connections: Connections
    new_id: NewId
    new_secret: Callable[[], str]
    now: datetime

    def keep(self, connection: Connection) -> Connection:
        """Open, replace and close channels; return the connection with those that now live.

        Raises:
            Stale: the connection was changed meanwhile; what was opened is closed again.
        """
        watched, known = connection.watched, connection.channels
        due = [calendar for calendar in sorted(watched) if _wanted(known.get(calendar), self.now)]
        opened = {calendar: channel for calendar in due if (channel := self._opened(connection, calendar))}
        channels = {calendar: known[calendar] for calendar in watched & known.keys()} | opened
        if channels == connection.channels:
            return connection
        after = replace(connection, channels=channels)
        try:
            self.connections.note(after)
        except Stale:
            self.close(opened.values())
            raise
        self.close(one for one in connection.channels.values() if one not in channels.values())
        return after

    def close(self, channels: Iterable[Channel]) -> None:
        for channel in channels:
            with suppress(Refused):  # it ends by itself; what it still says is about a channel nobody knows
                self.account.stop(channel)
            self.connections.remove_watch(channel.id)

    def _opened(self, connection: Connection, calendar: str) -> Channel | None:
        """Open a channel; None: the provider opens none for this calendar, which is then only read in turn."""
        name, token = self.new_id(), self.new_secret()
        asked = Channel(id=name, resource="", token_sha256=secret_digest(token), expires_at=self.now + TTL)
        watch = Watch(tenant=connection.tenant, host=connection.host, connection=connection.id, channel=asked)
        self.connections.add_watch(watch)
        try:
            channel = self.account.watch(calendar, name, token=token, ttl=TTL)
        except Refused:
            self.connections.remove_watch(name)
            return None
        self.connections.add_watch(replace(watch, channel=channel))
        return channel


def _wanted(channel: Channel | None, now: datetime) -> bool:
    return channel is None or channel.ending(now)
