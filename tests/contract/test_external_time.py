"""What every ledger promises of external busy time: it stands beside bookings, and both keep claims away."""

import pytest

from daybook.domain.errors import SlotTaken
from daybook.domain.ledger import PER_DAY, granule_at
from tests.contract.conftest import Desk
from tests.fakes.values import HOUR, NINE

DAY, AT = divmod(granule_at(NINE), PER_DAY)


def set_external(desk: Desk, *granules: int) -> None:
    desk.ports.external.set_external(desk.tenant, "ada", {DAY: frozenset(granules)})


def test_external_time_keeps_claims_away_until_it_is_cleared(desk: Desk) -> None:
    set_external(desk, AT + 5)
    with pytest.raises(SlotTaken):
        desk.booked()
    assert desk.day(NINE).external == {AT + 5}
    set_external(desk)
    desk.booked()
    assert desk.day(NINE).external == frozenset()


def test_it_replaces_what_was_there_and_leaves_bookings_alone(desk: Desk) -> None:
    booking = desk.booked()
    set_external(desk, AT + 1, AT + 2)
    set_external(desk, AT + 40)
    day = desk.day(NINE)
    assert (day.external, len(day.taken)) == ({AT + 40}, 6)
    desk.cancel(booking)
    assert desk.day(NINE).taken == frozenset()
    assert desk.day(NINE).external == {AT + 40}
    with pytest.raises(SlotTaken):
        desk.booked("B2", start=NINE + 3 * HOUR)


def test_hosts_and_days_are_told_apart(desk: Desk) -> None:
    desk.ports.external.set_external(desk.tenant, "bob", {DAY: frozenset({AT}), DAY + 1: frozenset({AT})})
    desk.booked()
    assert desk.day(NINE, "bob").external == {AT}
