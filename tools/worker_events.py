"""What the stream, the queues and SES hand to workers: the samples in events/workers.

Bodies and items are written by the code that writes the real ones, so a sample cannot fall behind.
Sources: AWS Lambda, "Using Lambda with DynamoDB", "… with Amazon SQS", "… with Amazon SES"; Amazon SES, "Examples of
event data that Amazon SES publishes to EventBridge".
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import md5
from itertools import count

from daybook.adapters import messages
from daybook.adapters.dynamodb import items, keys
from daybook.domain.actor import Actor, Role
from daybook.domain.booking import Status
from daybook.domain.connection import SyncRequest
from daybook.domain.entry import CopyRequest
from daybook.domain.history import Deed, Event, State
from daybook.domain.ledger import granule_at
from daybook.domain.mail import Kind, MailName, Recipient
from daybook.domain.timers import Timer, TimerKind

ACCOUNT, REGION = "123456789012", "eu-central-1"
CONNECTION = "01KJM7Y2E5W0C3D6F9H2K4N7Q1"
BOOKING = "01KJM7XQ4T9V2B8R5D3F6H1N0C"
MESSAGE_ID = "0107019c9a1e4f60-5d1e0d4c-8f0b-4a57-9a6e-2f4f6d1c7b3a-000000"
REPLY_ID = "o3vrnil0e2ic28tr3fl7kk1ue2b9m7mgkh2t0g01"
"""SES names a received mail, and with it the object in the bucket, by 40 letters and digits."""
SERVICE, ATTENDEE = "bookings@daybook.example", "grace@example.com"
MADE = datetime(2027, 2, 26, 8, 0, tzinfo=UTC)
START = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)
STATE = State(Status.CONFIRMED, START, START + timedelta(minutes=30), 0)
BOOKED = Event(
    tenant="demo",
    booking=BOOKING,
    host="ada",
    version=1,
    deed=Deed.BOOKED,
    actor=Actor(Role.ATTENDEE),
    at=MADE,
    request_id="JKJaXmPLvHcESHA=",
    after=STATE,
)
SYNC = SyncRequest(tenant="demo", host="ada", connection=CONNECTION)
REMINDER = Timer(
    tenant="demo",
    booking=BOOKING,
    kind=TimerKind.REMINDER,
    ahead=timedelta(days=1),
    at=START - timedelta(days=1),
    sequence=0,
)


def worker_events() -> Iterator[tuple[str, dict[str, object]]]:
    """Yield name and event of every worker but the authorizer, whom the gateway asks."""
    moved = replace(BOOKED, version=2, deed=Deed.RESCHEDULED, before=STATE, after=replace(STATE, sequence=1))
    yield "fan_out", {"Records": [_stream_record(BOOKED)]}
    booked, rang = messages.event_text(BOOKED), messages.timer_text(REMINDER)
    yield "send_mail", _queued("MailQueue.fifo", [booked, rang], group=BOOKING)
    yield "set_timers", _queued("TimerQueue.fifo", [booked, messages.event_text(moved)], group=BOOKING)
    copy = messages.copy_text(CopyRequest("demo", BOOKING))
    yield "write_back", _queued("CalendarQueue.fifo", [booked, copy], group=BOOKING)
    yield "import_busy_times", _queued("SyncQueue.fifo", [messages.sync_text(SYNC)], group="demo/ada")
    yield "sweep_calendars", _clock()
    span = {"start": granule_at(START), "end": granule_at(START) + 6}
    yield "check_busy", {"tenant": "demo", "host": "ada", **span}
    yield "run_timer", _queued("DueQueue", [rang])
    yield "record_delivery", _queued("MailEventsQueue", [json.dumps(_bounced())])
    yield "receive_reply", {"Records": [_received()]}


def _stream_record(event: Event) -> dict[str, object]:
    item = items.event_item(event, "3f6c1a52b8de4d0f9a7e5c2b1d4f6e80")
    return {
        "eventID": "c4ca4238a0b923820dcc509a6f75849b",
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": REGION,
        "dynamodb": {
            "ApproximateCreationDateTime": int(MADE.timestamp()),
            "Keys": dict(keys.history(event.tenant, event.booking, event.version)),
            "NewImage": item,
            "SequenceNumber": "4421584500000000017450439091",
            "SizeBytes": len(json.dumps(item)),
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
        "eventSourceARN": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/daybook-Table/stream/2027-02-01T00:00:00.000",
    }


def _queued(queue: str, bodies: list[str], *, group: str = "") -> dict[str, object]:
    """Build what Lambda hands over from a queue; with a group, from a FIFO one."""
    at = str(int(MADE.timestamp() * 1000))
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:daybook-{queue}"
    records = []
    for number, body in zip(count(1), bodies, strict=False):
        attributes = {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": at,
            "SenderId": "AROAEXAMPLE:daybook-function",
            "ApproximateFirstReceiveTimestamp": at,
        }
        if group:
            attributes |= {
                "SequenceNumber": f"{18849496460467696128 + number}",
                "MessageGroupId": group,
                "MessageDeduplicationId": f"{group}-{number}",
            }
        records.append(
            {
                "messageId": f"059f36b4-87a3-44ab-83d2-66197580{number:04}",
                "receiptHandle": f"AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a{number}",
                "body": body,
                "attributes": attributes,
                "messageAttributes": {},
                "md5OfBody": md5(body.encode(), usedforsecurity=False).hexdigest(),
                "eventSource": "aws:sqs",
                "eventSourceARN": arn,
                "awsRegion": REGION,
            }
        )
    return {"Records": records}


def _clock() -> dict[str, object]:
    """Build what a rule of EventBridge hands over when its time has come."""
    return {
        "version": "0",
        "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": "2027-02-26T08:00:00Z",
        "region": REGION,
        "resources": [f"arn:aws:events:{REGION}:{ACCOUNT}:rule/daybook-SweepCalendarsClock"],
        "detail": {},
    }


def _sent_mail(subject: str, sender: str, to: str) -> dict[str, object]:
    """Return what every event of SES tells of the mail it is about."""
    return {
        "timestamp": "2027-02-26T08:00:05.000Z",
        "messageId": MESSAGE_ID,
        "source": sender,
        "destination": [to],
        "headersTruncated": False,
        "headers": [
            {"name": "From", "value": sender},
            {"name": "To", "value": to},
            {"name": "Subject", "value": subject},
        ],
        "commonHeaders": {"from": [sender], "to": [to], "subject": subject, "messageId": f"<{MESSAGE_ID}>"},
    }


def _bounced() -> Mapping[str, object]:
    name = MailName(0, Kind.BOOKED, Recipient.ATTENDEE)
    configuration_set = f"arn:aws:ses:{REGION}:{ACCOUNT}:configuration-set/daybook"
    mail = _sent_mail("A first talk", SERVICE, ATTENDEE) | {
        "sourceArn": f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/daybook.example",
        "sendingAccountId": ACCOUNT,
        "tags": {
            "ses:configuration-set": ["daybook"],
            "ses:from-domain": ["daybook.example"],
            "tenant": ["demo"],
            "booking": [BOOKING],
            "mail": [name.text],
        },
    }
    bounce = {
        "feedbackId": "0107019c9a1e5a88-7d8f4c1e-1f55-4d3a-bb1e-000000000000-000000",
        "bounceType": "Permanent",
        "bounceSubType": "General",
        "bouncedRecipients": [
            {
                "emailAddress": ATTENDEE,
                "action": "failed",
                "status": "5.1.1",
                "diagnosticCode": "smtp; 550 5.1.1 user unknown",
            }
        ],
        "timestamp": "2027-02-26T08:00:07.000Z",
        "reportingMTA": "dns; a7-31.smtp-out.eu-central-1.amazonses.com",
    }
    return {
        "version": "0",
        "id": "7bf73129-1428-4cd3-a780-95db273d1602",
        "detail-type": "Email Bounced",
        "source": "aws.ses",
        "account": ACCOUNT,
        "time": "2027-02-26T08:00:07Z",
        "region": REGION,
        "resources": [configuration_set],
        "detail": {"eventType": "Bounce", "bounce": bounce, "mail": mail},
    }


def _received() -> Mapping[str, object]:
    verdicts = {f"{name}Verdict": {"status": "PASS"} for name in ("spam", "virus", "spf", "dkim", "dmarc")}
    receipt = {
        "timestamp": "2027-02-26T09:12:00.000Z",
        "processingTimeMillis": 574,
        "recipients": [SERVICE],
        **verdicts,
        "action": {
            "type": "Lambda",
            "functionArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:daybook-ReceiveReplyFunction",
            "invocationType": "Event",
        },
    }
    mail = _sent_mail("Accepted: A first talk", ATTENDEE, SERVICE) | {"messageId": REPLY_ID}
    return {"eventSource": "aws:ses", "eventVersion": "1.0", "ses": {"mail": mail, "receipt": receipt}}
