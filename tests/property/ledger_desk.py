"""The real adapter and use cases as a desk of the ledger machine, and an audit of all they store."""

import itertools
from collections import Counter as Tally
from dataclasses import replace
from datetime import date, datetime, timedelta

from daybook import wiring
from daybook.adapters.dynamodb import items, keys
from daybook.adapters.dynamodb.bookings import DynamoBookings
from daybook.adapters.dynamodb.items import Raw
from daybook.adapters.dynamodb.ledger import DynamoLedger
from daybook.domain.actor import Actor, Role
from daybook.domain.attendee import Attendee
from daybook.domain.booking import Booking, Status
from daybook.domain.history import Deed, Origin, event
from daybook.domain.ledger import LedgerDay, date_of, moment_at
from daybook.domain.limits import Bound, Limits, Rules
from daybook.domain.policy import Policy
from daybook.domain.published_slot import PublishedSlot
from daybook.usecases.cancel import cancel
from daybook.usecases.cancel_slot import cancel_slot
from daybook.usecases.confirm import confirm
from daybook.usecases.decline import decline
from tests.harness import TABLE, table_properties
from tests.property.ledger_machine import DECISION
from tests.property.ledger_oracle import Cap, Interval, Meeting, Offer, Oracle, elements, steps

TENANT = "acme"
HOST_LIMITS = Limits(minutes_per_day=150, per_week=5, per_month=6)
OWN_LIMITS = {"solo": Limits(per_day=1), "asked": Limits(minutes_per_day=60), "class": Limits(per_week=3)}
CAPS = (
    Cap("solo", "day", bookings=1),
    Cap("asked", "day", minutes=60),
    Cap("class", "week", bookings=3),
    Cap(None, "day", minutes=150),
    Cap(None, "week", bookings=5),
    Cap(None, "month", bookings=6),
)


