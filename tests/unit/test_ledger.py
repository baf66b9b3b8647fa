"""The day ledger's arithmetic, one example a rule."""

from datetime import UTC, datetime, timedelta

import pytest

from daybook.adapters.dynamodb import items
from daybook.domain.busy import Busy
from daybook.domain.errors import SessionFull, SlotOverlap, SlotTaken
from daybook.domain.ledger import (
    AFTER,
    BEFORE,
    Claim,
    Hold,
    LedgerDay,
    Stake,
    granule_after,
    granule_at,
    granules_in,
    moment_at,
)

MIDNIGHT = datetime(2027, 3, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
[DAY] = Claim.of(MIDNIGHT, MIDNIGHT + 5 * MINUTE, before=0 * MINUTE, after=0 * MINUTE).days
NOW = MIDNIGHT - timedelta(days=1)


def claim(start: str, end: str, before: int = 0, after: int = 0) -> Claim:
    """A claim on the day; clocks are UTC, `24:00` and more lie on the next."""
    first, last = (MIDNIGHT + timedelta(hours=int(at[:2]), minutes=int(at[3:])) for at in (start, end))
    return Claim.of(first, last, before=before * MINUTE, after=after * MINUTE)


def day(*stakes: Stake) -> LedgerDay:
    made = LedgerDay(DAY)
    for stake in stakes:
        made = made.placed(stake)
    return made


def test_granules_are_five_minutes_since_the_epoch() -> None:
    moment = datetime(1970, 1, 1, 0, 12, tzinfo=UTC)
    assert (granule_at(moment), granule_after(moment)) == (2, 3)
    assert granule_after(moment_at(2)) == granule_at(moment_at(2)) == 2
    assert granules_in(60 * MINUTE) == 12
    with pytest.raises(ValueError, match="multiple"):
        granules_in(7 * MINUTE)


def test_a_claim_owns_its_core_and_its_buffers() -> None:
    owned = claim("10:00", "10:10", before=5, after=10).elements(DAY)
    assert owned == {120, 121, AFTER + 122, AFTER + 123, BEFORE + 119}


def test_a_claim_is_cut_at_utc_midnight() -> None:
    over = claim("23:55", "24:05", before=5, after=5)
    assert over.days == range(DAY, DAY + 2)
    assert over.elements(DAY) == {287, BEFORE + 286}
    assert over.elements(DAY + 1) == {0, AFTER + 1}


@pytest.mark.parametrize(
    ("start", "before", "fits"),
    [("11:00", 0, False), ("11:10", 0, False), ("11:15", 0, True), ("11:15", 15, True), ("11:15", 20, False)],
)
def test_the_gap_is_the_larger_of_both_buffers(start: str, before: int, fits: bool) -> None:
    """The one before wants 15 minutes after it."""
    held = day(Stake("1", claim("10:00", "11:00", after=15)))
    end = f"{start[:3]}{int(start[3:]) + 30}"
    assert held.admits(claim(start, end, before=before), now=NOW) is fits


def test_giving_back_leaves_nothing_behind() -> None:
    first = Stake("1", claim("10:00", "10:30", 15, 15))
    second = Stake("2", claim("10:45", "11:15", 15, 15))
    assert day(first, second).removed(first) == day(second)
    assert day(first).removed(first) == LedgerDay(DAY)


def test_a_hold_counts_until_its_deadline() -> None:
    held = day(Stake("1", claim("10:00", "10:30"), deadline=NOW))
    assert not held.admits(claim("10:15", "10:45"), now=NOW - timedelta.resolution)
    assert held.admits(claim("10:15", "10:45"), now=NOW)
    with pytest.raises(SlotTaken):  # until somebody has written that down
        held.placed(Stake("2", claim("10:15", "10:45")))


def test_a_hold_is_stored_to_the_second() -> None:
    hold = Hold("1", NOW, frozenset({1, BEFORE + 3}))
    row = {"sk": {"S": "DAY#2027-03-01"}, "hold_1": items.encode_hold(hold)}
    assert items.decode_day(row, DAY).holds == (hold,)


def test_a_session_is_joined_until_it_is_full_and_left_by_the_last() -> None:
    seats = [Stake(name, claim("10:00", "11:00", after=15), signature="class", capacity=2) for name in "12"]
    full = day(*seats)
    with pytest.raises(SessionFull):
        full.placed(seats[0])
    with pytest.raises(SlotTaken):
        full.placed(Stake("3", claim("10:00", "11:00"), signature="other", capacity=2))
    assert full.removed(seats[0]) == day(seats[1])
    assert day(seats[1]).removed(seats[1]) == LedgerDay(DAY)


def test_a_published_slot_is_offered_once_and_offered_again_when_freed() -> None:
    slot = claim("10:00", "11:00")
    offered = LedgerDay(DAY).published(slot)
    with pytest.raises(SlotOverlap):
        offered.published(claim("10:30", "11:30"))
    stake = Stake("1", slot, offered=True)
    assert offered.placed(stake).offered == frozenset()
    assert offered.placed(stake).removed(stake) == offered
    assert offered.withdrawn(slot) == LedgerDay(DAY)


def test_busy_time_forgets_lapsed_holds_and_what_moves() -> None:
    moving, lapsed = Stake("1", claim("10:00", "10:05")), Stake("2", claim("11:00", "11:05"), deadline=NOW)
    days = [day(moving, lapsed)]
    assert Busy.over(days, origin_day=DAY, now=NOW).cores == 1 << 120
    assert Busy.over(days, origin_day=DAY, now=NOW, without=moving.claim).cores == 0
    assert Busy.over(days, origin_day=DAY - 1, now=NOW - MINUTE).cores == (1 << 120 | 1 << 132) << 288
