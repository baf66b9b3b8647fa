"""Hosts with accounts at the local Google: they connect in a browser without scripts, and edit on Google's screens."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import urllib3

from local.neighbour import Neighbour
from tests.local.practice import Json, Practice, eventually


class Form(HTMLParser):
    """The one form of a page: where it leads, its fields as they are, and its buttons."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = given.get("action", "")
        elif tag == "input" and "name" in given:
            chosen = "checked" in given or given.get("type") not in ("checkbox", "radio")
            self.fields += [(given["name"], given.get("value", ""))] if chosen else []


@dataclass
class Browser:
    """Keeps cookies of each origin, sends forms and follows redirects; `address` and `page` are what it shows."""

    http: urllib3.PoolManager
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)
    address: str = ""
    page: str = ""
    status: int = 0

    def open(self, url: str) -> None:
        self._go("GET", url)

    def send(self, **changed: str | None) -> None:
        """Send the page's form, with fields changed, added, or (None) left out."""
        form = Form(self.page)
        fields = [(name, value) for name, value in form.fields if name not in changed]
        fields += [(name, value) for name, value in changed.items() if value is not None]
        self._go("POST", urljoin(self.address, form.action or self.address), urlencode(fields))

    def _go(self, method: str, url: str, body: str | None = None) -> None:
        for _ in range(5):
            origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
            jar = self.cookies.setdefault(origin, {})
            headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in jar.items())} if jar else {}
            if body is not None:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            answer = self.http.request(method, url, body=body, headers=headers, redirect=False)
            for cookie in answer.headers.getlist("set-cookie"):
                jar.update({name: morsel.value for name, morsel in SimpleCookie(cookie).items()})
            self.address, self.page, self.status = url, answer.data.decode(), answer.status
            if answer.status not in (302, 303):
                return
            method, url, body = "GET", urljoin(url, answer.headers["location"]), None
        raise AssertionError("redirected too often")


@dataclass
class Host:
    """One of a practice's hosts, `slug`, whose account at Google is called like their address."""

    practice: Practice
    http: urllib3.PoolManager
    slug: str

    @property
    def email(self) -> str:
        return f"{self.slug}@example.com"

    @property
    def google(self) -> Neighbour:
        return self.practice.stack.google

    def move_in(self) -> "Host":
        """Open an account at Google, and begin with Daybook."""
        self.google.server.people.add_account(self.email, timezone="UTC")
        self.practice.open(self.slug)
        return self

    def connect(self, **changed: str | None) -> Browser:
        """Go through the pages, with fields of Google's consent form changed; return the browser at the end."""
        browser = Browser(self.http)
        browser.open(self.practice.ask("POST", f"/hosts/{self.slug}/calendars/google", {})["url"])
        assert browser.status == 200, browser.page
        browser.send()
        assert browser.address.startswith(self.google.url), browser.page
        browser.send(account=self.email, **{"decision": "allow", **changed})
        return browser

    def connected(self) -> "Host":
        """Move in, connect, and wait until all is read."""
        browser = self.move_in().connect()
        assert browser.status == 200, browser.page
        eventually(lambda: self.connection["synced_at"] is not None)
        return self

    @property
    def connections(self) -> list[Json]:
        items: list[Json] = self.practice.ask("GET", f"/hosts/{self.slug}/calendars")["items"]
        return items

    @property
    def connection(self) -> Json:
        [only] = self.connections
        return only

    # --- what they do on Google's screens

    def hand(self, deed: str, **asked: Any) -> Any:
        return self.tell(f"hands/{deed}", **asked)["result"]

    def tell(self, what: str, **asked: Any) -> Json:
        answer = self.http.request("POST", f"{self.google.url}/_google/{what}", json=asked)
        assert answer.status == 200, answer.data
        found: Json = answer.json()
        return found

    def enter(self, start: datetime, minutes: int = 5) -> str:
        """Put something of their own into the calendar."""
        end = start + timedelta(minutes=minutes)
        event: str = self.hand("insert", calendar_id=self.email, start=start.isoformat(), end=end.isoformat())
        return event

    def entries(self, booking: Json) -> list[Json]:
        """Return a booking's events, wherever in the account they are, deleted ones left out."""
        server = self.google.server
        with server.people.lock:
            return [
                {**event.resource, "calendar_id": calendar.id}
                for calendar in server.world.calendars.values()
                for event in calendar.events.values()
                if event.resource.get("iCalUID") == booking["ics_uid"] and event.resource["status"] != "cancelled"
            ]

    def entry(self, booking: Json) -> Json:
        """Wait for a booking's event, of which there must be one."""
        eventually(lambda: self.entries(booking))
        [only] = self.entries(booking)
        return only

    # --- what attendees see

    def offered(self, start: datetime) -> bool:
        day = start.date()
        path = f"/hosts/{self.slug}/event-types/talk/slots?from={day}&to={day}&timezone=UTC"
        return any(datetime.fromisoformat(slot["start"]) == start for slot in self.practice.ask("GET", path)["slots"])

    def try_to_book(self, start: datetime) -> tuple[int, Json]:
        attendee = {"name": "Alan", "email": "alan@example.org", "timezone": "Europe/London"}
        body = {"host": self.slug, "event_type": "talk", "start": start.isoformat(), "attendee": attendee}
        answer = self.http.request("POST", f"{self.practice.stack.url}/v1/practice/bookings", json=body)
        return answer.status, answer.json()

    def book(self, start: datetime) -> Json:
        return self.practice.book(start=start, host=self.slug)


def moment(number: int) -> datetime:
    """Return the n-th hour of a day four days ahead."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=4, hours=number)


def seconds_until(check: Any, patience: float = 30) -> float:
    """Wait until something holds; return how long that took."""
    began = time.monotonic()
    eventually(check, patience)
    return time.monotonic() - began
