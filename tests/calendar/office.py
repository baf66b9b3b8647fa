"""Ada's bookings in memory, and her connected Google calendar, on one clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from daybook.domain.booking import Booking
from daybook.domain.connection import Connection
from local.google.port import serving
from tests.calendar.world import ADA, World
from tests.fakes.post import MemoryCopyQueue
from tests.fakes.postroom import Postroom
from tests.fakes.scene import ACME, Scene, studio
from tests.google.desk import CLIENT, REDIRECT, SECRET, Checked, Clock, Mailbox

BOB = "bob@example.com"
BERLIN = ZoneInfo("Europe/Berlin")


@dataclass
class SceneClock(Clock):
    """The scene's time."""

    scene: Scene | None = None

    def __call__(self) -> datetime:
        assert self.scene
        return self.scene.now


@dataclass
class Office:
    """A scene, what follows its bookings, and Google. `calendar` is the one that Daybook made for bookings."""

    room: Postroom
    world: World
    calendar: str = ""

    @property
    def scene(self) -> Scene:
        return self.room.scene

    @property
    def connection(self) -> Connection:
        found = self.scene.ports.connections.connection(ACME, "ada", "C1")
        assert found is not None
        return found

    def connect(self, **fields: Any) -> Connection:
        """Connect Ada's account, bookings going into a calendar made for them."""
        connection = self.world.connected(due_at=self.scene.now, **fields)
        self.calendar = self.world.providers.open(connection).create_calendar("Daybook", BERLIN).id
        connection = replace(connection, write_to=self.calendar, dedicated=self.calendar)
        self.scene.ports.connections.put(connection, version=None)
        self.room.account = self.world.providers.open
        self.scene.check_busy = lambda *_: False
        return connection

    def change(self, **fields: Any) -> None:
        before = self.connection
        changed = replace(before, version=before.version + 1, **fields)
        self.scene.ports.connections.put(changed, version=before.version)

    def events(self, calendar: str = "") -> list[dict[str, Any]]:
        """Return what stands in a calendar, by start."""
        known = self.world.google.world.calendars[calendar or self.calendar].events.values()
        standing = [event.resource for event in known if event.resource["status"] != "cancelled"]
        return sorted(standing, key=lambda event: event["start"]["dateTime"])

    def event(self) -> dict[str, Any]:
        """Return the only event."""
        [event] = self.events()
        return event

    def ever(self) -> int:
        """Count the events there have ever been, deleted ones too."""
        return len(self.world.google.world.calendars[self.calendar].events)

    def ask(self, *bookings: Booking) -> None:
        """Ask for copies, as connecting again does."""
        MemoryCopyQueue(self.room.copying).put(ACME, [booking.id for booking in bookings])
        self.room.settle()

    def google_mails(self) -> list[tuple[str, str]]:
        return [(mail.kind, mail.to) for mail in self.world.google.world.mails]

    def writes(self) -> int:
        return sum(self.world.count(f"events.{method}") for method in ("insert", "patch", "delete"))


@contextmanager
def opened() -> Iterator[Office]:
    room = Postroom(studio())
    clock = SceneClock(scene=room.scene)
    mailbox = Mailbox()
    google = Checked(clock, mailbox)
    google.people.add_account(ADA, name="Ada")
    google.people.register(CLIENT, SECRET, [REDIRECT])
    with serving(google, pump=False) as url:
        yield Office(room, World(google, url, clock, mailbox, tenant=ACME))
