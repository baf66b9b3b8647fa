"""What an API key allows."""

import pytest

from daybook.domain.actor import Actor, Role
from daybook.domain.caller import Caller
from daybook.domain.errors import NotFound, ScopeMissing
from daybook.domain.tenant import Scope


def caller(*scopes: Scope, host: str | None = None) -> Caller:
    return Caller(tenant="acme", key_id="k1", host=host, scopes=frozenset(scopes))


def test_any_of_the_scopes_is_enough_and_admin_has_all() -> None:
    for scope in Scope:
        assert caller(scope).may(scope)
        assert caller(Scope.ADMIN).may(scope)
    assert caller(Scope.READ).may(Scope.READ, Scope.BOOKINGS)
    assert not caller(Scope.READ).may(Scope.BOOKINGS, Scope.CATALOGUE)
    assert not caller(Scope.READ, Scope.BOOKINGS, Scope.CATALOGUE).may(Scope.ADMIN)


def test_another_tenant_is_unknown_before_anything_is_said_about_scopes() -> None:
    with pytest.raises(NotFound):
        caller().require(Scope.READ, tenant="globex")


def test_a_missing_scope_is_named() -> None:
    with pytest.raises(ScopeMissing, match="bookings or catalogue"):
        caller(Scope.READ).require(Scope.BOOKINGS, Scope.CATALOGUE, tenant="acme")


@pytest.mark.parametrize("host", ["grace", None])
def test_a_key_of_one_host_reaches_neither_others_nor_the_tenant_as_a_whole(host: str | None) -> None:
    bound = caller(Scope.ADMIN, host="ada")
    bound.require(Scope.READ, tenant="acme", host="ada")
    with pytest.raises(ScopeMissing, match="ada"):
        bound.require(Scope.READ, tenant="acme", host=host)


def test_a_free_key_reaches_every_host() -> None:
    for host in ("ada", None):
        caller(Scope.READ).require(Scope.READ, tenant="acme", host=host)


def test_it_acts_as_host_under_its_id() -> None:
    assert caller().actor == Actor(Role.HOST, "k1")
