"""Ledger days joined into the bits that the slot engine works on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from daybook.domain.ledger import AFTER, BEFORE, PER_DAY, Claim, LedgerDay, Session

_MASK = (1 << PER_DAY) - 1


@dataclass(frozen=True, slots=True)
class Busy:
    """What stands in the way over a run of days, one bit a granule; bit 0 is granule `origin`.

    Attributes:
        cores: own bookings' meetings. buffers: their buffers, before and after alike.
        external: busy time of connected calendars.
        sessions: shared meetings by start granule (their time is in `cores` too).
    """

    origin: int
    cores: int = 0
    buffers: int = 0
    external: int = 0
    sessions: Mapping[int, Session] = field(default_factory=dict)

    @classmethod
    def over(cls, days: Iterable[LedgerDay], *, origin_day: int, now: datetime, without: Claim | None = None) -> "Busy":
        """Join ledger days from `origin_day` on; lapsed holds, and the claim `without`, count as free."""
        cores = buffers = external = 0
        sessions: dict[int, Session] = {}
        for day in days:
            owned = day.owned(now)
            if without is not None:
                owned -= without.elements(day.day)
            bits = _bits(owned)
            shift = (day.day - origin_day) * PER_DAY
            cores |= (bits & _MASK) << shift
            buffers |= ((bits >> AFTER | bits >> BEFORE) & _MASK) << shift
            external |= _bits(day.external) << shift
            sessions.update(day.sessions)
        return cls(origin_day * PER_DAY, cores, buffers, external, sessions)


def _bits(elements: Iterable[int]) -> int:
    bits = 0
    for element in elements:
        bits |= 1 << element
    return bits
