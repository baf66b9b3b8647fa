"""Connected calendars from consent to disconnection, under each function's own policies: none refused, none idle."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from typing import Any

import boto3
import pytest

from daybook import calendar_wiring, mail_wiring, wiring
from daybook.adapters import aws
from daybook.adapters.dynamodb import items, keys
from daybook.edge import access
from local.google.port import serving
from local.google.trouble import Failure, Trouble
from tests.google.desk import Checked, Mailbox
from tests.harness import Api, Context
from tests.integration import calendars
from tests.integration.browsing import sent
from tests.integration.calendars import GMAIL, Office, Workers
from tests.integration.scenes import at, booked, change, move, offer, person, publish, take
from tests.template.policies import ASKING, BESIDES, CALENDAR_WORKERS, OF_CALENDARS, Need, Watch, granted, needs
from tests.template.test_pipeline import POLLING
from tools.routes import functions

QUEUES = {"sync": "SyncQueue", "calendar": "CalendarQueue", "mail": "MailQueue", "timer": "TimerQueue"}
FOLLOWERS = {"import_busy_times": "sync", "write_back": "calendar"}
CALLS = {
    "SendMessage": "SendMessage",
    "SendMessageBatch": "SendMessage",
    "ChangeMessageVisibility": "ChangeMessageVisibility",
}


@dataclass
class Practice:
    """Ada's studio with everything behind it; `push` and `follow` are Google and Lambda."""

    office: Office
    mailbox: Mailbox
    lambdas: Workers

    @property
    def api(self) -> Api:
        return self.office.api

    def settle(self) -> None:
        """Deliver pushes and messages until there are none."""
        while self.pushed() or sum(self.follow(worker) for worker in FOLLOWERS):
            pass

    def pushed(self) -> int:
        self.office.google.pushes.run()
        told, self.mailbox.headers[:] = list(self.mailbox.headers), []
        for headers in told:
            reply = self.api.call("POST", calendar_wiring.WEBHOOK, headers=headers)
            assert reply.status == 204, reply.text
        return len(told)

    def follow(self, worker: str, *, failing: bool = False) -> int:
        """Hand a queue's messages to its worker, as Lambda does."""
        client, url = boto3.client("sqs"), self.office.queues[FOLLOWERS[worker]]
        answer = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"])
        messages = answer.get("Messages", [])
        if messages:
            os.environ["DAYBOOK_QUEUE"] = url
            handler = import_module(f"workers.{worker}").handler
            failed = handler({"Records": [record(each, self.api.clock()) for each in messages]}, Context())[
                "batchItemFailures"
            ]
            assert bool(failed) is failing, failed
            for each in messages:
                receipt = {"QueueUrl": url, "ReceiptHandle": each["ReceiptHandle"]}
                if failing:  # it comes back at once
                    client.change_message_visibility(**receipt, VisibilityTimeout=0)
                else:
                    client.delete_message(**receipt)
        return len(messages)

    def tell(self, booking: dict[str, Any]) -> None:
        """Let the stream tell what happened to a booking, the last thing alone."""
        event = wiring.bookings().history(self.api.tenant, booking["id"])[-1]
        image = items.event_item(event, "outbox")
        stream = {"SequenceNumber": "1", "Keys": keys.history(event.tenant, event.booking, event.version)}
        told = {"eventName": "INSERT", "dynamodb": {**stream, "NewImage": image}}
        import_module("workers.fan_out").handler({"Records": [told]}, Context())

    def event(self, booking: dict[str, Any]) -> tuple[str, str]:
        """Return calendar and id of a booking's event, or of its session's."""
        stored = wiring.bookings().booking(self.api.tenant, booking["id"])
        assert stored is not None
        shared = calendar_wiring.sessions().session(self.api.tenant, stored.host, stored.start)
        copy = calendar_wiring.connections().copy(self.api.tenant, shared.id if shared else stored.id)
        assert copy is not None
        return copy.calendar, copy.event

    def status(self, booking: dict[str, Any]) -> str:
        status: str = self.api.host("GET", f"/bookings/{booking['id']}").json["status"]
        return status


