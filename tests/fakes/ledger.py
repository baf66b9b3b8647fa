"""The day ledger in memory: the domain's own arithmetic, one transaction a call."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from daybook.domain.actor import Actor, Role
from daybook.domain.booking import Booking
from daybook.domain.errors import LimitReached, SessionFull, SlotOverlap, SlotTaken
from daybook.domain.history import Deed, Event, Origin, event
from daybook.domain.ledger import LedgerDay
from daybook.domain.limits import Bound, Count, Counter
from daybook.domain.published_slot import PublishedSlot
from daybook.ports import Move, Record, Stale
from tests.fakes import transaction as step
from tests.fakes.store import Rows, Store

REFUSALS = (SlotTaken, SessionFull, LimitReached, SlotOverlap)
"""What a lapsed hold may be the only reason for."""


class MemoryLedger:
    """`ports.Ledger` on dictionaries. The order of the steps is the order of the answers."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def days(self, tenant: str, host: str, days: range) -> Sequence[LedgerDay]:
        rows = self._store.rows
        return [rows.days[tenant, host, day] for day in days if (tenant, host, day) in rows.days]

    def counts(self, tenant: str, host: str, counters: Collection[Counter]) -> Mapping[Counter, Count]:
        known = self._store.rows.counts
        return {one: known[tenant, host, one] for one in counters if (tenant, host, one) in known}

    def claim(
        self, booking: Booking, event: Event, *, bounds: Sequence[Bound], record: Record | None, now: datetime
    ) -> None:
        def attempt(rows: Rows) -> None:
            step.remember(rows, booking.tenant, record, now)
            step.take_seat(rows, booking)
            step.count(rows, booking, bounds)
            step.change_days(rows, booking, booking.claim.days, lambda day: day.placed(booking.stake))
            step.fill_slot(rows, booking)
            step.write_booking(rows, None, booking, event)

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
        def moved(day: LedgerDay) -> LedgerDay:
            if day.day in before.claim.days:
                day = day.removed(before.stake)
            return day.placed(after.stake) if day.day in after.claim.days else day

        def attempt(rows: Rows) -> None:
            step.remember(rows, after.tenant, record, now)
            step.write_booking(rows, before, after, event)
            if before.start != after.start:
                step.leave_seat(rows, before)
                step.take_seat(rows, after)
            step.recount(rows, before, after, bounds)
            step.change_days(rows, after, {*before.claim.days, *after.claim.days}, moved)
            if before.slot != after.slot:
                step.empty_slot(rows, before)
                step.fill_slot(rows, after)

        self._with_lapsed_expired(after, attempt, now)

    def move_session(self, moves: Sequence[Move], along: Callable[[Rows], None], *, now: datetime) -> None:
        before, after = [move.before for move in moves], [move.after for move in moves]

        def attempt(rows: Rows) -> None:
            for move in moves:
                step.write_booking(rows, move.before, move.after, move.event)
                step.leave_seat(rows, move.before)
            for move in moves:
                step.take_seat(rows, move.after)
                step.recount(rows, move.before, move.after, move.bounds)
            step.change_days(
                rows,
                after[0],
                {*before[0].claim.days, *after[0].claim.days},
                lambda day: day.reseated([one.stake for one in before], [one.stake for one in after]),
            )
            along(rows)

        self._with_lapsed_expired(after[0], attempt, now)

    def release(self, before: Booking, after: Booking, event: Event) -> None:
        with self._store.transaction() as rows:
            step.write_booking(rows, before, after, event)
            step.leave_seat(rows, before)
            step.discount(rows, before)
            step.change_days(rows, before, before.claim.days, lambda day: day.removed(before.stake))
            step.empty_slot(rows, before)

    def settle(self, before: Booking, after: Booking, event: Event) -> None:
        def settled(day: LedgerDay) -> LedgerDay:
            return replace(day, holds=tuple(hold for hold in day.holds if hold.booking != before.id))

        with self._store.transaction() as rows:
            step.write_booking(rows, before, after, event)
            if before.deadline is not None and after.deadline is None:
                step.change_days(rows, before, before.claim.days, settled)

    def recount(self, booking: Booking, bounds: Sequence[Bound]) -> None:
        wanted = tuple(bound.counter for bound in bounds)
        if wanted == booking.counted:
            return
        with self._store.transaction() as rows:
            recounted = replace(step.unchanged(rows, booking), counted=wanted)
            rows.bookings[booking.tenant, booking.id] = recounted
            step.discount(rows, booking)
            step.count(rows, booking, [Bound(counter) for counter in wanted])

    def publish(self, slot: PublishedSlot, *, record: Record | None) -> None:
        def attempt(rows: Rows) -> None:
            step.remember(rows, slot.tenant, record, slot.created_at)
            step.change_days(rows, slot, slot.claim.days, lambda day: day.published(slot.claim))
            rows.slots[slot.tenant, slot.id] = slot

        self._with_lapsed_expired(slot, attempt, slot.created_at)

    def withdraw(self, slot: PublishedSlot) -> None:
        with self._store.transaction() as rows:
            stored = rows.slots.get((slot.tenant, slot.id))
            if stored is None or stored.withdrawn or stored.seats:
                raise Stale
            rows.slots[slot.tenant, slot.id] = replace(stored, withdrawn=True)
            step.change_days(rows, slot, slot.claim.days, lambda day: day.withdrawn(slot.claim))

    def _with_lapsed_expired(
        self, wanted: Booking | PublishedSlot, attempt: Callable[[Rows], None], now: datetime
    ) -> None:
        """Run an attempt; if it is refused while lapsed holds of the host stand, expire those and try once more."""
        try:
            with self._store.transaction() as rows:
                attempt(rows)
        except REFUSALS:
            theirs = [one for one in self._store.rows.bookings.values() if one.lapsed(now)]
            lapsed = [one for one in theirs if (one.tenant, one.host) == (wanted.tenant, wanted.host)]
            if not lapsed:
                raise
            for other in lapsed:
                self._expire(other, now)
            with self._store.transaction() as rows:
                attempt(rows)

    def _expire(self, booking: Booking, now: datetime) -> None:
        expired = booking.expired(now=now)
        deed = event(Deed.EXPIRED, Origin(Actor(Role.SYSTEM), now, ""), before=booking, after=expired)
        try:
            self.release(booking, expired, deed)
        except Stale:
            return  # somebody else was faster
