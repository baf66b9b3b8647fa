"""Who calls: the holder of an API key, and what that allows."""

from dataclasses import dataclass

from daybook.domain.actor import Actor, Role
from daybook.domain.errors import NotFound, ScopeMissing
from daybook.domain.tenant import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A proven API key. `host` is set if the key is bound to one host."""

    tenant: str
    key_id: str
    host: str | None
    scopes: frozenset[Scope]

    @property
    def actor(self) -> Actor:
        return Actor(Role.HOST, self.key_id)

    def may(self, *scopes: Scope) -> bool:
        """Tell whether the key has one of the scopes; admin has all."""
        return not self.scopes.isdisjoint({*scopes, Scope.ADMIN})

    def reaches(self, *scopes: Scope, host: str) -> bool:
        """Tell whether the key has one of the scopes and is not bound to another host."""
        return self.may(*scopes) and self.host in {None, host}

    def require(self, *scopes: Scope, tenant: str, host: str | None = None) -> None:
        """Refuse a call outside the key's reach.

        Args:
            scopes: one of them is needed.
            host: whose affairs the call touches; None if the tenant's as a whole.
        Raises:
            NotFound: another tenant's path; its existence is not admitted.
            ScopeMissing: the scope is lacking, or the key is bound to another host.
        """
        if tenant != self.tenant:
            raise NotFound("No such tenant.")
        if not self.may(*scopes):
            raise ScopeMissing(f"This needs a key with the scope {' or '.join(scopes)}.")
        if self.host is not None and host != self.host:
            raise ScopeMissing(f"This key is bound to the host {self.host}.")