def record(message: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Return what Lambda makes of a message, as if it had been sent now: the queue has the machine's clock."""
    sent_at = str(int(now.timestamp() * 1000))
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": {**message["Attributes"], "ApproximateReceiveCount": "1", "SentTimestamp": sent_at},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:queue.fifo",
        "awsRegion": "eu-central-1",
    }


# --- who needs what


def of_kms(operation: str, call: Mapping[str, Any]) -> Iterator[Need]:
    told: Mapping[str, str] = call.get("EncryptionContext", {})
    each = {(f"kms:EncryptionContext:{name}", value) for name, value in told.items()}
    yield Need(
        f"kms:{operation}", "CalendarKey", frozenset(each | {("kms:EncryptionContextKeys", name) for name in told})
    )


def of_ssm(operation: str, call: Mapping[str, Any]) -> Iterator[Need]:
    assert call["Name"] == "google-secret"
    yield Need(f"ssm:{operation}", "ssm:parameterGoogleClientSecretParameter")


@pytest.fixture
def watch(studio: Api, monkeypatch: pytest.MonkeyPatch) -> Watch:
    """Have every client and handler judged from the beginning."""
    watch, make = Watch(wiring.client()), aws.client
    queues = calendars.queues() | {"timer": boto3.client("sqs").create_queue(QueueName="timer")["QueueUrl"]}
    names = {url: QUEUES[name] for name, url in queues.items()}
    for name, url in queues.items():
        monkeypatch.setenv(f"DAYBOOK_{name.upper()}_QUEUE", url)

    def of_sqs(operation: str, call: Mapping[str, Any]) -> Iterator[Need]:
        if operation in CALLS:
            yield Need(f"sqs:{CALLS[operation]}", names[call["QueueUrl"]])

    needs = {"kms": of_kms, "ssm": of_ssm, "sqs": of_sqs}

    def attended(service: str, config: Any) -> Any:
        client = make(service, config)
        if service in needs:
            watch.attend(client, needs[service])
        return client

    def judged(handler: Callable[..., Any], name: str) -> Callable[..., Any]:
        def fresh(event: Any, context: Any) -> Any:
            access.remembered_secret.cache_clear()  # as in a process of its own
            calendar_wiring._client_secret.cache_clear()
            calendar_wiring.providers.cache_clear()
            return handler(event, context)

        return watch.judged(fresh, name)

    monkeypatch.setattr(aws, "client", attended)
    studio.routes = [
        (method, pattern, endpoint, judged(handler, endpoint.run.__module__))
        for method, pattern, endpoint, handler in studio.routes
    ]
    for name in (*CALENDAR_WORKERS, "fan_out"):
        module = import_module(f"workers.{name}")
        monkeypatch.setattr(module, "handler", judged(module.handler, f"workers.{name}"))
    return watch


class Judged(Workers):
    """Lambda, whose callers need the right to call."""

    watch: Watch

    def invoke(self, **call: Any) -> dict[str, Any]:
        self.watch.judge(iter([Need(*ASKING)]))
        return super().invoke(**call)


@pytest.fixture
def practice(watch: Watch, studio: Api, monkeypatch: pytest.MonkeyPatch) -> Iterator[Practice]:
    mailbox = Mailbox()
    google = Checked(studio.clock, mailbox)
    google.people.add_account(GMAIL, name="Ada")
    google.people.register(calendars.CLIENT, calendars.CLIENT_SECRET, [calendars.CALLBACK])
    lambdas = Judged(import_module("workers.check_busy").handler)
    lambdas.watch = watch
    monkeypatch.setattr(wiring, "_check_busy", cache(lambdas.as_port))
    bus = boto3.client("events").create_event_bus(Name="daybook")["EventBusArn"]
    mail_wiring.queues.cache_clear()
    with serving(google, pump=False) as url:
        environment = {
            **calendars.keys(),
            "DAYBOOK_GOOGLE_CLIENT_ID": calendars.CLIENT,
            "DAYBOOK_GOOGLE_URL": url,
            "DAYBOOK_BASE_URL": calendars.ORIGIN,
            "DAYBOOK_BUS": bus.rpartition("/")[2],
            "DAYBOOK_FAN_OUT_FAILURES": "nobody",
        }
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        wiring.settings.cache_clear()
        _forget_outlets()
        monkeypatch.setenv("DAYBOOK_QUEUE", "")  # each worker has its own
        names = {name: os.environ[f"DAYBOOK_{name.upper()}_QUEUE"] for name in QUEUES}
        yield Practice(Office(studio, google, names), mailbox, lambdas)
    _forget_outlets()


