"""Daybook's adapter and the local Google, with Ada's account connected to the host ada."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from daybook.adapters.google_calendar.addresses import Addresses
from daybook.adapters.google_calendar.consent import GoogleConsent
from daybook.adapters.google_calendar.providers import GoogleProviders
from daybook.adapters.google_calendar.tokens import Client, TokenEndpoint
from daybook.domain.connection import Connection
from daybook.domain.entry import Entry
from daybook.provider_ports import Provider
from local.google.people import People
from tests.google.desk import ADA, CLIENT, REDIRECT, SECRET, START, Checked, Clock, Mailbox

__all__ = ["ADA", "START", "Clock", "World", "at", "entry"]

WEBHOOK = "http://127.0.0.1:9/v1/webhooks/google-calendar"


class PlainVault:
    """Seals by writing down what for."""

    def seal(self, secret: str, purpose: dict[str, str]) -> str:
        return f"{sorted(purpose.items())}{secret}"

    def open(self, sealed: str, purpose: dict[str, str]) -> str:
        assert sealed.startswith(str(sorted(purpose.items())))
        return sealed.removeprefix(str(sorted(purpose.items())))


@dataclass
class World:
    """A Google at `url`, and the way of one connection into it."""

    google: Checked
    url: str
    clock: Clock
    mailbox: Mailbox
    tenant: str = "acme"
    client_id: str = CLIENT
    connection: Connection = field(init=False)

    def __post_init__(self) -> None:
        self.providers = self.made_providers()
        self.connection = self.connected()

    @property
    def people(self) -> People:
        return self.google.people

    @property
    def consent(self) -> GoogleConsent:
        return GoogleConsent(self._endpoint(), REDIRECT)

    @property
    def provider(self) -> Provider:
        return self.providers.open(self.connection)

    def opened(self, *, tries: int = 0, host: str = "ada") -> Provider:
        """Open the account as somebody who has no access token yet."""
        sealed = PlainVault().seal(self.refresh_token, {"tenant": self.tenant, "host": host, "connection": "C1"})
        return self.made_providers(tries=tries).open(replace(self.connection, host=host, sealed_token=sealed))

    def made_providers(self, *, tries: int = 0) -> GoogleProviders:
        return GoogleProviders(self._endpoint(), PlainVault(), webhook=WEBHOOK, tries=tries)

    def connected(self, email: str = ADA, **fields: Any) -> Connection:
        """Go through consent, and return the connection it brings."""
        url = self.consent.url(state="s" * 43, verifier="v" * 43, existing=True)
        grant = self.consent.redeem(self.code(url, email), verifier="v" * 43)
        self.refresh_token = grant.refresh_token
        name = fields.pop("id", "C1")
        plain: dict[str, Any] = {
            "host": "ada",
            "account": grant.account,
            "subject": grant.subject,
            "scopes": grant.scopes,
            "busy_from": frozenset({email}),
            "due_at": self.clock(),
            "created_at": self.clock(),
            "updated_at": self.clock(),
        }
        plain |= fields
        sealed = self.providers.seal(self.tenant, plain["host"], name, grant.refresh_token)
        return Connection(tenant=self.tenant, id=name, sealed_token=sealed, **plain)

    def code(self, url: str, email: str = ADA, *, without: tuple[str, ...] = ()) -> str:
        return parse_qs(urlsplit(self.people.consent(url, email, without=without)).query)["code"][0]

    def count(self, method: str) -> int:
        return sum(call.method == method for call in self.google.calls)

    def _endpoint(self) -> TokenEndpoint:
        return TokenEndpoint(Client(CLIENT, SECRET), Addresses.at(self.url), timeout=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def entry(booking: str, start: datetime, **fields: Any) -> Entry:
    plain: dict[str, Any] = {
        "version": 1,
        "uid": f"{booking}@daybook.example",
        "end": start + timedelta(hours=1),
        "title": "Intro",
        "description": "",
        "location": "",
    }
    return Entry(booking=booking, start=start, **{**plain, **fields})
