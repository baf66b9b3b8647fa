"""What queues carry, as JSON: `{"event": {…}}`, `{"timer": {…}}`, `{"copy": {…}}`, `{"sync": {…}}`,
`{"notice": {…}}`.

Moments are RFC 3339, lengths ISO 8601.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, assert_never

from daybook.adapters.plain import plain, rebuilt
from daybook.domain.connection import SyncRequest
from daybook.domain.entry import CopyRequest
from daybook.domain.history import Event
from daybook.domain.notice import Notice
from daybook.domain.timers import Timer

Told = Event | Timer | CopyRequest | SyncRequest | Notice

_KINDS: dict[str, type[Told]] = {
    "event": Event,
    "timer": Timer,
    "copy": CopyRequest,
    "sync": SyncRequest,
    "notice": Notice,
}


def event_text(event: Event) -> str:
    return _compact({"event": plain(event)})


def timer_text(timer: Timer) -> str:
    return _compact({"timer": plain(timer)})


def copy_text(request: CopyRequest) -> str:
    return _compact({"copy": plain(request)})


def sync_text(request: SyncRequest) -> str:
    return _compact({"sync": plain(request)})


def notice_text(notice: Notice) -> str:
    return _compact({"notice": plain(notice)})


def event_detail(event: Event) -> str:
    """Return an event as consumers on the bus read it."""
    return _compact(plain(event))


def parse(body: str) -> Told:
    """Read what one of the above wrote; fields that are not known are passed over.

    Raises:
        ValueError: it is nothing of that (msgspec's ValidationError and JSON's own error are kinds of it).
    """
    content = json.loads(body)
    if not isinstance(content, dict) or len(content) != 1:
        raise ValueError("not a message")
    [(name, fields)] = content.items()
    if name not in _KINDS:
        raise ValueError("a message of no known kind")
    told: Told = rebuilt(_KINDS[name], fields)
    if any(moment.tzinfo is None for moment in _moments(told)):
        raise ValueError("a moment without an offset")
    return told


def _moments(told: Told) -> Sequence[datetime]:
    match told:
        case Event():
            return told.at, told.after.start, told.after.end
        case Timer():
            return (told.at,)
        case CopyRequest() | SyncRequest() | Notice():
            return ()
        case _:
            assert_never(told)


def _compact(value: dict[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"))
