"""A ledger that forgets one of its checks does not survive the random lives: the tests above are worth something."""

from collections.abc import Callable, Iterator, Sequence

import pytest

from daybook.adapters.dynamodb import counting
from daybook.adapters.dynamodb.transactions import Write
from daybook.domain.booking import Booking
from daybook.domain.ledger import AFTER, BEFORE, Claim, Hold, LedgerDay
from daybook.domain.limits import Bound
from tests.property.ledger_machine import LedgerMachine
from tests.property.test_ledger import EXAMPLES, Arithmetic, run
from tests.property.test_ledger_on_dynamodb import EXAMPLES as FEW
from tests.property.test_ledger_on_dynamodb import OneHost, OneLimitedHost, no_tables

__all__ = ["no_tables"]

rivals = Claim.rivals


def blind_to_after_buffers(claim: Claim, day: int) -> frozenset[int]:
    return frozenset(one for one in rivals(claim, day) if not AFTER <= one < BEFORE)


def blind_to_before_buffers(claim: Claim, day: int) -> frozenset[int]:
    return frozenset(one for one in rivals(claim, day) if one < BEFORE)


def blind_to_cores_in_buffers(claim: Claim, day: int) -> frozenset[int]:
    return frozenset(one for one in rivals(claim, day) if one >= AFTER) | claim.core(day)


def without_bookings(bounds: Sequence[Bound]) -> list[Bound]:
    return [Bound(bound.counter, None, bound.minutes) for bound in bounds]


def without_minutes(bounds: Sequence[Bound]) -> list[Bound]:
    return [Bound(bound.counter, bound.bookings, None) for bound in bounds]


def killed(machine: type[LedgerMachine], examples: int) -> None:
    with pytest.raises(AssertionError):
        run(machine, examples, shrink=False)


@pytest.mark.parametrize("mutant", [blind_to_after_buffers, blind_to_before_buffers, blind_to_cores_in_buffers])
def test_forgetting_a_buffer_is_noticed(mutant: Callable[..., object], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Claim, "rivals", mutant)
    killed(Arithmetic, EXAMPLES)


def test_forgetting_busy_calendars_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LedgerDay, "_misses", lambda day, claim, owned: claim.rivals(day.day).isdisjoint(owned))
    killed(Arithmetic, EXAMPLES)


def test_forgetting_deadlines_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(_: LedgerDay, __: object) -> tuple[Hold, ...]:
        return ()

    monkeypatch.setattr(LedgerDay, "lapsed", never)
    killed(Arithmetic, EXAMPLES)


@pytest.mark.parametrize("mutant", [blind_to_after_buffers, blind_to_before_buffers])
def test_an_expression_without_a_buffers_term_is_noticed(
    mutant: Callable[..., object], no_tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Claim, "rivals", mutant)
    killed(OneHost, FEW)


@pytest.mark.parametrize("weakened", [without_bookings, without_minutes])
def test_a_counter_without_a_condition_is_noticed(
    weakened: Callable[[Sequence[Bound]], list[Bound]], no_tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = counting.count

    def lenient(booking: Booking, bounds: Sequence[Bound]) -> Iterator[Write]:
        return count(booking, weakened(bounds))

    monkeypatch.setattr(counting, "count", lenient)
    killed(OneLimitedHost, FEW)
