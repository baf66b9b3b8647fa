"""Ask for connections to be read that nobody has looked at for a while: pushes get lost, channels end."""

from dataclasses import dataclass
from datetime import datetime

from daybook.calendar_ports import Connections, SyncQueue

MOST = 1000
"""Of a sweep; the rest is next, the longest due first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """How connections stand: how many were asked for, have not been read for long, and wait for their hosts."""

    asked: int
    behind: int
    broken: int


def sweep_calendars(*, connections: Connections, sync: SyncQueue, now: datetime) -> Swept:
    due = connections.due(now, MOST)
    for one in due:
        sync.put(one.tenant, one.host, one.id, cause=f"sweep-{now:%Y%m%d%H%M}")
    return Swept(asked=len(due), behind=sum(one.behind(now) for one in due), broken=connections.count_broken())
