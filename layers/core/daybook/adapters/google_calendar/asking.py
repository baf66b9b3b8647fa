"""The address of Google's consent page; it needs neither Google's client nor our secret.

Source: Google, "Using OAuth 2.0 for Web Server Applications"; RFC 6749 §4.1.1, RFC 7636 §4.2.
"""

import base64
from hashlib import sha256
from urllib.parse import urlencode

from daybook.adapters.google_calendar.addresses import Addresses
from daybook.domain.consent import asked_scopes


def consent_url(
    addresses: Addresses, client_id: str, redirect: str, *, state: str, verifier: str, existing: bool
) -> str:
    """Return where a host is asked; without `prompt=consent` who was there before would bring no refresh token."""
    query = {
        "client_id": client_id,
        "redirect_uri": redirect,
        "response_type": "code",
        "scope": " ".join(asked_scopes(existing=existing)),
        "state": state,
        "code_challenge": challenge_of(verifier),
        "code_challenge_method": "S256",
        "access_type": "offline",
        "prompt": "consent",
        "include_granted_scopes": "true",
    }
    return f"{addresses.consent}?{urlencode(query)}"


def challenge_of(verifier: str) -> str:
    """Return PKCE's S256 challenge."""
    return base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
