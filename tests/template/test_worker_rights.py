"""A working week of everything that follows bookings, under each worker's own policies: none refused, none idle."""

import json
import os
from collections.abc import Iterator, Mapping
from datetime import timedelta
from email.message import EmailMessage
from email.utils import parseaddr
from importlib import import_module
from typing import Any

import boto3
import pytest

from daybook import mail_wiring, wiring
from daybook.adapters import aws
from tests.harness import Api, Clock, Context
from tests.integration import pipeline as parts
from tests.integration.pipeline import DUE, MAIL, NEWS, ODD, TIMERS, Pipeline
from tests.template.policies import BESIDES, Need, NeedsOf, Watch, granted
from tests.template.test_pipeline import POLLING, WORKERS
from tools.routes import functions
from tools.worker_events import REPLY_ID, worker_events

QUEUES = {MAIL: "MailQueue", TIMERS: "TimerQueue", DUE: "DueQueue", NEWS: "MailEventsQueue", ODD: "FanOutFailures"}
BUCKET = "replies"
TUESDAY, FRIDAY = "2027-03-02T{}:00+01:00", "2027-03-05T{}:00+01:00"

# Lambda itself reads the sources, with the function's role: tests/template/test_pipeline.py says which ones.
BY_LAMBDA = POLLING["sqs"] | POLLING["dynamodb"] | {"dynamodb:ListStreams"}


def of_scheduler(operation: str, call: Mapping[str, Any]) -> Iterator[Need]:
    assert call["GroupName"] == parts.GROUP
    yield Need(f"scheduler:{operation}", f"scheduler:schedule/Schedules/{call['Name']}")
    if "Target" in call:
        assert call["Target"]["RoleArn"] == parts.ENVIRONMENT["DAYBOOK_SCHEDULE_ROLE"]
        yield Need("iam:PassRole", "ScheduleRole", frozenset({("iam:PassedToService", "scheduler.amazonaws.com")}))


def of_events(operation: str, call: Mapping[str, Any]) -> Iterator[Need]:
    yield Need(f"events:{operation}", "Bus", frozenset(("events:source", entry["Source"]) for entry in call["Entries"]))


def of_ses(_: str, call: Mapping[str, Any]) -> Iterator[Need]:
    """Raw content may be asked for under its old name: SES v1 had a verb of its own for it."""
    assert call["ConfigurationSetName"] == parts.ENVIRONMENT["DAYBOOK_CONFIGURATION_SET"]
    sender = parseaddr(call["FromEmailAddress"])[1].replace(os.environ["DAYBOOK_MAIL_DOMAIN"], "MailDomain")
    for verb in ("ses:SendEmail", "ses:SendRawEmail"):
        for resource in (f"ses:identity/{sender.partition('@')[2]}", "ses:configuration-set/ConfigurationSet"):
            yield Need(verb, resource, frozenset({("ses:FromAddress", sender)}))


def of_s3(operation: str, call: Mapping[str, Any]) -> Iterator[Need]:
    assert call["Bucket"] == BUCKET
    yield Need(f"s3:{operation}", f"Replies/{call['Key']}")


def of_sqs(operation: str, call: Mapping[str, Any]) -> Iterator[Need]:
    yield Need(f"sqs:{operation}", QUEUES[call["QueueUrl"]])


NEEDS: dict[str, NeedsOf] = {"scheduler": of_scheduler, "events": of_events, "sesv2": of_ses, "s3": of_s3}
CALLS = {
    "send_message": "SendMessage",
    "send_message_batch": "SendMessage",
    "change_message_visibility": "ChangeMessageVisibility",
}


class JudgedQueues:
    """The pipeline's queues, as the workers reach them."""

    def __init__(self, line: Pipeline, watch: Watch) -> None:
        self._line = line
        self._watch = watch

    def __getattr__(self, name: str) -> Any:
        def call(**params: Any) -> Any:
            self._watch.judge(of_sqs(CALLS[name], params))
            return getattr(self._line.queues, name)(**params)

        return call


@pytest.fixture
def watch(studio: Api, monkeypatch: pytest.MonkeyPatch) -> Watch:
    """Have every client that workers make judged from the beginning, and their handlers name them."""
    watch = Watch(wiring.client())
    make = aws.client

    def attended(service: str, config: Any) -> Any:
        client = make(service, config)
        if service in NEEDS:
            watch.attend(client, NEEDS[service])
        return client

    monkeypatch.setattr(aws, "client", attended)
    for name in WORKERS:
        module = import_module(f"workers.{name}")
        monkeypatch.setattr(module, "handler", watch.judged(module.handler, f"workers.{name}"))
    return watch


@pytest.fixture
def line(watch: Watch, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pipeline]:
    monkeypatch.setenv("DAYBOOK_REPLIES_BUCKET", BUCKET)
    begun = parts.started(clock, monkeypatch.setenv, monkeypatch.setattr)
    line = next(begun)
    queues = JudgedQueues(line, watch)
    monkeypatch.setattr(mail_wiring, "queues", lambda: queues)
    yield line
    next(begun, None)


class Week:
    """Books and changes, and lets the pipeline follow."""

    def __init__(self, api: Api, line: Pipeline) -> None:
        self.api = api
        self.line = line

    def kind(self, slug: str, **fields: Any) -> None:
        body = {"slug": slug, "title": slug, "duration_minutes": 30, **fields}
        assert self.api.host("POST", "/hosts/ada/event-types", body).status == 201

    def book(
        self, kind: str, at: str, who: str = "bob", *, day: str = TUESDAY, slot: str | None = None
    ) -> dict[str, Any]:
        order: dict[str, Any] = {"attendee": {"name": who, "email": f"{who}@example.com", "timezone": "Europe/Berlin"}}
        if slot is None:
            order |= {"host": "ada", "event_type": kind, "start": day.format(at)}
        reply = self.api.post(f"/slots/{slot}/book" if slot else "/bookings", order)
        assert reply.status == 201, reply.text
        booking: dict[str, Any] = reply.json
        return booking

    def act(self, booking: dict[str, Any], verb: str, body: Any = None) -> None:
        reply = self.api.post(f"/bookings/{booking['id']}/{verb}", body or {}, bearer=booking["manage_token"])
        assert reply.status == 200, reply.text


