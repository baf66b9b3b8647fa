"""An HTTP answer of the local stack's own pages and services."""

import json
from dataclasses import dataclass
from http import HTTPStatus

# Nothing but the page itself: no scripts, nothing from elsewhere. The addresses of mails are nobody's business, either.
_SAFE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; form-action 'self'; "
    "frame-ancestors 'self'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, type and body; `headers` come on top of those that keep a page to itself, or replace them."""

    status: HTTPStatus
    content_type: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def all_headers(self) -> list[tuple[str, str]]:
        return list({"Content-Type": self.content_type, **_SAFE, **dict(self.headers)}.items())


def as_json(status: HTTPStatus, value: object, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    return Answer(status, "application/json", json.dumps(value).encode(), headers)


def not_found() -> Answer:
    return as_json(HTTPStatus.NOT_FOUND, {"message": "Not Found"})
