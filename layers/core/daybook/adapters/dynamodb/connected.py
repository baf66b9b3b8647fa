"""Connections and snapshots as items, and what a host's item says of its connections."""

import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from daybook.adapters.dynamodb import items, keys
from daybook.adapters.dynamodb.expressions import Expression
from daybook.adapters.dynamodb.items import attribute
from daybook.domain.connection import Connection, Guests, State
from daybook.domain.snapshot import Snapshot
from daybook.ports import Stale
from daybook.provider_ports import Refused

MOST_BYTES = 350_000
"""Of a snapshot's spans; an item may have 400 KB (AWS: DynamoDB quotas)."""


@dataclass(frozen=True, slots=True)
class Linked:
    """What booking and mails must know of connections without reading any."""

    connections: frozenset[str] = frozenset()
    written_by: str | None = None
    guests_invited: bool = False


Change = Callable[[Linked], Linked]


def item(connection: Connection) -> dict[str, Any]:
    """A connection's item; the index leads to it by when it wants to be looked at."""
    broken = connection.state is State.BROKEN
    return {
        **items.encode(connection),
        **keys.connection(connection.tenant, connection.host, connection.id),
        "tenant_pk": {"S": keys.BROKEN_CALENDARS if broken else keys.CALENDARS},
        "tenant_sk": {"S": due_key(connection.due_at, connection.id)},
    }


def account_user(connection: Connection) -> dict[str, Any]:
    """The item that says who has connected an account."""
    tenant, host = connection.tenant, connection.host
    key = keys.account_user(connection.subject, tenant, host)
    return {**key, "tenant": attribute(tenant), "host": attribute(host)}


def due_key(due_at: datetime, connection: str) -> str:
    return f"{due_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}#{connection}"


def host_after(host: Linked, connection: Connection) -> Linked:
    """Return what a host is told once a connection is written.

    One that is broken must still be asked, for unknown is never free; but it writes nothing. Raises Stale: bookings
    appear by another connection already.
    """
    asked = connection.busy_from and connection.state is not State.LEAVING
    others = host.connections - {connection.id}
    if connection.state is State.CONNECTED and connection.write_to:
        if host.written_by not in {None, connection.id}:
            raise Stale
        invited = connection.guests is Guests.PROVIDER
        written = Linked(written_by=connection.id, guests_invited=invited)
    else:
        written = host_without(host, connection)
    return replace(written, connections=others | {connection.id} if asked else others)


def host_without(host: Linked, connection: Connection) -> Linked:
    others = host.connections - {connection.id}
    return Linked(others) if host.written_by == connection.id else replace(host, connections=others)


def host_update(key: keys.Key, known: items.Raw, change: Change) -> dict[str, Any]:
    """Return the write that changes what a host's item says, unless that has changed since it was read."""
    after = items.encode(change(items.decode(Linked, known)))
    update = Expression(key)
    update.require("attribute_exists(pk)")
    for name in ("connections", "written_by", "guests_invited"):
        update.require_same(name, known.get(name))
        if name in after:
            update.set(name, after[name])
        else:
            update.remove(name)
    return update.update()


def encode_snapshot(snapshot: Snapshot, token: str) -> dict[str, Any]:
    """Return a snapshot's attributes. Raises Refused("too_large")."""
    packed = zlib.compress(json.dumps(snapshot.spans, separators=(",", ":")).encode())
    if len(packed) > MOST_BYTES:
        raise Refused("too_large")
    return {
        "first_day": attribute(snapshot.days.start),
        "end_day": attribute(snapshot.days.stop),
        "zone": attribute(snapshot.zone.key),
        "unsettled_block": attribute(snapshot.unsettled_block),
        "spans": {"B": packed},
        "token": attribute(token),
    }


def decode_snapshot(found: items.Raw) -> tuple[Snapshot, str]:
    """Return a snapshot and the token that continues from it."""
    spans = json.loads(zlib.decompress(bytes(found["spans"]["B"])))
    snapshot = Snapshot(
        range(int(found["first_day"]["N"]), int(found["end_day"]["N"])),
        ZoneInfo(found["zone"]["S"]),
        found["unsettled_block"]["BOOL"],
        {event: tuple((start, end) for start, end in kept) for event, kept in spans.items()},
    )
    return snapshot, found["token"]["S"]
