"""The way to a host's grant and back: authorization code with PKCE.

Source: Google, "Using OAuth 2.0 for Web Server Applications"; RFC 6749 §4.1, RFC 7636 §4.
"""

from dataclasses import dataclass

from daybook.adapters.google_calendar.asking import consent_url
from daybook.adapters.google_calendar.tokens import TokenEndpoint, claims_of
from daybook.provider_ports import Grant


@dataclass(frozen=True, slots=True)
class GoogleConsent:
    """`provider_ports.Consent`. `redirect` is the callback's address, as registered with Google."""

    endpoint: TokenEndpoint
    redirect: str

    def url(self, *, state: str, verifier: str, existing: bool) -> str:
        """Return Google's page (asking.py, for who has no secret)."""
        client, addresses = self.endpoint.client, self.endpoint.addresses
        return consent_url(addresses, client.id, self.redirect, state=state, verifier=verifier, existing=existing)

    def redeem(self, code: str, *, verifier: str) -> Grant:
        tokens = self.endpoint.redeem(code, verifier=verifier, redirect=self.redirect)
        claims = claims_of(tokens.id_token, client_id=self.endpoint.client.id)
        return Grant(
            account=str(claims.get("email", "")),
            subject=str(claims["sub"]),
            scopes=tokens.scopes,
            refresh_token=tokens.refresh_token,
        )
