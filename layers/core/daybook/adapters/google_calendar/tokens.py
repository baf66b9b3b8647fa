"""Google's token endpoint: codes and refresh tokens for access tokens, and grants given back.

Source: RFC 6749 §4.1.3, §5.2, §6; RFC 7636; RFC 7009; OpenID Connect Core 1.0 §3.1.3.7.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httplib2

from daybook.adapters.google_calendar.addresses import Addresses
from daybook.adapters.google_calendar.failures import explained, meaning, reason_in
from daybook.provider_ports import GrantLost, ProviderDown, Refused

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the endpoint answered; `expires_in` counts seconds."""

    access_token: str = field(repr=False)
    expires_in: int
    refresh_token: str = field(repr=False)
    scopes: frozenset[str]
    id_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Client:
    """Daybook as Google knows it."""

    id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TokenEndpoint:
    """Asks once: who waits decides whether to ask again. `timeout` in seconds, for each step on the wire."""

    client: Client
    addresses: Addresses
    timeout: float

    def redeem(self, code: str, *, verifier: str, redirect: str) -> Tokens:
        """Exchange a code. Raises Refused, ProviderDown."""
        return self._tokens(
            {"grant_type": "authorization_code", "code": code, "code_verifier": verifier, "redirect_uri": redirect}
        )

    def refresh(self, refresh_token: str) -> Tokens:
        """Return a fresh access token.

        Raises:
            GrantLost: the grant has ended.
            ProviderDown: any other failure; a wrong client secret among them, of which no host is to blame.
        """
        try:
            return self._tokens({"grant_type": "refresh_token", "refresh_token": refresh_token})
        except Refused as refusal:
            if refusal.args[0] == "invalid_grant":
                raise GrantLost("invalid_grant") from None
            raise ProviderDown(*refusal.args) from None

    def revoke(self, token: str) -> None:
        """End a grant; one that has ended is no error. Raises ProviderDown, Refused."""
        status, content = self._post(self.addresses.revoke, {"token": token})
        if status != 200 and (reason := reason_in(content))[0] != "invalid_token":
            raise meaning(status, *reason)

    def _tokens(self, form: Mapping[str, str]) -> Tokens:
        who = {"client_id": self.client.id, "client_secret": self.client.secret}
        status, content = self._post(self.addresses.token, {**form, **who})
        if status != 200:
            raise meaning(status, *reason_in(content))
        answer = json.loads(content)
        return Tokens(
            access_token=answer["access_token"],
            expires_in=int(answer["expires_in"]),
            refresh_token=answer.get("refresh_token", ""),
            scopes=frozenset(answer.get("scope", "").split()),
            id_token=answer.get("id_token", ""),
        )

    def _post(self, address: str, form: Mapping[str, str]) -> tuple[int, bytes]:
        headers = {"content-type": "application/x-www-form-urlencoded"}
        http = httplib2.Http(timeout=self.timeout)
        # A redirect would carry the secret on to wherever it leads.
        http.follow_redirects = False
        with explained():
            try:
                answer, content = http.request(address, "POST", body=urlencode(form), headers=headers)
            finally:
                http.close()
        return int(answer.status), content


def claims_of(id_token: str, *, client_id: str) -> Json:
    """Read an ID token that Google itself has just handed over.

    Its signature need not be checked then: TLS says whom it is from (OpenID Connect Core 1.0 §3.1.3.7, number 6).

    Raises:
        Refused: it is no ID token, or not for us.
    """
    try:
        payload = id_token.split(".")[1]
        claims: Json = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        mine = claims["aud"] == client_id and claims["iss"] in {"https://accounts.google.com", "accounts.google.com"}
        known = bool(claims["sub"])
    except (IndexError, KeyError, TypeError, ValueError, binascii.Error):
        raise Refused("invalid_id_token") from None
    if not (mine and known):
        raise Refused("invalid_id_token")
    return claims
