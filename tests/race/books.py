"""Audits a table: what each ledger day, counter, seat and slot holds against the bookings that stand.

It reads raw items and says what does not add up; the arithmetic is the interval oracle's, not the ledger's.
"""

from collections import Counter as Tally
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import combinations
from typing import Any

from daybook.adapters.dynamodb import items, keys
from daybook.domain.booking import ENDED, Booking
from daybook.domain.ledger import LedgerDay, date_of, moment_at
from daybook.domain.published_slot import PublishedSlot
from tests.property.ledger_oracle import Meeting, elements, meets, steps

Row = dict[str, Any]


class Audit:
    """One look at a tenant's items."""

    def __init__(self, client: Any, table: str, tenant: str) -> None:
        rows = list(_scan(client, table, f"T#{tenant}#"))
        self._rows = {(row["pk"]["S"], row["sk"]["S"]): row for row in rows}
        self.bookings = [items.decode(Booking, row) for row in self._of("BOOKING")]
        self.slots = [items.decode(PublishedSlot, row) for row in self._of("SLOT")]

    def standing(self, host: str | None = None) -> list[Booking]:
        """Return the bookings whose time is written, lapsed ones that nobody has expired included."""
        return [one for one in self.bookings if one.status not in ENDED and host in {None, one.host}]

    def violations(self) -> list[str]:
        hosts = sorted({one.host for one in self.bookings} | {one.host for one in self.slots})
        found = [
            problem for host in hosts for problem in (*self._overlaps(host), *self._time(host), *self._counts(host))
        ]
        return [*found, *self._events(), *self._seats()]

    def _overlaps(self, host: str) -> Iterator[str]:
        for one, other in combinations(map(meeting_of, self.standing(host)), 2):
            if not one.shares(other) and (meets(one.span, other.core) or meets(one.core, other.span)):
                yield f"{host}: {one.id} and {other.id} overlap"

    def _time(self, host: str) -> Iterator[str]:
        meetings = [meeting_of(one) for one in self.standing(host)]
        days = self._days(host)
        yield from _differences(
            f"{host}: taken",
            {(date_of(day.day), element) for day in days for element in day.taken},
            {where for one in meetings for where in elements(one)},
        )
        yield from _differences(
            f"{host}: holds",
            {hold.booking for day in days for hold in day.holds},
            {one.id for one in meetings if one.deadline is not None},
        )
        seats = Tally((one.session, one.start) for one in meetings if one.session)
        yield from _differences(
            f"{host}: sessions",
            {(s.signature, moment_at(s.start), s.seats) for day in days for s in day.sessions.values()},
            {(*session, count) for session, count in seats.items()},
        )
        booked = {one.slot for one in meetings}
        still_open = [one for one in self.slots if one.host == host and not one.withdrawn and one.id not in booked]
        yield from _differences(
            f"{host}: offered",
            {(date_of(day.day), granule) for day in days for granule in day.offered},
            {step for one in still_open for step in steps((one.start, one.end))},
        )

    def _counts(self, host: str) -> Iterator[str]:
        stored: set[tuple[str, str]] = set()
        minutes: Tally[str] = Tally()
        for (pk, sk), row in self._rows.items():
            if pk.endswith(f"#H#{host}") and sk.startswith("COUNT#"):
                count = items.decode_count(row)
                stored |= {(sk, name) for name in count.bookings}
                minutes[sk] += count.minutes
        wanted = [(keys.counter("", "", each)["sk"]["S"], one) for one in self.standing(host) for each in one.counted]
        yield from _differences(f"{host}: counted", stored, {(sk, one.id) for sk, one in wanted})
        minutes.subtract({sk: 0 for sk, _ in wanted})
        for sk, one in wanted:
            minutes[sk] -= int(one.duration.total_seconds()) // 60
        yield from (f"{host}: {sk} is off by {off} minutes" for sk, off in minutes.items() if off)

    def _events(self) -> Iterator[str]:
        stored = {key for key in self._rows if key[1].startswith("EVENT#")}
        wanted = {
            (key["pk"]["S"], key["sk"]["S"])
            for one in self.bookings
            for version in range(1, one.version + 1)
            for key in [keys.history(one.tenant, one.id, version)]
        }
        yield from _differences("events", stored, wanted)

    def _seats(self) -> Iterator[str]:
        persons = sum(sk.startswith("SEAT#") for _, sk in self._rows)
        seated = sum(1 for one in self.standing() if one.seat_of)
        if persons != seated:
            yield f"{persons} seat records for {seated} seats"
        taken = Tally(one.slot for one in self.standing())
        yield from (
            f"slot {one.id}: {one.seats}, not {taken[one.id]}" for one in self.slots if one.seats != taken[one.id]
        )

    def _days(self, host: str) -> list[LedgerDay]:
        return [
            items.decode_day(row, items.day_of(row))
            for (pk, sk), row in self._rows.items()
            if pk.endswith(f"#H#{host}") and sk.startswith(keys.DAY)
        ]

    def _of(self, sk: str) -> list[Row]:
        return [row for (_, found), row in self._rows.items() if found == sk]


def meeting_of(booking: Booking) -> Meeting:
    """Say a booking in the oracle's words."""
    return Meeting(
        id=booking.id,
        start=booking.start,
        end=booking.end,
        before=booking.buffer_before,
        after=booking.buffer_after,
        session=booking.seat_of,
        capacity=booking.capacity,
        slot=booking.slot,
        deadline=booking.deadline,
    )


def starts(bookings: Sequence[Booking]) -> list[datetime]:
    return sorted(one.start for one in bookings)


def _differences(what: str, stored: set[Any], wanted: set[Any]) -> Iterator[str]:
    if stored - wanted:
        yield f"{what}: too much {sorted(stored - wanted, key=str)[:3]}"
    if wanted - stored:
        yield f"{what}: missing {sorted(wanted - stored, key=str)[:3]}"


def _scan(client: Any, table: str, prefix: str) -> Iterator[Row]:
    request: dict[str, Any] = {"TableName": table, "ConsistentRead": True}
    while True:
        page = client.scan(**request)
        yield from (row for row in page["Items"] if row["pk"]["S"].startswith(prefix))
        if "LastEvaluatedKey" not in page:
            return
        request["ExclusiveStartKey"] = page["LastEvaluatedKey"]
