"""Many bookings of one host on one day: how often they meet at its ledger day, and what that costs whom.

A simulation, not a measurement, with these assumptions:

- Requests arrive by chance (Poisson), each wants a time nobody else wants: only the ledger day's item is shared.
- A transaction holds the item for `hold` from the moment it arrives; another one that arrives meanwhile is answered
  TransactionConflict at once and changes nothing. DynamoDB documents the conflict, not how long it lasts; 10 ms are
  taken for one of ordinary size.
- A round trip takes `round_trip`: another guess, for a function and a table of the same region.
- Who was refused tries again as the adapter does (`adapters/dynamodb/backoff.py`): full jitter, as many tries, and as
  long, then 503.
- Nothing else is scarce: no partition is throttled, no function has to start.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from statistics import quantiles

from benchmarks.measure import Line, Say
from daybook.adapters.dynamodb.backoff import ATTEMPTS, full_jitter
from daybook.adapters.dynamodb.transactions import PATIENCE

HOLD, ROUND_TRIP = 0.010, 0.004
RATES = (1, 2, 5, 10, 20, 40, 60, 80)
A_MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the requests; `seconds` of each that was booked, from its first try to its answer."""

    asked: int
    tries: int
    seconds: tuple[float, ...]

    @property
    def booked(self) -> int:
        return len(self.seconds)

    @property
    def refused(self) -> float:
        """The share that was answered 503."""
        return 1 - self.booked / self.asked

    def slowest(self, percent: int) -> float:
        """Return a percentile of the seconds a booking took; who was answered 503 is not among them."""
        return quantiles(self.seconds, n=100, method="inclusive")[percent - 1]


def simulate(
    per_second: float, *, hold: float = HOLD, round_trip: float = ROUND_TRIP, lasting: float = A_MINUTE, seed: int = 1
) -> Outcome:
    """Let requests arrive for a while, and follow each to its end."""
    chance = Random(seed)
    waiting = list(_arrivals(per_second, lasting, chance))  # when a try reaches the item, when the first began, tries
    heapq.heapify(waiting)
    asked, tries, free_from = len(waiting), 0, 0.0
    seconds = []
    while waiting:
        now, began, attempt = heapq.heappop(waiting)
        tries += 1
        answered = now + round_trip / 2
        if now >= free_from:
            free_from = now + hold
            seconds.append(answered + hold - began)
        elif attempt + 1 < ATTEMPTS:
            again = answered + full_jitter(attempt, chance.uniform)
            if again - began <= PATIENCE.total_seconds():
                heapq.heappush(waiting, (again + round_trip / 2, began, attempt + 1))
    return Outcome(asked, tries, tuple(seconds))


def _arrivals(per_second: float, lasting: float, chance: Random) -> Iterator[tuple[float, float, int]]:
    now = chance.expovariate(per_second)
    while now < lasting:
        yield now + ROUND_TRIP / 2, now, 0
        now += chance.expovariate(per_second)


def run(quick: bool, say: Say) -> Iterator[Line]:  # noqa: FBT001 - as all benchmarks
    """Simulate a minute, or ten, at rising rates."""
    for rate in RATES:
        say(f"{rate} a second")
        outcome = simulate(rate, lasting=A_MINUTE if quick else 10 * A_MINUTE)
        figures = {
            "tries per request": outcome.tries / outcome.asked,
            "median ms if booked": outcome.slowest(50) * 1000,
            "p99 ms if booked": outcome.slowest(99) * 1000,
            "answered 503 %": outcome.refused * 100,
        }
        yield Line(f"{rate} bookings a second", figures)
