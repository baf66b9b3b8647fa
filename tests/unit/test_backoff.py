"""Waiting between tries: bounded, and never the same in two copies of one process."""

import random

from daybook.adapters.dynamodb.backoff import full_jitter


def test_waits_grow_to_a_bound() -> None:
    longest = [full_jitter(attempt, lambda _, most: most) for attempt in range(8)]
    assert longest == [0.025, 0.05, 0.1, 0.2, 0.4, 0.4, 0.4, 0.4]
    assert all(0 <= full_jitter(attempt) <= most for attempt, most in enumerate(longest))


def test_copies_of_a_process_do_not_wait_alike() -> None:
    """What a snapshot keeps is a generator's state, which every copy would go on from."""
    state = random.getstate()
    waits = set()
    for _ in range(3):
        random.setstate(state)
        waits.add(full_jitter(4))
    assert len(waits) == 3
