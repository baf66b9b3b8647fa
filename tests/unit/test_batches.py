"""Workers: what failed comes back later, the rest is done, and a group keeps its order."""

from datetime import timedelta
from typing import Any

import pytest

from daybook import mail_wiring
from daybook.edge.batches import delay_after, worker
from daybook.mail_ports import NotYet
from tests.harness import Context


def record(identifier: str, *, group: str = "", receives: int = 1) -> dict[str, Any]:
    """A message as Lambda hands it over; the body is its id."""
    attributes = {"ApproximateReceiveCount": str(receives), **({"MessageGroupId": group} if group else {})}
    return {
        "messageId": identifier,
        "receiptHandle": f"receipt-{identifier}",
        "body": identifier,
        "attributes": attributes,
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:queue",
        "awsRegion": "eu-central-1",
    }


class Desk:
    """Does what messages ask for, but not what it was told to refuse."""

    def __init__(self, refused: dict[str, Exception]) -> None:
        self.refused = refused
        self.done: list[str] = []

    def act(self, body: str, message_id: str) -> None:
        if body in self.refused:
            raise self.refused[body]
        self.done.append(message_id)


@pytest.fixture(autouse=True)
def most_receives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAYBOOK_MAX_RECEIVES", "20")


@pytest.fixture
def put_off(monkeypatch: pytest.MonkeyPatch) -> dict[str, timedelta]:
    """The delays that were asked for, by receipt."""
    delays: dict[str, timedelta] = {}
    monkeypatch.setattr(mail_wiring, "put_off", delays.__setitem__)
    return delays


def failures(answer: dict[str, Any]) -> list[str]:
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_each_message_is_acted_on_once(put_off: dict[str, timedelta]) -> None:
    desk = Desk({})
    answer = worker(desk.act)({"Records": [record("a"), record("b")]}, Context())
    assert (desk.done, failures(answer), put_off) == (["a", "b"], [], {})


@pytest.mark.parametrize("error", [NotYet("later"), RuntimeError("a fault of ours")])
def test_a_failed_message_comes_back_and_holds_up_no_other(error: Exception, put_off: dict[str, timedelta]) -> None:
    desk = Desk({"a": error})
    answer = worker(desk.act)({"Records": [record("a", receives=3), record("b")]}, Context())
    assert (desk.done, failures(answer)) == (["b"], ["a"])
    assert put_off == {"receipt-a": timedelta(seconds=20)}


def test_a_batch_that_fails_whole_is_answered_not_raised(put_off: dict[str, timedelta]) -> None:
    for ordered in (False, True):
        answer = worker(Desk({"a": NotYet()}).act, ordered=ordered)({"Records": [record("a", group="g")]}, Context())
        assert failures(answer) == ["a"]


def test_the_rest_of_a_failed_group_waits_while_other_groups_go_on(put_off: dict[str, timedelta]) -> None:
    desk = Desk({"a1": NotYet()})
    records = [record("a1", group="a"), record("b1", group="b"), record("a2", group="a"), record("b2", group="b")]
    answer = worker(desk.act, ordered=True)({"Records": records}, Context())
    assert (desk.done, failures(answer)) == (["b1", "b2"], ["a1", "a2"])


def test_a_message_on_its_last_try_keeps_its_group_waiting_no_longer(put_off: dict[str, timedelta]) -> None:
    desk = Desk({"a1": RuntimeError("never")})
    handler = worker(desk.act, ordered=True)
    for receives, failed in ((19, ["a1", "a2", "a3"]), (20, ["a1"])):
        records = [record(name, group="a", receives=receives) for name in ("a1", "a2", "a3")]
        assert failures(handler({"Records": records}, Context())) == failed
    assert desk.done == ["a2", "a3"]


def test_one_batch_forgets_the_failures_of_another(put_off: dict[str, timedelta]) -> None:
    desk = Desk({"a1": NotYet()})
    handler = worker(desk.act, ordered=True)
    handler({"Records": [record("a1", group="a")]}, Context())
    assert failures(handler({"Records": [record("a2", group="a")]}, Context())) == []


def test_delays_double_up_to_five_minutes_and_outlast_an_outage_of_an_hour() -> None:
    delays = [delay_after(receives) for receives in range(1, 21)]
    assert [delay.total_seconds() for delay in delays[:8]] == [5, 10, 20, 40, 80, 160, 300, 300]
    assert sum(delays, timedelta(0)) > timedelta(hours=1)
