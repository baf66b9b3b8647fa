"""The local Google under test, with its answers held to the discovery document, and the official client to ask it."""

import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import google_auth_httplib2
import httplib2
import pytest
import urllib3
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

from local.answer import Answer
from local.google.discovery import calendar_v3
from local.google.server import GoogleServer

START = datetime(2026, 10, 19, 8, 0, tzinfo=UTC)
ADA = "ada@example.com"
CLIENT, SECRET, REDIRECT = "daybook.apps.example", "s/e:c r+et", "http://127.0.0.1:9/callback"
AUTH = "https://www.googleapis.com/auth/"
EVERYTHING = (AUTH + "calendar",)
VERIFIER = "v" * 43
Json = dict[str, Any]


@dataclass
class Clock:
    at: datetime = START

    def __call__(self) -> datetime:
        return self.at

    def pass_(self, **time: float) -> None:
        self.at += timedelta(**time)


@dataclass
class Mailbox:
    """A receiver of push messages. `answers`: statuses of the next messages; then 200."""

    headers: list[Mapping[str, str]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    def __call__(self, _address: str, headers: Mapping[str, str]) -> int:
        self.headers.append(headers)
        return self.answers.pop(0) if self.answers else 200

    @property
    def states(self) -> list[str]:
        return [headers["X-Goog-Resource-State"] for headers in self.headers]


class Checked(GoogleServer):
    """Fails where an answer is not what the discovery document says."""

    def handle(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer | None:
        answer = super().handle(method, target, headers, body)
        asked = {name.lower(): value for name, value in headers.items()}
        path = urlsplit(target).path
        if answer is not None and answer.status == 200 and path.startswith("/calendar/"):
            description, _ = calendar_v3().find(asked.get("x-http-method-override", method), path)
            assert description.response is not None
            calendar_v3().schemas.check(description.response, json.loads(answer.body))
        return answer


@dataclass
class Desk:
    """A Google at `url` with one account, Ada's in Berlin, and one client."""

    google: Checked
    url: str
    clock: Clock
    mailbox: Mailbox
    http: urllib3.PoolManager
    services: list[Any] = field(default_factory=list)

    def authorization(self, *scopes: str, **more: str) -> str:
        query = {
            "client_id": CLIENT,
            "redirect_uri": REDIRECT,
            "response_type": "code",
            "scope": " ".join(scopes),
            "access_type": "offline",
            "state": "st-1",
        }
        return f"{self.url}/o/oauth2/v2/auth?{urlencode(query | more)}"

    def code(self, *scopes: str, email: str = ADA, without: tuple[str, ...] = (), **more: str) -> str:
        back = self.google.people.consent(self.authorization(*scopes, **more), email, without=without)
        return parse_qs(urlsplit(back).query)["code"][0]

    def token(self, **form: str) -> tuple[int, Json]:
        """Ask the token endpoint, with the client's credentials in the form."""
        answer = self.http.request_encode_body(
            "POST",
            self.url + "/token",
            fields={"client_id": CLIENT, "client_secret": SECRET, **form},
            encode_multipart=False,
        )
        return answer.status, answer.json()

    def tokens(self, *scopes: str, email: str = ADA, **more: Any) -> Json:
        """Go all the way of consent and exchange."""
        code = self.code(*scopes, email=email, **{"prompt": "consent", **more})
        status, tokens = self.token(grant_type="authorization_code", code=code, redirect_uri=REDIRECT)
        assert status == 200, tokens
        return tokens

    def credentials(self, tokens: Json) -> Credentials:
        return Credentials(
            tokens["access_token"],
            refresh_token=tokens.get("refresh_token"),
            token_uri=self.url + "/token",
            client_id=CLIENT,
            client_secret=SECRET,
        )

    def service(self, *scopes: str, email: str = ADA, credentials: Credentials | None = None) -> Any:
        """The official client, with consent to some scopes; to everything in calendars if none are named."""
        credentials = credentials or self.credentials(self.tokens(*(scopes or EVERYTHING), email=email))
        http = google_auth_httplib2.AuthorizedHttp(credentials, http=httplib2.Http(timeout=10))
        made = build(
            "calendar",
            "v3",
            http=http,
            static_discovery=True,
            cache_discovery=False,
            client_options={"api_endpoint": self.url + "/calendar/v3/"},
        )
        self.services.append(closing(made))
        return made

    def count(self, method: str) -> int:
        return sum(call.method == method for call in self.google.calls)


def refused(request: Any) -> tuple[int, str]:
    """Execute a request that must fail; return status and reason."""
    with pytest.raises(HttpError) as caught:
        request.execute()
    error = json.loads(caught.value.content)["error"]
    assert error["code"] == caught.value.status_code
    assert error["message"]
    return error["code"], error["errors"][0]["reason"]


def timed(start: str, end: str, **fields: Any) -> Json:
    """An event's body; times without an offset are Berlin's."""
    zone = {} if start.endswith("Z") else {"timeZone": "Europe/Berlin"}
    return {"summary": "Meeting", "start": {"dateTime": start, **zone}, "end": {"dateTime": end, **zone}, **fields}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


TEN = timed("2026-12-01T10:00:00", "2026-12-01T10:30:00")


def insert(calendar: Any, body: dict[str, Any], **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = calendar.events().insert(calendarId="primary", body=body, **more).execute()
    return made


def patch(calendar: Any, event_id: str, body: dict[str, Any], **more: Any) -> Any:
    return calendar.events().patch(calendarId="primary", eventId=event_id, body=body, **more)


def get(calendar: Any, event_id: str) -> dict[str, Any]:
    found: dict[str, Any] = calendar.events().get(calendarId="primary", eventId=event_id).execute()
    return found
