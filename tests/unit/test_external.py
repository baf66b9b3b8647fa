"""Which events of other calendars block, and what they cover."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from daybook.domain.external import ExternalEvent, Response, blocks
from daybook.domain.ledger import moment_at
from tests.fakes.external import busy_granules

NEW_YORK = ZoneInfo("America/New_York")
START, END = datetime(2027, 2, 3, 9, 30, tzinfo=UTC), datetime(2027, 2, 3, 10, tzinfo=UTC)


def event(**changes) -> ExternalEvent:
    return ExternalEvent(**{"start": START, "end": END, **changes})


def covered(*events: ExternalEvent, zone: ZoneInfo = NEW_YORK) -> list[str]:
    busy = busy_granules(events, calendar_zone=zone)
    return [f"{moment_at(day * 288 + granule):%dT%H:%M}" for day in sorted(busy) for granule in sorted(busy[day])]


@pytest.mark.parametrize(
    "changes",
    [{"free": True}, {"cancelled": True}, {"response": Response.DECLINED}, {"booking": "b1"}],
)
def test_free_cancelled_declined_and_own_events_never_block(changes: dict) -> None:
    assert not blocks(event(**changes))


@pytest.mark.parametrize(
    "changes", [{"tentative": True}, {"response": Response.TENTATIVE}, {"response": Response.NEEDS_ACTION}]
)
def test_unsettled_events_block_unless_the_setting_says_no(changes: dict) -> None:
    assert blocks(event(**changes))
    assert not blocks(event(**changes), unsettled_block=False)
    assert blocks(event(), unsettled_block=False)


def test_starts_are_rounded_down_and_ends_up() -> None:
    seconds = event(start=START.replace(second=30), end=START.replace(minute=35, second=1))
    assert covered(seconds) == ["03T09:30", "03T09:35"]


def test_an_event_without_length_covers_nothing() -> None:
    assert covered(event(end=START), event(start=date(2027, 2, 3), end=date(2027, 2, 3))) == []


def test_an_all_day_event_means_its_calendars_dates_and_excludes_its_end() -> None:
    found = covered(event(start=date(2027, 11, 7), end=date(2027, 11, 8)))
    assert (found[0], found[-1], len(found)) == ("07T04:00", "08T04:55", 25 * 12)


def test_only_blocking_events_are_counted() -> None:
    assert covered(event(free=True)) == []
