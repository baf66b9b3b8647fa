"""Give a connection up whose grant the provider refuses, and have its host told."""

from datetime import datetime

from daybook.calendar_ports import Connections, NoticeBoard
from daybook.domain.connection import Connection, State
from daybook.domain.notice import lost
from daybook.ports import Stale

PROBLEM = "grant_lost"


def lose_grant(connection: Connection, *, connections: Connections, notices: NoticeBoard, now: datetime) -> None:
    """Mark a connection as broken; one that is so already, or has a new grant, is left alone."""
    current: Connection | None = connection
    while current and current.state is State.CONNECTED and current.sealed_token == connection.sealed_token:
        after = current.broken(PROBLEM, now=now)
        try:
            connections.put(after, version=current.version)
        except Stale:
            current = connections.connection(connection.tenant, connection.host, connection.id)
            continue
        notices.put(lost(after))
        return


def tell_again(connection: Connection, *, notices: NoticeBoard) -> None:
    """Have the host told once more that a grant is lost: who marked it so may have died before.

    The notice is the same, so that the host gets one mail.
    """
    if connection.state is State.BROKEN and connection.problem == PROBLEM:
        notices.put(lost(connection))
