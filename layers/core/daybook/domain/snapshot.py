"""What a connected calendar keeps busy, event by event, so that a change of one event can be told from all others."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from daybook.domain.external import ExternalEvent, blocks, clipped, touched
from daybook.domain.intervals import Span, merge
from daybook.domain.ledger import PER_DAY, granule_at
from daybook.domain.window import FARTHEST_READ

BEHIND, AHEAD = 1, FARTHEST_READ + 34
"""Ledger days that are kept before and after today: all that are offered, however late they are read."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Busy spans [start, end), in granules since the epoch, by the id of the event that keeps them busy.

    Attributes:
        days: ledger days it covers; of events beyond them nothing is kept.
        zone: whose dates all-day events mean.
        unsettled_block: whether tentative events and unanswered invitations count.
    """

    days: range
    zone: ZoneInfo
    unsettled_block: bool = True
    spans: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)

    def applied(self, changes: Iterable[tuple[str, ExternalEvent | None]]) -> "Snapshot":
        """Return the snapshot after changes, the latest last; None stands for an event that is gone."""
        spans, within = dict(self.spans), (self.days.start * PER_DAY, self.days.stop * PER_DAY)
        for event_id, event in changes:
            spans.pop(event_id, None)
            if event is not None and blocks(event, unsettled_block=self.unsettled_block):
                kept = tuple(_kept(touched(clipped(event, within), self.zone), within))
                if kept:
                    spans[event_id] = kept
        return Snapshot(self.days, self.zone, self.unsettled_block, spans)


def _kept(spans: Iterable[Span], within: Span) -> Iterator[Span]:
    for start, end in spans:
        first, last = max(start, within[0]), min(end, within[1])
        if first < last:
            yield first, last


def window(connection: str, now: datetime) -> range:
    """Return the ledger days that a connection's calendars are read for.

    They move on once a day, at a time of day of each connection's own, lest all calendars be read anew at midnight.
    """
    own = timedelta(seconds=int(sha256(connection.encode()).hexdigest()[:8], 16) % 86_400)
    today = granule_at(now - own) // PER_DAY
    return range(today - BEHIND, today + AHEAD + 1)


def busy_by_day(snapshots: Iterable[Snapshot]) -> dict[int, frozenset[int]]:
    """Return the busy granules of each ledger day that has some, over all calendars of a host."""
    busy: dict[int, set[int]] = {}
    spans = (span for snapshot in snapshots for kept in snapshot.spans.values() for span in kept)
    for start, end in merge(spans):
        for granule in range(start, end):
            busy.setdefault(granule // PER_DAY, set()).add(granule % PER_DAY)
    return {day: frozenset(granules) for day, granules in busy.items()}
