"""The day ledger on DynamoDB: every change of a booking is one transaction (docs/adr/0002)."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from daybook.adapters.dynamodb import counting, expressions, items, keys, writes
from daybook.adapters.dynamodb.backoff import ATTEMPTS, full_jitter
from daybook.adapters.dynamodb.ledger_days import Change, DayChanged, claimed, day_key, rewritten
from daybook.adapters.dynamodb.paging import stretch
from daybook.adapters.dynamodb.transactions import Proof, Transactions, Write, stale, unconditional
from daybook.domain.actor import Actor, Role
from daybook.domain.booking import Booking
from daybook.domain.errors import Busy
from daybook.domain.history import Deed, Event, Origin, event
from daybook.domain.ledger import LedgerDay
from daybook.domain.limits import Bound, Count, Counter
from daybook.domain.published_slot import PublishedSlot
from daybook.ports import Move, Record, Stale

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoLedger:
    """`ports.Ledger` on one table."""

    def __init__(self, client: "DynamoDBClient", table: str, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._table = table
        self._sleep = sleep
        self._transactions = Transactions(client, table, sleep=sleep)

    def days(self, tenant: str, host: str, days: range) -> Sequence[LedgerDay]:
        if not days:
            return []
        first, last = keys.day_sk(days.start), keys.day_sk(days.stop - 1)
        found = stretch(self._client, self._table, keys.host_pk(tenant, host), first, last)
        return [items.decode_day(item, items.day_of(item)) for item in found]

    def counts(self, tenant: str, host: str, counters: Collection[Counter]) -> Mapping[Counter, Count]:
        by_sort_key = {keys.counter(tenant, host, counter)["sk"]["S"]: counter for counter in counters}
        found: list[items.Raw] = []
        for scope in {counter.scope for counter in counters}:
            own = [sort_key for sort_key, counter in by_sort_key.items() if counter.scope == scope]
            found += stretch(self._client, self._table, keys.host_pk(tenant, host), min(own), max(own))
        known = ((by_sort_key.get(item["sk"]["S"]), items.decode_count(item)) for item in found)
        return {counter: count for counter, count in known if counter is not None}

    def claim(
        self, booking: Booking, event: Event, *, bounds: Sequence[Bound], record: Record | None, now: datetime
    ) -> None:
        def attempt() -> None:
            before = [
                *writes.remember(booking.tenant, record, now),
                *writes.take_seat(booking),
                *counting.count(booking, bounds),
            ]
            after = [*writes.fill_slot(booking), writes.new_booking(booking)]
            days = booking.claim.days
            if self._needs_reading(booking):
                self._rewrite(booking, days, lambda day: day.placed(booking.stake), before, after, event=event)
            else:
                self._commit([*before, *claimed(booking), *after], event)

        self._with_lapsed_expired(booking, attempt, now)

    def move(
        self,
        before: Booking,
        after: Booking,
        event: Event,
        *,
        bounds: Sequence[Bound],
        record: Record | None,
        now: datetime,
    ) -> None:
        def attempt() -> None:
            first = [
                *writes.remember(after.tenant, record, now),
                writes.change_booking(before, after),
                *writes.move_seat(before, after),
                *counting.move_counts(before, after, bounds),
            ]
            last = writes.move_slot(before, after)
            days = sorted({*before.stake.claim.days, *after.stake.claim.days})

            def moved(day: LedgerDay) -> LedgerDay:
                if day.day in before.stake.claim.days:
                    day = day.removed(before.stake)
                return day.placed(after.stake) if day.day in after.stake.claim.days else day

            self._rewrite(after, days, moved, first, last, event=event)

        self._with_lapsed_expired(after, attempt, now)

    def move_session(self, moves: Sequence[Move], along: Sequence[Write], *, now: datetime) -> None:
        """Move all who sit in a session, in one transaction with what goes along (`session_ports.Sessions.move`)."""
        before, after = [move.before.stake for move in moves], [move.after.stake for move in moves]
        days = sorted({*before[0].claim.days, *after[0].claim.days})
        first = [*writes.move_together(moves), *counting.move_together(moves)]

        def attempt() -> None:
            self._rewrite(
                moves[0].after, days, lambda day: day.reseated(before, after), first, along, event=moves[0].event
            )

        self._with_lapsed_expired(moves[0].after, attempt, now)

    def release(self, before: Booking, after: Booking, event: Event) -> None:
        first = [*writes.leave_seat(before), *counting.discount(before), *writes.empty_slot(before)]
        last = [writes.change_booking(before, after)]
        stake = before.stake
        if stake.signature is not None:
            self._rewrite(after, stake.claim.days, lambda day: day.removed(stake), first, last, event=event)
            return
        days = [
            Write(expressions.release_day(day_key(before, day), day, stake), unconditional) for day in stake.claim.days
        ]
        self._commit([*first, *days, *last], event)

    def settle(self, before: Booking, after: Booking, event: Event) -> None:
        days = []
        if before.deadline is not None and after.deadline is None:
            days = [
                Write(expressions.confirm_day(day_key(before, day), before.id), stale)
                for day in before.stake.claim.days
            ]
        self._commit([*days, writes.change_booking(before, after)], event)

    def recount(self, booking: Booking, bounds: Sequence[Bound]) -> None:
        moved = counting.recount(booking, bounds)
        if moved:
            self._transactions.commit(moved)

    def publish(self, slot: PublishedSlot, *, record: Record | None) -> None:
        first = [*writes.remember(slot.tenant, record, slot.created_at), writes.new_slot(slot)]

        def attempt() -> None:
            self._rewrite(slot, slot.claim.days, lambda day: day.published(slot.claim), first, [])

        self._with_lapsed_expired(slot, attempt, slot.created_at)

    def withdraw(self, slot: PublishedSlot) -> None:
        first = [writes.withdraw_slot(slot)]
        self._rewrite(slot, slot.claim.days, lambda day: day.withdrawn(slot.claim), first, [])

    def _commit(self, transaction: Sequence[Write], event: Event | None) -> None:
        if event is None:
            self._transactions.commit(transaction)
            return
        proof = Proof(keys.history(event.tenant, event.booking, event.version), uuid4().hex)
        self._transactions.commit([*transaction, writes.new_event(event, proof.token)], proof=proof)

    def _rewrite(
        self,
        owner: Booking | PublishedSlot,
        days: Collection[int],
        change: Change,
        before: Sequence[Write],
        after: Sequence[Write],
        *,
        event: Event | None = None,
    ) -> None:
        """Read days, change them in the domain, and write them back unless somebody else did meanwhile."""
        for attempt in range(ATTEMPTS):
            middle = rewritten(owner, self._read(owner, days), change)
            try:
                self._commit([*before, *middle, *after], event)
            except DayChanged:
                self._sleep(full_jitter(attempt))
            else:
                return
        raise Busy("Too many changes to the same day at once; try again.")

    def _read(self, owner: Booking | PublishedSlot, days: Collection[int]) -> list[LedgerDay]:
        found = items.batch_get(self._client, self._table, [day_key(owner, day) for day in days])
        stored = {items.day_of(item): item for item in found}
        return [items.decode_day(stored.get(day, {}), day) for day in days]

    @staticmethod
    def _needs_reading(booking: Booking) -> bool:
        stake = booking.stake
        return any(expressions.terms(stake, day) > expressions.MAX_TERMS for day in stake.claim.days)

    def _with_lapsed_expired(self, wanted: Booking | PublishedSlot, attempt: Callable[[], None], now: datetime) -> None:
        """Run an attempt; as long as lapsed holds refuse it, expire those and try again.

        More than once, for a refusal names what one day or counter holds, and the next one may hold others.
        """
        while True:
            try:
                attempt()
            except (writes.Occupied, counting.Full) as refusal:
                lapsed = list(self._lapsed(wanted.tenant, refusal, now))
                if not lapsed:
                    raise refusal.answer() from refusal
                for other in lapsed:
                    self._expire(other, now)
            else:
                return

    def _lapsed(self, tenant: str, refusal: "writes.Occupied | counting.Full", now: datetime) -> Iterator[Booking]:
        wanted = [keys.booking(tenant, other) for other in refusal.suspects(now)]
        for item in items.batch_get(self._client, self._table, wanted):
            other = items.decode(Booking, item)
            if other.lapsed(now):
                yield other

    def _expire(self, booking: Booking, now: datetime) -> None:
        origin = Origin(Actor(Role.SYSTEM), now, "")
        expired = booking.expired(now=now)
        try:
            self.release(booking, expired, event(Deed.EXPIRED, origin, before=booking, after=expired))
        except Stale:
            return  # somebody else has just expired, confirmed or cancelled it
