"""Queues, the default bus and timers carry messages to functions, also over a restart; mail goes out and comes in."""

import json
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import urllib3

from local.answer import Answer, as_json
from local.replies import Inbox, receipt_event, watching
from local.stack import Options, Stack, running
from tests.local.samples import SAMPLE, no_seed

PATIENCE_SECONDS = 30.0
NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
LETTER = b"From: Alan <alan@example.com>\r\nTo: letters@example.com\r\nSubject: Re\r\n\r\nYes"


class Fussy(Inbox):
    """Takes every letter but one."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []

    @property
    def open(self) -> bool:
        return True

    def take(self, raw: bytes, verdicts: dict[str, str]) -> Answer:
        if raw == b"breaks":
            raise RuntimeError
        self.taken.append(raw)
        return as_json(202, {})


def _notes(stack: Stack, page: str) -> list[str]:
    key = {"pk": {"S": page}, "sk": {"S": "NOTES"}}
    item = stack.engine.dynamodb().get_item(TableName=stack.table, Key=key).get("Item", {})
    return [line["S"] for line in item.get("lines", {"L": []})["L"]]


def _queue(stack: Stack, name: str) -> tuple[Any, str]:
    queues = stack.engine.client("sqs")
    (url,) = queues.list_queues(QueueNamePrefix=f"daybook-{name}-")["QueueUrls"]
    return queues, url


def _ask(stack: Stack, group: str, *bodies: str) -> None:
    queues, url = _queue(stack, "Jobs")
    for number, body in enumerate(bodies):
        deduplication = f"{body}-{number}"
        queues.send_message(QueueUrl=url, MessageBody=body, MessageGroupId=group, MessageDeduplicationId=deduplication)


def _news_in(stack: Stack, after: timedelta, text: str) -> None:
    queues, url = _queue(stack, "News")
    arn = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    stack.engine.client("scheduler").create_schedule(
        Name=text,
        GroupName="daybook",
        ScheduleExpression=f"at({datetime.now(UTC) + after:%Y-%m-%dT%H:%M:%S})",
        FlexibleTimeWindow={"Mode": "OFF"},
        ActionAfterCompletion="DELETE",
        Target={"Arn": arn, "RoleArn": "arn:aws:iam::000000000000:role/any", "Input": text},
    )


def _eventually(check: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not check():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_job_that_keeps_failing_is_put_aside_and_holds_up_nobody(sample: Stack) -> None:
    _ask(sample, "a", "1", "later", "2")
    _ask(sample, "b", "3", "4")
    _eventually(lambda: _notes(sample, "job b") == ["3", "4"] and _notes(sample, "job a") == ["1", "2"])
    queues, failed = _queue(sample, "FailedJobs")

    def put_aside() -> list[str]:
        answer = queues.receive_message(QueueUrl=failed, VisibilityTimeout=0)
        return [message["Body"] for message in answer.get("Messages", [])]

    _eventually(lambda: put_aside() == ["later"])


def test_what_ses_tells_of_a_mail_reaches_who_follows_the_default_bus(sample: Stack, http: urllib3.PoolManager) -> None:
    answer = http.request("POST", sample.url + "/v1/mails", json={"to": "bounce+1@simulator.amazonses.com"})

    def told() -> list[tuple[str, list[str]]]:
        events = [json.loads(line) for line in _notes(sample, "news")]
        mine = [event for event in events if event["detail"]["mail"]["messageId"] == answer.json()["id"]]
        return [(event["detail-type"], event["detail"]["mail"]["tags"]["letter"]) for event in mine]

    _eventually(lambda: told() == [("Email Sent", ["first-1"]), ("Email Bounced", ["first-1"])])


def test_what_waits_in_queues_and_timers_survives_a_restart(tmp_path: Path) -> None:
    options = Options(template=SAMPLE, seed=no_seed, state=tmp_path)
    with running(options) as stack:
        queues, url = _queue(stack, "News")
        queues.send_message(QueueUrl=url, MessageBody="delayed", DelaySeconds=2)
        _news_in(stack, timedelta(seconds=2), "timer")
        _ask(stack, "a", "before")
    with running(options) as stack:
        _ask(stack, "a", "after")
        _eventually(lambda: _notes(stack, "job a") == ["before", "after"])
        _eventually(lambda: sorted(_notes(stack, "news")) == ["delayed", "timer"])


def test_what_a_function_was_at_work_on_comes_back_after_a_restart(tmp_path: Path) -> None:
    options = Options(template=SAMPLE, seed=no_seed, state=tmp_path)
    with running(options) as stack:
        queues, url = _queue(stack, "FailedJobs")  # nobody else reads it
        queues.send_message(QueueUrl=url, MessageBody="job", MessageGroupId="a", MessageDeduplicationId="1")
        assert queues.receive_message(QueueUrl=url, VisibilityTimeout=600)["Messages"]
        assert "Messages" not in queues.receive_message(QueueUrl=url)
    with running(options) as stack:
        queues, url = _queue(stack, "FailedJobs")
        assert queues.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "job"


def test_a_letter_that_comes_in_reaches_its_function_with_ses_verdicts(
    sample: Stack, http: urllib3.PoolManager
) -> None:
    answer = http.request("POST", sample.url + "/_local/replies?dmarc=FAIL", body=LETTER)
    assert answer.status == 202

    def mine() -> list[dict[str, Any]]:
        letters = [json.loads(line) for line in _notes(sample, "letters")]
        return [each for each in letters if each["ses"]["mail"]["messageId"] == answer.json()["messageId"]]

    _eventually(lambda: bool(mine()))
    (letter,) = mine()
    assert letter["body"] == LETTER.decode()
    receipt = letter["ses"]["receipt"]
    assert receipt["recipients"] == ["letters@example.com"]
    assert (receipt["dmarcVerdict"], receipt["spamVerdict"]) == ({"status": "FAIL"}, {"status": "PASS"})


def test_a_letter_dropped_into_the_folder_comes_in_too(tmp_path: Path) -> None:
    with running(Options(template=SAMPLE, seed=no_seed, state=tmp_path)) as stack:
        (tmp_path / "replies" / "letter.eml").write_bytes(LETTER)
        _eventually(lambda: len(_notes(stack, "letters")) == 1)
    assert (tmp_path / "replies" / "taken" / "letter.eml").exists()


@pytest.mark.parametrize("sender", ["<", '"', "<a@[>", "(" * 2000])
def test_a_letter_comes_in_whatever_its_sender_looks_like(sender: str) -> None:
    raw = LETTER.replace(b"Alan <alan@example.com>", sender.encode())
    [record] = receipt_event("name", raw, {}, NOON)["Records"]
    assert record["ses"]["receipt"]["recipients"] == ["letters@example.com"]
    assert "alan@example.com" not in json.dumps(record)


def test_a_letter_that_cannot_be_taken_is_put_aside_and_the_next_comes_in(tmp_path: Path) -> None:
    inbox = Fussy()
    for name, text in (("a.eml", b"breaks"), ("b.eml", b"fine")):
        (tmp_path / name).write_bytes(text)
        os.utime(tmp_path / name, (0, 0))
    with watching(tmp_path, inbox):
        _eventually((tmp_path / "taken" / "b.eml").exists)
    assert (tmp_path / "failed" / "a.eml").exists()
    assert inbox.taken == [b"fine"]


@pytest.mark.parametrize("query", ["?dmarc=MAYBE", "?colour=PASS"])
def test_a_verdict_ses_does_not_know_is_refused(sample: Stack, http: urllib3.PoolManager, query: str) -> None:
    assert http.request("POST", sample.url + "/_local/replies" + query, body=LETTER).status == 400


def test_a_lost_answer_looks_like_a_broken_connection(sample: Stack, http: urllib3.PoolManager) -> None:
    before = len(sample.outbox.names())
    url = sample.url + "/_local/ses"
    assert http.request("POST", url + "/trouble", json={"lose_answers": 1}).status == 200
    with pytest.raises(urllib3.exceptions.ProtocolError):
        http.request(
            "POST", url + "/v2/email/outbound-emails", json={"Content": {"Raw": {"Data": ""}}, "Destination": {}}
        )
    assert len(sample.outbox.names()) == before + 1
