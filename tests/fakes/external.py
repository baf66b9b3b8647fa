"""External events as they stand in the ledger, by the way the product takes."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from daybook.domain.external import ExternalEvent
from daybook.domain.snapshot import Snapshot, busy_by_day

EVER = range(40_000)
"""Ledger days until the year 2079."""


def busy_granules(
    events: Iterable[ExternalEvent], *, calendar_zone: ZoneInfo, unsettled_block: bool = True
) -> dict[int, frozenset[int]]:
    """Return the busy granules of each ledger day that has some, of one calendar."""
    numbered = ((str(number), event) for number, event in enumerate(events))
    return busy_by_day([Snapshot(EVER, calendar_zone, unsettled_block).applied(numbered)])
