"""Domain values to DynamoDB items and back.

A value's fields become the item's top-level attributes (dates and durations as ISO 8601), so an item reads like the
value in the console and conditions can name fields. Types outside these attributes: keys, index keys, `ttl`.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from daybook.adapters.dynamodb import keys
from daybook.adapters.dynamodb.backoff import ATTEMPTS, full_jitter
from daybook.adapters.plain import plain, rebuilt
from daybook.domain.booking import Booking
from daybook.domain.errors import Busy
from daybook.domain.history import Event
from daybook.domain.ledger import Hold, LedgerDay, Session, date_of, moment_at
from daybook.domain.limits import Count
from daybook.domain.published_slot import PublishedSlot

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Raw = Mapping[str, Any]
"""An item in DynamoDB's wire form: {"name": {"S": "..."}}."""

T = TypeVar("T")

BOOKING_LIFE = timedelta(days=5 * 366)
"""How long the records of a booking are kept after its end; history and money need years, not decades."""
LEDGER_LIFE = timedelta(days=400)


def attribute(value: object) -> dict[str, Any]:
    """Serialise one JSON-like value; numbers are whole. Source: DynamoDB API, "AttributeValue"."""
    match value:
        case str():
            return {"S": value}
        case bool():
            return {"BOOL": value}
        case int():
            return {"N": str(value)}
        case dict():
            return {"M": {name: attribute(one) for name, one in value.items()}}
        case list():
            return {"L": [attribute(one) for one in value]}
    raise TypeError(type(value))


def _json_like(wire: Mapping[str, Any]) -> object:
    """Return what `attribute` serialised; of other kinds, none of which a domain value has, the wire's own form."""
    [(kind, value)] = wire.items()
    match kind:
        case "N":
            return int(value)
        case "M":
            return {name: _json_like(one) for name, one in value.items()}
        case "L":
            return [_json_like(one) for one in value]
    return value


def encode(value: object) -> dict[str, Any]:
    """Return the attributes of a domain dataclass."""
    return {name: attribute(field) for name, field in plain(value).items()}


def decode(kind: type[T], item: Raw) -> T:
    """Rebuild a domain dataclass from an item; keys and unknown attributes are ignored."""
    return rebuilt(kind, {name: _json_like(value) for name, value in item.items()})


def minute(start: datetime) -> str:
    """Spell a start, a whole minute in UTC, as sort keys do."""
    return f"{start:%Y-%m-%dT%H:%M}Z"


def start_key(start: datetime, identifier: str) -> str:
    """Sort key of an index ordered by start; ids make it unique."""
    return f"{minute(start)}#{identifier}"


def bound_key(moment: datetime) -> str:
    """Sort key that parts starts before a moment from those at or after it; starts are whole minutes."""
    return start_key(moment + timedelta(minutes=1) - timedelta.resolution, "")


def booking_item(booking: Booking) -> dict[str, Any]:
    sort = {"S": start_key(booking.start, booking.id)}
    item = {
        **encode(booking),
        **keys.booking(booking.tenant, booking.id),
        "host_pk": {"S": keys.host_pk(booking.tenant, booking.host)},
        "host_sk": sort,
        "tenant_pk": {"S": keys.tenant_index(booking.tenant, keys.BOOKINGS)},
        "tenant_sk": sort,
        "ttl": expires(booking.end + BOOKING_LIFE),
    }
    if booking.attendee_key:
        item["attendee_pk"] = {"S": keys.attendee_index(booking.tenant, booking.attendee_key)}
        item["attendee_sk"] = sort
    return item


def event_item(event: Event, transaction: str) -> dict[str, Any]:
    """The outbox item; `transaction` is the token by which its writer recognises its own work."""
    return {
        **encode(event),
        "transaction": {"S": transaction},
        **keys.history(event.tenant, event.booking, event.version),
        "ttl": expires(event.after.end + BOOKING_LIFE),
    }


def slot_item(slot: PublishedSlot) -> dict[str, Any]:
    return {
        **encode(slot),
        **keys.slot(slot.tenant, slot.id),
        "tenant_pk": {"S": keys.tenant_index(slot.tenant, keys.SLOTS)},
        "tenant_sk": {"S": start_key(slot.start, slot.id)},
        "ttl": expires(slot.end + LEDGER_LIFE),
    }


def expires(moment: datetime) -> dict[str, str]:
    """A TTL attribute; DynamoDB deletes late, so no condition may rest on it."""
    return {"N": str(int(moment.timestamp()))}


def numbers(item: Raw, name: str) -> frozenset[int]:
    return frozenset(map(int, item.get(name, {}).get("NS", ())))


def number_set(values: frozenset[int]) -> dict[str, list[str]]:
    return {"NS": [str(value) for value in sorted(values)]}


def decode_count(item: Raw) -> Count:
    return Count(frozenset(item.get("bookings", {}).get("SS", ())), int(item.get("minutes", {}).get("N", "0")))


def batch_get(
    client: "DynamoDBClient", table: str, wanted: Sequence[keys.Key], *, sleep: Callable[[float], None] = time.sleep
) -> list[Raw]:
    """Fetch items by key, strongly consistent, in no order; what does not exist is left out.

    Raises:
        Busy: the table would not read some of them, however often it was asked.
    """
    found: list[Raw] = []
    rest = list(wanted)
    refused = 0
    while rest:
        request: Any = {table: {"Keys": rest[:100], "ConsistentRead": True}}
        answer: Any = client.batch_get_item(RequestItems=request)
        found += answer["Responses"].get(table, [])
        unread = answer.get("UnprocessedKeys", {}).get(table, {}).get("Keys", [])
        rest = [*unread, *rest[100:]]
        if unread:
            if refused == ATTEMPTS:
                raise Busy("Too much is being read at once; try again.")
            sleep(full_jitter(refused))
            refused += 1
    return found


HOLD = "hold_"
SESSION = "session_"
SEATS = "seats_"


def decode_day(item: Raw, day: int) -> LedgerDay:
    """Rebuild a ledger day; an empty item is a day nobody has touched."""
    holds = tuple(
        Hold(name.removeprefix(HOLD), _moment(value["M"]["deadline"]["N"]), numbers(value["M"], "elements"))
        for name, value in item.items()
        if name.startswith(HOLD)
    )
    starts = [int(name.removeprefix(SESSION)) for name in item if name.startswith(SESSION)]
    return LedgerDay(
        day=day,
        taken=numbers(item, "taken"),
        external=numbers(item, "external"),
        offered=numbers(item, "offered"),
        holds=holds,
        sessions={s: Session(s, item[f"{SESSION}{s}"]["S"], int(item[f"{SEATS}{s}"]["N"])) for s in starts},
    )


def day_of(item: Raw) -> int:
    """Return the ledger day number an item's sort key names."""
    return (date.fromisoformat(item["sk"]["S"].removeprefix(keys.DAY)) - date_of(0)).days


def encode_hold(hold: Hold) -> dict[str, Any]:
    return {
        "M": {
            "deadline": {"N": str(int(hold.deadline.timestamp()))},
            "elements": number_set(hold.elements),
        }
    }


def _moment(seconds: str) -> datetime:
    return moment_at(0) + timedelta(seconds=int(seconds))
