"""Events of shared sessions in memory."""

from collections.abc import Sequence
from datetime import datetime

from daybook.calendar_ports import Copy
from daybook.ports import Move, Stale
from daybook.session_ports import SharedEvent, SharedMove
from tests.fakes.ledger import MemoryLedger
from tests.fakes.store import Rows, Store


class MemorySessions:
    """`session_ports.Sessions` on dictionaries."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def session(self, tenant: str, host: str, start: datetime) -> SharedEvent | None:
        return self._store.rows.shared.get((tenant, host, start))

    def put(self, session: SharedEvent, *, before: SharedEvent | None, copy: Copy | None = None) -> None:
        with self._store.transaction() as rows:
            if before is not None:
                _take(rows, before)
            _place(rows, session, copy)

    def move(self, moves: Sequence[Move], event: SharedMove, *, now: datetime) -> None:
        def along(rows: Rows) -> None:
            _take(rows, event.before)
            _place(rows, event.after, event.copy)

        MemoryLedger(self._store).move_session(moves, along, now=now)

    def remove(self, session: SharedEvent, copy: Copy | None) -> None:
        with self._store.transaction() as rows:
            _take(rows, session)
            if copy is not None:
                rows.remove_copy(copy)


def _place(rows: Rows, session: SharedEvent, copy: Copy | None) -> None:
    if _key(session) in rows.shared:
        raise Stale
    rows.shared[_key(session)] = session
    if copy is not None:
        rows.put_copy(copy)


def _take(rows: Rows, session: SharedEvent) -> None:
    known = rows.shared.get(_key(session))
    if known is None or (known.id, known.version) != (session.id, session.version):
        raise Stale
    del rows.shared[_key(session)]


def _key(session: SharedEvent) -> tuple[str, str, datetime]:
    return session.tenant, session.host, session.start
