"""The simulation of a contended host-day does what its assumptions say."""

import pytest

from benchmarks.contention import HOLD, ROUND_TRIP, simulate
from daybook.adapters.dynamodb.backoff import ATTEMPTS


def test_who_is_alone_is_booked_at_the_first_try() -> None:
    outcome = simulate(0.05, lasting=600)
    assert (outcome.tries, outcome.refused) == (outcome.asked, 0)
    assert max(outcome.seconds) == pytest.approx(HOLD + ROUND_TRIP)


def test_few_meet_as_often_as_chance_has_it() -> None:
    """Somebody else arrived within `hold` before: 1 - e^(-rate · hold), and some meet again."""
    outcome = simulate(2, lasting=5000)
    again = outcome.tries / outcome.asked - 1
    assert 0.8 * 2 * HOLD < again < 1.5 * 2 * HOLD


def test_no_more_is_booked_than_the_item_has_time_for() -> None:
    outcome = simulate(400, lasting=20)
    assert outcome.booked <= 20 / HOLD + 5 / HOLD
    assert outcome.refused > 0.5
    assert outcome.tries <= ATTEMPTS * outcome.asked


def test_more_requests_never_fare_better() -> None:
    outcomes = [simulate(rate, lasting=120) for rate in (5, 20, 60, 120)]
    tries = [outcome.tries / outcome.asked for outcome in outcomes]
    assert tries == sorted(tries)
    assert [outcome.refused for outcome in outcomes] == sorted(outcome.refused for outcome in outcomes)


def test_the_same_chance_gives_the_same_outcome() -> None:
    assert simulate(20, seed=7) == simulate(20, seed=7) != simulate(20, seed=8)
