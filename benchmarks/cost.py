"""What 1,000 bookings cost on AWS: how much of what each takes, times list prices.

Amounts of the table are those of docs/data-model.md; the rest is counted from what follows a booking there. Prices are
those AWS listed for us-east-1 in 2026, in dollars, without free tiers; look them up again before you rely on them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.measure import Line, Say

MONTHS_KEPT = 60
GIGABYTE = 1e9


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is paid for: how much of it a booking takes, and the price of a million."""

    name: str
    per_booking: float
    per_million: float

    @property
    def dollars(self) -> float:
        """For 1,000 bookings."""
        return self.per_booking * self.per_million / 1000


VIEWS, LISTS, CHANGES, MAILS = 5, 2, 0.2, 3
"""Before somebody books they look at five months and two weeks; one in five moves or cancels; one reminder."""
REQUESTS = VIEWS + LISTS + 1 + CHANGES
RUNS = REQUESTS + 1 + MAILS + 2
"""Functions: the requests, `fan_out`, a mail each, the timers set and one that rings."""

PARTS = (
    Part("table, read units", VIEWS * 4 + LISTS * 3 + 4.5 + CHANGES * 4 + MAILS * 6, 0.125),
    Part("table, write units", 11 + CHANGES * 10 + MAILS * 2 + 2, 0.625),
    Part("table, GB-months of five years", 3_000 / GIGABYTE * MONTHS_KEPT, 0.25e6),
    Part("HTTP API, requests", REQUESTS, 1.0),
    Part("Lambda, requests", RUNS, 0.20),
    Part("Lambda, GB-seconds on arm64", RUNS * 0.080 * 0.5, 13.3334),
    Part("SQS, requests", 12, 0.50),
    Part("Scheduler, timers that rang", 2, 1.0),
    Part("EventBridge, events", 1 + MAILS, 1.0),
    Part("logs, GB", REQUESTS * 2 * 600 / GIGABYTE, 0.50e6),
    Part("SES, mails", MAILS, 100.0),
)


def run(_quick: bool, _say: Say) -> Iterator[Line]:  # noqa: FBT001 - as all benchmarks
    """List the parts and their sum."""
    for part in PARTS:
        figures = {"each booking": part.per_booking, "$ a million": part.per_million, "$ for 1,000": part.dollars}
        yield Line(part.name, figures)
    yield Line("all", {"$ for 1,000": sum(part.dollars for part in PARTS)})
    yield Line("all but mails", {"$ for 1,000": sum(part.dollars for part in PARTS if part.name != "SES, mails")})
