"""What the ledger must answer and hold, said in intervals of datetimes: no granules, no sets, no shared code.

The oracle knows every booking, published slot and busy time. It foretells each refusal by comparing intervals, and it
spells out what must be stored, five minutes at a time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from daybook.domain import errors

STEP = timedelta(minutes=5)
MINUTE = timedelta(minutes=1)
NOTHING = timedelta(0)

Interval = tuple[datetime, datetime]


def meets(one: Interval, other: Interval) -> bool:
    """Tell whether two half-open intervals share a moment; touching is not meeting."""
    return one[0] < other[1] and other[0] < one[1]


@dataclass(kw_only=True)
class Meeting:
    """A booking as a person would write it down. `status`: pending, confirmed, cancelled or declined."""

    id: str
    start: datetime
    end: datetime
    before: timedelta = NOTHING
    after: timedelta = NOTHING
    scope: str = ""
    person: str = ""
    session: str | None = None
    capacity: int = 1
    slot: str | None = None
    deadline: datetime | None = None
    status: str = "confirmed"

    @property
    def core(self) -> Interval:
        return self.start, self.end

    @property
    def span(self) -> Interval:
        return self.start - self.before, self.end + self.after

    def stands(self, now: datetime) -> bool:
        return self.status == "confirmed" or (self.status == "pending" and not self.lapsed(now))

    def lapsed(self, now: datetime) -> bool:
        return self.status == "pending" and self.deadline is not None and self.deadline <= now

    def shares(self, other: "Meeting") -> bool:
        """Tell whether two seats belong to one session."""
        return self.session is not None and (self.session, self.start) == (other.session, other.start)


@dataclass(kw_only=True)
class Offer:
    """A published slot."""

    id: str
    start: datetime
    end: datetime
    capacity: int = 1
    withdrawn: bool = False

    @property
    def core(self) -> Interval:
        return self.start, self.end


@dataclass(frozen=True)
class Cap:
    """At most `bookings`, or `minutes`, on a local date, ISO week or month; `scope` None counts every event type."""

    scope: str | None
    period: str
    bookings: int | None = None
    minutes: int | None = None

    def covers(self, meeting: Meeting, day: date, other: date) -> bool:
        same = {
            "day": day == other,
            "week": day.isocalendar()[:2] == other.isocalendar()[:2],
            "month": (day.year, day.month) == (other.year, other.month),
        }
        return same[self.period] and self.scope in {None, meeting.scope}


@dataclass
class Oracle:
    """A host's bookings, offers and busy time at `now`."""

    now: datetime
    meetings: dict[str, Meeting] = field(default_factory=dict)
    offers: dict[str, Offer] = field(default_factory=dict)
    busy: list[Interval] = field(default_factory=list)
    caps: Sequence[Cap] = ()

    def standing(self, without: str | None = None) -> list[Meeting]:
        return [one for one in self.meetings.values() if one.stands(self.now) and one.id != without]

    def refusal(self, new: Meeting, *, moving: str | None = None) -> type[Exception] | None:
        """Return the error a booking, or a move of `moving`, must meet; None if it must succeed."""
        others = self.standing(moving)
        mates = [one for one in others if one.shares(new)]
        if any(one.person == new.person for one in mates):
            return errors.Exists
        if any(self._exceeded(cap, new, others) for cap in self.caps):
            return errors.LimitReached
        if mates:
            return errors.SessionFull if len(mates) >= new.capacity else None
        if any(meets(new.span, one.core) or meets(new.core, one.span) for one in others):
            return errors.SlotTaken
        if any(meets(new.span, busy) for busy in self.busy):
            return errors.SlotTaken
        if new.slot is not None and self.offers[new.slot].withdrawn:
            return errors.SessionFull if new.capacity > 1 else errors.SlotTaken
        return None

    def overlap(self, new: Offer) -> type[Exception] | None:
        """Return the error that publishing must meet."""
        taken = [one.core for one in self.standing()] + [one.core for one in self.open_offers()] + self.busy
        return errors.SlotOverlap if any(meets(new.core, core) for core in taken) else None

    def open_offers(self) -> list[Offer]:
        """Return the offers that nobody has booked; a lapsed request no longer counts."""
        booked = {one.slot for one in self.standing()}
        return [one for one in self.offers.values() if not one.withdrawn and one.id not in booked]

    def unchangeable(self, meeting: Meeting) -> type[Exception] | None:
        """Return the error that cancelling or moving must meet."""
        if meeting.lapsed(self.now) or meeting.status in {"cancelled", "declined"}:
            return errors.AlreadyCancelled
        return errors.AlreadyStarted if self.now >= meeting.start else None

    def undecidable(self, meeting: Meeting) -> type[Exception] | None:
        """Return the error that confirming or declining must meet."""
        return None if meeting.status == "pending" and meeting.stands(self.now) else errors.NotPending

    def unwithdrawable(self, offer: Offer) -> type[Exception] | None:
        """Return the error that withdrawing must meet."""
        return errors.InUse if any(one.slot == offer.id for one in self.standing()) else None

    def _exceeded(self, cap: Cap, new: Meeting, others: Sequence[Meeting]) -> bool:
        if cap.scope not in {None, new.scope}:
            return False
        counted = [one for one in others if cap.covers(one, one.start.date(), new.start.date())]
        if cap.bookings is not None and len(counted) >= cap.bookings:
            return True
        length = sum((one.end - one.start for one in [*counted, new]), NOTHING)
        return cap.minutes is not None and length > cap.minutes * MINUTE

    def written(self, expired: set[str]) -> list[Meeting]:
        """Return the bookings the ledger must hold: those that stand, and lapsed ones until somebody expires them."""
        return [
            one
            for one in self.meetings.values()
            if one.stands(self.now) or (one.lapsed(self.now) and one.id not in expired)
        ]


def elements(meeting: Meeting) -> Iterator[tuple[date, int]]:
    """Spell out what a booking owns: UTC date, and the five minutes of that day (+1000 after, +2000 before)."""
    for space, first, last in (
        (0, meeting.start, meeting.end),
        (1000, meeting.end, meeting.end + meeting.after),
        (2000, meeting.start - meeting.before, meeting.start),
    ):
        yield from ((day, space + number) for day, number in steps((first, last)))


def steps(interval: Interval) -> Iterator[tuple[date, int]]:
    """Walk an interval in steps of five minutes."""
    moment = interval[0]
    while moment < interval[1]:
        utc = moment.astimezone(UTC)
        yield utc.date(), (utc.hour * 60 + utc.minute) // 5
        moment += STEP
