"""HTML answers for people who follow a link: templates, security headers, and refusals as pages.

Pages work without JavaScript and cookies. The address of a page may carry a manage token; therefore nothing is cached,
no referrer is sent, nothing is loaded from elsewhere but the tenant's logo, and forms go nowhere but here.
"""

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from daybook import wiring
from daybook.domain.brand import Brand, is_colour
from daybook.domain.errors import DaybookError
from daybook.domain.tokens import MANAGE_PREFIX
from daybook.edge import problems
from daybook.edge.answers import Answer
from daybook.edge.requests import Body, Call, Query
from daybook.edge.wording import Wording, accepted

TEMPLATES = Path(__file__).with_name("templates")
HTML = "text/html; charset=utf-8"
FAULT = 500

_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}
_HOST_AND_PORT = re.compile(r"[A-Za-z0-9.-]+(:[0-9]{1,5})?")


def bearing(call: Call[Body, Query], token: str) -> Call[Body, Query]:
    """Return the call with a manage token of its address or form as its only credential.

    A page is for attendees: neither an API key nor an Authorization header counts for anything here.
    """
    return replace(call, bearer=token if token.startswith(MANAGE_PREFIX) else None, caller=None)


def page(
    template: str,
    wording: Wording,
    *,
    brand: Brand | None = None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: object,
) -> Answer:
    """Render a template; every value is escaped, and one that is missing is an error."""
    shown = brand if brand and is_colour(brand.colour) else Brand()
    logo = _logo(shown)
    style = wiring.template(TEMPLATES, "style.css").render(brand=shown)
    text = wiring.template(TEMPLATES, template).render(t=wording, brand=shown, logo=logo, style=style, **values)
    security = {**_HEADERS, "Content-Security-Policy": _policy(style, logo)}
    return Answer(text, status=status, headers={**security, **(headers or {})}, content_type=HTML)


def see_other(location: str) -> Answer:
    """Lead a browser on from a form, so that loading anew repeats nothing. Source: RFC 9110 §15.4.4.

    Args:
        location: relative to the address of the form, wherever that is published.
    """
    return Answer(status=303, headers={**_HEADERS, "Location": location})


def told(error: DaybookError | None, event: Mapping[str, Any]) -> Answer:
    """Say a refusal, or a fault of ours (None), on a page that gives nothing away, in the browser's language."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    status = problems.status_of(type(error)) if error else FAULT
    wording = Wording.of(*accepted(headers.get("accept-language", "")))
    request_id = event.get("requestContext", {}).get("requestId", "") if error is None else ""
    kind = {404: "unknown", 429: "rate_limited", 503: "busy", FAULT: "internal"}.get(status, "unreadable")
    more = problems.headers_of(error) if error else {}
    return page("refused.html", wording, status=status, headers=more, kind=kind, request_id=request_id)


def _logo(brand: Brand) -> str | None:
    """Return the logo's address if it can be named in a policy; an https one with nothing odd in its host."""
    try:
        parts = urlsplit(brand.logo_url or "")
    except ValueError:
        return None
    return brand.logo_url if parts.scheme == "https" and _HOST_AND_PORT.fullmatch(parts.netloc) else None


def _policy(style: str, logo: str | None) -> str:
    """Allow this very style sheet, the logo, and forms to this origin; nothing else. Source: CSP Level 3."""
    digest = b64encode(sha256(style.encode()).digest()).decode()
    rules = [
        "default-src 'none'",
        f"style-src 'sha256-{digest}'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ]
    return "; ".join([*rules, f"img-src https://{urlsplit(logo).netloc}"] if logo else rules)
