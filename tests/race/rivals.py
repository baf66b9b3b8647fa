"""Rivals who skip HTTP: threads and processes that change one host's time through the adapter itself."""

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from ulid import ULID

from daybook.adapters.dynamodb.bookings import DynamoBookings
from daybook.adapters.dynamodb.ledger import DynamoLedger
from daybook.domain.actor import Actor, Role
from daybook.domain.attendee import Attendee
from daybook.domain.booking import ENDED, PENDING, Booking, Policy, Status
from daybook.domain.errors import DaybookError
from daybook.domain.history import Deed, Origin, event
from daybook.domain.limits import Bound, Limits, Rules
from daybook.ports import Stale
from daybook.usecases.cancel import cancel
from daybook.usecases.confirm import confirm
from daybook.usecases.decline import decline

MIDNIGHT = datetime(2027, 3, 1, tzinfo=UTC)
NOW = MIDNIGHT - timedelta(days=3)
FIVE = timedelta(minutes=5)
RULES = Rules("intro", Limits(per_day=6), Limits(minutes_per_day=600))


@dataclass(frozen=True)
class Place:
    """Where the table is; it crosses into other processes. `endpoint` None is AWS itself, or who plays it."""

    endpoint: str | None
    table: str
    tenant: str
    host: str

    def client(self) -> Any:
        return boto3.client(
            "dynamodb",
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )


class Rival:
    """One who books and changes whatever there is, by a clock of their own."""

    def __init__(self, place: Place, seed: int = 0) -> None:
        client = place.client()
        self.place = place
        self.ledger = DynamoLedger(client, place.table)
        self.bookings = DynamoBookings(client, place.table)
        self.random = random.Random(seed)

    def book(
        self,
        start: datetime,
        length: timedelta,
        *,
        before: timedelta = timedelta(0),
        after: timedelta = timedelta(0),
        asked: bool = False,
        now: datetime = NOW,
    ) -> Booking:
        bounds = bounds_at(start)
        booking = Booking(
            id=str(ULID()), tenant=self.place.tenant, host=self.place.host, event_type="intro",
            status=Status.PENDING_CONFIRMATION if asked else Status.CONFIRMED,
            start=start, end=start + length, buffer_before=before, buffer_after=after,
            attendee=Attendee(name="P", email="p@example.com", timezone="UTC"), attendee_key=str(ULID()),
            policy=Policy(requires_confirmation=asked), counted=tuple(bound.counter for bound in bounds),
            deadline=now + timedelta(hours=1) if asked else None,
            uid="uid@daybook.example", created_at=now, updated_at=now,
        )  # fmt: skip
        step = event(Deed.BOOKED, origin(now), before=None, after=booking)
        self.ledger.claim(booking, step, bounds=bounds, record=None, now=now)
        return booking

    def move(self, booking: Booking, start: datetime, now: datetime) -> Booking:
        bounds = bounds_at(start)
        after = booking.moved(start, start + booking.duration, actor=origin(now).actor, now=now)
        after = replace(after, counted=tuple(bound.counter for bound in bounds))
        step = event(Deed.RESCHEDULED, origin(now), before=booking, after=after)
        self.ledger.move(booking, after, step, bounds=bounds, record=None, now=now)
        return after

    def confirm(self, booking: Booking, now: datetime) -> Booking:
        return confirm(booking, origin=origin(now), ledger=self.ledger, bookings=self.bookings)

    def act(self) -> str:
        """Do something at random; return what came of it."""
        now = NOW + self.random.random() * timedelta(hours=3)
        start = MIDNIGHT + self.random.randint(-36, 36) * FIVE
        try:
            if self.random.random() < 0.5:
                length = self.random.choice([1, 3, 6, 12, 84]) * FIVE
                before, after = (self.random.choice([0, 0, 3, 12]) * FIVE for _ in range(2))
                self.book(start, length, before=before, after=after, asked=self.random.random() < 0.6, now=now)
                return "booked"
            booking = self._some_booking()
            return self._change(booking, start, now) if booking else "idle"
        except (DaybookError, Stale) as refusal:
            return type(refusal).__name__

    def _change(self, booking: Booking, start: datetime, now: datetime) -> str:
        means = {"origin": origin(now), "ledger": self.ledger, "bookings": self.bookings}
        deeds: dict[str, Callable[[], object]] = {
            "moved": lambda: self.move(booking, start, now),
            "confirmed": lambda: confirm(booking, **means),
            "declined": lambda: decline(booking, "", **means),
            "cancelled": lambda: cancel(booking, "", **means),
        }
        name = self.random.choice(
            ["confirmed", "declined"] if booking.status in PENDING else ["moved", "moved", *deeds]
        )
        deeds[name]()
        return name

    def _some_booking(self) -> Booking | None:
        place = self.place
        found = self.bookings.by_host(place.tenant, place.host, since=None, until=None, cursor=None, limit=100)
        # Most are over sooner or later; a few looks find one with which something can still be done.
        looks = self.random.sample(found.ids, min(4, len(found.ids)))
        return min(self.bookings.bookings(place.tenant, looks), key=lambda one: one.status in ENDED, default=None)


def storm(place: Place, seed: int, threads: int, deeds: int) -> Counter[str]:
    """Let some threads of this process act at random; count what came of it."""

    def live(number: int) -> list[str]:
        rival = Rival(place, seed * 1000 + number)
        return [rival.act() for _ in range(deeds)]

    with ThreadPoolExecutor(threads) as pool:
        return Counter(outcome for life in pool.map(live, range(threads)) for outcome in life)


def bounds_at(start: datetime) -> tuple[Bound, ...]:
    return tuple(RULES.bounds(start.date()))


def origin(now: datetime) -> Origin:
    return Origin(Actor(Role.HOST), now, "request-1")
