"""What every store of sessions' events promises."""

from dataclasses import replace

import pytest

from daybook.calendar_ports import Copy
from daybook.ports import Stale
from daybook.session_ports import SharedEvent
from tests.contract.conftest import Ports
from tests.fakes.values import HOUR, NINE


def made(tenant: str, **fields: object) -> SharedEvent:
    plain = {"host": "ada", "start": NINE, "id": "S1", "uid": "s1@daybook.example", "version": 1}
    return SharedEvent(tenant=tenant, **{**plain, **fields})  # type: ignore[arg-type]


def copy(session: SharedEvent, event: str = "e1") -> Copy:
    return Copy(
        tenant=session.tenant,
        host=session.host,
        booking=session.id,
        connection="C1",
        calendar="ada@example.com",
        event=event,
        etag='"1"',
        version=1,
        start=session.start,
        end=session.start + HOUR,
        session=session.start,
    )


def test_one_is_written_once_and_then_only_as_it_was_read(ports: Ports, tenant: str) -> None:
    first = made(tenant)
    ports.sessions.put(first, before=None)
    with pytest.raises(Stale):
        ports.sessions.put(made(tenant, id="S2"), before=None)
    after = replace(first, version=2, seats=("B1", "B2"), named=("B1",), held_until=NINE)
    ports.sessions.put(after, before=first, copy=copy(after))
    assert ports.sessions.session(tenant, "ada", NINE) == after
    assert ports.connections.copy(tenant, "S1") == copy(after)
    assert ports.connections.copies(tenant, "ada") == {"e1": copy(after)}
    for late in (first, replace(after, id="S9")):
        with pytest.raises(Stale):
            ports.sessions.put(replace(late, version=3), before=late)
        with pytest.raises(Stale):
            ports.sessions.remove(late, copy(after))
    assert ports.sessions.session(tenant, "ada", NINE) == after
    ports.sessions.remove(after, copy(after))
    assert ports.sessions.session(tenant, "ada", NINE) is None
    assert ports.connections.copies(tenant, "ada") == {}
