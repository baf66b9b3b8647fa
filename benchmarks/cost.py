"""What 1,000 bookings cost on AWS: how much of what each takes, times list prices.

Units and sizes of the table are read from docs/data-model.md, which a test measures; the rest is counted from what
follows a booking as the template ships Daybook: two mails of it, two reminders, a follow-up, four timers. Functions'
time and logs are assumptions, the same as in README.md. Prices are those AWS listed for us-east-1 in 2026, in dollars,
without free tiers; look them up again before you rely on them.

Nothing is shared here: each message has a run of its worker to itself, as where little happens. Where much happens
batches share runs and requests of queues, and it costs less.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks.measure import Line, Say

DATA_MODEL = Path(__file__).parents[1] / "docs" / "data-model.md"
MONTHS_KEPT = 60
GIGABYTE = 1e9

VIEWS, LISTS = 5, 2
"""Before somebody books they look at five months and two weeks."""
MOVES = CANCELLATIONS = 0.1
CHANGES = MOVES + CANCELLATIONS
REMINDERS, FOLLOW_UPS = 2, 1
TOLD = 2
"""Mails of a booking or a change: to the attendee and to the host."""
MAILS = TOLD * (1 + CHANGES) + REMINDERS + FOLLOW_UPS
TIMERS = REMINDERS + FOLLOW_UPS + 1
"""The last one completes the booking."""
NEWS = 2
"""What SES tells of a mail: that it was sent, and what became of it."""
EVENTS = 1 + CHANGES + 1
"""History items: booked, moved or cancelled, completed."""
STEPS = {
    "list days, a month": VIEWS,
    "list slots, a week": LISTS,
    "book, rate limits and cap on": 1,
    "move to another day, rate limits on": MOVES,
    "cancel, rate limits on": CANCELLATIONS,
    "tell of a booking, two mails": 1 + CHANGES,
    "set its timers": 1 + CHANGES,
    "hear that a mail was sent": MAILS,
    "hear that a mail arrived": MAILS,
    "remind, one mail": REMINDERS,
    "follow up, one mail": FOLLOW_UPS,
    "complete": 1,
}
"""Rows of docs/data-model.md, and how often a booking takes each."""

REQUESTS = VIEWS + LISTS + 1 + CHANGES
MESSAGES = {
    "MailQueue": 1 + CHANGES + REMINDERS + FOLLOW_UPS,
    "TimerQueue": 1 + CHANGES,
    "DueQueue": TIMERS,
    "MailEventsQueue": MAILS * NEWS,
}
HANDLINGS = 3
"""Requests of a queue for a message: it is sent, received and deleted."""
WORKER_RUNS = EVENTS + sum(MESSAGES.values())
SECONDS, GIGABYTES = 0.060, 0.5
REQUEST_LOG, WORKER_LOG = 2_000, 1_000
ITEMS = {"BOOKING": 1, "EVENT#": EVENTS, "MAIL#": MAILS, "index entry": 3}
"""What stays of a booking, by its row in docs/data-model.md."""
OVERHEAD = 100
"""Bytes that storage adds to each item and entry. Source: DynamoDB Developer Guide, "Item sizes and formats"."""


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


def documented(heading: str) -> dict[str, list[float]]:
    """Return the rows of the table below a heading of docs/data-model.md."""
    section = DATA_MODEL.read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [row.split(" | ") for row in re.findall(r"^\| (.+) \|$", section, re.MULTILINE)[1:]]
    return {name.strip("`"): [float(cell) for cell in cells] for name, *cells in rows}


def units() -> tuple[float, float]:
    """Return read and write units of a booking with all that goes before and after it."""
    rows = documented("Units")
    reads, writes = (sum(times * rows[name][column] for name, times in STEPS.items()) for column in (0, 1))
    return reads, writes


def bytes_kept() -> float:
    """Return what a booking leaves in the table and its indexes."""
    sizes = documented("Sizes")
    return sum(times * (sizes[name][0] + OVERHEAD) for name, times in ITEMS.items())


@cache
def parts() -> tuple[Part, ...]:
    """Return all that is paid for."""
    reads, writes = units()
    kept = bytes_kept() / GIGABYTE * MONTHS_KEPT
    runs = REQUESTS + WORKER_RUNS
    return (
        Part("table, read units", reads, 0.125),
        Part("table, write units", writes, 0.625),
        Part("table, GB-months of five years", kept, 0.25e6),
        Part("table, the same for point-in-time recovery", kept, 0.20e6),
        Part("HTTP API, requests", REQUESTS, 1.0),
        Part("Lambda, requests", runs, 0.20),
        Part("Lambda, GB-seconds on arm64", runs * SECONDS * GIGABYTES, 13.3334),
        Part("SQS, requests", HANDLINGS * sum(MESSAGES.values()), 0.50),
        Part("Scheduler, timers that rang", TIMERS, 1.0),
        Part("EventBridge, events", EVENTS + MAILS * NEWS, 1.0),
        Part("logs, GB", (REQUESTS * REQUEST_LOG + WORKER_RUNS * WORKER_LOG) / GIGABYTE, 0.50e6),
        Part("SES, mails", MAILS, 100.0),
    )


def run(_quick: bool, _say: Say) -> Iterator[Line]:  # noqa: FBT001 - as all benchmarks
    """List the parts, their sum, and the share of each."""
    total = sum(part.dollars for part in parts())
    for part in parts():
        figures = {"each booking": part.per_booking, "$ a million": part.per_million, "$ for 1,000": part.dollars}
        yield Line(part.name, figures | {"%": part.dollars / total * 100})
    yield Line("all", {"$ for 1,000": total})
    yield Line("all but mails", {"$ for 1,000": sum(part.dollars for part in parts() if part.name != "SES, mails")})
