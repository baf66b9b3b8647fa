"""How long to wait before another try, and how often to try."""

import random

ATTEMPTS = 8


def full_jitter(attempt: int) -> float:
    """Seconds to wait before another try: uniform in [0, min(400, 25 · 2^attempt)] ms."""
    return random.uniform(0, min(0.4, 0.025 * 2**attempt))  # noqa: S311 - spreads load, guards nothing
