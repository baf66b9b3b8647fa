"""The sending part of SES v2: what it takes, what it tells, and the trouble it makes."""

import base64
import json
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from local.answer import Answer
from local.outbox import Outbox
from local.ses import Ses
from local.ses_events import Entry

RAW = b"From: Ada <ada@example.com>\r\nTo: alan@example.com\r\nSubject: Hi\r\n\r\nSee you"
EVERYTHING = frozenset({"SEND", "DELIVERY", "BOUNCE", "COMPLAINT"})


class Desk:
    """SES with a clock, and the events it published."""

    def __init__(self, directory: Path) -> None:
        self.now = datetime(2027, 3, 1, 9, tzinfo=UTC)
        self.published: list[Entry] = []
        self.outbox = Outbox(directory)
        sets = {"daybook": EVERYTHING, "quiet": frozenset({"BOUNCE"})}
        self.ses = Ses(self.outbox, lambda: self.now, sets.get, self.published.extend)

    def send(self, to: str = "alan@example.com", **more: Any) -> Answer | None:
        content = {"Raw": {"Data": base64.b64encode(RAW).decode()}}
        request = {"Content": content, "Destination": {"ToAddresses": [to]}, "ConfigurationSetName": "daybook"}
        return self.ses.send(json.dumps(request | more).encode())

    def told(self) -> list[str]:
        return [entry["DetailType"] for entry in self.published]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def _status(answer: Answer | None) -> HTTPStatus | None:
    return answer.status if answer else None


def test_a_raw_message_is_kept_under_the_id_it_was_answered_with(desk: Desk) -> None:
    answer = desk.send()
    assert answer is not None
    kept = desk.outbox.get(json.loads(answer.body)["MessageId"])
    assert kept is not None
    assert kept.raw == RAW
    assert kept.way.to == ["alan@example.com"]


def test_a_simple_message_becomes_mime(desk: Desk) -> None:
    body = {"Text": {"Data": "See you at 9"}, "Html": {"Data": "<p>See you at 9</p>"}}
    content = {"Simple": {"Subject": {"Data": "Réservation"}, "Body": body}}
    desk.send(Content=content, FromEmailAddress="ada@example.com")
    (mail,) = desk.outbox.mails()
    assert mail.message["Subject"] == "Réservation"
    assert mail.message.get_content_type() == "multipart/alternative"


@pytest.mark.parametrize(
    "request_text", [b"", b"{}", b'{"Content": {}}', b'{"Content": {"Raw": {"Data": "***"}}}', b"[]"]
)
def test_what_is_no_mail_is_refused(desk: Desk, request_text: bytes) -> None:
    assert _status(desk.ses.send(request_text)) == HTTPStatus.BAD_REQUEST
    assert not desk.outbox.names()


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("alan@example.com", ["Email Sent", "Email Delivered"]),
        ("bounce@example.com", ["Email Sent", "Email Delivered"]),
        ("success@simulator.amazonses.com", ["Email Sent", "Email Delivered"]),
        ("bounce@simulator.amazonses.com", ["Email Sent", "Email Bounced"]),
        ("Ada <Bounce+x@Simulator.AmazonSES.com>", ["Email Sent", "Email Bounced"]),
        ("suppressionlist@simulator.amazonses.com", ["Email Sent", "Email Bounced"]),
        ("complaint+1@simulator.amazonses.com", ["Email Sent", "Email Delivered", "Email Complaint Received"]),
    ],
)
def test_the_events_of_a_mail_depend_on_the_address(desk: Desk, address: str, told: list[str]) -> None:
    desk.send(address)
    assert desk.told() == told


def test_an_event_names_the_mail_and_its_tags(desk: Desk) -> None:
    answer = desk.send("bounce@simulator.amazonses.com", EmailTags=[{"Name": "booking", "Value": "b1"}])
    entry = desk.published[-1]
    detail = json.loads(entry["Detail"])
    assert entry["Source"] == "aws.ses"
    assert detail["eventType"] == "Bounce"
    assert (detail["bounce"]["bounceType"], detail["bounce"]["bounceSubType"]) == ("Permanent", "General")
    assert detail["mail"]["destination"] == ["bounce@simulator.amazonses.com"]
    assert detail["mail"]["tags"]["booking"] == ["b1"]
    assert detail["mail"]["tags"]["ses:configuration-set"] == ["daybook"]
    assert answer is not None
    assert detail["mail"]["messageId"] == json.loads(answer.body)["MessageId"]


def test_a_configuration_set_tells_what_it_is_asked_for(desk: Desk) -> None:
    desk.send("bounce@simulator.amazonses.com", ConfigurationSetName="quiet")
    assert desk.told() == ["Email Bounced"]
    assert _status(desk.send(ConfigurationSetName=None)) == HTTPStatus.OK
    assert len(desk.published) == 1
    assert _status(desk.send(ConfigurationSetName="unknown")) == HTTPStatus.NOT_FOUND


def test_throttled_mails_are_refused_as_many_as_asked_for(desk: Desk) -> None:
    desk.ses.make_trouble(b'{"throttle": 2}')
    answers = [desk.send() for _ in range(3)]
    assert [_status(answer) for answer in answers] == [429, 429, 200]
    assert answers[0] is not None
    assert ("x-amzn-ErrorType", "TooManyRequestsException") in answers[0].headers
    assert len(desk.outbox.names()) == 1
    assert len(desk.ses.arrivals) == 3


def test_while_it_is_down_nothing_is_taken(desk: Desk) -> None:
    desk.ses.make_trouble(b'{"down_seconds": 10}')
    assert _status(desk.send()) == HTTPStatus.SERVICE_UNAVAILABLE
    desk.now += timedelta(seconds=10)
    assert _status(desk.send()) == HTTPStatus.OK


def test_a_lost_answer_leaves_a_mail_and_a_lost_request_none(desk: Desk) -> None:
    desk.ses.make_trouble(b'{"lose_requests": 1, "lose_answers": 1}')
    assert desk.send() is None
    assert not desk.outbox.names()
    assert desk.send() is None
    assert len(desk.outbox.names()) == 1
    assert desk.told() == ["Email Sent", "Email Delivered"]
    assert desk.send() is not None


@pytest.mark.parametrize("request_text", [b"", b"[]", b'{"nonsense": 1}', b'{"throttle": "many"}'])
def test_trouble_of_an_unknown_kind_is_refused(desk: Desk, request_text: bytes) -> None:
    assert desk.ses.make_trouble(request_text).status == HTTPStatus.BAD_REQUEST
