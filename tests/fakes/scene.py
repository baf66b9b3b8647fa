"""The tenant acme in memory with the host ada, weekdays 9 to 17 UTC, and the verbs of its people."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from daybook.domain.booking import Booking, Role
from daybook.domain.caller import Caller
from daybook.domain.event_type import EventType
from daybook.domain.host import Host
from daybook.domain.published_slot import PublishedSlot
from daybook.domain.tenant import Scope
from daybook.usecases.admission import Admit
from daybook.usecases.book import BookRequest, book
from daybook.usecases.book_slot import BookSlotRequest, book_slot
from daybook.usecases.cancel import cancel
from daybook.usecases.create_slot import SlotRequest, create_slot
from daybook.usecases.idempotency import Repeatable
from daybook.usecases.reschedule import Target, reschedule
from tests.fakes import values
from tests.fakes.ports import Ports, in_memory, interrupted
from tests.fakes.values import HALF_HOUR, NINE, NOW, SECRET

ACME = "acme"
HOST_KEY = Caller(tenant=ACME, key_id="k1", host=None, scopes=frozenset({Scope.BOOKINGS}))


def _names() -> Iterator[str]:
    return (f"ID{number:03}" for number in itertools.count(1))


def _admitted() -> None:
    """Let everybody in."""


@dataclass
class Scene:
    """`now` may be moved; `ports` replaced by ones that listen or interfere."""

    ports: Ports = field(default_factory=in_memory)
    now: datetime = NOW
    names: Iterator[str] = field(default_factory=_names)

    def new_id(self) -> str:
        return next(self.names)

    def host(self, **fields: Any) -> Host:
        """Add ada, with her schedule."""
        self.ports.catalogue.add_host(ACME, values.host(**fields))
        self.ports.catalogue.put_schedule(ACME, "ada", values.schedule(), version=None)
        return self.ada

    def of_tenant(self, **fields: Any) -> "Scene":
        """Let the tenant want something else."""
        access = self.ports.access
        known = access.tenant(ACME)
        assert known is not None
        access.change_tenant(replace(known, version=known.version + 1, **fields), version=known.version)
        return self

    @property
    def ada(self) -> Host:
        found = self.ports.catalogue.host(ACME, "ada")
        assert found is not None
        return found

    def offer(self, slug: str = "intro", **fields: Any) -> EventType:
        made = values.event_type(slug, **fields)
        self.ports.catalogue.put_event_type(ACME, "ada", made, version=None)
        return made

    def change(self, made: EventType, **fields: Any) -> EventType:
        changed = replace(made, version=made.version + 1, **fields)
        self.ports.catalogue.put_event_type(ACME, "ada", changed, version=made.version)
        return changed

    def book(
        self,
        start: datetime = NINE,
        who: str = "bob",
        *,
        event_type: str = "intro",
        key: str | None = None,
        answers: Mapping[str, str] | None = None,
        caller: Caller | None = None,
        admit: Admit = _admitted,
        ports: Ports | None = None,
    ) -> Booking:
        ports = ports or self.ports
        request = BookRequest(
            tenant=ACME,
            host="ada",
            event_type=event_type,
            start=start,
            attendee=values.attendee(who),
            answers=answers or {},
            caller=caller,
            repeatable=Repeatable.of(key, who, {"start": start.isoformat()}),
        )
        booked, secret = book(
            request,
            origin=values.origin(Role.HOST if caller else Role.ATTENDEE, self.now),
            admit=admit,
            mail_domain="daybook.example",
            catalogue=ports.catalogue,
            ledger=ports.ledger,
            bookings=ports.bookings,
            new_id=self.new_id,
        )
        assert secret == SECRET
        return booked

    def publish(
        self, start: datetime = NINE, *, key: str | None = None, ports: Ports | None = None, **fields: Any
    ) -> PublishedSlot:
        ports = ports or self.ports
        plain: dict[str, Any] = {"duration": HALF_HOUR, "event_type": None, "capacity": None}
        request = SlotRequest(
            tenant=ACME,
            host="ada",
            start=start,
            repeatable=Repeatable.of(key, "k1", {"start": start.isoformat()}),
            **{**plain, **fields},
        )
        return create_slot(
            request,
            catalogue=ports.catalogue,
            ledger=ports.ledger,
            bookings=ports.bookings,
            new_id=self.new_id,
            now=self.now,
        )

    def take(self, slot: PublishedSlot, who: str = "bob", *, caller: Caller | None = None) -> Booking:
        request = BookSlotRequest(
            tenant=ACME, slot=slot.id, attendee=values.attendee(who), answers={}, caller=caller, repeatable=None
        )
        booked, _ = book_slot(
            request,
            origin=values.origin(now=self.now),
            admit=_admitted,
            mail_domain="daybook.example",
            catalogue=self.ports.catalogue,
            ledger=self.ports.ledger,
            bookings=self.ports.bookings,
            new_id=self.new_id,
        )
        return booked

    def move(
        self,
        booking: Booking,
        start: datetime | None = None,
        *,
        slot: PublishedSlot | None = None,
        key: str | None = None,
        reason: str = "",
        role: Role = Role.ATTENDEE,
        ports: Ports | None = None,
    ) -> Booking:
        ports = ports or self.ports
        target = Target(
            start=start,
            slot=slot.id if slot else None,
            reason=reason,
            repeatable=Repeatable.of(key, booking.id, {"start": str(start)}),
        )
        return reschedule(
            booking,
            target,
            origin=values.origin(role, self.now),
            catalogue=ports.catalogue,
            ledger=ports.ledger,
            bookings=ports.bookings,
        )

    def cancel(
        self, booking: Booking, reason: str = "", *, role: Role = Role.ATTENDEE, ports: Ports | None = None
    ) -> Booking:
        ports = ports or self.ports
        origin = values.origin(role, self.now)
        return cancel(booking, reason, origin=origin, ledger=ports.ledger, bookings=ports.bookings)

    def disturbed(self, method: str, by: Callable[[], object]) -> Ports:
        """Return ports whose ledger lets somebody else act just before `method`."""
        return replace(self.ports, ledger=interrupted(self.ports.ledger, method, by))

    def stored(self, booking: Booking) -> Booking:
        found = self.ports.bookings.booking(ACME, booking.id)
        assert found is not None
        return found

    def advance(self, by: timedelta) -> None:
        self.now += by


def studio(**host: Any) -> Scene:
    """Return a scene with the tenant, ada and her half-hour `intro`."""
    scene = Scene()
    scene.ports.access.add_tenant(values.tenant(ACME), SECRET)
    scene.host(**host)
    scene.offer()
    return scene
