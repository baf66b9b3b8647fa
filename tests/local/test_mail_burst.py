"""A burst of bookings drains at the pace SES allows, and a restart in the middle loses nothing."""

import itertools
from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import urllib3

from local.stack import Options, Stack, running
from tests.local.practice import Json, Practice, eventually, seed

BURST = 1000
# Far less than the local stack can send, so that a worker that ignored it would be seen.
MAILS_PER_SECOND = 10
BEFORE_THE_RESTART = 60
PATIENCE_SECONDS = 600

Item = dict[str, Any]


def _replaced(value: Any, old: str, new: str) -> Any:
    """Put one id in place of another wherever it is written."""
    if isinstance(value, str):
        return value.replace(old, new).replace(old.lower(), new.lower())
    if isinstance(value, dict):
        return {name: _replaced(each, old, new) for name, each in value.items()}
    return [_replaced(each, old, new) for each in value] if isinstance(value, list) else value


def _burst(stack: Stack, booking: Json) -> None:
    """Write a booking and its first change again and again, each time as another person's."""
    dynamodb = stack.engine.dynamodb()
    key = {":pk": {"S": f"T#{stack.tenant}#B#{booking['id']}"}}
    found = dynamodb.query(TableName=stack.table, KeyConditionExpression="pk = :pk", ExpressionAttributeValues=key)
    models = [item for item in found["Items"] if not item["sk"]["S"].startswith("MAIL#")]
    assert len(models) == 2
    ids = [f"{booking['id'][:20]}{number:06}" for number in range(BURST)]
    items: list[Item] = [_replaced(model, booking["id"], new) for new in ids for model in models]
    for number, item in enumerate(items):
        if "attendee_pk" in item:
            item["attendee_pk"]["S"] += str(number)
    for start in range(0, len(items), 25):
        writes: Any = [{"PutRequest": {"Item": item}} for item in items[start : start + 25]]
        assert not dynamodb.batch_write_item(RequestItems={stack.table: writes})["UnprocessedItems"]


def _told(stack: Stack) -> Counter[str]:
    return Counter(mail.way.tags["booking"] for mail in stack.outbox.mails())


def _busiest_second(stack: Stack) -> int:
    """Return how many mails came within any one second."""
    moments = stack.ses.arrivals
    first = 0
    busiest = 0
    for last, moment in enumerate(moments):
        while moment - moments[first] >= timedelta(seconds=1):
            first += 1
        busiest = max(busiest, last - first + 1)
    return busiest


def _schedules(stack: Stack, bookings: Collection[str]) -> int:
    """Count the schedules of bookings, those of ten at a time: the engine lists a hundred at most, and no next page."""
    client = stack.engine.client("scheduler")
    pages = [client.list_schedules(GroupName="daybook", NamePrefix=tens) for tens in {each[:-1] for each in bookings}]
    return sum(len(page["Schedules"]) for page in pages)


def _idle(practice: Practice) -> bool:
    """Tell whether all queues are empty."""
    for name in ("MailQueue", "TimerQueue", "MailEventsQueue"):
        client, url = practice.queue(name)
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        if any(map(int, client.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"].values())):
            return False
    return True


@pytest.mark.race
def test_a_thousand_bookings_drain_without_loss_over_a_restart(tmp_path: Path, http: urllib3.PoolManager) -> None:
    options = Options(seed=seed, state=tmp_path, parameters={"MailsPerSecond": str(MAILS_PER_SECOND)})
    with running(options) as stack:
        practice = Practice(stack, http)
        practice.ask("PATCH", "/settings", {"welcome": False})
        practice.open(invitations="none")
        practice.offer("quick", reminders_minutes=[])
        booking = practice.book(event_type="quick")
        eventually(lambda: len(stack.outbox.names()) == 1)
        _burst(stack, booking)
        eventually(lambda: len(stack.outbox.names()) > BEFORE_THE_RESTART, PATIENCE_SECONDS)
        assert _busiest_second(stack) <= MAILS_PER_SECOND
    with running(replace(options, parameters={"MailsPerSecond": "0"})) as stack:
        assert len(stack.outbox.names()) < BURST
        eventually(lambda: len(stack.outbox.names()) > BURST, PATIENCE_SECONDS)
        practice = Practice(stack, http)
        eventually(lambda: _idle(practice), PATIENCE_SECONDS)
        told = _told(stack)
        assert len(told) == BURST + 1
        assert set(told.values()) == {1}
        assert _schedules(stack, told) == 2 * (BURST + 1)  # completion and follow-up
        for name in ("FanOutFailures", "MailFailures", "TimerFailures", "MailEventsFailures"):
            assert not practice.lying_in(name)
        some = itertools.islice(told, 0, None, BURST // 10)
        assert all(practice.settled({"id": each}) for each in some)