class OnDynamo:
    """A desk on the real adapter and use cases.

    Each life has a table of its own: moto copies the whole table for every transaction.
    """

    judges = True
    host = "ada"

    def __init__(self, *, limited: bool) -> None:
        self.limited = limited
        self.client = client = wiring.client()
        if client.list_tables()["TableNames"]:
            client.delete_table(TableName=TABLE)
        client.create_table(TableName=TABLE, **table_properties())
        self.ledger = DynamoLedger(client, TABLE, sleep=lambda _: None)
        self.bookings = DynamoBookings(client, TABLE)

    def claim(self, meeting: Meeting, now: datetime) -> None:
        booking, bounds = self._booking(meeting, now)
        deed = Deed.REQUESTED if meeting.status == "pending" else Deed.BOOKED
        step = event(deed, origin(now), before=None, after=booking)
        self.ledger.claim(booking, step, bounds=bounds, record=None, now=now)

    def move(self, before: Meeting, after: Meeting, now: datetime) -> None:
        current = self._stored(before.id)
        moved = current.moved(after.start, after.end, actor=origin(now).actor, now=now)
        bounds = self._bounds(after)
        moved = replace(
            moved,
            counted=tuple(bound.counter for bound in bounds),
            slot=after.slot,
            seat_of=after.session,
            capacity=after.capacity,
        )
        step = event(Deed.RESCHEDULED, origin(now), before=current, after=moved)
        self.ledger.move(current, moved, step, bounds=bounds, record=None, now=now)

    def confirm(self, meeting: Meeting, now: datetime) -> None:
        confirm(self._stored(meeting.id), origin=origin(now), ledger=self.ledger, bookings=self.bookings)

    def decline(self, meeting: Meeting, now: datetime) -> None:
        decline(self._stored(meeting.id), "", origin=origin(now), ledger=self.ledger, bookings=self.bookings)

    def cancel(self, meeting: Meeting, now: datetime) -> None:
        cancel(self._stored(meeting.id), "", origin=origin(now), ledger=self.ledger, bookings=self.bookings)

    def publish(self, offer: Offer, now: datetime) -> None:
        slot = PublishedSlot(
            id=offer.id, tenant=TENANT, host=self.host, start=offer.start, end=offer.end,
            capacity=offer.capacity, created_at=now,
        )  # fmt: skip
        self.ledger.publish(slot, record=None)

    def withdraw(self, offer: Offer, now: datetime) -> None:
        slot = self.bookings.slot(TENANT, offer.id)
        assert slot is not None
        cancel_slot(slot, ledger=self.ledger, bookings=self.bookings, now=now)

    def sync(self, busy: list[Interval]) -> None:
        wanted: dict[date, set[int]] = {}
        for day, granule in itertools.chain.from_iterable(map(steps, busy)):
            wanted.setdefault(day, set()).add(granule)
        known = (items.day_of(row) for row in self._rows() if row["sk"]["S"].startswith(keys.DAY))
        for day in {*map(date_of, known), *wanted}:
            number = (day - date_of(0)).days
            found = frozenset(wanted.get(day, ()))
            self.client.update_item(
                TableName=TABLE,
                Key=keys.day(TENANT, self.host, number),
                UpdateExpression="SET #busy = :busy" if found else "REMOVE #busy",
                ExpressionAttributeNames={"#busy": "external"},
                **({"ExpressionAttributeValues": {":busy": items.number_set(found)}} if found else {}),
            )

    def check(self, oracle: Oracle) -> None:
        stored = {one.id: one for one in self.bookings.bookings(TENANT, list(oracle.meetings))}
        expired = {one for one, booking in stored.items() if booking.status is Status.EXPIRED}
        for name, meeting in oracle.meetings.items():
            booking = stored[name]
            assert booking.status.value.startswith(meeting.status) or (name in expired and meeting.lapsed(oracle.now))
            assert (booking.start, booking.end) == meeting.core
        written = oracle.written(expired)
        rows = self._rows()
        days = [items.decode_day(row, items.day_of(row)) for row in rows if row["sk"]["S"].startswith(keys.DAY)]
        check_time(written, days)
        self._check_holds(written, days)
        self._check_seats(written, days, sum(row["sk"]["S"].startswith("SEAT#") for row in rows))
        self._check_counts(written, [row for row in rows if row["sk"]["S"].startswith("COUNT#")])
        self._check_offers(oracle, written, days)

    def close(self, oracle: Oracle) -> None:
        """Every version of every booking has left its event."""
        for name in oracle.meetings:
            history = self.bookings.history(TENANT, name)
            assert [one.version for one in history] == list(range(1, self._stored(name).version + 1))

    def _check_holds(self, written: list[Meeting], days: list[LedgerDay]) -> None:
        held = {(one.id, *where) for one in written if one.status == "pending" for where in elements(one)}
        assert held == {
            (hold.booking, date_of(day.day), element) for day in days for hold in day.holds for element in hold.elements
        }

    def _check_seats(self, written: list[Meeting], days: list[LedgerDay], rows: int) -> None:
        seats = Tally((one.session, one.start) for one in written if one.session)
        shared = [(s.signature, moment_at(s.start), s.seats) for day in days for s in day.sessions.values()]
        assert {(signature, start) for signature, start, _ in shared} == set(seats)
        assert all(seats[signature, start] == count for signature, start, count in shared)
        assert rows == sum(seats.values())

    def _check_counts(self, written: list[Meeting], rows: list[Raw]) -> None:
        ids: dict[str, set[str]] = {}
        minutes: Tally[str] = Tally()
        for one in written:
            for bound in self._bounds(one):
                row = keys.counter(TENANT, self.host, bound.counter)["sk"]["S"]
                ids.setdefault(row, set()).add(one.id)
                minutes[row] += (one.end - one.start) // timedelta(minutes=1)
        for item in rows:
            row, count = item["sk"]["S"], items.decode_count(item)
            assert count.bookings == ids.pop(row, set())
            assert count.minutes == minutes[row]
        assert not ids

    def _check_offers(self, oracle: Oracle, written: list[Meeting], days: list[LedgerDay]) -> None:
        seats = Tally(one.slot for one in written)
        slots = {slot.id: slot for slot in self.bookings.slots_by_id(TENANT, list(oracle.offers))}
        for offer in oracle.offers.values():
            slot = slots[offer.id]
            assert (slot.seats, slot.withdrawn) == (seats[offer.id], offer.withdrawn)
        still_open = [one for one in oracle.offers.values() if not one.withdrawn and not seats[one.id]]
        assert {(date_of(day.day), granule) for day in days for granule in day.offered} == {
            step for one in still_open for step in steps(one.core)
        }

    def _booking(self, meeting: Meeting, now: datetime) -> tuple[Booking, tuple[Bound, ...]]:
        bounds = self._bounds(meeting)
        pending = meeting.status == "pending"
        booking = Booking(
            id=meeting.id, tenant=TENANT, host=self.host, event_type=meeting.scope or None,
            slot=meeting.slot, seat_of=meeting.session, capacity=meeting.capacity,
            status=Status.PENDING_CONFIRMATION if pending else Status.CONFIRMED,
            start=meeting.start, end=meeting.end, buffer_before=meeting.before, buffer_after=meeting.after,
            attendee=Attendee(name="P", email="p@example.com", timezone="UTC"), attendee_key=meeting.person,
            policy=Policy(requires_confirmation=pending, confirmation_time=DECISION),
            counted=tuple(bound.counter for bound in bounds), deadline=meeting.deadline if pending else None,
            uid=f"{meeting.id}@daybook.example", created_at=now, updated_at=now,
        )  # fmt: skip
        return booking, bounds

    def _bounds(self, meeting: Meeting) -> tuple[Bound, ...]:
        if not self.limited:
            return ()
        own = OWN_LIMITS.get(meeting.scope, Limits())
        return tuple(Rules(meeting.scope, own, HOST_LIMITS).bounds(meeting.start.date()))

    def _stored(self, name: str) -> Booking:
        booking = self.bookings.booking(TENANT, name)
        assert booking is not None
        return booking

    def _rows(self) -> list[Raw]:
        return self.client.query(
            TableName=TABLE,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": keys.host_pk(TENANT, self.host)}},
        )["Items"]


def check_time(written: list[Meeting], days: list[LedgerDay]) -> None:
    """What is taken is what the written bookings own."""
    taken = {(date_of(day.day), element) for day in days for element in day.taken}
    assert taken == {where for one in written for where in elements(one)}


def origin(now: datetime) -> Origin:
    return Origin(Actor(Role.HOST), now, "request-1")
