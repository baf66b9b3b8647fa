"""What is compared is the whole transaction of `book`, with neither contender always first."""

from itertools import groupby
from typing import Any

from benchmarks import ledger


class Client:
    """A client that notes the transactions it gets."""

    exceptions = type("Exceptions", (), {"TransactionCanceledException": RuntimeError})

    def __init__(self) -> None:
        self.written: list[list[dict[str, Any]]] = []

    def create_table(self, **_: Any) -> None:
        pass

    def transact_write_items(self, *, TransactItems: list[dict[str, Any]], **_: Any) -> None:  # noqa: N803 - AWS's name
        self.written.append(
            [{**body.get("Key", {}), **body.get("Item", {})} for [body] in map(dict.values, TransactItems)]
        )


def test_both_write_what_book_writes_and_take_turns_in_who_begins() -> None:
    client = Client()
    ledger.measured(client, rounds=2)
    for items in client.written:
        kinds = sorted(item["sk"]["S"].partition("#")[0] for item in items)
        assert kinds == ["BOOKING", "COUNT", "DAY", "EVENT", "KEY"]
    hosts = [next(item["pk"]["S"] for item in items if item["sk"]["S"].startswith("DAY#")) for items in client.written]
    turns = [(host, len(list(group))) for host, group in groupby(hosts)]
    assert turns == [(f"T#bench#H#{who}", ledger.A_DAY) for who in ("raw0", "own0", "own1", "raw1")]
