"""Everything that follows a booking, in one process and on one clock: real workers, moto, queues that obey the clock.

What SQS, the stream and SES do in time is played here, for moto knows no time but the machine's: delays, visibility,
groups, redelivery and the place for what was put aside. Time passes when a test says so.
"""

import email
import itertools
import json
import os
from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage
from types import ModuleType
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ReadTimeoutError

from daybook import mail_wiring, wiring
from tests.harness import TABLE, Clock, Context

MAIL, TIMERS, DUE, NEWS, ODD = (f"https://sqs.example/{name}" for name in ("mail", "timers", "due", "news", "odd"))
GROUP = "daybook"
MAX_RECEIVES = 20
BATCH = 5

ENVIRONMENT = {
    "DAYBOOK_BASE_URL": "https://book.example.com",
    "DAYBOOK_MAIL_QUEUE": MAIL,
    "DAYBOOK_TIMER_QUEUE": TIMERS,
    "DAYBOOK_FAN_OUT_FAILURES": ODD,
    "DAYBOOK_BUS": "default",
    "DAYBOOK_CONFIGURATION_SET": "daybook",
    "DAYBOOK_MAILS_PER_SECOND": "0",
    "DAYBOOK_MAIL_WORKERS": "2",
    "DAYBOOK_MAX_RECEIVES": str(MAX_RECEIVES),
    "DAYBOOK_REPLIES": "false",
    "DAYBOOK_SCHEDULE_GROUP": GROUP,
    "DAYBOOK_SCHEDULE_ROLE": "arn:aws:iam::123456789012:role/timers",
    "DAYBOOK_DUE_QUEUE": DUE,
    "DAYBOOK_DUE_QUEUE_ARN": "arn:aws:sqs:eu-central-1:123456789012:due",
    "DAYBOOK_DUE_FAILURES_ARN": "arn:aws:sqs:eu-central-1:123456789012:due-failures",
}


class Died(BaseException):
    """The process of a worker ended where it stood."""


@dataclass
class Message:
    id: str
    body: str
    group: str | None
    visible_at: datetime
    receives: int = 0
    in_flight: bool = False


class Queues:
    """SQS, as far as Daybook calls it, on the test's clock."""

    VISIBILITY = timedelta(minutes=6)

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._numbers = itertools.count(1)
        self._known: set[tuple[str, str, str]] = set()
        self.waiting: dict[str, list[Message]] = {url: [] for url in (MAIL, TIMERS, DUE, NEWS, ODD)}
        self.put_aside: dict[str, list[Message]] = {url: [] for url in self.waiting}

    def send_message(self, **call: Any) -> dict[str, Any]:
        self._add(call["QueueUrl"], call)
        return {}

    def send_message_batch(self, **call: Any) -> dict[str, Any]:
        assert len(call["Entries"]) <= 10
        for entry in call["Entries"]:
            self._add(call["QueueUrl"], entry)
        return {"Successful": [{"Id": entry["Id"]} for entry in call["Entries"]], "Failed": []}

    def change_message_visibility(self, **call: Any) -> None:
        for message in self.waiting[call["QueueUrl"]]:
            if message.id == call["ReceiptHandle"]:
                message.visible_at = self._clock() + timedelta(seconds=call["VisibilityTimeout"])

    def _add(self, url: str, entry: dict[str, Any]) -> None:
        group, dedup = entry.get("MessageGroupId"), entry.get("MessageDeduplicationId")
        assert (group is not None) == (url in (MAIL, TIMERS)), "FIFO queues want a group, others must not have one"
        if dedup is not None:
            if (url, group, dedup) in self._known:
                return
            self._known.add((url, group, dedup))
        delay = timedelta(seconds=entry.get("DelaySeconds", 0))
        assert timedelta(0) <= delay <= timedelta(minutes=15)
        self.waiting[url].append(Message(f"m{next(self._numbers)}", entry["MessageBody"], group, self._clock() + delay))

    def receive(self, url: str) -> list[Message]:
        """Hand out what is visible; while a message of a group is out or rests, the group waits."""
        now = self._clock()
        batch: list[Message] = []
        blocked: set[str] = set()
        for message in list(self.waiting[url]):
            if message.visible_at > now or message.group in blocked:
                blocked |= {message.group} if message.group else set()
                continue
            if message.receives == MAX_RECEIVES:
                self.waiting[url].remove(message)
                self.put_aside[url].append(message)
            elif len(batch) < BATCH:
                message.receives += 1
                message.visible_at = now + self.VISIBILITY
                batch.append(message)
        return batch

    def delete(self, url: str, message: Message) -> None:
        self.waiting[url].remove(message)

    def moments(self) -> Iterator[datetime]:
        """Yield when messages come back, or come at all."""
        yield from (each.visible_at for queue in self.waiting.values() for each in queue)


