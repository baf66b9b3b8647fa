"""A host's item holds schedules and blocks, and never outgrows what DynamoDB allows an item."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from benchmarks.units import size
from daybook.adapters.dynamodb.items import encode
from daybook.domain.errors import ValidationFailed
from daybook.domain.host import Host
from daybook.domain.schedule import Block, Hours, Schedule
from daybook.usecases import manage_blocks, manage_schedules
from tests.fakes.catalogue import MemoryCatalogue

LARGEST = 400 * 1024
ZONE = ZoneInfo("America/Argentina/ComodRivadavia")
HOURS = Hours(timedelta(hours=10, minutes=55), timedelta(hours=11, minutes=55))
FIRST = date(2027, 1, 1)


def overridden(name: str, dates: int, *, intervals: int) -> Schedule:
    overrides = {FIRST + timedelta(days=n): (HOURS,) * intervals for n in range(dates)}
    return Schedule(id=name, zone=ZONE, weekly=((),) * 7, overrides=overrides)


def blocks() -> dict[str, Block]:
    """As many blocks as a host may have, each with the longest reason in the widest letters."""
    start = datetime(2027, 1, 1, 9, 5, tzinfo=UTC)
    made = (
        Block(id=f"{n:026}", start=start, end=start + timedelta(hours=1), reason="🎉" * 100)
        for n in range(manage_blocks.MOST)
    )
    return {block.id: block for block in made}


@pytest.mark.parametrize("intervals", [0, 1, 24])
def test_the_fullest_host_fits_an_item(intervals: int) -> None:
    entries = manage_schedules.MOST_ENTRIES // manage_schedules.MOST
    schedules = {
        name: overridden(name, entries // (1 + intervals), intervals=intervals)
        for name in (f"{n:02}{'x' * 61}" for n in range(manage_schedules.MOST))
    }
    host = Host(slug="a" * 63, name="🎉" * 500, email="a" * 254, zone=ZONE, schedules=schedules, blocks=blocks())
    assert size(encode(host)) < LARGEST


def test_one_entry_too_many_is_refused() -> None:
    full = overridden("full", manage_schedules.MOST_ENTRIES, intervals=0)
    host = Host(slug="ada", name="Ada", email="ada@example.com", zone=ZONE, schedules={"full": full})
    with pytest.raises(ValidationFailed, match="at most 4000"):
        manage_schedules.add_schedule("acme", host, overridden("more", 1, intervals=0), catalogue=_none())


def _none() -> MemoryCatalogue:
    """A catalogue nobody may ask: the refusal comes first."""
    return MemoryCatalogue.__new__(MemoryCatalogue)
