"""Sign-in over HTTP: the authorization page, tokens, revocation, userinfo and keys.

Source: Google's "OAuth 2.0 for Web Server Applications"; RFC 6749, RFC 7636 (PKCE), RFC 7009.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from local.answer import Answer, as_json
from local.google.consent_page import consent_page, refusal_page
from local.google.grants import IDENTITY, TOKEN_LIFETIME, Grants, InvalidGrantError, Request, known_scopes
from local.google.identity import Identity
from local.google.world import World

AUTHORIZE = "/o/oauth2/v2/auth"
TOKEN = "/token"  # noqa: S105 - a path
REVOKE = "/revoke"
USERINFO = "/v1/userinfo"
KEYS = "/oauth2/v3/certs"
Json = dict[str, Any]
_CARRIED = {"account", "allowed", "decision"}


class RefusedError(Exception):
    """A request for consent that is refused on a page of its own."""

    def __init__(self, error: str, why: str) -> None:
        super().__init__(error, why)
        self.error = error
        self.why = why


@dataclass(frozen=True)
class OAuth:
    """Answers by path."""

    world: World
    grants: Grants
    identity: Identity

    def authorize(self, method: str, query: str, body: bytes) -> Answer:
        """Show the page, or take what the person decided on it: back to the client with a code or an error."""
        sent = _form(body) if method == "POST" else parse_qs(query, keep_blank_values=True)
        asked = {name: values[-1] for name, values in sent.items() if name not in _CARRIED}
        try:
            request = self.read(asked)
        except RefusedError as refused:
            return refusal_page(refused.error, refused.why)
        if method != "POST":
            return consent_page(request, asked, self.world.accounts.values(), asked.get("login_hint"))
        account = sent.get("account", [""])[-1]
        if sent.get("decision") == ["allow"] and account not in self.world.accounts:
            return refusal_page("invalid_request", "There is no such account.")
        allowed = set(sent.get("allowed", [])) if sent.get("decision") == ["allow"] else None
        where = self.decide(request, asked.get("state"), account, allowed)
        return Answer(HTTPStatus.FOUND, "text/plain", b"", (("Location", where),))

    def read(self, asked: Mapping[str, str]) -> Request:
        """Read the parameters of the authorization page.

        Raises:
            RefusedError: the client, its address, or what it asks for is not right.
        """
        client = self.grants.clients.get(asked.get("client_id", ""))
        if client is None:
            raise RefusedError("invalid_client", "The OAuth client was not found.")
        if asked.get("redirect_uri") not in client.redirects:
            raise RefusedError("redirect_uri_mismatch", f"Not registered: {asked.get('redirect_uri')}")
        if asked.get("response_type") != "code":
            raise RefusedError("unsupported_response_type", "response_type must be code.")
        scopes = tuple(dict.fromkeys(asked.get("scope", "").split()))
        unknown = [scope for scope in scopes if IDENTITY.get(scope, scope) not in known_scopes()]
        if unknown or not scopes:
            raise RefusedError("invalid_scope", f"Some requested scopes were invalid: {unknown}")
        way = asked.get("code_challenge_method", "plain")
        if way not in ("plain", "S256"):
            raise RefusedError("invalid_request", "code_challenge_method must be plain or S256.")
        return Request(
            client.id,
            asked["redirect_uri"],
            scopes,
            offline=asked.get("access_type") == "offline",
            ask_again="consent" in asked.get("prompt", "").split(),
            add_to_granted=asked.get("include_granted_scopes") == "true",
            challenge=asked.get("code_challenge"),
            challenge_method=way,
            nonce=asked.get("nonce"),
        )

    def decide(self, request: Request, state: str | None, email: str, allowed: set[str] | None) -> str:
        """Return where the person's browser goes.

        Args:
            allowed: the scopes left ticked, identity aside; None: the person cancelled.
        """
        back = {} if state is None else {"state": state}
        if allowed is None:
            back["error"] = "access_denied"
        else:
            fixed = IDENTITY.keys() | IDENTITY.values()
            agreed = [scope for scope in request.scopes if scope in fixed or scope in allowed]
            back["code"] = self.grants.grant(request, email, agreed)
            back["scope"] = " ".join(IDENTITY.get(scope, scope) for scope in agreed)
        joint = "&" if urlsplit(request.redirect).query else "?"
        return request.redirect + joint + urlencode(back)

    def token(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """Exchange a code or a refresh token; the client says who it is by HTTP Basic or in the form."""
        form = {name: values[-1] for name, values in _form(body).items()}
        client_id, secret = _credentials(headers, form)
        client = self.grants.clients.get(client_id)
        if client is None or client.secret != secret:
            return _error(HTTPStatus.UNAUTHORIZED, "invalid_client", "Unauthorized")
        refresh = None
        try:
            if form.get("grant_type") == "authorization_code":
                redirect, verifier = form.get("redirect_uri", ""), form.get("code_verifier")
                access, refresh = self.grants.redeem(form.get("code", ""), client.id, redirect, verifier)
            elif form.get("grant_type") == "refresh_token":
                access = self.grants.renew(form.get("refresh_token", ""), client.id)
            else:
                return _error(HTTPStatus.BAD_REQUEST, "unsupported_grant_type", "Invalid grant_type")
        except InvalidGrantError as invalid:
            error = str(invalid) if str(invalid) == "redirect_uri_mismatch" else "invalid_grant"
            return _error(HTTPStatus.BAD_REQUEST, error, str(invalid))
        return as_json(HTTPStatus.OK, self._tokens(access, refresh))

    def revoke(self, query: str, body: bytes) -> Answer:
        """Take back a grant by one of its tokens, in the form or in the query."""
        sent = _form(body) | parse_qs(query)
        if self.grants.revoke(sent.get("token", [""])[-1]):
            return as_json(HTTPStatus.OK, {})
        return _error(HTTPStatus.BAD_REQUEST, "invalid_token", "Token expired or revoked")

    def userinfo(self, headers: Mapping[str, str]) -> Answer:
        token = self.grants.bearer(bearer_of(headers))
        if token is None or "openid" not in token.scopes:
            return _error(HTTPStatus.UNAUTHORIZED, "invalid_request", "Invalid Credentials")
        return as_json(HTTPStatus.OK, self.identity.claims(token))

    def _tokens(self, access: str, refresh: str | None) -> Json:
        token = self.grants.access[access]
        answer: Json = {
            "access_token": access,
            "expires_in": int(TOKEN_LIFETIME.total_seconds()),
            "scope": " ".join(token.scopes),
            "token_type": "Bearer",
        }
        if refresh is not None:
            answer["refresh_token"] = refresh
        if "openid" in token.scopes:
            answer["id_token"] = self.identity.id_token(token)
        return answer


def bearer_of(headers: Mapping[str, str]) -> str:
    """Return the token of an Authorization header, nothing if there is none."""
    kind, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def _credentials(headers: Mapping[str, str], form: Mapping[str, str]) -> tuple[str, str]:
    kind, _, value = headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        name, _, secret = base64.b64decode(value).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return unquote(name), unquote(secret)


def _form(body: bytes) -> dict[str, list[str]]:
    return parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)


def _error(status: HTTPStatus, error: str, description: str) -> Answer:
    return as_json(status, {"error": error, "error_description": description})
