"""What stored days rule out is what the bookings in them rule out."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from benchmarks.slots import Sample
from benchmarks.sweep import Booked, _merged, refused_by_days, refused_starts
from daybook.domain.event_type import NO_TIME
from daybook.domain.ledger import Claim, LedgerDay

MINUTE = timedelta(minutes=1)
NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
LATE = NOON.replace(hour=23, minute=40)


@pytest.mark.parametrize("ours", [0, 10, 45])
@pytest.mark.parametrize("start", [NOON, LATE])
def test_a_buffer_keeps_off_as_much_as_the_booking_it_belongs_to(ours: int, start: datetime) -> None:
    booked = Booked(start, start + 30 * MINUTE, before=30 * MINUTE, after=20 * MINUTE)
    claim = Claim.of(booked.start, booked.end, before=booked.before, after=booked.after)
    days = [LedgerDay(day, taken=claim.elements(day)) for day in claim.days]
    terms = replace(Sample().terms, buffer_before=ours * MINUTE, buffer_after=NO_TIME)
    stored = _merged(refused_by_days(terms, days, NOON), touching=False)
    assert stored == _merged(refused_starts(terms, [booked], ()), touching=False)
