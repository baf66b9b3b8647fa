"""What every store of bookings promises: found by id at once, and by host, tenant and person in order of start."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from daybook.domain.actor import Actor, Role
from daybook.domain.attendee import Attendee
from daybook.domain.booking import Status
from daybook.domain.history import Deed
from daybook.domain.policy import Policy
from daybook.ports import Page
from tests.contract.conftest import Desk
from tests.fakes.values import HOUR, NINE, NOW, booking, step

DAY = timedelta(days=1)


def walk(read: Callable[[str | None], Page]) -> list[str]:
    """Follow cursors to the end; nothing may come twice."""
    ids: list[str] = []
    cursor: str | None = None
    while True:
        page = read(cursor)
        assert set(ids).isdisjoint(page.ids)
        ids += page.ids
        cursor = page.cursor
        if cursor is None:
            return ids


def listed(desk: Desk, host: str | None = "ada", limit: int = 2, **bounds: Any) -> list[str]:
    def read(cursor: str | None) -> Page:
        page = desk.ports.bookings.by_host(
            desk.tenant, host, **{"since": None, "until": None, **bounds}, cursor=cursor, limit=limit
        )
        assert len(page.ids) <= limit
        return page

    return walk(read)


@pytest.fixture
def week(desk: Desk) -> Desk:
    """Seven bookings at nine, one a day, written in no order; and one of another host's."""
    for number in (3, 1, 6, 0, 5, 2, 4):
        desk.booked(f"B{number}", start=NINE + number * DAY)
    desk.booked("other", host="bea", start=NINE + 3 * DAY + HOUR)
    return desk


def test_a_booking_comes_back_as_it_was_written(desk: Desk) -> None:
    full = booking(
        desk.tenant,
        buffer_before=HOUR,
        attendee=Attendee(name="Zoë", email="zoe@example.com", timezone="Asia/Kolkata", language="de"),
        answers={"why": "because\nof 🎈", "empty": ""},
        title="Intro",
        location="https://example.com/room",
        policy=Policy(cancel_cutoff=DAY, max_reschedules=2),
        deadline=NOW + HOUR,
        reason="ill",
        created_at=NOW + timedelta(microseconds=123456),
    )
    desk.claim(full)
    assert desk.stored(full) == full
    assert desk.ports.bookings.booking(f"{desk.tenant}-other", full.id) is None
    assert desk.ports.bookings.booking(desk.tenant, "B9") is None


def test_many_come_in_the_order_asked_for_without_the_missing(week: Desk) -> None:
    found = week.ports.bookings.bookings(week.tenant, ["B4", "gone", "B0", "B6"])
    assert [one.id for one in found] == ["B4", "B0", "B6"]
    assert week.ports.bookings.bookings(week.tenant, []) == []


def test_more_than_a_hundred_can_be_asked_for_at_once(week: Desk) -> None:
    found = week.ports.bookings.bookings(week.tenant, ["B5", *(f"gone{number}" for number in range(250)), "B1"])
    assert [one.id for one in found] == ["B5", "B1"]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_a_hosts_bookings_come_by_start_page_by_page(week: Desk, limit: int) -> None:
    assert listed(week, limit=limit) == [f"B{number}" for number in range(7)]


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_they_come_backwards_if_asked_to(week: Desk, limit: int) -> None:
    assert listed(week, limit=limit, backwards=True) == [f"B{number}" for number in reversed(range(7))]


def test_a_tenants_bookings_come_by_start_whoever_the_host(week: Desk) -> None:
    assert listed(week, host=None) == ["B0", "B1", "B2", "B3", "other", "B4", "B5", "B6"]
    assert listed(Desk(week.ports, f"{week.tenant}-other"), host=None) == []


def test_since_is_part_of_the_range_and_until_is_not(week: Desk) -> None:
    assert listed(week, since=NINE + DAY, until=NINE + 3 * DAY) == ["B1", "B2"]
    assert listed(week, since=NINE + 5 * DAY) == ["B5", "B6"]
    assert listed(week, until=NINE + DAY) == ["B0"]
    assert listed(week, since=NINE, until=NINE + 2 * DAY, backwards=True) == ["B1", "B0"]


def test_a_range_may_begin_and_end_within_a_minute(week: Desk) -> None:
    second = timedelta(seconds=1)
    assert listed(week, since=NINE + second, until=NINE + DAY + second) == ["B1"]


def test_a_moved_booking_is_listed_at_its_new_start_alone(week: Desk) -> None:
    found = week.ports.bookings.booking(week.tenant, "B0")
    assert found is not None
    week.move(found, NINE + 6 * DAY + HOUR)
    assert listed(week) == ["B1", "B2", "B3", "B4", "B5", "B6", "B0"]


def test_cancelled_bookings_stay_listed(week: Desk) -> None:
    found = week.ports.bookings.booking(week.tenant, "B0")
    assert found is not None
    week.cancel(found)
    assert listed(week)[0] == "B0"


def test_history_comes_in_order_with_what_changed(desk: Desk) -> None:
    first = desk.booked()
    moved = desk.move(first, NINE + HOUR)
    cancelled = desk.cancel(moved)
    expected = [
        step(Deed.BOOKED, None, first),
        step(Deed.RESCHEDULED, first, moved),
        step(Deed.CANCELLED, moved, cancelled),
    ]
    assert list(desk.ports.bookings.history(desk.tenant, first.id)) == expected
    assert desk.ports.bookings.history(desk.tenant, "gone") == []


