"""Threads and processes on one host's midnight, straight at the adapter, with clocks hours apart."""

import multiprocessing
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from itertools import count

import pytest

from daybook.domain.booking import Booking, Status
from daybook.domain.errors import NotPending, SlotTaken
from local.stack import Stack
from tests.race.books import Audit
from tests.race.conftest import TENANT
from tests.race.rivals import FIVE, MIDNIGHT, NOW, Place, Rival, storm

PROCESSES, THREADS, DEEDS = 4, 4, 75
_numbers = count()


@pytest.fixture
def place(stack: Stack, audit: Callable[[], Audit]) -> Iterator[Place]:
    yield Place(stack.engine.url, stack.table, TENANT, f"storm{next(_numbers)}")
    assert audit().violations() == []


def outcome(deed: Callable[[], Booking]) -> str:
    try:
        return deed().status
    except (NotPending, SlotTaken) as refusal:
        return type(refusal).__name__


def test_a_storm_of_changes_leaves_the_books_in_order(place: Place, audit: Callable[[], Audit]) -> None:
    with ProcessPoolExecutor(PROCESSES, multiprocessing.get_context("spawn")) as pool:
        found = [pool.submit(storm, place, seed, THREADS, DEEDS) for seed in range(PROCESSES)]
        outcomes = sum((future.result() for future in found), Counter())
    assert outcomes.total() == PROCESSES * THREADS * DEEDS
    assert {"booked", "moved", "confirmed", "declined", "cancelled", "SlotTaken", "LimitReached"} <= outcomes.keys()
    assert any(one.status is Status.EXPIRED for one in audit().bookings)


def test_sixteen_threads_get_one_slot_once_each_time(place: Place, audit: Callable[[], Audit]) -> None:
    rivals = [Rival(place) for _ in range(16)]
    for turn in range(20):
        gate = threading.Barrier(len(rivals))
        start = MIDNIGHT + timedelta(days=turn)

        def want(rival: Rival, start=start, gate=gate) -> str:
            gate.wait(30)
            return outcome(partial(rival.book, start, 6 * FIVE))

        with ThreadPoolExecutor(len(rivals)) as pool:
            assert Counter(pool.map(want, rivals)) == {"confirmed": 1, "SlotTaken": 15}
    assert len(audit().standing(place.host)) == 20


def test_a_request_is_confirmed_or_lapses_never_both(place: Place, audit: Callable[[], Audit]) -> None:
    """One clock stands before the deadline, the other after it."""
    host, other = Rival(place), Rival(place)
    for turn in range(30):
        start = MIDNIGHT + timedelta(days=turn)
        request = host.book(start, 6 * FIVE, asked=True)
        after = (request.deadline or NOW) + FIVE
        with ThreadPoolExecutor(2) as pool:
            confirmed = pool.submit(outcome, partial(host.confirm, request, NOW))
            taken = pool.submit(outcome, partial(other.book, start + FIVE, 6 * FIVE, now=after))
        assert (confirmed.result(), taken.result()) in [("confirmed", "SlotTaken"), ("NotPending", "confirmed")]
