"""A random life of one host's time: each deed is foretold by the interval oracle, then done, then compared."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Protocol

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from daybook.domain.errors import DaybookError
from tests.property.ledger_oracle import MINUTE, Cap, Interval, Meeting, Offer, Oracle

OPENS = datetime(2027, 2, 28, 18, tzinfo=UTC)
"""A Sunday evening: the next midnight ends a UTC day, an ISO week and a month at once."""
NOW = OPENS - timedelta(hours=30)
DECISION = timedelta(hours=2)

starts = st.integers(0, 143).map(lambda n: OPENS + 5 * n * MINUTE)
lengths = st.sampled_from([5, 15, 30, 30, 60, 60, 90, 150, 400, 900]).map(lambda n: n * MINUTE)
buffers = st.sampled_from([0, 0, 0, 5, 15, 30, 60, 120]).map(lambda n: n * MINUTE)
anything = st.integers(0, 2**16)
"""Picks one of whatever there is by then."""

CLASS = ((60, 0, 0), (45, 15, 30))
"""Lengths and buffers, in minutes, of meetings that are shared."""


class Desk(Protocol):
    """Does deeds on a ledger. Those that name no error are only asked for what the oracle allows."""

    judges: bool
    """Whether it refuses what the oracle forbids for reasons other than time: states, limits, second seats."""

    def claim(self, meeting: Meeting, now: datetime) -> None: ...

    def move(self, before: Meeting, after: Meeting, now: datetime) -> None: ...

    def confirm(self, meeting: Meeting, now: datetime) -> None: ...

    def decline(self, meeting: Meeting, now: datetime) -> None: ...

    def cancel(self, meeting: Meeting, now: datetime) -> None: ...

    def publish(self, offer: Offer, now: datetime) -> None: ...

    def withdraw(self, offer: Offer, now: datetime) -> None: ...

    def sync(self, busy: list[Interval]) -> None: ...

    def check(self, oracle: Oracle) -> None:
        """Raise AssertionError unless exactly what the oracle knows is stored."""


class LedgerMachine(RuleBasedStateMachine):
    """Give it a desk by subclassing."""

    caps: ClassVar[tuple[Cap, ...]] = ()
    always_limited: ClassVar[bool] = False

    def desk_of(self, *, limited: bool) -> Desk:
        """Return an empty desk; a limited one keeps to `caps`."""
        raise NotImplementedError

    @initialize(limited=st.booleans())
    def open(self, limited: bool) -> None:
        limited = limited or self.always_limited
        self.oracle = Oracle(NOW, caps=self.caps if limited else ())
        self.desk = self.desk_of(limited=limited)
        self.named = 0

    def new_id(self) -> str:
        self.named += 1
        return f"{self.named:026}"

    def do(self, expected: type[Exception] | None, deed: Callable[[], None]) -> bool:
        """Do a deed and compare its answer with the expected one; tell whether it was done."""
        answer: type[Exception] | None = None
        try:
            deed()
        except DaybookError as refusal:
            answer = type(refusal)
        assert answer is expected
        return answer is None

    def book(self, meeting: Meeting) -> None:
        if self.do(self.oracle.refusal(meeting), lambda: self.desk.claim(meeting, self.oracle.now)):
            self.oracle.meetings[meeting.id] = meeting

    def one_of(self, number: int) -> Meeting:
        return list(self.oracle.meetings.values())[number % len(self.oracle.meetings)]

    def offer_of(self, number: int) -> Offer:
        return list(self.oracle.offers.values())[number % len(self.oracle.offers)]

    @rule(start=starts, length=lengths, before=buffers, after=buffers)
    def book_alone(self, start: datetime, length: timedelta, before: timedelta, after: timedelta) -> None:
        self.book(self._meeting(start, length, before, after, scope="solo"))

    @precondition(lambda self: self.oracle.meetings)
    @rule(number=anything, gap=st.integers(0, 24), earlier=st.booleans(), before=buffers, after=buffers)
    def book_beside(self, number: int, gap: int, earlier: bool, before: timedelta, after: timedelta) -> None:
        """Book near another meeting, where only buffers decide."""
        other, length, apart = self.one_of(number), 30 * MINUTE, gap * 5 * MINUTE
        start = other.start - apart - length if earlier else other.end + apart
        self.book(self._meeting(start, length, before, after, scope="solo"))

    @rule(start=starts, length=lengths, before=buffers, after=buffers)
    def request(self, start: datetime, length: timedelta, before: timedelta, after: timedelta) -> None:
        if self.oracle.now < start:
            deadline = min(start, self.oracle.now + DECISION)
            self.book(self._meeting(start, length, before, after, scope="asked", deadline=deadline, status="pending"))

    @rule(start=starts, kind=st.sampled_from(CLASS), person=st.integers(0, 4))
    def join(self, start: datetime, kind: tuple[int, int, int], person: int) -> None:
        times = [number * MINUTE for number in kind]
        session = "class/{}/{}/{}".format(*kind)
        self.book(self._meeting(start, *times, scope="class", person=f"m{person}", session=session, capacity=3))

    def _meeting(self, start: datetime, length: timedelta, before: timedelta, after: timedelta, **more: Any) -> Meeting:
        return Meeting(id=self.new_id(), start=start, end=start + length, before=before, after=after, **more)

    @precondition(lambda self: self.oracle.meetings)
    @rule(number=anything, person=st.integers(0, 4))
    def join_one_there_is(self, number: int, person: int) -> None:
        mate = self.one_of(number)
        if mate.session is not None and mate.slot is None:
            self.book(replace(mate, id=self.new_id(), person=f"m{person}", status="confirmed"))

    @precondition(lambda self: self.oracle.meetings)
    @rule(number=anything, start=starts)
    def move(self, number: int, start: datetime) -> None:
        meeting = self.one_of(number)
        if start == meeting.start or meeting.slot is not None:
            return
        self._move(meeting, replace(meeting, start=start, end=start + (meeting.end - meeting.start)))

    @precondition(lambda self: self.oracle.meetings)
    @rule(number=anything, steps=st.integers(-6, 6))
    def shift(self, number: int, steps: int) -> None:
        """Move a little, so that old and new time overlap."""
        start = self.one_of(number).start + 5 * steps * MINUTE
        if start >= OPENS:
            self.move(number, start)

    @precondition(lambda self: self.oracle.meetings and self.oracle.offers)
    @rule(number=anything, other=anything)
    def move_to_offer(self, number: int, other: int) -> None:
        meeting, offer = self.one_of(number), self.offer_of(other)
        asked = meeting.deadline is not None
        if meeting.slot in {None, offer.id} or (asked and offer.capacity > 1):
            return  # seats are confirmed at once: no request moves to one
        seats = {"session": f"slot {offer.id}" if offer.capacity > 1 else None, "capacity": offer.capacity}
        self._move(meeting, replace(meeting, start=offer.start, end=offer.end, slot=offer.id, **seats))

    def _move(self, meeting: Meeting, after: Meeting) -> None:
        forbidden = self.oracle.unchangeable(meeting)
        if meeting.status == "pending":  # what its host has confirmed stays so, for it is the host who moves it
            after = replace(after, deadline=min(after.start, self.oracle.now + DECISION))
            if after.deadline is not None and after.deadline <= self.oracle.now:
                return
        if forbidden and not self.desk.judges:
            return
        expected = forbidden or self.oracle.refusal(after, moving=meeting.id)
        if self.do(expected, lambda: self.desk.move(meeting, after, self.oracle.now)):
            self.oracle.meetings[meeting.id] = after

    @precondition(lambda self: self.oracle.meetings)
    @rule(number=anything, deed=st.sampled_from(["cancel", "cancel", "confirm", "decline"]))
    def decide(self, number: int, deed: str) -> None:
        meeting = self.one_of(number)
        if deed == "cancel" and meeting.status == "cancelled":
            return
        expected = (self.oracle.unchangeable if deed == "cancel" else self.oracle.undecidable)(meeting)
        if expected and not self.desk.judges:
            return
        if self.do(expected, lambda: getattr(self.desk, deed)(meeting, self.oracle.now)):
            meeting.status = {"cancel": "cancelled", "confirm": "confirmed", "decline": "declined"}[deed]

    @rule(start=starts, length=lengths, capacity=st.sampled_from([1, 1, 2]))
    def publish(self, start: datetime, length: timedelta, capacity: int) -> None:
        offer = Offer(id=self.new_id(), start=start, end=start + length, capacity=capacity)
        if self.do(self.oracle.overlap(offer), lambda: self.desk.publish(offer, self.oracle.now)):
            self.oracle.offers[offer.id] = offer

    @precondition(lambda self: self.oracle.offers)
    @rule(number=anything)
    def withdraw(self, number: int) -> None:
        offer = self.offer_of(number)
        expected = None if offer.withdrawn else self.oracle.unwithdrawable(offer)
        if (expected or offer.withdrawn) and not self.desk.judges:
            return
        if self.do(expected, lambda: self.desk.withdraw(offer, self.oracle.now)):
            offer.withdrawn = True

    @precondition(lambda self: self.oracle.offers)
    @rule(number=anything, person=st.integers(0, 3), after=buffers, asked=st.booleans())
    def take_offer(self, number: int, person: int, after: timedelta, asked: bool) -> None:
        offer = self.offer_of(number)
        asked = asked and offer.capacity == 1
        if asked and self.oracle.now >= offer.start:
            return
        kind: dict[str, Any] = {"person": f"m{person}", "slot": offer.id, "capacity": offer.capacity}
        if offer.capacity > 1:
            kind["session"], after = f"slot {offer.id}", timedelta(0)
        elif asked:
            kind |= {"status": "pending", "deadline": min(offer.start, self.oracle.now + DECISION)}
        self.book(self._meeting(offer.start, offer.end - offer.start, timedelta(0), after, **kind))

    @rule(start=starts, length=st.sampled_from([5, 30, 60]))
    def calendar_event(self, start: datetime, length: int) -> None:
        self.oracle.busy = [*self.oracle.busy[-1:], (start, start + length * MINUTE)]
        self.desk.sync(self.oracle.busy)

    @rule()
    def empty_calendar(self) -> None:
        self.oracle.busy = []
        self.desk.sync([])

    @rule(minutes=st.sampled_from([1, 30, 90, 120, 240, 700]))
    def wait(self, minutes: int) -> None:
        self.oracle.now += minutes * MINUTE

    @invariant()
    def what_is_stored_is_what_stands(self) -> None:
        if hasattr(self, "desk"):
            self.desk.check(self.oracle)
