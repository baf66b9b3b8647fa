"""The day ledger's arithmetic: which 5-minute granules a booking owns and which must be free for it.

Time is counted in granules since the epoch, cut at UTC midnight into ledger days of 288. All of it is UTC, so
daylight saving never matters here. A day keeps one set of numbers in three name spaces:

    g          core of a booking
    1000 + g   its after-buffer
    2000 + g   its before-buffer

Buffers follow the maximum rule (docs/adr/0002): two bookings may be neighbours when the gap between them is at least
the larger of the first one's after-buffer and the second one's before-buffer. Hence the after-runs of any two accepted
bookings are disjoint, and so are the before-runs: no element ever has two owners, and giving back is exact.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from daybook.domain.errors import Busy, SessionFull, SlotOverlap, SlotTaken
from daybook.domain.intervals import Span

GRANULE = timedelta(minutes=5)
PER_DAY = 288
AFTER = 1000
BEFORE = 2000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DATE = date(1970, 1, 1)


def granule_at(moment: datetime) -> int:
    """Return the granule that contains an aware moment (floor)."""
    return (moment - _EPOCH) // GRANULE


def granule_after(moment: datetime) -> int:
    """Return the first granule that begins at or after an aware moment (ceiling)."""
    return -((_EPOCH - moment) // GRANULE)


def moment_at(granule: int) -> datetime:
    """Return the UTC moment at which a granule begins."""
    return _EPOCH + granule * GRANULE


def granules_in(length: timedelta) -> int:
    """Count the granules of a length; ValueError unless it is a multiple of five minutes."""
    count, rest = divmod(length, GRANULE)
    if rest:
        raise ValueError(f"{length} is not a multiple of {GRANULE}")
    return count


def date_of(day: int) -> date:
    """Return the UTC date of a ledger day number."""
    return _EPOCH_DATE + timedelta(days=day)


@dataclass(frozen=True, slots=True)
class Claim:
    """The granules a booking wants or owns: core [start, end), with `before` and `after` granules of buffer."""

    start: int
    end: int
    before: int = 0
    after: int = 0

    @classmethod
    def of(cls, start: datetime, end: datetime, *, before: timedelta, after: timedelta) -> "Claim":
        """Build from aware moments on the 5-minute grid and buffers that are multiples of five minutes."""
        return cls(granule_at(start), granule_at(end), granules_in(before), granules_in(after))

    @property
    def span(self) -> Span:
        """Core and buffers together, granules since the epoch: what external busy time must miss."""
        return self.start - self.before, self.end + self.after

    @property
    def days(self) -> range:
        """Ledger days the claim touches, buffers included: one, rarely two or three."""
        return range((self.start - self.before) // PER_DAY, (self.end + self.after - 1) // PER_DAY + 1)

    def elements(self, day: int) -> frozenset[int]:
        """What the claim owns of a ledger day."""
        return frozenset(
            [*_cut(self.start, self.end, day)]
            + [AFTER + g for g in _cut(self.end, self.end + self.after, day)]
            + [BEFORE + g for g in _cut(self.start - self.before, self.start, day)]
        )

    def reach(self, day: int) -> range:
        """Granules of core and buffers within a ledger day: external busy time must miss all of them."""
        return _cut(self.start - self.before, self.end + self.after, day)

    def core(self, day: int) -> frozenset[int]:
        """Granules of the meeting itself within a ledger day, without buffers."""
        return frozenset(_cut(self.start, self.end, day))

    def rivals(self, day: int) -> frozenset[int]:
        """Elements that nobody else may own of a ledger day.

        Every granule of the reach as a core; and, of others' buffers, only two: an after-run hangs on its core, so a
        claim that misses the core but meets the run must start inside it; the mirror holds for before-runs.
        """
        ends = {AFTER + g for g in _cut(self.start, self.start + 1, day)}
        ends |= {BEFORE + g for g in _cut(self.end - 1, self.end, day)}
        return frozenset(self.reach(day)) | ends


def _cut(start: int, end: int, day: int) -> range:
    """Clip absolute granules [start, end) to one ledger day, as granules of that day."""
    first = day * PER_DAY
    return range(max(start - first, 0), max(min(end - first, PER_DAY), 0))


@dataclass(frozen=True, slots=True)
class Hold:
    """A claim that ends by itself: its elements count as free once `deadline` has passed."""

    booking: str
    deadline: datetime
    elements: frozenset[int]


@dataclass(frozen=True, slots=True)
class Session:
    """A shared meeting: who joins must bring the same signature. `start` in granules since the epoch."""

    start: int
    signature: str
    seats: int


@dataclass(frozen=True, slots=True)
class Stake:
    """A booking's place in the ledger.

    Attributes:
        signature: of the shared session it sits in, `capacity` seats in all; None when the time is its own.
        deadline: until when a pending booking holds the time; None once it is confirmed.
        offered: the time comes out of a published slot, and goes back to it.
    """

    booking: str
    claim: Claim
    signature: str | None = None
    capacity: int = 1
    deadline: datetime | None = None
    offered: bool = False


@dataclass(frozen=True, slots=True)
class LedgerDay:
    """One host's ledger of one UTC day, as stored."""

    day: int
    taken: frozenset[int] = frozenset()
    external: frozenset[int] = frozenset()
    offered: frozenset[int] = frozenset()
    holds: tuple[Hold, ...] = ()
    sessions: Mapping[int, Session] = field(default_factory=dict)

    def lapsed(self, now: datetime) -> tuple[Hold, ...]:
        """Holds whose deadline has passed; from then on their time is free although it is still written."""
        return tuple(hold for hold in self.holds if hold.deadline <= now)

    def owned(self, now: datetime) -> frozenset[int]:
        """Elements that count at `now`: everything written except lapsed holds."""
        return self.taken.difference(*(hold.elements for hold in self.lapsed(now)))

    def admits(self, claim: Claim, *, now: datetime) -> bool:
        """Tell whether a claim fits beside all that counts at `now` on this day."""
        return self._misses(claim, self.owned(now))

    def joinable(self, stake: Stake) -> Session | None:
        """Return the session that a stake would share, whether or not a seat is left."""
        session = self.sessions.get(stake.claim.start)
        return session if session and session.signature == stake.signature else None

    def placed(self, stake: Stake) -> "LedgerDay":
        """Return the day with one more stake.

        Raises:
            SessionFull: the shared session has no seat left.
            SlotTaken: some of the time is written to somebody, a lapsed hold included: expire that first.
        """
        session = self.joinable(stake)
        if session is not None:
            if session.seats >= stake.capacity:
                raise SessionFull("Choose another session.")
            return self._seated(replace(session, seats=session.seats + 1))
        if not self._misses(stake.claim, self.taken):
            raise SlotTaken
        own = stake.claim.elements(self.day)
        day = replace(self, taken=self.taken | own)
        if stake.offered:
            day = replace(day, offered=day.offered - stake.claim.core(self.day))
        if stake.deadline is not None:
            day = replace(day, holds=(*day.holds, Hold(stake.booking, stake.deadline, own)))
        if stake.signature is not None:
            day = day._seated(Session(stake.claim.start, stake.signature, 1))
        return day

    def removed(self, stake: Stake) -> "LedgerDay":
        """Return the day without a stake it holds; the last one out of a session frees the time."""
        session = self.joinable(stake)
        if session is not None and session.seats > 1:
            return self._seated(replace(session, seats=session.seats - 1))
        day = replace(
            self,
            taken=self.taken - stake.claim.elements(self.day),
            holds=tuple(hold for hold in self.holds if hold.booking != stake.booking),
            sessions={start: other for start, other in self.sessions.items() if other is not session},
        )
        return replace(day, offered=day.offered | stake.claim.core(self.day)) if stake.offered else day

    def reseated(self, before: Sequence[Stake], after: Sequence[Stake]) -> "LedgerDay":
        """Return the day with all who sit in a session gone to another start.

        Raises:
            Busy: others sit there, too. SlotTaken: the time is not free, or another session's.
        """
        day = self
        if self.day in before[0].claim.days:
            for stake in before:
                day = day.removed(stake)
            if day.joinable(before[0]):
                raise Busy("Somebody has just joined the session; try again.")
        if self.day in after[0].claim.days:
            if after[0].claim.start in day.sessions:
                raise SlotTaken
            for stake in after:
                day = day.placed(stake)
        return day

    def published(self, claim: Claim) -> "LedgerDay":
        """Return the day with a published slot's time offered. Raises SlotOverlap."""
        core = claim.core(self.day)
        if not core.isdisjoint(self.offered | self.taken | self.external):
            raise SlotOverlap("Choose a time with no open slot, booking or calendar event in it.")
        return replace(self, offered=self.offered | core)

    def withdrawn(self, claim: Claim) -> "LedgerDay":
        """Return the day without a published slot's offered time."""
        return replace(self, offered=self.offered - claim.core(self.day))

    def _misses(self, claim: Claim, owned: frozenset[int]) -> bool:
        return claim.rivals(self.day).isdisjoint(owned) and self.external.isdisjoint(claim.reach(self.day))

    def _seated(self, session: Session) -> "LedgerDay":
        return replace(self, sessions={**self.sessions, session.start: session})
