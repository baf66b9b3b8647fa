"""Bookings written a second on the local engine: by the adapter, and as raw TransactWriteItems of the same items.

What the adapter adds is its own work: expressions, items, tokens. Both write to the same table by the same client, in
turns, one after the other; the engine is a process of its own, so what is compared is time on the wall. The engine says
nothing of how fast DynamoDB is.
"""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from benchmarks.measure import Line, Say
from daybook.domain.booking import Booking
from daybook.domain.history import Deed

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
    from tests.fakes.values import NOW, step  # noqa: PLC0415
    from tests.harness import table_properties  # noqa: PLC0415

    client.create_table(TableName=TABLE, **table_properties())
    ledger = DynamoLedger(client, TABLE)
    recorder: Any = Recorder(client)
    rehearsal = DynamoLedger(recorder, TABLE)
    seconds: dict[str, list[float]] = {"adapter": [], "raw": []}
    for number in range(rounds):
        say(f"round {number + 1} of {rounds}")
        for booking in _day(f"raw{number}"):
            rehearsal.claim(booking, step(Deed.BOOKED, None, booking), bounds=(), record=None, now=NOW)
        began = time.perf_counter()
        for booking in _day(f"own{number}"):
            ledger.claim(booking, step(Deed.BOOKED, None, booking), bounds=(), record=None, now=NOW)
        between = time.perf_counter()
        for items in recorder.taken():
            client.transact_write_items(TransactItems=items, ClientRequestToken=uuid4().hex)
        seconds["adapter"].append(between - began)
        seconds["raw"].append(time.perf_counter() - between)
    rates = {f"{name} bookings/s": A_DAY / median(taken) for name, taken in seconds.items()}
    ratio = rates["adapter bookings/s"] / rates["raw bookings/s"]
    name = "one after the other: ledger day, booking, history"
    return Line(name, {**rates, "adapter/raw": ratio}, judged="adapter/raw", budget=AT_LEAST, at_least=True)


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
