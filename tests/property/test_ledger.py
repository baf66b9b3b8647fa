"""The ledger's arithmetic against the interval oracle: a random life on days in memory."""

import os
from collections import defaultdict
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from daybook.domain import ledger
from daybook.domain.errors import Exists, SessionFull, SlotTaken
from daybook.domain.ledger import Claim, LedgerDay, Stake, date_of, granule_after, granule_at
from tests.property.ledger_machine import LedgerMachine
from tests.property.ledger_oracle import Interval, Meeting, Offer, Oracle, elements, steps

EXAMPLES = int(os.environ.get("DAYBOOK_LEDGER_EXAMPLES", "150"))
"""More for a long run: DAYBOOK_LEDGER_EXAMPLES=5000."""

Seat = tuple[str, datetime, str]


def claim_of(meeting: Meeting) -> Claim:
    return Claim.of(meeting.start, meeting.end, before=meeting.before, after=meeting.after)


def stake_of(meeting: Meeting) -> Stake:
    return Stake(
        booking=meeting.id,
        claim=claim_of(meeting),
        signature=meeting.session,
        capacity=meeting.capacity,
        deadline=meeting.deadline if meeting.status == "pending" else None,
        offered=meeting.slot is not None,
    )


def seat_of(meeting: Meeting) -> Seat | None:
    return (meeting.session, meeting.start, meeting.person) if meeting.session else None


def offered_claim(offer: Offer) -> Claim:
    return Claim.of(offer.start, offer.end, before=timedelta(0), after=timedelta(0))


class InMemory:
    """A desk on LedgerDay values, changed all or none."""

    judges = False

    def __init__(self) -> None:
        self.days: dict[int, LedgerDay] = {}
        self.stakes: dict[str, Stake] = {}
        self.seats: dict[str, Seat | None] = {}
        self.withdrawn: set[str] = set()
        self.expired: set[str] = set()

    def claim(self, meeting: Meeting, now: datetime) -> None:
        self._take_seat(meeting)
        self._expire(claim_of(meeting), now)
        stake = stake_of(meeting)
        placed = {day: self._day(day).placed(stake) for day in stake.claim.days}
        self._require_open(meeting)
        self._write(placed)
        self.stakes[meeting.id] = stake
        self.seats[meeting.id] = seat_of(meeting)

    def move(self, before: Meeting, after: Meeting, now: datetime) -> None:
        self._take_seat(after)
        self._expire(claim_of(after), now)
        old, new = self.stakes[before.id], stake_of(after)
        moved = {day: self._day(day) for day in {*old.claim.days, *new.claim.days}}
        for day in old.claim.days:
            moved[day] = moved[day].removed(old)
        for day in new.claim.days:
            moved[day] = moved[day].placed(new)
        self._require_open(after)
        self._write(moved)
        self.stakes[before.id] = new
        self.seats[before.id] = seat_of(after)

    def cancel(self, meeting: Meeting, now: datetime) -> None:
        stake = self.stakes.pop(meeting.id)
        self.seats.pop(meeting.id)
        self._write({day: self._day(day).removed(stake) for day in stake.claim.days})

    decline = cancel

    def confirm(self, meeting: Meeting, now: datetime) -> None:
        stake = self.stakes[meeting.id]
        for day in stake.claim.days:
            firm = tuple(hold for hold in self._day(day).holds if hold.booking != meeting.id)
            self.days[day] = replace(self._day(day), holds=firm)
        self.stakes[meeting.id] = replace(stake, deadline=None)

    def publish(self, offer: Offer, now: datetime) -> None:
        claim = offered_claim(offer)
        self._expire(claim, now)
        self._write({day: self._day(day).published(claim) for day in claim.days})

    def withdraw(self, offer: Offer, now: datetime) -> None:
        claim = offered_claim(offer)
        self._expire(claim, now)
        self._write({day: self._day(day).withdrawn(claim) for day in claim.days})
        self.withdrawn.add(offer.id)

    def sync(self, busy: list[Interval]) -> None:
        external: dict[int, set[int]] = defaultdict(set)
        for start, end in busy:
            for granule in range(granule_at(start), granule_after(end)):
                external[granule // ledger.PER_DAY].add(granule % ledger.PER_DAY)
        for day in {*self.days, *external}:
            self.days[day] = replace(self._day(day), external=frozenset(external[day]))

    def check(self, oracle: Oracle) -> None:
        written = [one for one in oracle.written(self.expired) if one.id in self.stakes]
        taken = {element for one in written for element in elements(one)}
        assert {(date_of(n), e) for n, day in self.days.items() for e in day.taken} == taken
        held = {one.id for one in written if one.status == "pending"}
        assert {hold.booking for day in self.days.values() for hold in day.holds} == held
        booked = {one.slot for one in written}
        offers = [one for one in oracle.offers.values() if not one.withdrawn and one.id not in booked]
        offered = {step for one in offers for step in steps(one.core)}
        assert {(date_of(n), g) for n, day in self.days.items() for g in day.offered} == offered
        sessions = [(one.session, one.start) for one in written if one.session]
        for day in self.days.values():
            for session in day.sessions.values():
                start = ledger.moment_at(session.start)
                assert session.seats == sessions.count((session.signature, start))

    def _take_seat(self, meeting: Meeting) -> None:
        seat = seat_of(meeting)
        if seat and any(other == seat for name, other in self.seats.items() if name != meeting.id):
            raise Exists

    def _require_open(self, meeting: Meeting) -> None:
        if meeting.slot in self.withdrawn:
            raise SessionFull if meeting.capacity > 1 else SlotTaken

    def _day(self, day: int) -> LedgerDay:
        return self.days.get(day, LedgerDay(day))

    def _write(self, days: dict[int, LedgerDay]) -> None:
        self.days |= days

    def _expire(self, claim: Claim, now: datetime) -> None:
        """Clear away the lapsed holds of the days a claim touches, as the adapter does when they refuse."""
        for hold in [hold for day in claim.days for hold in self._day(day).lapsed(now)]:
            if hold.booking in self.stakes:
                self.cancel(Meeting(id=hold.booking, start=now, end=now), now)
                self.expired.add(hold.booking)


class Arithmetic(LedgerMachine):
    def desk_of(self, *, limited: bool) -> InMemory:
        return InMemory()


def run(machine: type[LedgerMachine], examples: int, *, shrink: bool = True) -> None:
    """Live `examples` random lives of up to 40 deeds; `shrink` looks for the shortest one that fails."""
    phases = (Phase.generate, Phase.shrink) if shrink else (Phase.generate,)
    run_state_machine_as_test(machine, settings=settings(max_examples=examples, stateful_step_count=40, phases=phases))


def test_days_admit_and_hold_exactly_what_intervals_say() -> None:
    run(Arithmetic, EXAMPLES)
