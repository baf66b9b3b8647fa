"""Bookings written a second on the local engine: by the adapter, and as raw TransactWriteItems of the same items.

A booking here is the whole transaction of `book`: ledger day, booking, history, one limit's counter and the record of
an Idempotency-Key. What comes before it in a request, reading and deciding, is left out on both sides. What the adapter
adds is its own work: expressions, items, tokens. Both write to the same table by the same client, a day's bookings in
turns, and take turns in who begins; the engine is a process of its own, so what is compared is time on the wall. The
engine says nothing of how fast DynamoDB is.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from benchmarks.measure import Line, Say
from daybook.domain.booking import Booking
from daybook.domain.history import Deed
from daybook.domain.limits import Limits, Rules
from daybook.ports import Ledger

AT_LEAST = 0.6
TABLE = "ledger"
A_DAY = 24


def run(quick: bool, say: Say) -> Iterator[Line]:  # noqa: FBT001 - as all benchmarks
    """Measure rounds of bookings by both, each on hosts of its own."""
    from local.engine import started  # noqa: PLC0415 - the engine is not needed to be listed
    from local.state import opened  # noqa: PLC0415

    with (
        TemporaryDirectory() as folder,
        opened(Path(folder) / "state", fresh=True) as state,
        started(state, persist=False, enforce_iam=False) as engine,
    ):
        yield measured(engine.dynamodb(), rounds=6 if quick else 30, say=say)


def measured(client: Any, *, rounds: int, say: Say = lambda _: None) -> Line:
    """Return bookings a second, each way, from medians of rounds of a day's bookings."""
    from daybook.adapters.dynamodb.ledger import DynamoLedger  # noqa: PLC0415
    from tests.harness import table_properties  # noqa: PLC0415

    client.create_table(TableName=TABLE, **table_properties())
    ledger = DynamoLedger(client, TABLE)
    recorder: Any = Recorder(client)
    rehearsal = DynamoLedger(recorder, TABLE)

    def raw(items: list[Any]) -> None:
        for each in items:
            client.transact_write_items(TransactItems=each, ClientRequestToken=uuid4().hex)

    seconds: dict[str, list[float]] = {"adapter": [], "raw": []}
    for number in range(rounds):
        say(f"round {number + 1} of {rounds}")
        _claim(rehearsal, list(_day(f"raw{number}")))
        turns: list[tuple[str, Callable[[], None]]] = [
            ("adapter", partial(_claim, ledger, list(_day(f"own{number}")))),
            ("raw", partial(raw, recorder.taken())),
        ]
        for name, write in turns if number % 2 else reversed(turns):
            began = time.perf_counter()
            write()
            seconds[name].append(time.perf_counter() - began)
    rates = {f"{name} bookings/s": A_DAY / median(taken) for name, taken in seconds.items()}
    ratio = rates["adapter bookings/s"] / rates["raw bookings/s"]
    name = "one after the other: ledger day, booking, history, a limit, a record"
    return Line(name, {**rates, "adapter/raw": ratio}, judged="adapter/raw", budget=AT_LEAST, at_least=True)


def _claim(ledger: Ledger, bookings: list[Booking]) -> None:
    from tests.fakes.values import NOW, record, step  # noqa: PLC0415

    rules = Rules("intro", Limits(per_day=A_DAY), Limits())
    for booking in bookings:
        [bound] = rules.bounds(booking.start.date())
        counted = replace(booking, counted=(bound.counter,))
        ledger.claim(
            counted,
            step(Deed.BOOKED, None, counted),
            bounds=[bound],
            record=record(booking.id, booking.id),
            now=NOW,
        )


class Recorder:
    """A client that keeps what is to be written instead of writing it."""

    def __init__(self, client: Any) -> None:
        self.exceptions = client.exceptions
        self._kept: list[Any] = []

    def transact_write_items(self, **call: Any) -> None:
        self._kept.append(call["TransactItems"])

    def taken(self) -> list[Any]:
        """Return what was kept since the last time."""
        kept, self._kept = self._kept, []
        return kept


def _day(host: str) -> Iterator[Booking]:
    from tests.fakes.values import NOW, booking  # noqa: PLC0415

    for number in range(A_DAY):
        start = NOW.replace(hour=0) + timedelta(days=7, hours=number)
        yield booking("bench", f"{host}-{number}", start, host=host)
