"""The audit sees what is torn: by hand, and by an engine whose transactions are not atomic."""

import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from moto import mock_aws

from daybook import wiring
from daybook.adapters.dynamodb import items, keys
from tests.harness import TABLE, Api, table_properties
from tests.integration.scenes import at, booked, cancel, offer, publish, take
from tests.race.books import Audit
from tests.race.rivals import FIVE, MIDNIGHT, Place, Rival

Tear = Callable[[Any, Audit], object]


def key_of(audit: Audit, prefix: str) -> dict[str, Any]:
    pk, sk = next(key for key in audit._rows if key[1].startswith(prefix))
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def drop(prefix: str) -> Tear:
    return lambda client, audit: client.delete_item(TableName=TABLE, Key=key_of(audit, prefix))


def change(prefix: str, expression: str, **values: Any) -> Tear:
    def tear(client: Any, audit: Audit) -> None:
        client.update_item(
            TableName=TABLE,
            Key=key_of(audit, prefix),
            UpdateExpression=expression,
            ExpressionAttributeValues={f":{name}": value for name, value in values.items()},
        )

    return tear


def twin(client: Any, audit: Audit) -> None:
    """A second booking of the same time, as two winners would leave it."""
    [first] = [one for one in audit.standing() if one.event_type == "intro"]
    row = items.booking_item(first) | keys.booking(first.tenant, "0" * 26) | {"id": {"S": "0" * 26}}
    client.put_item(TableName=TABLE, Item=row)


TORN: dict[str, Tear] = {
    "no booking": drop("BOOKING"),
    "no event": drop("EVENT#"),
    "no ledger day": drop("DAY#"),
    "no counter": drop("COUNT#"),
    "no seat": drop("SEAT#"),
    "a stray granule": change("DAY#", "ADD taken :n", n={"NS": ["7"]}),
    "a lost granule": change("DAY#", "DELETE taken :n", n={"NS": ["108"]}),
    "a stray offer": change("DAY#", "ADD offered :n", n={"NS": ["7"]}),
    "a stray hold": change("DAY#", "SET hold_x = :n", n=items.encode_hold(items.Hold("x", MIDNIGHT, frozenset({1})))),
    "miscounted minutes": change("COUNT#", "ADD minutes :n", n={"N": "5"}),
    "a lost count": change("COUNT#", "REMOVE bookings SET minutes = :n", n={"N": "0"}),
    "a miscounted slot": change("SLOT", "ADD seats :n", n={"N": "1"}),
    "two winners": twin,
}


@pytest.fixture
def audit(studio: Api) -> Callable[[], Audit]:
    """A table with one of everything, in order."""
    offer(studio, "class", 30, capacity=3)
    studio.host("PATCH", "/hosts/ada", {"defaults": {"limits": {"per_day": 9}}})
    booked(studio, at("10:00"))
    booked(studio, at("11:00"), event_type="class")
    cancel(studio, booked(studio, at("12:00")))
    take(studio, publish(studio))
    return lambda: Audit(wiring.client(), TABLE, "acme")


def test_books_in_order_are_in_order(audit: Callable[[], Audit]) -> None:
    assert audit().violations() == []


@pytest.mark.parametrize("what", TORN)
def test_torn_books_are_seen(audit: Callable[[], Audit], what: str) -> None:
    TORN[what](wiring.client(), audit())
    assert audit().violations() != []


@pytest.fixture
def moto() -> Iterator[Place]:
    """An engine that runs transactions in the caller's thread, and is not atomic."""
    place, interval = Place(None, TABLE, "acme", "ada"), sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    with mock_aws():
        place.client().create_table(TableName=TABLE, **table_properties())
        yield place
    sys.setswitchinterval(interval)


def test_an_engine_without_atomic_transactions_is_found_out(moto: Place) -> None:
    rivals = [Rival(moto) for _ in range(8)]

    def want(rival: Rival, turn: int, gate: threading.Barrier) -> None:
        gate.wait(30)
        with suppress(Exception):  # such an engine breaks in many ways
            rival.book(MIDNIGHT + timedelta(days=turn), 6 * FIVE)  # a day has limits, which would end the quarrel

    for turn in range(60):
        with ThreadPoolExecutor(len(rivals)) as pool:
            list(pool.map(partial(want, turn=turn, gate=threading.Barrier(len(rivals))), rivals))
        if Audit(moto.client(), TABLE, "acme").violations():
            return
    pytest.fail("moto behaved: the control shows nothing")
