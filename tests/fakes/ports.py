"""All ports of one world, and an ear at each of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from daybook.ports import Access, Bookings, Catalogue, Ledger
from tests.fakes.access import MemoryAccess
from tests.fakes.bookings import MemoryBookings
from tests.fakes.catalogue import MemoryCatalogue
from tests.fakes.ledger import MemoryLedger
from tests.fakes.store import Store

Port = TypeVar("Port")


@dataclass(frozen=True)
class Ports:
    catalogue: Catalogue
    ledger: Ledger
    bookings: Bookings
    access: Access


def in_memory() -> Ports:
    """Return four adapters on one empty store."""
    store = Store()
    return Ports(MemoryCatalogue(store), MemoryLedger(store), MemoryBookings(store), MemoryAccess(store))


def overheard(ports: Ports, calls: list[str]) -> Ports:
    """Return the same ports; each call adds `port.method` to `calls`."""
    return Ports(
        _overheard(ports.catalogue, "catalogue", calls),
        _overheard(ports.ledger, "ledger", calls),
        _overheard(ports.bookings, "bookings", calls),
        _overheard(ports.access, "access", calls),
    )


def _overheard(port: Port, name: str, calls: list[str]) -> Port:
    return cast(Port, _Ear(port, name, calls))


class _Ear:
    def __init__(self, port: object, name: str, calls: list[str]) -> None:
        self._port = port
        self._name = name
        self._calls = calls

    def __getattr__(self, method: str) -> Callable[..., Any]:
        answer: Callable[..., Any] = getattr(self._port, method)

        def listening(*args: Any, **given: Any) -> Any:
            self._calls.append(f"{self._name}.{method}")
            return answer(*args, **given)

        return listening
