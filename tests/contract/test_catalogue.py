"""What every catalogue promises: hosts, schedules, blocks and event types, and nobody's change lost."""

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from daybook.domain.errors import Exists
from daybook.domain.event_type import Defaults, Window, WindowType
from daybook.domain.host import CalendarPolicy, Host, Invitations
from daybook.domain.limits import Limits
from daybook.domain.schedule import Block
from daybook.ports import Catalogue, Context, Stale
from tests.fakes.ports import Ports
from tests.fakes.values import HOUR, SECRET, event_type, host, schedule
from tests.fakes.values import tenant as tenant_of


def stored(catalogue: Catalogue, tenant: str, slug: str = "ada") -> Host:
    found = catalogue.host(tenant, slug)
    assert found is not None
    return found


class TestContext:
    def test_is_empty_for_an_unknown_tenant(self, catalogue: Catalogue, tenant: str) -> None:
        nothing = Context(secret=None, host=None, event_type=None)
        found = catalogue.context(tenant, "ada", "intro", record="R1", with_secret=True, with_tenant=True)
        assert found == nothing

    def test_finds_secret_host_and_event_type_at_once(self, ports: Ports, tenant: str, ada: Host) -> None:
        ports.access.add_tenant(tenant_of(tenant), SECRET)
        ports.catalogue.put_event_type(tenant, "ada", event_type(), version=None)
        found = ports.catalogue.context(tenant, "ada", "intro", with_secret=True)
        assert found == Context(secret=SECRET, host=ada, event_type=event_type())
        known = ports.catalogue.context(tenant, "ada", None, with_tenant=True)
        assert known == Context(secret=None, host=ada, event_type=None, tenant=tenant_of(tenant))
        assert ports.catalogue.context(tenant, "ada", "intro").secret is None
        assert ports.catalogue.context(tenant, "ada", None).event_type is None
        assert ports.catalogue.context(tenant, "ada", "other").event_type is None


class TestHosts:
    def test_come_back_as_they_were_added(self, catalogue: Catalogue, tenant: str) -> None:
        full = host(
            default_schedule="work",
            defaults=Defaults(
                minimum_notice=HOUR,
                window=Window(type=WindowType.DATE_RANGE, first=date(2027, 1, 1), last=date(2027, 12, 31)),
                buffer_before=timedelta(0),
                limits=Limits(per_day=3),
            ),
            calendar_policy=CalendarPolicy.ACCEPT_STALE,
        )
        catalogue.add_host(tenant, full)
        assert catalogue.host(tenant, "ada") == full
        assert catalogue.host(f"{tenant}-other", "ada") is None

    def test_are_added_once(self, catalogue: Catalogue, tenant: str, ada: Host) -> None:
        with pytest.raises(Exists):
            catalogue.add_host(tenant, host(name="Other"))
        assert catalogue.host(tenant, "ada") == ada

    def test_are_listed_by_slug_in_pages(self, catalogue: Catalogue, tenant: str) -> None:
        for slug in ("eve", "ada", "dan", "bob", "cyd"):
            catalogue.add_host(tenant, host(slug))
        catalogue.add_host(f"{tenant}-other", host("zoe"))
        listed: list[list[str]] = []
        cursor: str | None = None
        while cursor is not None or not listed:
            page, cursor = catalogue.hosts(tenant, cursor=cursor, limit=2)
            assert [one.slug for one in page] not in listed
            listed.append([one.slug for one in page])
        assert listed[:3] == [["ada", "bob"], ["cyd", "dan"], ["eve"]]
        assert not any(listed[3:])

    def test_change_under_the_version_that_was_read(self, catalogue: Catalogue, tenant: str, ada: Host) -> None:
        catalogue.change_host(tenant, replace(ada, name="Countess", version=2), version=1)
        assert stored(catalogue, tenant) == replace(ada, name="Countess", version=2)
        with pytest.raises(Stale):
            catalogue.change_host(tenant, replace(ada, name="Other", version=2), version=1)
        with pytest.raises(Stale):
            catalogue.change_host(tenant, host("bea", version=2), version=1)

    def test_keep_every_field_of_their_own_that_is_changed(self, catalogue: Catalogue, tenant: str, ada: Host) -> None:
        changed = replace(
            ada,
            email="countess@example.com",
            zone=ZoneInfo("Europe/Berlin"),
            default_schedule="work",
            defaults=Defaults(minimum_notice=HOUR),
            calendar_policy=CalendarPolicy.ACCEPT_STALE,
            language="de",
            invitations=Invitations.PLAIN,
            reminders=True,
            version=2,
        )
        catalogue.change_host(tenant, changed, version=1)
        assert stored(catalogue, tenant) == changed

    def test_lose_a_field_that_is_taken_back(self, catalogue: Catalogue, tenant: str) -> None:
        catalogue.add_host(tenant, host(default_schedule="work"))
        catalogue.change_host(tenant, host(version=2), version=1)
        assert stored(catalogue, tenant).default_schedule is None

    def test_keep_schedules_and_blocks_written_meanwhile(self, catalogue: Catalogue, tenant: str) -> None:
        catalogue.add_host(tenant, host())
        catalogue.put_schedule(tenant, "ada", schedule(), version=None)
        read = stored(catalogue, tenant)
        catalogue.put_block(tenant, "ada", Block(id="b", day=date(2027, 3, 2)), pruned=[])
        catalogue.put_schedule(tenant, "ada", schedule(version=2, weekly=((),) * 7), version=1)
        catalogue.change_host(tenant, replace(read, name="Countess", version=read.version + 1), version=read.version)
        assert set(stored(catalogue, tenant).blocks) == {"b"}
        assert stored(catalogue, tenant).schedules["work"].version == 2

    def test_are_removed_under_the_version_that_was_read(self, catalogue: Catalogue, tenant: str, ada: Host) -> None:
        with pytest.raises(Stale):
            catalogue.remove_host(tenant, replace(ada, version=2))
        catalogue.remove_host(tenant, ada)
        assert catalogue.host(tenant, "ada") is None
        assert catalogue.hosts(tenant, cursor=None, limit=9)[0] == []
        with pytest.raises(Stale):
            catalogue.remove_host(tenant, ada)
