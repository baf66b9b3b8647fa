"""What every ledger promises about meetings that several attendees share."""

from datetime import timedelta
from typing import Any

import pytest

from daybook.domain.booking import Booking
from daybook.domain.errors import Exists, SessionFull, SlotTaken
from daybook.domain.ledger import granule_at
from tests.contract.conftest import Desk
from tests.fakes.values import HOUR, NINE

LENGTHS = pytest.mark.parametrize("length", [HOUR, 8 * HOUR], ids=["short", "longer than one condition can check"])


def seat(desk: Desk, id: str, who: str, **fields: Any) -> Booking:
    return desk.booked(id, **{"seat_of": "class/60", "capacity": 2, "attendee_key": who, "length": HOUR, **fields})


def seats(desk: Desk) -> dict[int, int]:
    return {start: session.seats for start, session in desk.day().sessions.items()}


@LENGTHS
def test_a_session_is_joined_until_its_seats_are_taken(desk: Desk, length: timedelta) -> None:
    seat(desk, "B1", "bob", length=length)
    alone = desk.day().taken
    seat(desk, "B2", "eve", length=length)
    assert desk.day().taken == alone
    assert seats(desk) == {granule_at(NINE): 2}
    with pytest.raises(SessionFull):
        seat(desk, "B3", "zoe", length=length)


def test_another_kind_of_session_finds_the_time_taken(desk: Desk) -> None:
    seat(desk, "B1", "bob")
    with pytest.raises(SlotTaken):
        seat(desk, "B2", "eve", seat_of="class/90")
    with pytest.raises(SlotTaken):
        desk.booked("B3")


def test_a_session_is_joined_at_its_start_alone(desk: Desk) -> None:
    seat(desk, "B1", "bob")
    with pytest.raises(SlotTaken):
        seat(desk, "B2", "eve", start=NINE + HOUR / 2)


def test_one_person_takes_one_seat(desk: Desk) -> None:
    seat(desk, "B1", "bob")
    with pytest.raises(Exists):
        seat(desk, "B2", "bob")
    assert seats(desk) == {granule_at(NINE): 1}
    seat(desk, "B3", "bob", start=NINE + HOUR)


def test_leaving_frees_the_seat_and_lets_the_person_come_back(desk: Desk) -> None:
    first = seat(desk, "B1", "bob")
    seat(desk, "B2", "eve")
    taken = desk.day().taken
    desk.cancel(first)
    assert desk.day().taken == taken
    assert seats(desk) == {granule_at(NINE): 1}
    seat(desk, "B3", "bob")


def test_the_last_one_out_frees_the_time(desk: Desk) -> None:
    first, second = seat(desk, "B1", "bob"), seat(desk, "B2", "eve")
    desk.cancel(first)
    desk.cancel(second)
    assert (desk.day().taken, seats(desk)) == (frozenset(), {})
    desk.booked("B3")


def test_a_seat_moves_to_another_session(desk: Desk) -> None:
    first = seat(desk, "B1", "bob")
    seat(desk, "B2", "eve")
    seat(desk, "B3", "zoe", start=NINE + 2 * HOUR)
    desk.move(first, NINE + 2 * HOUR)
    assert seats(desk) == {granule_at(NINE): 1, granule_at(NINE + 2 * HOUR): 2}
    with pytest.raises(SessionFull):
        seat(desk, "B4", "kim", start=NINE + 2 * HOUR)
    seat(desk, "B5", "bob")


def test_a_seat_cannot_move_to_where_the_person_sits_already(desk: Desk) -> None:
    first = seat(desk, "B1", "bob")
    seat(desk, "B2", "bob", start=NINE + HOUR)
    with pytest.raises(Exists):
        desk.move(first, NINE + HOUR)
    assert seats(desk) == {granule_at(NINE): 1, granule_at(NINE + HOUR): 1}


def test_a_seat_cannot_move_into_a_full_session(desk: Desk) -> None:
    first = seat(desk, "B1", "bob")
    seat(desk, "B2", "eve", start=NINE + HOUR)
    seat(desk, "B3", "zoe", start=NINE + HOUR)
    with pytest.raises(SessionFull):
        desk.move(first, NINE + HOUR)
    assert desk.stored(first) == first


def test_a_session_across_midnight_counts_once(desk: Desk) -> None:
    late = NINE.replace(hour=23, minute=30)
    first, second = seat(desk, "B1", "bob", start=late), seat(desk, "B2", "eve", start=late)
    with pytest.raises(SessionFull):
        seat(desk, "B3", "zoe", start=late)
    desk.cancel(first)
    desk.cancel(second)
    assert desk.day(late).taken == desk.day(late + HOUR).taken == frozenset()
