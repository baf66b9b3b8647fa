"""The sending part of SES v2: it takes every mail, tells what became of it, and makes trouble on request."""

import base64
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage
from functools import cache
from http import HTTPStatus
from queue import SimpleQueue
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.answer import Answer, as_json
from local.engine import Engine
from local.outbox import Outbox, Sent, Way
from local.ses_events import Entry, entries, fate_of

SENT = "/v2/email/outbound-emails"
TROUBLE = "/trouble"
_STOP_SECONDS = 10

Publish = Callable[[list[Entry]], None]


@dataclass(slots=True)
class Trouble:
    """What goes wrong with the next mails.

    Attributes:
        throttle: so many are refused as too many.
        down_until: until then nothing is taken.
        lose_requests: so many callers are hung up on before their mail is taken.
        lose_answers: so many are hung up on after it: the mail is sent, and nobody was told.
    """

    throttle: int = 0
    down_until: datetime | None = None
    lose_requests: int = 0
    lose_answers: int = 0


@dataclass(slots=True)
class Ses:
    """What `AWS_ENDPOINT_URL_SESV2` points to.

    Attributes:
        events: which types of events a configuration set asks for; None: there is no such set.
        publish: puts events on the default bus.
        arrivals: when each request to send came, refused or not.
    """

    outbox: Outbox
    now: Callable[[], datetime]
    events: Callable[[str], frozenset[str] | None]
    publish: Publish
    trouble: Trouble = field(default_factory=Trouble)
    arrivals: list[datetime] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, request: bytes) -> Answer | None:
        """Take a SendEmail request (JSON: FromEmailAddress, Destination, Content.Raw or .Simple, EmailTags ...).

        Returns:
            None: hang up without an answer.
        Source: Amazon SES API v2, SendEmail.
        """
        with self._lock:
            now = self.now()
            self.arrivals.append(now)
            refusal = self._refusal(now)
            if refusal is not None:
                return refusal
            if self._one_of("lose_requests"):
                return None
            lost = self._one_of("lose_answers")
        try:
            answer = self._take(json.loads(request), now)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            return _problem(HTTPStatus.BAD_REQUEST, "BadRequestException", f"not a SendEmail request: {error!r}")
        return None if lost else answer

    def make_trouble(self, request: bytes) -> Answer:
        """Take `{"throttle": 3, "down_seconds": 20, "lose_requests": 1, "lose_answers": 1}`; what is unsaid ends."""
        try:
            self.trouble = _trouble(json.loads(request), self.now())
        except (TypeError, ValueError) as error:
            return as_json(HTTPStatus.BAD_REQUEST, {"message": f"no such trouble: {error}"})
        return as_json(HTTPStatus.OK, {"trouble": json.loads(request)})

    def _refusal(self, now: datetime) -> Answer | None:
        if self.trouble.down_until is not None and now < self.trouble.down_until:
            return _problem(HTTPStatus.SERVICE_UNAVAILABLE, "ServiceUnavailableException", "Service is unavailable.")
        if self._one_of("throttle"):
            return _problem(HTTPStatus.TOO_MANY_REQUESTS, "TooManyRequestsException", "Maximum sending rate exceeded.")
        return None

    def _one_of(self, trouble: str) -> bool:
        left: int = getattr(self.trouble, trouble)
        setattr(self.trouble, trouble, max(0, left - 1))
        return left > 0

    def _take(self, request: Mapping[str, Any], now: datetime) -> Answer:
        configuration_set = request.get("ConfigurationSetName")
        wanted = self.events(configuration_set) if configuration_set else frozenset[str]()
        if wanted is None:
            missing = f"Configuration set <{configuration_set}> does not exist."
            return _problem(HTTPStatus.NOT_FOUND, "NotFoundException", missing)
        raw = _mime(request)
        destination: Mapping[str, list[str]] = request.get("Destination", {})
        to = [address for addresses in destination.values() for address in addresses]
        tags = {tag["Name"]: tag["Value"] for tag in request.get("EmailTags", [])}
        way = Way(now.isoformat(timespec="milliseconds"), to, tags, fate_of(to))
        mail = Sent(self.outbox.new_name(now), raw, way)
        self.outbox.put(mail)
        if configuration_set:
            told = zip(way.news, entries(mail, configuration_set, now), strict=True)
            self.publish([entry for kind, entry in told if kind.upper() in wanted])
        return as_json(HTTPStatus.OK, {"MessageId": mail.name})


class Announcer:
    """Puts the events of configuration sets on the engine's default bus, after the sender has had its answer."""

    def __init__(self, engine: Engine) -> None:
        self._bus = engine.client("events")
        self._ses = engine.client("sesv2")
        self._waiting: SimpleQueue[list[Entry] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, daemon=True, name="ses-events")
        self.wanted = cache(self._wanted)
        self._thread.start()

    def publish(self, events: list[Entry]) -> None:
        """Have events published, in order, soon."""
        if events:
            self._waiting.put(events)

    def close(self) -> None:
        """Publish what is waiting, and end."""
        self._waiting.put(None)
        self._thread.join(_STOP_SECONDS)

    def _run(self) -> None:
        while (events := self._waiting.get()) is not None:
            try:
                self._bus.put_events(Entries=events)
            except (BotoCoreError, ClientError):
                continue  # best effort, as SES says of its own

    def _wanted(self, configuration_set: str) -> frozenset[str] | None:
        """Return the types of events for EventBridge, in capitals; None when the template has no such set."""
        try:
            found = self._ses.get_configuration_set_event_destinations(ConfigurationSetName=configuration_set)
        except ClientError:
            return None
        to_bus = [each for each in found["EventDestinations"] if each["Enabled"] and "EventBridgeDestination" in each]
        return frozenset(kind for each in to_bus for kind in each["MatchingEventTypes"])


def _trouble(wanted: Mapping[str, Any], now: datetime) -> Trouble:
    """Read trouble from JSON. Raises TypeError, ValueError."""
    if not isinstance(wanted, dict) or not all(isinstance(value, int | float) for value in wanted.values()):
        raise TypeError("an object of numbers is wanted")
    counts = {name: int(value) for name, value in wanted.items() if name != "down_seconds"}
    return Trouble(**counts, down_until=now + timedelta(seconds=wanted.get("down_seconds", 0)))


def _problem(status: HTTPStatus, code: str, message: str) -> Answer:
    return as_json(status, {"message": message}, (("x-amzn-ErrorType", code),))


def _mime(request: Mapping[str, Any]) -> bytes:
    content = request["Content"]
    if "Raw" in content:
        return base64.b64decode(content["Raw"]["Data"], validate=True)
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = request["FromEmailAddress"]
    message["To"] = ", ".join(request["Destination"]["ToAddresses"])
    message["Subject"] = content["Simple"]["Subject"]["Data"]
    body = content["Simple"]["Body"]
    message.set_content(body["Text"]["Data"] if "Text" in body else "")
    if "Html" in body:
        message.add_alternative(body["Html"]["Data"], subtype="html")
    return message.as_bytes()
