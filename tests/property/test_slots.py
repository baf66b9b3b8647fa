"""What the slot engine promises, for random hosts: against the sweep, against booking, and against itself."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.sweep import sweep, sweep_stored
from daybook.domain.busy import Busy
from daybook.domain.days import list_days, next_open
from daybook.domain.errors import Invalid
from daybook.domain.event_type import Window, WindowType
from daybook.domain.explain import AVAILABLE, explain
from daybook.domain.ledger import Claim
from daybook.domain.limits import Limits, Rules
from daybook.domain.reasons import Reason
from daybook.domain.schedule import block_spans, date_at
from daybook.domain.slots import (
    Calendar,
    days_needed,
    list_slots,
    list_unavailable,
    next_starts,
    opening_hours,
    require_open,
)
from tests.property.test_schedule import read as read_clock
from tests.property.worlds import DAY, VIEWERS, World, worlds

STATIC = {
    Reason.PAST: "past",
    Reason.TOO_SOON: "too_soon",
    Reason.OUTSIDE_WINDOW: "outside_window",
    Reason.BLOCKED: "blocked",
}


def claim_at(start: datetime, calendar: Calendar) -> Claim:
    terms = calendar.terms
    return Claim.of(start, start + terms.duration, before=terms.buffer_before, after=terms.buffer_after)


def grid(world: World) -> set[datetime]:
    listed = {slot.start for slot in list_slots(world.calendar, **world.asked)}
    refused = {start for start, _ in list_unavailable(world.calendar, **world.asked)}
    assert listed.isdisjoint(refused)
    return listed | refused


@given(worlds())
def test_the_engine_lists_what_a_sweep_over_intervals_lists(world: World) -> None:
    expected = sweep(world.calendar, world.bookings, world.external, **world.asked)
    assert list_slots(world.calendar, **world.asked) == expected


@given(worlds())
def test_a_sweep_finds_the_same_in_stored_days(world: World) -> None:
    assert list_slots(world.calendar, **world.asked) == sweep_stored(
        world.calendar, world.ledger.values(), **world.asked
    )


@given(worlds())
def test_what_is_listed_is_bookable(world: World) -> None:
    for slot in list_slots(world.calendar, **world.asked):
        require_open(world.calendar, slot.start, now=world.now)
        assert world.admits(claim_at(slot.start, world.calendar))
        assert explain(world.calendar, slot.start, now=world.now, bookings=()).verdict == AVAILABLE


@given(worlds())
def test_what_is_refused_in_the_list_is_refused_by_booking_for_the_same_reason(world: World) -> None:
    for start, reason in list_unavailable(world.calendar, **world.asked)[:40]:
        assert explain(world.calendar, start, now=world.now, bookings=()).verdict == reason
        if reason in STATIC:
            with pytest.raises(Invalid) as refusal:
                require_open(world.calendar, start, now=world.now)
            assert refusal.value.code == STATIC[reason]
            continue
        require_open(world.calendar, start, now=world.now)
        if reason is not Reason.LIMIT_REACHED:
            assert not world.admits(claim_at(start, world.calendar))


@given(worlds(), st.sampled_from(VIEWERS), st.timedeltas(timedelta(days=-9), timedelta(days=9)))
def test_the_grid_depends_on_no_viewer_no_clock_and_no_booking(world: World, viewer: str, later: timedelta) -> None:
    before = grid(world)
    elsewhere = replace(world, viewer=ZoneInfo(viewer), first=world.first - 2 * DAY, last=world.last + 2 * DAY)
    assert before <= grid(elsewhere)
    empty = replace(world.calendar, busy=Busy(0), covered=range(0), counts={}, blocks=())
    assert grid(replace(world, now=world.now + later)) == before == grid(replace(world, calendar=empty))


@given(worlds())
def test_what_is_listed_and_what_is_refused_are_the_whole_grid(world: World) -> None:
    free = replace(
        world.calendar.terms,
        minimum_notice=timedelta(0),
        window=Window(type=WindowType.UNLIMITED),
        limits=Rules("intro", Limits(), Limits()),
    )
    unhindered = replace(world.calendar, terms=free, blocks=())
    asked = world.asked | {"now": world.now - 30 * DAY}
    assert grid(world) == {slot.start for slot in sweep(unhindered, [], [], **asked)}


@given(worlds())
def test_days_count_the_slots_of_each_date_or_say_why_there_are_none(world: World) -> None:
    days = list_days(world.calendar, **world.asked)
    listed = [date_at(world.viewer, slot.start) for slot in list_slots(world.calendar, **world.asked)]
    assert [day.date for day in days] == [world.first + n * DAY for n in range((world.last - world.first).days + 1)]
    assert [day.slots for day in days] == [listed.count(day.date) for day in days]
    assert all((day.reason is None) == (day.slots > 0) for day in days)
    assert next_open(world.calendar, **world.asked) == (listed[0] if listed else None)


@given(worlds())
def test_the_next_starts_are_the_first_of_the_list(world: World) -> None:
    after = world.now + timedelta(hours=1)
    listed = [slot.start for slot in list_slots(world.calendar, **world.asked) if slot.start > after]
    found = next_starts(world.calendar, after, now=world.now)
    asked = [start for start in found if world.first <= date_at(world.viewer, start) <= world.last]
    assert asked == [start for start in listed if start <= found[-1]][:3] if found else not listed


@given(worlds())
def test_the_days_needed_hold_the_reach_of_every_start(world: World) -> None:
    needed = days_needed(world.first, world.last, world.viewer, world.calendar.terms)
    touched = {day for start in grid(world) for day in claim_at(start, world.calendar).days}
    assert touched <= set(needed)


@given(worlds(busy=False))
def test_opening_hours_are_the_open_instants_on_the_viewers_clock(world: World) -> None:
    calendar = world.calendar
    spans = [span for block in calendar.blocks for span in block_spans(block, calendar.host_zone)]
    hours = opening_hours(calendar, world.first, world.last, world.viewer)
    one = replace(calendar.terms, duration=timedelta(minutes=5), slot_interval=timedelta(minutes=5))
    every_five = replace(world, calendar=replace(calendar, terms=one))
    open_time = {start for start in grid(every_five) if not any(a <= g(start) < b for a, b in spans)}
    for day, stretches in hours.items():
        walls = {read_clock(world.viewer, g(start))[1] for start in open_time if date_at(world.viewer, start) == day}
        five = timedelta(minutes=5)
        named = {n * five for n in range(288) if any(wall(a) <= n * five < wall(b) for a, b in stretches)}
        assert named == walls


def g(moment: datetime) -> int:
    return int(moment.timestamp()) // 300


def wall(text: str) -> timedelta:
    hours, minutes = text.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))
