"""A practice with one host that is open day and night, and what its mails, log and queues say."""

import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

import urllib3
from icalendar import Calendar

from local.outbox import Sent
from local.stack import Stack
from local.state import Account
from tools.tenant import provision

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TENANT = "practice"
PATIENCE_SECONDS = 60.0
GRID = timedelta(minutes=5)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Json = dict[str, Any]


def seed(_url: str, dynamodb: "DynamoDBClient", table: str, now: datetime) -> Account:
    """Create the tenant alone."""
    return Account(TENANT, provision(dynamodb, table, name="Practice", slug=TENANT, email="p@example.com", now=now))


def eventually(check: Callable[[], object], patience: float = PATIENCE_SECONDS) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + patience
    while not check():
        assert time.monotonic() < deadline
        time.sleep(0.1)


class Practice:
    """A client of one running installation."""

    def __init__(self, stack: Stack, http: urllib3.PoolManager) -> None:
        self.stack = stack
        self._http = http
        self._base = f"{stack.url}/v1/{TENANT}"
        self._key = {"Authorization": f"Bearer {stack.api_key}"}
        self._booked = 0

    def open(self, host: str = "ada", **settings: Any) -> None:
        """Add a host whose days are all open, with event types on the grid of five minutes."""
        profile = {"slug": host, "name": "Ada", "email": f"{host}@example.com", "timezone": "UTC", **settings}
        self.ask("POST", "/hosts", profile)
        always = {day: [["00:00", "24:00"]] for day in _DAYS}
        self.ask("POST", f"/hosts/{host}/schedules", {"id": "always", "timezone": "UTC", "weekly": always})
        self.offer("talk", host)

    def offer(self, event_type: str, host: str = "ada", **terms: Any) -> None:
        """Add an event type of five minutes that can be booked until it begins."""
        body = {"slug": event_type, "title": event_type, "duration_minutes": 5, "minimum_notice_minutes": 0, **terms}
        self.ask("POST", f"/hosts/{host}/event-types", body)

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None, token: str = "") -> Json:
        """Call the API, with the admin key unless there is a token; what is refused fails the test."""
        headers = {"Authorization": f"Bearer {token}"} if token else self._key
        answer = self._http.request(method, self._base + path, json=body, headers=headers)
        assert answer.status < 400, answer.data
        found: Json = answer.json() if answer.data else {}
        return found

    def book(
        self,
        email: str = "alan@example.org",
        *,
        event_type: str = "talk",
        start: datetime | None = None,
        host: str = "ada",
    ) -> Json:
        """Book; without a start, somewhere in the next days where nobody else is."""
        self._booked += 1
        start = start or self.free(self._booked)
        attendee = {"name": "Alan", "email": email, "timezone": "Europe/London"}
        body = {"host": host, "event_type": event_type, "start": start.isoformat(), "attendee": attendee}
        return self.ask("POST", "/bookings", body)

    def free(self, number: int) -> datetime:
        """Return the n-th of a row of starts, three days ahead."""
        today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return today + timedelta(days=3) + number * GRID

    def mails(self, booking: Json) -> list[Sent]:
        """Return what was sent about a booking, oldest first."""
        return [mail for mail in reversed(list(self.stack.outbox.mails())) if mail.way.tags["booking"] == booking["id"]]

    def names(self, booking: Json) -> list[str]:
        """Return which mails were sent about a booking, in the order of their names: `0-booked-attendee`."""
        return sorted(mail.way.tags["mail"] for mail in self.mails(booking))

    def log(self, booking: Json) -> list[Json]:
        """Return the log of a booking's mails."""
        items: list[Json] = self.ask("GET", f"/bookings/{booking['id']}/mails")["items"]
        return items

    def settled(self, booking: Json) -> bool:
        """Tell whether the fate of every mail in the log is known."""
        return {item["status"] for item in self.log(booking)} <= {"delivered", "bounced", "complained"}

    def queue(self, name: str) -> tuple[Any, str]:
        """Return a client and the URL of a queue by its logical name."""
        client = self.stack.engine.client("sqs")
        urls = client.list_queues(QueueNamePrefix=f"daybook-{name}-")["QueueUrls"]
        assert len(urls) == 1, urls
        return client, urls[0]

    def lying_in(self, name: str) -> list[str]:
        """Return the bodies of messages in a queue that nobody reads."""
        client, url = self.queue(name)
        answer = client.receive_message(QueueUrl=url, VisibilityTimeout=0, MaxNumberOfMessages=10)
        return [message["Body"] for message in answer.get("Messages", [])]


def invitation(mail: Sent) -> Any:
    """Return the calendar object of a mail, None without one."""
    return next((Calendar.from_ical(text) for text in _calendars(mail.message)), None)


def manage_url(mail: Sent) -> str:
    """Return the address by which the attendee manages the booking."""
    body = mail.message.get_body(("plain",))
    assert body is not None
    found = re.search(r"http://\S+/manage/\S+", body.get_content())
    assert found is not None
    return found[0]


def _calendars(message: EmailMessage) -> list[bytes]:
    parts = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    return [data for part in parts if isinstance(data := part.get_payload(decode=True), bytes)]
