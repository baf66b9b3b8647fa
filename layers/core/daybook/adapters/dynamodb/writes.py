"""The parts of a booking transaction, each with what its refusal means.

Their order in the transaction is the order of the answers: idempotency record, the booking as it was read, seat,
limits, ledger, slot. The ledger comes before the slot, for the ledger alone knows of holds that have lapsed.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from daybook.adapters.dynamodb import items, keys
from daybook.adapters.dynamodb.expressions import Expression
from daybook.adapters.dynamodb.items import LEDGER_LIFE, attribute
from daybook.adapters.dynamodb.transactions import Write, stale, unconditional
from daybook.domain.booking import Booking
from daybook.domain.errors import Exists, SessionFull, SlotTaken
from daybook.domain.history import Event
from daybook.domain.ledger import LedgerDay, Stake
from daybook.domain.published_slot import PublishedSlot
from daybook.ports import Move, Record, Recorded


class Occupied(Exception):
    """Ledger days refused a claim; they may do so only because of holds that have lapsed.

    Args:
        refusal: the answer if no hold has.
    """

    def __init__(self, days: Sequence[LedgerDay], refusal: Exception) -> None:
        super().__init__("occupied")
        self._days = days
        self._refusal = refusal

    def suspects(self, now: datetime) -> list[str]:
        """Bookings whose lapsed holds stand in these days."""
        return sorted({hold.booking for day in self._days for hold in day.lapsed(now)})

    def answer(self) -> Exception:
        return self._refusal


def occupied(day: LedgerDay, stake: Stake) -> Occupied:
    """Say what a day means that refused a stake unread."""
    return Occupied([day], SessionFull("Choose another session.") if day.joinable(stake) else SlotTaken())


def _put(item: Mapping[str, Any], condition: str = "attribute_not_exists(pk)", **values: Any) -> dict[str, Any]:
    body: dict[str, Any] = {"Item": item, "ConditionExpression": condition}
    if values:
        body["ExpressionAttributeValues"] = {f":{name}": value for name, value in values.items()}
    if "#" in condition:
        body["ExpressionAttributeNames"] = {f"#{name}": name for name in values}
    return {"Put": body}


def remember(tenant: str, record: Record | None, now: datetime) -> Iterator[Write]:
    """Keep an idempotency record unless a live one stands (TTL deletes late, so the expiry is in the condition)."""
    if record is None:
        return
    item = {
        **items.encode(record),
        **keys.idempotency(tenant, record.name),
        "expires_epoch": items.expires(record.expires_at),
        "ttl": items.expires(record.expires_at),
    }
    condition = "attribute_not_exists(pk) OR expires_epoch <= :now"
    yield Write(_put(item, condition, now=items.expires(now)), lambda found: Recorded(items.decode(Record, found)))


def new_booking(booking: Booking) -> Write:
    return Write(_put(items.booking_item(booking)), stale)


def new_event(event: Event, token: str) -> Write:
    return Write(_put(items.event_item(event, token)), stale)


def change_booking(before: Booking, after: Booking) -> Write:
    """Replace a booking as it was read: same version, same counters."""
    condition = "#version = :version AND #counted = :counted"
    put = _put(
        items.booking_item(after),
        condition,
        version=attribute(before.version),
        counted=items.encode(before)["counted"],
    )
    return Write(put, stale)


def _seat_key(booking: Booking) -> keys.Key:
    return keys.seat(booking.tenant, booking.host, items.minute(booking.start), booking.attendee_key)


def take_seat(booking: Booking) -> list[Write]:
    """One seat a person: a second request of the same address for the same session is refused."""
    if booking.seat_of is None:
        return []
    item = {**_seat_key(booking), "booking": {"S": booking.id}, "ttl": items.expires(booking.end + LEDGER_LIFE)}
    return [Write(_put(item), lambda _: Exists("This address already has a seat in the session."))]


def leave_seat(booking: Booking) -> list[Write]:
    if booking.seat_of is None or not booking.attendee_key:
        return []
    return [Write({"Delete": {"Key": _seat_key(booking)}}, unconditional)]


def move_seat(before: Booking, after: Booking) -> list[Write]:
    if before.start == after.start:
        return []
    return [*take_seat(after), *leave_seat(before)]


def move_together(moves: Sequence[Move]) -> list[Write]:
    """Replace the bookings of a session that moves; the first one's history is the proof of the transaction."""
    bookings = [change_booking(move.before, move.after) for move in moves]
    seats = [write for move in moves for write in move_seat(move.before, move.after)]
    return [*bookings, *seats, *(new_event(move.event, uuid4().hex) for move in moves[1:])]


def new_slot(slot: PublishedSlot) -> Write:
    return Write(_put(items.slot_item(slot)), stale)


def withdraw_slot(slot: PublishedSlot) -> Write:
    update = Expression(keys.slot(slot.tenant, slot.id))
    update.set("withdrawn", attribute(True))  # noqa: FBT003 - a wire value
    update.require_same("seats", attribute(0))
    update.require_same("withdrawn", attribute(False))  # noqa: FBT003
    return Write(update.update(), stale)


def fill_slot(booking: Booking) -> list[Write]:
    """Take one seat of the published slot a booking is made of."""
    if booking.slot is None:
        return []
    update = Expression(keys.slot(booking.tenant, booking.slot))
    update.add("seats", attribute(1))
    update.require_same("withdrawn", attribute(False))  # noqa: FBT003
    update.require(f"{update.name('seats')} < {update.name('capacity')}")
    taken = SessionFull("Choose another session.") if booking.capacity > 1 else SlotTaken()
    return [Write(update.update(), lambda _: taken)]


def empty_slot(booking: Booking) -> list[Write]:
    if booking.slot is None:
        return []
    update = Expression(keys.slot(booking.tenant, booking.slot))
    update.add("seats", attribute(-1))
    return [Write(update.update(), unconditional)]


def move_slot(before: Booking, after: Booking) -> list[Write]:
    if before.slot == after.slot:
        return []
    return [*fill_slot(after), *empty_slot(before)]
