"""What every store of tenants and keys promises."""

from dataclasses import replace
from datetime import timedelta

import pytest

from daybook.domain.brand import Brand
from daybook.domain.errors import Exists
from daybook.domain.tenant import Scope
from daybook.ports import Access, Stale
from tests.fakes.ports import Ports
from tests.fakes.values import NOW, SECRET, api_key
from tests.fakes.values import tenant as tenant_of

MINUTE = timedelta(minutes=1)


@pytest.fixture
def access(ports: Ports) -> Access:
    return ports.access


def test_a_tenant_has_its_secret_from_the_first_moment(access: Access, tenant: str) -> None:
    assert access.secret(tenant) is None
    access.add_tenant(tenant_of(tenant), SECRET)
    assert access.secret(tenant) == SECRET


def test_a_tenant_is_added_once_and_keeps_its_secret(access: Access, tenant: str) -> None:
    access.add_tenant(tenant_of(tenant), SECRET)
    with pytest.raises(Exists):
        access.add_tenant(tenant_of(tenant), b"other")
    assert access.secret(tenant) == SECRET


def test_a_tenant_comes_back_as_it_was_written(access: Access, tenant: str) -> None:
    full = replace(
        tenant_of(tenant),
        brand=Brand(colour="#00695c", logo_url="https://example.com/logo.png", signature="Yours\nAcme"),
        language="de",
        welcome=False,
        follow_up=False,
        feedback_url="https://example.com/feedback",
    )
    assert access.tenant(tenant) is None
    access.add_tenant(full, SECRET)
    assert access.tenant(tenant) == full
    assert access.tenant(f"{tenant}-other") is None


def test_a_tenants_settings_change_under_the_version_that_was_read(access: Access, tenant: str) -> None:
    made = replace(tenant_of(tenant), feedback_url="https://example.com/feedback")
    access.add_tenant(made, SECRET)
    changed = replace(made, language="fr", feedback_url=None, version=2)
    access.change_tenant(changed, version=1)
    assert access.tenant(tenant) == changed
    with pytest.raises(Stale):
        access.change_tenant(replace(made, language="es", version=2), version=1)
    assert access.tenant(tenant) == changed
    assert access.secret(tenant) == SECRET


def test_an_unknown_tenant_is_not_made_by_a_change(access: Access, tenant: str) -> None:
    with pytest.raises(Stale):
        access.change_tenant(tenant_of(tenant), version=1)
    assert access.tenant(tenant) is None


def test_a_key_is_found_by_its_id_alone(access: Access, tenant: str) -> None:
    key = api_key(tenant, f"{tenant}-k", scopes=frozenset({Scope.READ, Scope.BOOKINGS}), host="ada")
    access.add_key(key)
    assert access.key(key.id) == key
    assert access.key("unknown") is None


def test_a_removed_key_is_gone_at_once_and_may_be_removed_again(access: Access, tenant: str) -> None:
    key = api_key(tenant, f"{tenant}-k")
    access.add_key(key)
    access.remove_key(key)
    access.remove_key(key)
    assert access.key(key.id) is None
    assert access.keys(tenant, cursor=None, limit=9)[0] == []


def test_a_tenants_keys_are_listed_by_id_in_pages(access: Access, tenant: str) -> None:
    ids = [f"{tenant}-k{number}" for number in range(5)]
    for one in reversed(ids):
        access.add_key(api_key(tenant, one))
    access.add_key(api_key(f"{tenant}-other", f"{tenant}-k9"))
    listed: list[str] = []
    cursor: str | None = None
    while cursor is not None or not listed:
        page, cursor = access.keys(tenant, cursor=cursor, limit=2)
        assert len(page) <= 2
        assert set(listed).isdisjoint(key.id for key in page)
        listed += [key.id for key in page]
    assert listed == ids


def test_hits_count_up_within_a_window_and_begin_anew_in_the_next(access: Access, tenant: str) -> None:
    last = NOW + MINUTE - timedelta(microseconds=1)
    assert [access.hit(tenant, "bob", window=MINUTE, now=now) for now in (NOW, NOW, last)] == [1, 2, 3]
    assert access.hit(tenant, "bob", window=MINUTE, now=NOW + MINUTE) == 1


def test_everybody_is_counted_alone(access: Access, tenant: str) -> None:
    access.hit(tenant, "bob", window=MINUTE, now=NOW)
    assert access.hit(tenant, "eve", window=MINUTE, now=NOW) == 1
    assert access.hit(f"{tenant}-other", "bob", window=MINUTE, now=NOW) == 1