@dataclass
class Provider:
    """SES behind botocore: takes mails, or fails as told. `mood(call)` may raise, or name an error to answer."""

    sent: list[tuple[EmailMessage, dict[str, str]]] = field(default_factory=list)
    calls: int = 0
    mood: Callable[[int], str | None] = lambda _: None

    def answer(self, params: dict[str, Any], **_: Any) -> tuple[AWSResponse, dict[str, Any]]:
        self.calls += 1
        mood = self.mood(self.calls)
        if mood == "throttle":
            return self._refusal(429, "TooManyRequestsException")
        if mood == "down":
            return self._refusal(503, "ServiceUnavailable")
        body = json.loads(params["body"])
        message = email.message_from_bytes(b64decode(body["Content"]["Raw"]["Data"]), policy=policy.default)
        assert isinstance(message, EmailMessage)
        assert body["Destination"]["ToAddresses"] == [message["To"].addresses[0].addr_spec]
        self.sent.append((message, {tag["Name"]: tag["Value"] for tag in body["EmailTags"]}))
        if mood == "die":
            raise Died
        if mood == "silence":
            raise ReadTimeoutError(endpoint_url="https://ses")
        return AWSResponse("https://ses", 200, {}, None), {"MessageId": f"ses-{len(self.sent)}"}  # type: ignore[arg-type]

    @staticmethod
    def _refusal(status: int, code: str) -> tuple[AWSResponse, dict[str, Any]]:
        parsed = {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}}
        return AWSResponse("https://ses", status, {}, None), parsed  # type: ignore[arg-type]


