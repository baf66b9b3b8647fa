"""Functions that follow the table's stream hear of every change, whatever happens in between."""

import json
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from unittest.mock import MagicMock

import pytest
import urllib3
from botocore.exceptions import BotoCoreError, ConnectionClosedError, EndpointConnectionError

from local import stream
from local.stack import Options, Stack, running
from tests.local.samples import SAMPLE, no_seed

PATIENCE_SECONDS = 20.0


def _seen(stack: Stack) -> set[str]:
    items = stack.engine.dynamodb().scan(TableName=stack.table)["Items"]
    return {item["pk"]["S"] for item in items if item["sk"] == {"S": "SEEN"}}


def _given_up(stack: Stack) -> list[dict[str, int]]:
    queues = stack.engine.client("sqs")
    (url,) = queues.list_queues(QueueNamePrefix="daybook-Failures")["QueueUrls"]
    messages = queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0).get("Messages", [])
    return [json.loads(message["Body"])["DDBStreamBatchInfo"]["batchSize"] for message in messages]


def _eventually(check: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not check():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_failures_are_retried_isolated_and_reported(monkeypatch: pytest.MonkeyPatch, http: urllib3.PoolManager) -> None:
    monkeypatch.setattr(stream, "RETRY", timedelta(milliseconds=10))
    with running(Options(template=SAMPLE, seed=no_seed)) as stack:
        for key in ("a", "crash", "b", "refuse", "c", "d"):
            http.request("POST", stack.url + "/v1/claims", json={"key": key, "by": "me"})
        _eventually(lambda: _seen(stack) == {"a", "b", "c", "d"})
        _eventually(lambda: _given_up(stack) == [1, 1])


def test_what_was_written_last_is_delivered_before_or_after_a_restart(
    tmp_path: Path, http: urllib3.PoolManager
) -> None:
    options = Options(template=SAMPLE, seed=no_seed, state=tmp_path)
    with running(options) as stack:
        http.request("POST", stack.url + "/v1/claims", json={"key": "last", "by": "me"})
    with running(options) as stack:
        _eventually(lambda: _seen(stack) == {"last"})
        http.request("POST", stack.url + "/v1/claims", json={"key": "next", "by": "me"})
        _eventually(lambda: _seen(stack) == {"last", "next"})


@pytest.mark.parametrize("kind", [ConnectionClosedError, EndpointConnectionError])
def test_who_carries_records_ends_quietly_with_the_engine(kind: type[BotoCoreError]) -> None:
    engine = MagicMock()
    engine.client.return_value.describe_stream.side_effect = kind(endpoint_url="http://127.0.0.1:1")
    stream.Pump(engine, "table", MagicMock()).run()
