"""A deployment with a client at Google, a browser that connects accounts, and the queues behind it."""

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import boto3

from daybook import calendar_wiring
from daybook.adapters.check_busy import LambdaCheckBusy
from daybook.domain.connection import Connection
from tests.google.desk import Checked
from tests.harness import Api, Context, Reply
from tests.integration.browsing import Elements

ORIGIN = "https://api.example.com"
CALLBACK = f"{ORIGIN}/v1/oauth/google/callback"
START = "/v1/oauth/google/start"
CLIENT, CLIENT_SECRET = "daybook.apps.example", "the-client-secret"
GMAIL = "ada.l@gmail.example"
COOKIE = "__Host-daybook-connect"
QUEUES = ("sync", "calendar", "mail")
Queues = Mapping[str, str]
"""Addresses by name."""


@dataclass
class Browser:
    """Keeps cookies, follows links, presses buttons."""

    api: Api
    cookies: dict[str, str] = field(default_factory=dict)

    def open(self, address: str, **query: str) -> Reply:
        parts = urlsplit(address)
        asked = {**dict(parse_qsl(parts.query, keep_blank_values=True)), **query}
        return self._kept(self.api.get(parts.path, query=asked, cookies=self.cookies))

    def send(self, address: str, form: Mapping[str, str]) -> Reply:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._kept(self.api.call("POST", address, raw=urlencode(form), headers=headers, cookies=self.cookies))

    def press(self, page: Reply) -> Reply:
        """Press the only button of a start page."""
        fields = {one["name"] or "": one["value"] or "" for one in Elements(page).all("input")}
        return self.send(START, fields)

    def _kept(self, reply: Reply) -> Reply:
        for line in reply.cookies:
            name, _, rest = line.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return reply


@dataclass
class Office:
    """The host ada of `api`, and a Google where she has an account."""

    api: Api
    google: Checked
    queues: Queues

    @property
    def browser(self) -> Browser:
        """A fresh one."""
        return Browser(self.api)

    def link(self, host: str = "ada", api: Api | None = None, **body: str) -> str:
        reply = (api or self.api).host("POST", f"/hosts/{host}/calendars/google", body)
        assert reply.status == 201, reply.text
        return str(reply.json["url"])

    def gone_to_google(self, browser: Browser, link: str) -> str:
        """Open a link and press its button; return Google's page."""
        reply = browser.press(browser.open(link))
        assert reply.status == 303, reply.text
        return reply.headers["location"]

    def consented(self, page: str, email: str = GMAIL, **how: Any) -> str:
        """Allow what Google asks; return the address it sends the browser to."""
        return self.google.people.consent(page, email, **how)

    def came_back(
        self, *, browser: Browser | None = None, link: str = "", email: str = GMAIL, without: tuple[str, ...] = ()
    ) -> Reply:
        """Go all the way."""
        browser = browser or self.browser
        page = self.gone_to_google(browser, link or self.link())
        return browser.open(self.consented(page, email, without=without))

    def connect(self, **how: Any) -> Connection:
        """Go all the way, and return the only connection of ada."""
        reply = self.came_back(**how)
        assert reply.status == 200, reply.text
        [connection] = self.connections()
        return connection

    def connections(self, host: str = "ada") -> list[Connection]:
        return list(calendar_wiring.connections().connections(self.api.tenant, host))

    def calendars(self) -> list[dict[str, Any]]:
        reply = self.api.host("GET", "/hosts/ada/calendars")
        assert reply.status == 200, reply.text
        return list(reply.json["items"])

    def path(self, connection: Connection) -> str:
        return f"/hosts/ada/calendars/{connection.id}"

    def queued(self, name: str) -> list[dict[str, Any]]:
        """Take the messages out of a queue."""
        client, found = boto3.client("sqs"), list[dict[str, Any]]()
        while messages := client.receive_message(QueueUrl=self.queues[name], MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                found.append(json.loads(message["Body"]))
                client.delete_message(QueueUrl=self.queues[name], ReceiptHandle=message["ReceiptHandle"])
        return found

    def asked(self, method: str = "") -> int:
        """Count what Google was asked, by everybody."""
        return sum(method in {"", call.method} for call in self.google.calls)


@dataclass
class Workers:
    """Lambda, as far as asking for a check goes: the function runs here; `asked` keeps the questions."""

    handler: Callable[[dict[str, Any], Any], dict[str, bool]]
    asked: list[dict[str, Any]] = field(default_factory=list)

    def invoke(self, *, FunctionName: str, Payload: str) -> dict[str, Any]:  # noqa: N803 - as AWS spells them
        assert FunctionName == "check-busy"
        self.asked.append(json.loads(Payload))
        answer = json.dumps(self.handler(json.loads(Payload), Context()))
        return {"Payload": io.BytesIO(answer.encode())}

    def as_port(self) -> LambdaCheckBusy:
        return LambdaCheckBusy(self, "check-busy")  # type: ignore[arg-type]


def shown(reply: Reply) -> str:
    """Return what a page says, on one line."""
    return " ".join(unescape(reply.text).split())


def queues() -> Queues:
    """Make the queues that connected calendars need; return their addresses."""
    sqs = boto3.client("sqs")
    fifo = {"FifoQueue": "true"}
    return {name: sqs.create_queue(QueueName=f"{name}.fifo", Attributes=fifo)["QueueUrl"] for name in QUEUES}


def keys() -> dict[str, str]:
    """Make the key for tokens and keep our secret at Google; return where they are, as the functions are told."""
    key = boto3.client("kms").create_key()["KeyMetadata"]["KeyId"]
    boto3.client("ssm").put_parameter(Name="google-secret", Value=CLIENT_SECRET, Type="SecureString")
    return {"DAYBOOK_GOOGLE_SECRET_PARAMETER": "google-secret", "DAYBOOK_CALENDAR_KEY": key}
