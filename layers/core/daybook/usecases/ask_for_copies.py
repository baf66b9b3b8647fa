"""Ask for bookings to be written where their host wants them now."""

from datetime import datetime

from daybook.calendar_ports import Connections, CopyQueue
from daybook.domain.connection import Connection
from daybook.ports import Bookings
from daybook.usecases.upcoming import upcoming_ids


def ask_for_copies(
    connection: Connection, *, bookings: Bookings, connections: Connections, copies: CopyQueue, now: datetime
) -> None:
    """Ask for what is to come, and for whatever has an event: somebody may be forgotten while nothing can be written.

    Asking twice does no harm.
    """
    upcoming = upcoming_ids(connection.tenant, connection.host, bookings=bookings, now=now)
    written = [copy.booking for copy in connections.copies(connection.tenant, connection.host).values()]
    copies.put(connection.tenant, list(dict.fromkeys([*upcoming, *written])))
