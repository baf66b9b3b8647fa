"""What every catalogue promises about the parts of a host: schedules, blocks and event types."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from daybook.domain.errors import Exists, NotFound
from daybook.domain.event_type import EventType, Question, Window, WindowType
from daybook.domain.host import Host
from daybook.domain.limits import Limits
from daybook.domain.schedule import Block
from daybook.ports import Catalogue, Stale
from tests.fakes.values import HOUR, NINE, event_type, host, hours, schedule


def stored(catalogue: Catalogue, tenant: str, slug: str = "ada") -> Host:
    found = catalogue.host(tenant, slug)
    assert found is not None
    return found


class TestSchedules:
    def test_come_back_as_they_were_added(self, catalogue: Catalogue, tenant: str, ada: Host) -> None:
        overrides = {date(2027, 3, 2): (hours(10, 12), hours(13, 24)), date(2027, 3, 3): ()}
        catalogue.put_schedule(tenant, "ada", schedule(overrides=overrides), version=None)
        assert stored(catalogue, tenant).schedules == {"work": schedule(overrides=overrides)}

    def test_the_first_becomes_the_default_and_later_ones_do_not(
        self, catalogue: Catalogue, tenant: str, ada: Host
    ) -> None:
        catalogue.put_schedule(tenant, "ada", schedule("work"), version=None)
        catalogue.put_schedule(tenant, "ada", schedule("late-hours"), version=None)
        assert stored(catalogue, tenant).default_schedule == "work"

    def test_a_new_default_is_a_change_of_the_host(self, catalogue: Catalogue, tenant: str, ada: Host) -> None:
        catalogue.put_schedule(tenant, "ada", schedule(), version=None)
        with pytest.raises(Stale):
            catalogue.change_host(tenant, replace(ada, name="Countess", version=2), version=ada.version)
        read = stored(catalogue, tenant)
        catalogue.remove_schedule(tenant, read, schedule())
        with pytest.raises(Stale):
            catalogue.change_host(tenant, replace(read, version=read.version + 1), version=read.version)

    def test_are_added_once(self, catalogue: Catalogue, tenant: str, ada: Host) -> None:
        catalogue.put_schedule(tenant, "ada", schedule(), version=None)
        with pytest.raises(Exists):
            catalogue.put_schedule(tenant, "ada", schedule(), version=None)

    def test_change_under_the_version_that_was_read(self, catalogue: Catalogue, tenant: str, ada: Host) -> None:
        catalogue.put_schedule(tenant, "ada", schedule(), version=None)
        closed = schedule(version=2, weekly=((),) * 7)
        catalogue.put_schedule(tenant, "ada", closed, version=1)
        assert stored(catalogue, tenant).schedules == {"work": closed}
        with pytest.raises(Stale):
            catalogue.put_schedule(tenant, "ada", schedule(version=2), version=1)
        with pytest.raises(Stale):
            catalogue.put_schedule(tenant, "ada", schedule("other", version=2), version=1)

    def test_a_removed_default_leaves_none(self, catalogue: Catalogue, tenant: str, ada: Host) -> None:
        catalogue.put_schedule(tenant, "ada", schedule(), version=None)
        catalogue.remove_schedule(tenant, stored(catalogue, tenant), schedule())
        assert stored(catalogue, tenant).schedules == {}
        assert stored(catalogue, tenant).default_schedule is None

    def test_removing_one_that_is_not_the_default_leaves_that(
        self, catalogue: Catalogue, tenant: str, ada: Host
    ) -> None:
        catalogue.put_schedule(tenant, "ada", schedule(), version=None)
        catalogue.put_schedule(tenant, "ada", schedule("late"), version=None)
        catalogue.remove_schedule(tenant, stored(catalogue, tenant), schedule("late"))
        assert stored(catalogue, tenant).default_schedule == "work"

    def test_are_not_removed_if_changed_or_made_the_default_meanwhile(
        self, catalogue: Catalogue, tenant: str, ada: Host
    ) -> None:
        catalogue.put_schedule(tenant, "ada", schedule(), version=None)
        catalogue.put_schedule(tenant, "ada", schedule("late"), version=None)
        read = stored(catalogue, tenant)
        with pytest.raises(Stale):
            catalogue.remove_schedule(tenant, read, schedule("late", version=2))
        changed = replace(read, default_schedule="late", version=read.version + 1)
        catalogue.change_host(tenant, changed, version=read.version)
        with pytest.raises(Stale):
            catalogue.remove_schedule(tenant, read, schedule("late"))

    def test_need_a_host(self, catalogue: Catalogue, tenant: str) -> None:
        with pytest.raises(NotFound):
            catalogue.put_schedule(tenant, "ada", schedule(), version=None)
        with pytest.raises(NotFound):
            catalogue.put_schedule(tenant, "ada", schedule(), version=1)
        assert catalogue.host(tenant, "ada") is None


class TestBlocks:
    def test_come_back_as_they_were_put_and_replace_each_other(
        self, catalogue: Catalogue, tenant: str, ada: Host
    ) -> None:
        span = Block(id="B1", start=NINE, end=NINE + HOUR, reason="dentist")
        catalogue.put_block(tenant, "ada", Block(id="B1", day=date(2027, 3, 2)), pruned=[])
        catalogue.put_block(tenant, "ada", span, pruned=[])
        assert stored(catalogue, tenant).blocks == {"B1": span}
        assert stored(catalogue, tenant).version == ada.version

    def test_take_pruned_ones_along(self, catalogue: Catalogue, tenant: str, ada: Host) -> None:
        for name in ("B1", "B2", "B3"):
            catalogue.put_block(tenant, "ada", Block(id=name, day=date(2027, 3, 2)), pruned=[])
        catalogue.put_block(tenant, "ada", Block(id="B4", day=date(2027, 3, 2)), pruned=["B1", "B3", "gone"])
        assert set(stored(catalogue, tenant).blocks) == {"B2", "B4"}

    def test_can_be_removed_twice(self, catalogue: Catalogue, tenant: str, ada: Host) -> None:
        catalogue.put_block(tenant, "ada", Block(id="B1", day=date(2027, 3, 2)), pruned=[])
        catalogue.remove_block(tenant, "ada", "B1")
        catalogue.remove_block(tenant, "ada", "B1")
        assert stored(catalogue, tenant).blocks == {}

    def test_need_a_host(self, catalogue: Catalogue, tenant: str) -> None:
        with pytest.raises(NotFound):
            catalogue.put_block(tenant, "ada", Block(id="B1", day=date(2027, 3, 2)), pruned=[])
        with pytest.raises(NotFound):
            catalogue.remove_block(tenant, "ada", "B1")


class TestEventTypes:
    def test_come_back_as_they_were_added_by_slug(self, catalogue: Catalogue, tenant: str, ada: Host) -> None:
        catalogue.put_schedule(tenant, "ada", schedule(), version=None)
        full = event_type(
            "long",
            schedule="work",
            buffer_after=HOUR,
            minimum_notice=timedelta(0),
            window=Window(type=WindowType.UNLIMITED),
            limits=Limits(minutes_per_day=120),
            capacity=5,
            questions=(Question(id="why", label="Why?", required=True),),
        )
        for one in (full, event_type("intro")):
            catalogue.put_event_type(tenant, "ada", one, version=None)
        assert catalogue.event_types(tenant, "ada") == [event_type("intro"), full]
        assert catalogue.event_types(tenant, "bea") == []

    def test_are_added_once(self, catalogue: Catalogue, tenant: str, ada: Host) -> None:
        catalogue.put_event_type(tenant, "ada", event_type(), version=None)
        with pytest.raises(Exists):
            catalogue.put_event_type(tenant, "ada", event_type(), version=None)

    def test_change_under_the_version_that_was_read(self, catalogue: Catalogue, tenant: str, ada: Host) -> None:
        catalogue.put_event_type(tenant, "ada", event_type(), version=None)
        changed = event_type(title="Other", version=2)
        catalogue.put_event_type(tenant, "ada", changed, version=1)
        assert catalogue.event_types(tenant, "ada") == [changed]
        with pytest.raises(Stale):
            catalogue.put_event_type(tenant, "ada", event_type(version=2), version=1)
        with pytest.raises(Stale):
            catalogue.put_event_type(tenant, "ada", event_type("gone", version=2), version=1)

    @pytest.mark.parametrize("wanted", [event_type(), event_type(schedule="gone")])
    def test_need_a_host_and_the_schedule_they_name(self, catalogue: Catalogue, tenant: str, wanted: EventType) -> None:
        if wanted.schedule:
            catalogue.add_host(tenant, host())
        with pytest.raises(NotFound):
            catalogue.put_event_type(tenant, "ada", wanted, version=None)
        assert catalogue.event_types(tenant, "ada") == []

    def test_are_removed_under_the_version_that_was_read(self, catalogue: Catalogue, tenant: str, ada: Host) -> None:
        catalogue.put_event_type(tenant, "ada", event_type(), version=None)
        with pytest.raises(Stale):
            catalogue.remove_event_type(tenant, "ada", event_type(version=2))
        catalogue.remove_event_type(tenant, "ada", event_type())
        assert catalogue.event_types(tenant, "ada") == []
        with pytest.raises(Stale):
            catalogue.remove_event_type(tenant, "ada", event_type())
