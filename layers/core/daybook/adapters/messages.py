"""Events and timers as JSON: `{"event": {…}}` and `{"timer": {…}}`, moments as RFC 3339, lengths as ISO 8601."""

import json
from typing import Any

from daybook.adapters.plain import plain, rebuilt
from daybook.domain.history import Event
from daybook.domain.timers import Timer

Told = Event | Timer

_KINDS: dict[str, type[Told]] = {"event": Event, "timer": Timer}


def event_text(event: Event) -> str:
    return _compact({"event": plain(event)})


def timer_text(timer: Timer) -> str:
    return _compact({"timer": plain(timer)})


def event_detail(event: Event) -> str:
    """Return an event as consumers on the bus read it."""
    return _compact(plain(event))


def parse(text: str) -> Told:
    """Read what `event_text` or `timer_text` wrote; fields that are not known are passed over.

    Raises:
        ValueError: it is neither (msgspec's ValidationError and JSON's own error are kinds of it).
    """
    match json.loads(text):
        case {"event": fields, **rest} if not rest:
            kind = "event"
        case {"timer": fields, **rest} if not rest:
            kind = "timer"
        case _:
            raise ValueError("neither an event nor a timer")
    told: Told = rebuilt(_KINDS[kind], fields)
    moments = [told.at] if isinstance(told, Timer) else [told.at, told.after.start, told.after.end]
    if any(moment.tzinfo is None for moment in moments):
        raise ValueError("a moment without an offset")
    return told


def _compact(value: dict[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"))
