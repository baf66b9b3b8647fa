"""The table's stream, carried to the functions that follow it.

The engine has event source mappings of its own, but they ignore partial failures, retry limits, bisecting and the
destination for failures, and stop after a restart. One thread for each mapping does it here, at least once, in order.
"""

import json
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError, EndpointConnectionError, HTTPClientError

from local.engine import Engine
from local.pattern import matches
from local.template import StreamMapping

POLL = timedelta(milliseconds=100)
RETRY = timedelta(milliseconds=500)
# How long a stop waits for what is still on its way.
DRAIN = timedelta(seconds=5)

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Follower:
    """A function that follows the stream.

    `retries` is None for no limit, `failures` the URL of the queue that hears of what was given up, `filters` are
    patterns of which one must match, none for all records.
    """

    name: str
    function: str
    batch_size: int
    retries: int | None
    bisect: bool
    partial: bool
    filters: list[dict[str, Any]]
    failures: str | None


def follower(mapping: StreamMapping, names: dict[str, str]) -> Follower:
    """Read a mapping of the template; `names` are the physical names by logical ones."""
    given = mapping.properties
    destination = given.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
    limit = given.get("MaximumRetryAttempts", -1)
    return Follower(
        name=mapping.name,
        function=names[mapping.function],
        batch_size=given.get("BatchSize", 100),
        retries=None if limit < 0 else limit,
        bisect=given.get("BisectBatchOnFunctionError", False),
        partial="ReportBatchItemFailures" in given.get("FunctionResponseTypes", []),
        filters=[json.loads(one["Pattern"]) for one in given.get("FilterCriteria", {}).get("Filters", [])],
        failures=names[destination["Fn::GetAtt"][0]] if destination else None,
    )


@contextmanager
def pumping(engine: Engine, table: str, followers: list[Follower]) -> Iterator[None]:
    """Carry records while the block runs; at its end let each follower catch up for a moment."""
    pumps = [Pump(engine, table, follower) for follower in followers]
    for pump in pumps:
        pump.start()
    try:
        yield
    finally:
        for pump in pumps:
            pump.stopped.set()
        for pump in pumps:
            pump.join(DRAIN.total_seconds())


class Pump(threading.Thread):
    """Carries the stream of one table to one follower.

    How far it has come is a tag of the table: the engine saves it together with what the follower did, or neither.
    """

    def __init__(self, engine: Engine, table: str, follower: Follower) -> None:
        super().__init__(daemon=True, name=f"stream-{follower.name}")
        self._streams = engine.client("dynamodbstreams")
        self._functions = engine.client("lambda")
        self._queues = engine.client("sqs")
        self._follower = follower
        self._tag = f"stream-{follower.name}"
        self._tables = engine.dynamodb()
        described = self._tables.describe_table(TableName=table)["Table"]
        self._table, self._stream = described["TableArn"], described["LatestStreamArn"]
        self.stopped = threading.Event()

    def run(self) -> None:
        """Carry records until told to stop and nothing is left, or what is left only fails, or the engine is gone."""
        with suppress(EndpointConnectionError, HTTPClientError):
            self._carry()

    def _carry(self) -> None:
        iterator = self._iterator()
        pause = timedelta(0)
        while True:
            stopping = self.stopped.wait(pause.total_seconds())
            page = self._streams.get_records(ShardIterator=iterator, Limit=self._follower.batch_size)
            iterator = page["NextShardIterator"]
            if records := page["Records"]:
                if not self._deliver([record for record in records if self._wanted(record)]):
                    return
                self._keep(records[-1]["dynamodb"]["SequenceNumber"])
            elif stopping:
                return
            pause = timedelta(0) if records else POLL

    def _keep(self, number: str) -> None:
        self._tables.tag_resource(ResourceArn=self._table, Tags=[{"Key": self._tag, "Value": number}])

    def _position(self) -> str | None:
        tags = self._tables.list_tags_of_resource(ResourceArn=self._table)["Tags"]
        return next((tag["Value"] for tag in tags if tag["Key"] == self._tag), None)

    def _iterator(self) -> str:
        """Begin after the last record dealt with; at the oldest one when the stream no longer knows that record."""
        stream = self._streams.describe_stream(StreamArn=self._stream)["StreamDescription"]
        shard = {"StreamArn": self._stream, "ShardId": stream["Shards"][0]["ShardId"]}
        if position := self._position():
            last = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": position}
            with suppress(ClientError):
                return str(self._streams.get_shard_iterator(**shard, **last)["ShardIterator"])
        return str(self._streams.get_shard_iterator(**shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"])

    def _wanted(self, record: Record) -> bool:
        filters = self._follower.filters
        return not filters or any(matches(pattern, record) for pattern in filters)

    def _deliver(self, records: list[Record]) -> bool:
        """Hand records over until each is dealt with or given up; False when told to stop between two tries.

        Splitting a batch uses up no retry.
        """
        waiting = deque([(records, 0)] if records else [])
        while waiting:
            batch, tries = waiting.popleft()
            done = self._invoke(batch)
            rest = batch[done:]
            if not rest:
                continue
            if self._follower.bisect and not done and len(rest) > 1:
                half = len(rest) // 2
                waiting.extendleft([(rest[half:], tries), (rest[:half], tries)])
            elif self._follower.retries is not None and tries >= self._follower.retries:
                self._give_up(rest, tries + 1)
            elif self.stopped.wait(RETRY.total_seconds()):
                return False
            else:
                waiting.appendleft((rest, tries + 1))
        return True

    def _invoke(self, batch: list[Record]) -> int:
        """Call the function; return how many records, from the first on, it has dealt with."""
        payload = json.dumps({"Records": batch}, default=_plain)
        answer = self._functions.invoke(FunctionName=self._follower.function, Payload=payload)
        if "FunctionError" in answer:
            return 0
        result = json.loads(answer["Payload"].read()) if self._follower.partial else None
        refused = {failure["itemIdentifier"] for failure in (result or {}).get("batchItemFailures", [])}
        numbers = [record["dynamodb"]["SequenceNumber"] for record in batch]
        return min((numbers.index(number) for number in refused if number in numbers), default=len(batch))

    def _give_up(self, batch: list[Record], tries: int) -> None:
        """Tell the queue for failures, as Lambda does, where in the stream to look for what was given up."""
        if self._follower.failures is None:
            return
        told = {
            "version": "1.0",
            "timestamp": datetime.now(UTC).isoformat(),
            "requestContext": {"condition": "RetryAttemptsExhausted", "approximateInvokeCount": tries},
            "DDBStreamBatchInfo": {
                "streamArn": self._stream,
                "startSequenceNumber": batch[0]["dynamodb"]["SequenceNumber"],
                "endSequenceNumber": batch[-1]["dynamodb"]["SequenceNumber"],
                "batchSize": len(batch),
            },
        }
        self._queues.send_message(QueueUrl=self._follower.failures, MessageBody=json.dumps(told))


def _plain(value: object) -> str | float:
    """Write what JSON has no form for the way Lambda does: moments as epoch seconds."""
    if isinstance(value, datetime):
        return value.timestamp()
    raise TypeError(f"no stream record has a {type(value)}")