def _forget_outlets() -> None:
    """What another test has left knows other queues, or none."""
    for made in (mail_wiring.queues, mail_wiring.mail_queue, mail_wiring.timer_queue, mail_wiring.calendar_queue):
        made.cache_clear()
    mail_wiring.bus.cache_clear()


# --- a month of it


def connect(practice: Practice) -> None:
    practice.office.google.trouble.fail(Failure.INTERNAL, calls=9, only="calendarList.list")
    assert practice.office.came_back().status == 503  # a grant that comes to nothing is given back
    practice.office.google.trouble = Trouble()
    practice.office.connect()
    practice.settle()
    practice.office.connect()  # once more the same account
    practice.settle()


def write(practice: Practice) -> None:
    """Bookings appear, move, and go."""
    booking = booked(practice.api, at("09:00"))
    practice.tell(booking)
    practice.settle()
    assert move(practice.api, booking, at("09:30")).status == 200
    practice.tell(booking)
    practice.settle()
    assert sent(practice.api, booking, "move", start=at("10:00")).status == 303
    assert sent(practice.api, booking, "cancel").status == 303
    practice.tell(booking)
    practice.settle()
    offer(practice.api, "call", location="google_meet")
    meeting = booked(practice.api, at("10:00"), event_type="call")
    practice.tell(meeting)
    practice.follow("write_back", failing=True)  # the video meeting is being made
    practice.api.clock.advance(seconds=5)
    practice.settle()


def follow(practice: Practice) -> None:
    """The host moves and deletes in Google: times, seats and published slots."""
    people = practice.office.google.people
    offer(practice.api, "class", capacity=2)
    slot = publish(practice.api)
    reply = take(practice.api, slot)
    assert reply.status == 201
    bookings = [
        booked(practice.api, at("11:00")),
        booked(practice.api, at("12:00"), "eve", "class"),
        booked(practice.api, at("12:30"), "joe"),
        reply.json,
        booked(practice.api, at("12:00"), "kim", "class"),
    ]
    for booking in bookings:
        practice.tell(booking)
        practice.settle()
    moved, seat, refused, published, beside = bookings
    for booking, start, end in (
        (moved, "14:00", "14:30"),
        (seat, "15:00", "15:30"),
        (refused, "14:00", "14:30"),
    ):
        people.edit(*practice.event(booking), start=moment(start), end=moment(end))
        practice.settle()
        practice.tell(booking)
        practice.settle()
    # The host is late: the booking has moved meanwhile, and its event is about to.
    assert move(practice.api, refused, at("09:00")).status == 200
    people.edit(*practice.event(refused), start=moment("09:30"), end=moment("10:00"))
    practice.settle()
    assert practice.event(seat) == practice.event(beside)
    for booking in (moved, seat, published):
        people.delete(*practice.event(booking))
    practice.settle()
    assert {booking["id"] for booking in bookings if practice.status(booking) != "cancelled"} == {refused["id"]}
    for booking in (seat, beside):
        practice.tell(booking)
        practice.settle()


