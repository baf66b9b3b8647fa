"""An office whose calendar is read: pushes that arrive, a queue of wishes to read, and what the ledger says then."""

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from daybook.domain.connection import SyncRequest
from daybook.domain.errors import NotFound
from daybook.domain.ledger import PER_DAY, granule_after, granule_at, moment_at
from daybook.domain.snapshot import window
from daybook.edge.batches import delay_after
from daybook.usecases import edits
from daybook.usecases.import_busy_times import import_busy_times
from daybook.usecases.importing import Ports
from daybook.usecases.receive_push import Push, receive_push
from daybook.usecases.sweep_calendars import Swept, sweep_calendars
from local.google.freebusy import busy_times
from local.google.people import People
from tests.calendar.office import Office, opened
from tests.calendar.world import ADA
from tests.fakes.connections import MemoryExternalTime
from tests.fakes.post import MemoryCopyQueue, MemoryQueue
from tests.fakes.postroom import OUTAGES, VISIBILITY
from tests.fakes.scene import ACME

Wish = tuple[SyncRequest, datetime]
REPEATED = timedelta(minutes=5)
"""How long a queue takes the same wish for one."""


@dataclass
class Reader:
    """`sync` is the queue's front; `reads` counts how often a worker set to work."""

    office: Office
    queue: MemoryQueue[Wish] = field(init=False)
    reads: int = 0
    answered: list[int] = field(default_factory=list)
    _causes: dict[str, datetime] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self.queue = MemoryQueue(lambda: self.now, rest=delay_after, visibility=VISIBILITY, expected=OUTAGES)
        self.office.world.google.pushes.deliver = self.deliver

    @property
    def now(self) -> datetime:
        return self.office.scene.now

    @property
    def people(self) -> People:
        return self.office.world.people

    @property
    def external(self) -> MemoryExternalTime:
        made = self.office.scene.ports.external
        assert isinstance(made, MemoryExternalTime)
        return made

    @property
    def ports(self) -> Ports:
        known = self.office.scene.ports
        return Ports(
            connections=known.connections,
            providers=self.office.world.providers,
            ledger=known.ledger,
            external=known.external,
            notices=self.office.room.notices,
            following=edits.Ports(
                catalogue=known.catalogue,
                ledger=known.ledger,
                bookings=known.bookings,
                connections=known.connections,
                sessions=known.sessions,
                copies=MemoryCopyQueue(self.office.room.copying),
            ),
            new_id=lambda: f"channel-{next(self._numbers)}",
            new_secret=lambda: f"{next(self._numbers):043}",
        )

    def put(self, tenant: str, host: str, connection: str, *, cause: str, afresh: bool = False) -> None:
        """`calendar_ports.SyncQueue`."""
        last = self._causes.get(f"{connection}-{cause}")
        if last is None or last + REPEATED < self.now:
            self._causes[f"{connection}-{cause}"] = self.now
            self.ask(connection, afresh=afresh, tenant=tenant, host=host)

    def ask(self, connection: str = "C1", *, afresh: bool = False, tenant: str = ACME, host: str = "ada") -> None:
        wish = SyncRequest(tenant=tenant, host=host, connection=connection, afresh=afresh)
        self.queue.add(f"{tenant}/{host}", (wish, self.now))

    def deliver(self, _address: str, headers: Mapping[str, str]) -> int:
        """Take a push as the webhook does."""
        push = Push(
            channel=headers["X-Goog-Channel-ID"],
            token=headers["X-Goog-Channel-Token"],
            resource=headers["X-Goog-Resource-ID"],
            number=int(headers["X-Goog-Message-Number"]),
            first=headers["X-Goog-Resource-State"] == "sync",
        )
        try:
            receive_push(push, connections=self.office.scene.ports.connections, sync=self)
        except NotFound:
            self.answered.append(404)
        else:
            self.answered.append(204)
        return self.answered[-1]

    def read(self, wish: Wish) -> None:
        """Act as the worker does; a little time passes meanwhile."""
        self.reads += 1
        self.office.scene.now += timedelta(seconds=3)
        import_busy_times(wish[0], asked_at=wish[1], ports=self.ports, origin=self.office.room.origin())

    def read_now(self, ports: Ports) -> None:
        """Act as a worker of its own, past the queue."""
        self.office.scene.now += timedelta(minutes=1)
        wish = SyncRequest(tenant=ACME, host="ada", connection="C1")
        import_busy_times(wish, asked_at=self.now, ports=ports, origin=self.office.room.origin())

    def settle(self) -> None:
        """Do all that can be done now."""
        done = -1
        while done != len(self.office.world.google.calls) + len(self.office.room.events()):
            done = len(self.office.world.google.calls) + len(self.office.room.events())
            while self.office.world.google.pushes.run() or self.queue.work(self.read):
                pass
            self.office.room.settle()

    def sweep(self) -> Swept:
        return sweep_calendars(connections=self.office.scene.ports.connections, sync=self, now=self.now)

    def pass_(self, **time: float) -> None:
        """Let time pass: the queues' rests end, the sweep comes round."""
        until = self.now + timedelta(**time)
        step = timedelta(minutes=5) if until - self.now < timedelta(hours=3) else timedelta(minutes=30)
        while self.now < until:
            self.office.room.until(min(until, self.now + step))
            self.sweep()
            self.settle()

    def in_google(self) -> dict[int, frozenset[int]]:
        """Return the busy granules of each day, as Google tells it, our own events left out."""
        connection = self.office.connection
        days = window(connection.id, self.now)
        first, last = (moment_at(day * PER_DAY) for day in (days.start, days.stop))
        found: dict[int, set[int]] = {}
        for name in connection.busy_from:
            calendar = self.office.world.google.world.calendars[name]
            foreign = {event: one for event, one in calendar.events.items() if not _ours(one.resource)}
            for start, end in busy_times(replace(calendar, events=foreign), first, last):
                for granule in range(granule_at(start), granule_after(end)):
                    found.setdefault(granule // PER_DAY, set()).add(granule % PER_DAY)
        return {day: frozenset(granules) for day, granules in found.items()}

    def in_ledger(self) -> dict[int, frozenset[int]]:
        days = window("C1", self.now)
        known = self.office.scene.ports.ledger.days(ACME, "ada", days)
        return {day.day: day.external for day in known if day.external}

    def busy_at(self, moment: datetime) -> bool:
        day, granule = divmod(granule_at(moment), PER_DAY)
        return granule in self.in_ledger().get(day, frozenset())

    def channels(self) -> list[Any]:
        google = self.office.world.google
        return google.channels.open(google.world)


def _ours(resource: dict[str, Any]) -> bool:
    """A series that a host made of our event is theirs: its occurrences carry our mark, and are no copies."""
    alone = "recurrence" not in resource and "recurringEventId" not in resource
    marks = resource.get("extendedProperties", {}).get("private", {})
    return alone and not marks.keys().isdisjoint({"daybook_booking", "daybook_session"})


@contextmanager
def reading(**fields: Any) -> Iterator[Reader]:
    """Open an office with Ada's account connected, and her calendar read once."""
    with opened() as office:
        office.connect(**{"busy_from": frozenset({ADA}), **fields})
        reader = Reader(office)
        reader.ask(afresh=True)
        reader.settle()
        yield reader
