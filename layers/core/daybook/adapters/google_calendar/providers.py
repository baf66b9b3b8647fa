"""Opens connected Google accounts: the only way to a decrypted token."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any, Protocol

from google.oauth2.credentials import Credentials

from daybook.adapters.google_calendar.provider import GoogleCalendar
from daybook.adapters.google_calendar.tokens import TokenEndpoint
from daybook.domain.connection import Connection
from daybook.provider_ports import Grant, Provider

MOST_OPEN = 200
"""Accounts whose access tokens a container remembers."""


class Vault(Protocol):
    """Encrypts for a purpose: only who names the same purpose can decrypt."""

    def seal(self, secret: str, purpose: dict[str, str]) -> str: ...

    def open(self, sealed: str, purpose: dict[str, str]) -> str: ...


class GoogleProviders:
    """`provider_ports.Providers`. Access tokens live in memory, for as long as Google lets them."""

    def __init__(self, endpoint: TokenEndpoint, vault: Vault | None, *, webhook: str, tries: int = 0) -> None:
        """Connect accounts to the world.

        Args:
            endpoint: its timeout is that of every call.
            vault: None: nothing is sealed or opened.
            webhook: the address for pushes.
            tries: see GoogleCalendar.
        """
        self._endpoint = endpoint
        self._vault = vault
        self._webhook = webhook
        self._tries = tries
        self._known: OrderedDict[tuple[str, ...], tuple[str, Credentials]] = OrderedDict()
        self._lock = Lock()

    def open(self, connection: Connection) -> Provider:
        refresh_token, credentials = self._opened(connection)
        return self._provider(credentials, refresh_token, f"{connection.tenant}/{connection.host}")

    def granted(self, grant: Grant, *, tenant: str, host: str) -> Provider:
        return self._provider(self._credentials(grant.refresh_token), grant.refresh_token, f"{tenant}/{host}")

    def seal(self, tenant: str, host: str, connection: str, refresh_token: str) -> str:
        return self._required_vault().seal(refresh_token, _purpose(tenant, host, connection))

    def _opened(self, connection: Connection) -> tuple[str, Credentials]:
        purpose = _purpose(connection.tenant, connection.host, connection.id)
        key = (*purpose.values(), connection.sealed_token)
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        token = self._required_vault().open(connection.sealed_token, purpose)
        opened = (token, self._credentials(token))
        with self._lock:
            self._known[key] = opened
            while len(self._known) > MOST_OPEN:
                self._known.popitem(last=False)
        return opened

    def _credentials(self, refresh_token: str) -> Credentials:
        handler = _refreshing(self._endpoint, refresh_token)
        return Credentials(None, refresh_handler=handler)  # type: ignore[no-untyped-call]

    def _provider(self, credentials: Credentials, refresh_token: str, owner: str) -> Provider:
        return GoogleCalendar(
            credentials,
            api=self._endpoint.addresses.api,
            owner=owner,
            client=self._endpoint.client.id,
            webhook=self._webhook,
            timeout=self._endpoint.timeout,
            tries=self._tries,
            give_back=lambda: self._endpoint.revoke(refresh_token),
        )

    def _required_vault(self) -> Vault:
        if self._vault is None:
            raise RuntimeError("no vault: this function may neither seal nor open tokens")
        return self._vault


def _refreshing(endpoint: TokenEndpoint, refresh_token: str) -> Callable[..., tuple[str, datetime]]:
    """Return what Google's client calls for an access token; GrantLost and ProviderDown go through it as they are."""

    def refresh(_request: Any, *, scopes: object) -> tuple[str, datetime]:  # noqa: ARG001 - the client says them
        tokens = endpoint.refresh(refresh_token)
        # Google's client reckons with naive moments that mean UTC.
        expiry = datetime.now(UTC).replace(tzinfo=None) + timedelta(seconds=tokens.expires_in)
        return tokens.access_token, expiry

    return refresh


def _purpose(tenant: str, host: str, connection: str) -> dict[str, str]:
    return {"tenant": tenant, "host": host, "connection": connection}
