"""Composition root of the workers: mails, timers and queues, which no request needs."""

from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from botocore.config import Config

from daybook import wiring
from daybook.adapters import aws, messages
from daybook.adapters.bus import EventBus
from daybook.adapters.dynamodb import outbox
from daybook.adapters.queues import EventQueue, TimerLetterbox
from daybook.adapters.ses import SesMailer
from daybook.adapters.timers import SchedulerTimers
from daybook.config import optional, setting
from daybook.domain.actor import Actor, Role
from daybook.domain.attendee import IncomingReply
from daybook.domain.history import Event, Origin
from daybook.mail_ports import Letterbox, Outlet, Timers
from daybook.usecases.hand_over import Post

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_PATIENT = Config(connect_timeout=2, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 3})
_ONCE = Config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 1})
"""A send whose answer was lost must not be repeated by the SDK: the mail may be on its way."""


REPLIES = "replies/"
"""Under what SES puts received mails in their bucket; template.yaml says the same."""


@cache
def queues() -> "SQSClient":
    made: SQSClient = aws.client("sqs", _PATIENT)
    return made


@cache
def post() -> Post:
    from daybook.adapters.mail.composer import MailComposer  # noqa: PLC0415 - templates and calendars, for one worker

    ses = aws.client("sesv2", _ONCE)
    share = float(setting("DAYBOOK_MAILS_PER_SECOND")) / float(setting("DAYBOOK_MAIL_WORKERS"))
    return Post(
        log=wiring.mails(),
        composer=MailComposer(mail_domain=wiring.settings().mail_domain, replies=wiring.replies()),
        mailer=SesMailer(ses, configuration_set=setting("DAYBOOK_CONFIGURATION_SET"), per_second=share),
        base_url=wiring.settings().base_url,
    )


@cache
def timers() -> Timers:
    return SchedulerTimers(
        aws.client("scheduler", _PATIENT),
        queues(),
        group=setting("DAYBOOK_SCHEDULE_GROUP"),
        role_arn=setting("DAYBOOK_SCHEDULE_ROLE"),
        queue_url=setting("DAYBOOK_DUE_QUEUE"),
        queue_arn=setting("DAYBOOK_DUE_QUEUE_ARN"),
        failures_arn=setting("DAYBOOK_DUE_FAILURES_ARN"),
        now=wiring.now,
    )


@cache
def letterbox() -> Letterbox:
    return TimerLetterbox(queues(), setting("DAYBOOK_MAIL_QUEUE"))


@cache
def mail_queue() -> Outlet:
    return EventQueue(queues(), setting("DAYBOOK_MAIL_QUEUE"))


@cache
def timer_queue() -> Outlet:
    return EventQueue(queues(), setting("DAYBOOK_TIMER_QUEUE"))


@cache
def calendar_queue() -> Outlet | None:
    """Return the way to connected calendars, where the stack has one."""
    url = optional("DAYBOOK_CALENDAR_QUEUE")
    return EventQueue(queues(), url) if url else None


@cache
def bus() -> Outlet:
    return EventBus(aws.client("events", _PATIENT), setting("DAYBOOK_BUS"))


def give_up(record: str) -> None:
    """Put what cannot be understood where a person will look, so that it holds nothing up."""
    queues().send_message(QueueUrl=setting("DAYBOOK_FAN_OUT_FAILURES"), MessageBody=record)


def put_off(receipt: str, delay: timedelta) -> None:
    """Let a message of the worker's own queue come back after a delay."""
    seconds = int(delay.total_seconds())
    queues().change_message_visibility(
        QueueUrl=setting("DAYBOOK_QUEUE"), ReceiptHandle=receipt, VisibilityTimeout=seconds
    )


def most_receives() -> int:
    """Return how often a message of the worker's own queue is handed out before it is put aside."""
    return int(setting("DAYBOOK_MAX_RECEIVES"))


def system(request_id: str) -> Origin:
    """Say that Daybook itself acts, now."""
    return Origin(Actor(Role.SYSTEM), wiring.now(), request_id)


def parsed(text: str) -> messages.Told:
    """Return what a message carries. Raises ValueError."""
    return messages.parse(text)


def event_of(record: Mapping[str, Any]) -> Event:
    """Return what a stream record tells of. Raises ValueError, KeyError."""
    return outbox.event_of(record)


def provider(request_id: str) -> Origin:
    """Say that somebody acts by way of the mail provider, now."""
    return Origin(Actor(Role.PROVIDER), wiring.now(), request_id)


def reply(message_id: str, *, authentic: bool) -> IncomingReply | None:
    """Fetch a received mail and find the calendar's answer in it."""
    from daybook.adapters.replies import MOST_BYTES, reply_in  # noqa: PLC0415 - icalendar, for one worker

    storage = aws.client("s3", _PATIENT)
    found = storage.get_object(Bucket=setting("DAYBOOK_REPLIES_BUCKET"), Key=REPLIES + message_id)
    return reply_in(found["Body"].read(MOST_BYTES + 1), authentic=authentic)
