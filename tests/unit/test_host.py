"""A host's schedules."""

from tests.fakes import values
from tests.fakes.values import UTC_ZONE

WORK, NIGHT = values.schedule("work"), values.schedule("night")
HOST = values.host(schedules={"work": WORK, "night": NIGHT}, default_schedule="work")


def test_an_event_type_goes_by_its_own_schedule_or_the_hosts_default() -> None:
    assert HOST.schedule_of(values.event_type(schedule="night")) == NIGHT
    assert HOST.schedule_of(values.event_type()) == HOST.schedule_of(None) == WORK


def test_a_missing_schedule_is_closed_all_week_in_the_hosts_zone() -> None:
    for host in (values.host(), values.host(default_schedule="gone", schedules={"work": WORK})):
        found = host.schedule_of(None)
        assert (found.zone, set(found.weekly), found.overrides) == (UTC_ZONE, {()}, {})
