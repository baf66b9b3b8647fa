"""All ports of one world, an ear at each of them, and somebody who comes in between."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from daybook.calendar_ports import Connections, ExternalTime
from daybook.mail_ports import MailLog
from daybook.ports import Access, Bookings, Catalogue, Ledger
from daybook.session_ports import Sessions
from tests.fakes.access import MemoryAccess
from tests.fakes.bookings import MemoryBookings
from tests.fakes.catalogue import MemoryCatalogue
from tests.fakes.connections import MemoryConnections, MemoryExternalTime
from tests.fakes.ledger import MemoryLedger
from tests.fakes.mails import MemoryMails
from tests.fakes.sessions import MemorySessions
from tests.fakes.store import Store

Port = TypeVar("Port")


@dataclass(frozen=True)
class Ports:
    catalogue: Catalogue
    ledger: Ledger
    bookings: Bookings
    access: Access
    mails: MailLog
    connections: Connections
    external: ExternalTime
    sessions: Sessions


def in_memory() -> Ports:
    """Return all adapters on one empty store."""
    store = Store()
    return Ports(
        MemoryCatalogue(store),
        MemoryLedger(store),
        MemoryBookings(store),
        MemoryAccess(store),
        MemoryMails(store),
        MemoryConnections(store),
        MemoryExternalTime(store),
        MemorySessions(store),
    )


def overheard(ports: Ports, calls: list[str]) -> Ports:
    """Return the same ports; each call adds `port.method` to `calls`."""
    return Ports(
        _overheard(ports.catalogue, "catalogue", calls),
        _overheard(ports.ledger, "ledger", calls),
        _overheard(ports.bookings, "bookings", calls),
        _overheard(ports.access, "access", calls),
        _overheard(ports.mails, "mails", calls),
        _overheard(ports.connections, "connections", calls),
        _overheard(ports.external, "external", calls),
        _overheard(ports.sessions, "sessions", calls),
    )


def interrupted(port: Port, method: str, by: Callable[[], object]) -> Port:
    """Return the same port; just before the first call of `method`, somebody else acts."""
    waiting = [by]

    def heard(called: str) -> None:
        if called == method and waiting:
            waiting.pop()()

    return cast(Port, _Ear(port, heard))


def followed_by(port: Port, method: str, by: Callable[[], object]) -> Port:
    """Return the same port; just after the first call of `method` has done its work, somebody else acts."""
    return cast(Port, _Trail(port, method, [by]))


def _overheard(port: Port, name: str, calls: list[str]) -> Port:
    return cast(Port, _Ear(port, lambda method: calls.append(f"{name}.{method}")))


class _Ear:
    def __init__(self, port: object, heard: Callable[[str], None]) -> None:
        self._port = port
        self._heard = heard

    def __getattr__(self, method: str) -> Callable[..., Any]:
        answer: Callable[..., Any] = getattr(self._port, method)

        def listening(*args: Any, **given: Any) -> Any:
            self._heard(method)
            return answer(*args, **given)

        return listening


class _Trail:
    def __init__(self, port: object, method: str, waiting: list[Callable[[], object]]) -> None:
        self._port, self._method, self._waiting = port, method, waiting

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)

        def trailed(*args: Any, **given: Any) -> Any:
            answer = method(*args, **given)
            if name == self._method and self._waiting:
                self._waiting.pop()()
            return answer

        return trailed