class Pipeline:
    """Carries on with what bookings left behind, until nothing is left to do at this moment or by a later one."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.queues = Queues(clock)
        self.provider = Provider()
        self.scheduler = boto3.client("scheduler")
        self.scheduler.create_schedule_group(Name=GROUP)
        self.tells_news = True
        self._passed_on: set[tuple[str, str]] = set()
        self._told = 0
        from workers import fan_out, record_delivery, run_timer, send_mail, set_timers

        self.fan_out = fan_out
        self.workers: dict[str, ModuleType] = {
            MAIL: send_mail,
            TIMERS: set_timers,
            DUE: run_timer,
            NEWS: record_delivery,
        }

    def records(self) -> list[dict[str, Any]]:
        """Return the stream's records of all history there is, in order, as Lambda hands them over."""
        pages = wiring.client().get_paginator("scan").paginate(TableName=TABLE)
        items = [item for page in pages for item in page["Items"] if item["sk"]["S"].startswith("EVENT#")]
        items.sort(key=lambda item: (item["at"]["S"], item["pk"]["S"], item["sk"]["S"]))
        return [
            {
                "eventName": "INSERT",
                "dynamodb": {
                    "Keys": {name: item[name] for name in ("pk", "sk")},
                    "NewImage": item,
                    "SequenceNumber": f"{item['pk']['S']} {item['sk']['S']}",
                },
            }
            for item in items
        ]

    def pass_on(self, records: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
        """Let the fan-out see records: those it has not seen, or the given ones."""
        if records is None:
            records = [
                record for record in self.records() if record["dynamodb"]["SequenceNumber"] not in self._passed_on
            ]
        self._passed_on |= {record["dynamodb"]["SequenceNumber"] for record in records}
        failures: list[dict[str, Any]] = self.fan_out.handler({"Records": records}, Context())["batchItemFailures"]
        return failures

    def run(self) -> None:
        """Carry everything on that can be done at this moment."""
        while self._step():
            pass

    def until(self, moment: datetime) -> None:
        """Let time pass, doing everything when it is due."""
        self.run()
        while (upcoming := self._next()) is not None and upcoming <= moment:
            self.clock.now = upcoming
            self._ring()
            self.run()
        self.clock.now = max(self.clock.now, moment)

    def settle(self, **delta: float) -> None:
        """Let some time pass, ten minutes unless told otherwise."""
        self.until(self.clock() + timedelta(**(delta or {"minutes": 10})))

    def mails(self, to: str | None = None) -> list[EmailMessage]:
        return [mail for mail, _ in self.provider.sent if to is None or mail["To"] == to]

    def names(self, kind: str = "") -> list[str]:
        """Name the mails of a kind that were sent, in order: `0-booked-attendee`."""
        return [tags["mail"] for _, tags in self.provider.sent if kind in tags["mail"]]

    def doubled(self) -> list[str]:
        """Name what was sent more than once."""
        counted = Counter((tags["booking"], tags["mail"]) for _, tags in self.provider.sent)
        return [name for (_, name), times in counted.items() if times > 1]

    def _step(self) -> bool:
        fresh = self._fresh()
        if fresh:
            assert self.pass_on(fresh) == []
        worked = [self._work(url) for url in self.workers]
        self._news()
        return bool(fresh) or any(worked)

    def _fresh(self) -> list[dict[str, Any]]:
        return [record for record in self.records() if record["dynamodb"]["SequenceNumber"] not in self._passed_on]

    def _work(self, url: str) -> bool:
        batch = self.queues.receive(url)
        if not batch:
            return False
        event = {"Records": [_record(url, message) for message in batch]}
        with _working_off(url):
            try:
                answer = self.workers[url].handler(event, Context())
            except Died:
                return True
        failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        for message in batch:
            if message.id not in failed:
                self.queues.delete(url, message)
        return True

    def _news(self) -> None:
        """Tell what SES tells: that it took a mail, and that it was delivered, or came back."""
        fresh, self._told = self.provider.sent[self._told :], len(self.provider.sent)
        for number, (mail, tags) in enumerate(fresh, self._told - len(fresh) + 1):
            bounces = "bounce" in mail["To"]
            kinds = ["Email Sent", "Email Bounced" if bounces else "Email Delivered"]
            detail = {"mail": {"messageId": f"ses-{number}", "tags": {name: [value] for name, value in tags.items()}}}
            for kind in kinds if self.tells_news else []:
                more = {"bounce": {"bounceType": "Permanent", "bounceSubType": "General"}} if "Bounced" in kind else {}
                body = {"source": "aws.ses", "detail-type": kind, "detail": {**detail, **more}}
                self.queues.send_message(QueueUrl=NEWS, MessageBody=json.dumps(body))

    def schedules(self) -> dict[str, tuple[datetime, str]]:
        """Return the schedules that are set: when, and what they put into the queue, by name."""
        listed = self.scheduler.list_schedules(GroupName=GROUP)["Schedules"]
        found = [self.scheduler.get_schedule(Name=each["Name"], GroupName=GROUP) for each in listed]
        return {each["Name"]: (_moment(each["ScheduleExpression"]), each["Target"]["Input"]) for each in found}

    def _next(self) -> datetime | None:
        moments = [*self.queues.moments(), *(moment for moment, _ in self.schedules().values())]
        return min((moment for moment in moments if moment > self.clock()), default=None)

    def _ring(self) -> None:
        for name, (moment, text) in self.schedules().items():
            if moment <= self.clock():
                self.scheduler.delete_schedule(Name=name, GroupName=GROUP)
                self.queues.send_message(QueueUrl=DUE, MessageBody=text)


@contextmanager
def _working_off(url: str) -> Iterator[None]:
    """Set the environment of the worker that works off a queue."""
    os.environ["DAYBOOK_QUEUE"] = url
    yield
    del os.environ["DAYBOOK_QUEUE"]


def _record(url: str, message: Message) -> dict[str, Any]:
    attributes = {"ApproximateReceiveCount": str(message.receives)}
    return {
        "messageId": message.id,
        "receiptHandle": message.id,
        "body": message.body,
        "attributes": attributes | ({"MessageGroupId": message.group} if message.group else {}),
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:eu-central-1:123456789012:{url.rsplit('/', 1)[1]}",
        "awsRegion": "eu-central-1",
    }


def _moment(expression: str) -> datetime:
    return datetime.fromisoformat(expression.removeprefix("at(").removesuffix(")") + "+00:00")


def started(clock: Clock, set_env: Callable[[str, str], None], replace: Callable[..., None]) -> Iterator[Pipeline]:
    """Run a pipeline inside moto's mock; the caller's monkeypatch sets environment and clients."""
    for name, value in ENVIRONMENT.items():
        set_env(name, value)
    made = (wiring.settings, mail_wiring.post, wiring.mails, mail_wiring.timers, mail_wiring.letterbox,
            mail_wiring.mail_queue, mail_wiring.timer_queue, mail_wiring.bus)  # fmt: skip
    for each in made:
        each.cache_clear()
    pipeline = Pipeline(clock)
    replace(mail_wiring, "queues", lambda: pipeline.queues)
    mail_wiring.post().mailer._client.meta.events.register("before-call.sesv2.SendEmail", pipeline.provider.answer)  # type: ignore[attr-defined]
    yield pipeline
    for each in made:
        each.cache_clear()