class TestAPersonsOpenBookings:
    def count(self, desk: Desk, who: str = "bob", now: datetime = NOW, most: int = 9) -> int:
        """Count as callers do, who ask no more than whether `most` is reached."""
        return min(most, desk.ports.bookings.count_active(desk.tenant, who, now=now, most=most))

    def test_are_those_of_that_person_with_that_tenant(self, desk: Desk) -> None:
        desk.booked("B1")
        desk.booked("B2", host="bea")
        desk.booked("B3", start=NINE + HOUR, attendee_key="eve")
        Desk(desk.ports, f"{desk.tenant}-other").booked("B4")
        assert self.count(desk) == 2
        assert self.count(desk, "eve") == 1
        assert self.count(desk, "zoe") == 0

    def test_are_counted_as_far_as_asked(self, desk: Desk) -> None:
        for number in range(3):
            desk.booked(f"B{number}", start=NINE + number * HOUR)
        assert self.count(desk, most=2) == 2

    def test_start_after_now(self, desk: Desk) -> None:
        desk.booked()
        assert self.count(desk, now=NINE - timedelta(seconds=1)) == 1
        assert self.count(desk, now=NINE) == 0
        assert self.count(desk, now=NINE + timedelta(seconds=1)) == 0

    def test_block(self, desk: Desk) -> None:
        desk.cancel(desk.booked("B1"))
        held = desk.booked("B2", deadline=NOW + HOUR)
        assert held.status is Status.PENDING_CONFIRMATION
        assert self.count(desk) == 1
        assert self.count(desk, now=NOW + HOUR) == 0

    def test_are_no_longer_known_once_the_person_is_erased(self, desk: Desk) -> None:
        first = desk.booked()
        forgotten = first.forgotten(now=NOW)
        desk.ports.ledger.settle(first, forgotten, step(Deed.ERASURE_REQUESTED, first, forgotten))
        assert desk.stored(first) == forgotten
        assert self.count(desk) == 0
        erased = forgotten.erased(now=NOW)
        desk.ports.ledger.settle(forgotten, erased, step(Deed.ERASED, forgotten, erased))
        assert desk.stored(first) == erased
        assert self.count(desk) == 0


class TestAPersonsFirstBooking:
    def first(self, desk: Desk) -> set[str]:
        found = desk.ports.bookings.bookings(desk.tenant, [f"B{number:03}" for number in range(200)])
        return {one.id for one in found if desk.ports.bookings.is_first(one)}

    def test_is_the_one_made_first_whenever_it_takes_place(self, desk: Desk) -> None:
        desk.booked("B002", start=NINE + DAY)
        assert self.first(desk) == {"B002"}
        desk.booked("B003", start=NINE)
        assert self.first(desk) == {"B002"}

    def test_stays_the_first_after_it_was_cancelled(self, desk: Desk) -> None:
        desk.cancel(desk.booked("B001"))
        desk.booked("B002", host="bea")
        assert self.first(desk) == {"B001"}

    def test_is_a_matter_of_that_person_and_that_tenant(self, desk: Desk) -> None:
        desk.booked("B001", attendee_key="eve")
        Desk(desk.ports, f"{desk.tenant}-other").booked("B000")
        desk.booked("B002", start=NINE + HOUR)
        assert self.first(desk) == {"B001", "B002"}

    def test_is_nobodys_once_the_person_is_forgotten(self, desk: Desk) -> None:
        first = desk.booked("B001")
        forgotten = first.forgotten(now=NOW)
        desk.ports.ledger.settle(first, forgotten, step(Deed.ERASURE_REQUESTED, first, forgotten))
        assert self.first(desk) == set()


def test_who_acted_is_kept(desk: Desk) -> None:
    desk.booked()
    [event] = desk.ports.bookings.history(desk.tenant, "B1")
    assert event.actor == Actor(Role.ATTENDEE)
    assert event.at == NOW


class TestPublishedSlots:
    def listed(self, desk: Desk, limit: int = 2, since: datetime = NOW, until: datetime = NOW + 9 * DAY) -> list[str]:
        return walk(
            lambda cursor: desk.ports.bookings.slots(desk.tenant, since=since, until=until, cursor=cursor, limit=limit)
        )

    @pytest.fixture(autouse=True)
    def five(self, desk: Desk) -> None:
        for number in (3, 0, 4, 1, 2):
            desk.published(f"S{number}", start=NINE + number * DAY, host="bea" if number % 2 else "ada")

    @pytest.mark.parametrize("limit", [1, 2, 5, 100])
    def test_of_all_hosts_come_by_start_page_by_page(self, desk: Desk, limit: int) -> None:
        assert self.listed(desk, limit) == ["S0", "S1", "S2", "S3", "S4"]
        assert self.listed(Desk(desk.ports, f"{desk.tenant}-other")) == []

    def test_since_is_part_of_the_range_and_until_is_not(self, desk: Desk) -> None:
        assert self.listed(desk, since=NINE + DAY, until=NINE + 3 * DAY) == ["S1", "S2"]

    def test_are_found_by_id_and_sorted_by_start(self, desk: Desk) -> None:
        found = desk.ports.bookings.slots_by_id(desk.tenant, ["S4", "gone", "S0", "S2"])
        assert [slot.id for slot in found] == ["S0", "S2", "S4"]
        assert desk.ports.bookings.slot(desk.tenant, "S1") == desk.ports.bookings.slots_by_id(desk.tenant, ["S1"])[0]
        assert desk.ports.bookings.slot(f"{desk.tenant}-other", "S1") is None
        assert desk.ports.bookings.slot(desk.tenant, "gone") is None
