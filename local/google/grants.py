"""Clients, what people granted them, and the codes and tokens that prove it."""

import base64
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from local.google.discovery import calendar_v3
from local.google.world import World

CODE_LIFETIME = timedelta(minutes=10)
TOKEN_LIFETIME = timedelta(seconds=3599)
# A person's older tokens for one client die when there are more.
MOST_REFRESH_TOKENS = 100
_USERINFO = "https://www.googleapis.com/auth/userinfo."
# Asked for by the short name, granted under the long one.
IDENTITY = {"openid": "openid", "email": _USERINFO + "email", "profile": _USERINFO + "profile"}


class InvalidGrantError(Exception):
    """A code or a refresh token that is no longer good, or was never; the text says which."""


@dataclass(frozen=True, slots=True)
class Client:
    """An OAuth client of the web kind; `redirects` are compared as they are spelt."""

    id: str
    secret: str
    redirects: frozenset[str]


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asks of a person (the parameters of the authorization page that count)."""

    client_id: str
    redirect: str
    scopes: tuple[str, ...]
    offline: bool = False
    ask_again: bool = False
    add_to_granted: bool = False
    challenge: str | None = None
    challenge_method: str = "plain"
    nonce: str | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """What an access or a refresh token stands for; `expires` is None for a refresh token."""

    email: str
    client_id: str
    scopes: tuple[str, ...]
    expires: datetime | None = None
    nonce: str | None = None


@dataclass(frozen=True, slots=True)
class _Code:
    request: Request
    email: str
    scopes: tuple[str, ...]
    with_refresh: bool
    expires: datetime


@dataclass(slots=True)
class Grants:
    """All of it."""

    world: World
    clients: dict[str, Client] = field(default_factory=dict)
    granted: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    access: dict[str, Token] = field(default_factory=dict)
    refresh: dict[str, Token] = field(default_factory=dict)
    _codes: dict[str, _Code] = field(default_factory=dict)

    def grant(self, request: Request, email: str, scopes: Iterable[str]) -> str:
        """Grant what a person agreed to; return the code for the client, good once and for ten minutes."""
        key = (email, request.client_id)
        before = self.granted.get(key)
        agreed = _in_order(IDENTITY.get(scope, scope) for scope in scopes)
        self.granted[key] = _in_order([*(before or ()), *agreed])
        scopes_now = self.granted[key] if request.add_to_granted else agreed
        with_refresh = request.offline and (request.ask_again or before is None)
        code = "4/0A" + secrets.token_urlsafe(40)
        self._codes[code] = _Code(request, email, scopes_now, with_refresh, self.world.now() + CODE_LIFETIME)
        return code

    def redeem(self, code: str, client_id: str, redirect: str, verifier: str | None) -> tuple[str, str | None]:
        """Exchange a code for an access token and, if it was asked for, a refresh token.

        Raises:
            InvalidGrantError: used, expired, another client's, another address's, or without its PKCE verifier.
        """
        found = self._codes.pop(code, None)
        if found is None or found.expires <= self.world.now() or found.request.client_id != client_id:
            raise InvalidGrantError("Malformed auth code.")
        if found.request.redirect != redirect:
            raise InvalidGrantError("redirect_uri_mismatch")
        if found.request.challenge is not None:
            if not verifier:
                raise InvalidGrantError("Missing code verifier.")
            if _challenge(verifier, found.request.challenge_method) != found.request.challenge:
                raise InvalidGrantError("Invalid code verifier.")
        token = Token(found.email, client_id, found.scopes, nonce=found.request.nonce)
        refresh = None
        if found.with_refresh:
            refresh = "1//0" + secrets.token_urlsafe(48)
            self.refresh[refresh] = token
            theirs = [
                name for name, one in self.refresh.items() if (one.email, one.client_id) == (found.email, client_id)
            ]
            for name in theirs[:-MOST_REFRESH_TOKENS]:
                del self.refresh[name]
        return self._issue(token), refresh

    def renew(self, refresh: str, client_id: str) -> str:
        """Return a new access token.

        Raises:
            InvalidGrantError: the token was revoked, has expired, or is another client's.
        """
        token = self.refresh.get(refresh)
        if token is None or token.client_id != client_id:
            raise InvalidGrantError("Token has been expired or revoked.")
        return self._issue(token)

    def bearer(self, access: str) -> Token | None:
        """Return what an access token stands for; None: nothing, or nothing any more."""
        token = self.access.get(access)
        return token if token and token.expires and self.world.now() < token.expires else None

    def revoke(self, token: str) -> bool:
        """Take back the whole grant a token, of either kind, belongs to; False: there is no such token."""
        found = self.refresh.get(token) or self.bearer(token)
        if found is not None:
            self.end(found.email, found.client_id)
        return found is not None

    def end(self, email: str, client_id: str) -> None:
        """Take back all that a person granted a client."""
        self.granted.pop((email, client_id), None)
        for tokens in (self.access, self.refresh):
            for name in [name for name, one in tokens.items() if (one.email, one.client_id) == (email, client_id)]:
                del tokens[name]

    def _issue(self, token: Token) -> str:
        access = "ya29." + secrets.token_urlsafe(60)
        expires = self.world.now() + TOKEN_LIFETIME
        self.access[access] = Token(token.email, token.client_id, token.scopes, expires, token.nonce)
        return access


def known_scopes() -> dict[str, str]:
    """Return the scopes a client may ask for, and what people are told of them."""
    told = {
        "openid": "Associate you with your personal info on Google",
        IDENTITY["email"]: "See your primary Google Account email address",
        IDENTITY["profile"]: "See your personal info, including any personal info you've made publicly available",
    }
    return told | dict(calendar_v3().scopes)


def _in_order(scopes: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(scopes))


def _challenge(verifier: str, method: str) -> str:
    if method == "plain":
        return verifier
    return base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