def look(practice: Practice) -> None:
    """Busy time comes and goes; pushes get lost, and channels end."""
    people = practice.office.google.people
    event = people.insert(GMAIL, start=moment("16:00"), end=moment("16:30"))
    reply = practice.api.post("/bookings", {**asked_for("16:00"), "attendee": person("eve")})
    assert reply.status == 409, reply.text
    practice.settle()
    people.delete(GMAIL, event)
    practice.settle()
    practice.api.clock.advance(days=8)
    import_module("workers.sweep_calendars").handler({}, Context())
    practice.settle()
    practice.api.clock.advance(days=-8)


def choose(practice: Practice) -> None:
    [connection] = practice.office.connections()
    path = practice.office.path(connection)
    assert practice.api.host("GET", path).status == 200
    change(practice.api, path, busy_from=[], write_to=None)
    practice.settle()
    change(practice.api, path, busy_from=[GMAIL], write_to=connection.dedicated)
    practice.settle()


def suffer(practice: Practice) -> None:
    """Google is down; then the host's grant is gone, and each worker may be the first to find out."""
    google = practice.office.google
    booking = booked(practice.api, at("13:00"))
    practice.tell(booking)
    google.people.insert(GMAIL, start=moment("16:30"), end=moment("17:00"))
    practice.pushed()
    google.trouble = Trouble(down=True)
    assert practice.api.post("/bookings", asked_for("13:30")).status == 503
    for worker in FOLLOWERS:
        practice.follow(worker, failing=True)
    google.trouble = Trouble()
    google.people.withdraw(GMAIL, calendars.CLIENT)
    practice.follow("write_back")
    practice.settle()
    practice.office.connect()
    practice.settle()
    google.people.withdraw(GMAIL, calendars.CLIENT)
    assert practice.api.post("/bookings", asked_for("13:30")).status == 503
    practice.settle()


def leave(practice: Practice) -> None:
    connection = practice.office.connect()
    practice.settle()
    assert practice.api.host("DELETE", practice.office.path(connection)).status == 204
    practice.settle()
    assert practice.office.connections() == []


def moment(clock: str) -> datetime:
    return datetime.fromisoformat(at(clock)).astimezone(UTC)


def asked_for(clock: str) -> dict[str, Any]:
    return {"host": "ada", "event_type": "intro", "start": at(clock), "attendee": person("zoe")}


def test_every_function_of_calendars_has_the_rights_it_needs_and_no_other(practice: Practice, watch: Watch) -> None:
    for part in (connect, write, follow, look, choose, suffer, leave):
        part(practice)
    rights = {(name, *pair) for name in OF_CALENDARS for pair in granted(functions()[name])} | BESIDES
    refused = [(name, need) for name, need in watch.refused if not need.action.startswith("events:")]
    assert refused == []
    assert sorted(right for right in rights - watch.used if right[1] not in POLLING["sqs"]) == []


@pytest.mark.parametrize(("function", "refused"), [("public.google_callback", 0), ("workers.import_busy_times", 1)])
def test_the_keys_of_a_transaction_are_judged_together(studio: Api, function: str, refused: int) -> None:
    """Both functions may put connections; one may put the account's user with them, the other a channel, by itself."""
    beside = "ACCOUNT#a" if function == "public.google_callback" else "CHANNEL#c"
    watch = Watch(wiring.client())
    watch.function = function
    puts = [{"Put": {"Item": {"pk": {"S": key}, "sk": {"S": "x"}}}} for key in ("T#acme#H#ada", beside)]
    for put in puts:
        watch.judge(needs("TransactWriteItems", {"TransactItems": [put]}))
    assert watch.refused == []
    watch.judge(needs("TransactWriteItems", {"TransactItems": puts}))
    assert len(watch.refused) == refused


@pytest.mark.parametrize(
    "named", [{}, {"tenant": "acme"}, dict.fromkeys(("tenant", "host", "connection", "more"), "x")]
)
def test_a_token_that_is_not_sealed_for_one_connection_is_not_opened(studio: Api, named: dict[str, str]) -> None:
    watch = Watch(wiring.client())
    watch.function = "workers.check_busy"
    watch.judge(of_kms("Decrypt", {"EncryptionContext": named}))
    assert [need.action for _, need in watch.refused] == ["kms:Decrypt"]