def meet(week: Week) -> None:
    """Reminders, completion, what follows; a move; a cancellation."""
    week.kind("soon", reminders_minutes=[60], minimum_notice_minutes=0)
    moved, cancelled = week.book("intro", "09:00"), week.book("intro", "10:00", "eve")
    week.line.settle()
    week.act(moved, "reschedule", {"start": TUESDAY.format("11:00")})
    week.act(cancelled, "cancel")
    week.line.settle()
    # A reminder that is due in less than two minutes.
    week.line.until(week.line.clock().replace(hour=7, minute=59) + timedelta(days=1))
    week.book("soon", "10:00", "joe")
    week.line.settle(days=2)
    assert {"reminder_1440", "follow_up", "reminder_60"} <= {name.split("-")[1] for name in week.line.names()}


def ask(week: Week) -> None:
    """Requests nobody answers, for a time and for a published slot; seats need no confirmation."""
    week.kind("asked", requires_confirmation=True, confirmation_hours=1)
    offer = {"host": "ada", "event_type": "asked", "start": "2027-03-06T10:00:00+01:00"}
    reply = week.api.host("POST", "/slots", offer)
    assert reply.status == 201, reply.text
    week.book("asked", "12:00")
    week.book("asked", "", slot=reply.json["id"])
    week.line.settle(hours=2)
    assert len(week.line.names("expired-attendee")) == 2


def fail(week: Week) -> None:
    """An address that bounces, a person who is forgotten, a provider that is down, and messages of no use."""
    bounced, forgotten = (
        week.book("intro", at, who, day=FRIDAY) for at, who in (("15:00", "bounce"), ("15:30", "joe"))
    )
    week.line.provider.mood = lambda call: "down" if call % 3 == 0 else None
    assert week.api.host("DELETE", f"/bookings/{forgotten['id']}").status == 204
    for url in (MAIL, TIMERS, DUE, NEWS):
        group = {"MessageGroupId": "1", "MessageDeduplicationId": "1"} if url in (MAIL, TIMERS) else {}
        week.line.queues.send_message(QueueUrl=url, MessageBody="nonsense", **group)
    week.line.pass_on([{"eventName": "INSERT", "dynamodb": {"SequenceNumber": "1", "NewImage": {}}}])
    week.line.settle()
    history = week.api.host("GET", f"/bookings/{bounced['id']}/history").json["items"]
    assert [event["event"] for event in history] == ["booking.booked", "booking.undeliverable"]
    assert len(week.line.queues.waiting[ODD]) == 1


def answer(week: Week) -> None:
    booking = week.book("intro", "16:00", "eve")
    week.line.settle()
    reply = EmailMessage()
    reply["From"] = "eve@example.com"
    reply.set_content("Accepted")
    fields = {
        "UID": booking["ics_uid"],
        "DTSTAMP": "20270301T120000Z",
        "ATTENDEE;PARTSTAT=ACCEPTED": "mailto:eve@example.com",
        "SEQUENCE": "0",
    }
    body = "".join(f"{name}:{value}\r\n" for name, value in fields.items())
    text = f"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\n{body}END:VEVENT\r\nEND:VCALENDAR\r\n"
    reply.add_attachment(text.encode(), maintype="text", subtype="calendar")
    storage = boto3.client("s3")
    storage.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    storage.put_object(Bucket=BUCKET, Key=mail_wiring.REPLIES + REPLY_ID, Body=reply.as_bytes())
    import_module("workers.receive_reply").handler(dict(worker_events())["receive_reply"], Context())
    history = week.api.host("GET", f"/bookings/{booking['id']}/history").json["items"]
    assert history[-1]["event"] == "booking.answered"


def test_every_worker_has_the_rights_it_needs_and_no_other(studio: Api, line: Pipeline, watch: Watch) -> None:
    week = Week(studio, line)
    for part in (answer, ask, meet, fail):
        part(week)
    rights = {(f"workers.{name}", *pair) for name in WORKERS for pair in granted(functions()[f"workers.{name}"])}
    assert watch.refused == []
    assert sorted(right for right in rights - watch.used - BESIDES if right[1] not in BY_LAMBDA) == []


def test_a_worker_that_oversteps_is_noticed(studio: Api, line: Pipeline, watch: Watch) -> None:
    watch.function = "workers.run_timer"
    mail_wiring.give_up("not its business")
    assert watch.refused == [("workers.run_timer", Need("sqs:SendMessage", "FanOutFailures"))]


@pytest.mark.parametrize("name", sorted(WORKERS))
def test_the_sample_of_a_worker_can_be_run(name: str, studio: Api, line: Pipeline) -> None:
    """Its booking does not exist, which is no failure: a deleted one is as far."""
    if name == "receive_reply":
        storage = boto3.client("s3")
        storage.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        storage.put_object(Bucket=BUCKET, Key=mail_wiring.REPLIES + REPLY_ID, Body=b"Subject: Hello\r\n\r\nHello.\r\n")
    sample = json.loads(json.dumps(dict(worker_events())[name]))
    answer = import_module(f"workers.{name}").handler(sample, Context())
    assert answer in ({"batchItemFailures": []}, None)
