"""The parts of a booking transaction, each with what its refusal means.

Their order in the transaction is the order of the answers: idempotency record, the booking as it was read, seat,
limits, ledger, slot. The ledger comes before the slot, for the ledger alone knows of holds that have lapsed.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from daybook.adapters.dynamodb import items, keys
from daybook.adapters.dynamodb.expressions import Expression
from daybook.adapters.dynamodb.items import Raw, attribute
from daybook.adapters.dynamodb.transactions import Write
from daybook.domain.booking import Booking
from daybook.domain.errors import Exists, LimitReached, SessionFull, SlotTaken
from daybook.domain.history import Event
from daybook.domain.ledger import LedgerDay, Stake
from daybook.domain.limits import Bound, Counter
from daybook.domain.published_slot import PublishedSlot
from daybook.ports import Record, Recorded, Stale

MINUTE = timedelta(minutes=1)
COUNTER_LIFE = timedelta(days=400)


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


class Full(Exception):
    """A limit counter refused; some of what it counts may have lapsed."""

    def __init__(self, counted: frozenset[str]) -> None:
        super().__init__("full")
        self._counted = counted

    def suspects(self, now: datetime) -> list[str]:  # noqa: ARG002 - the counter does not know who has lapsed
        return sorted(self._counted)

    @staticmethod
    def answer() -> Exception:
        return LimitReached("Choose another day, or ask the host.")


def unconditional(_: Raw) -> Exception:
    return RuntimeError("a write without a condition was refused")


def stale(_: Raw) -> Exception:
    return Stale()


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


def count(booking: Booking, bounds: Sequence[Bound]) -> Iterator[Write]:
    """Count a booking in, as far as the bounds allow."""
    for bound in bounds:
        update = _counting(booking, bound.counter)
        if bound.bookings is not None:
            most = update.value("most", {"N": str(bound.bookings)})
            held = update.name("bookings")
            update.require(f"(attribute_not_exists({held}) OR size({held}) < {most})")
        if bound.minutes is not None:
            left = bound.minutes - booking.duration // MINUTE
            held, most = update.name("minutes"), update.value("most_minutes", {"N": str(left)})
            empty = f"attribute_not_exists({held}) OR " if left >= 0 else ""
            update.require(f"({empty}{held} <= {most})")
        yield Write(update.update(), _full)


def _counting(booking: Booking, counter: Counter) -> Expression:
    update = Expression(keys.counter(booking.tenant, booking.host, counter))
    update.add("bookings", {"SS": [booking.id]})
    update.add("minutes", {"N": str(booking.duration // MINUTE)})
    update.set("ttl", items.expires(booking.end + COUNTER_LIFE))
    return update


def _uncounting(booking: Booking, counter: Counter) -> Write:
    update = Expression(keys.counter(booking.tenant, booking.host, counter))
    update.delete("bookings", {"SS": [booking.id]})
    update.add("minutes", {"N": str(-(booking.duration // MINUTE))})
    return Write(update.update(), unconditional)


def discount(booking: Booking) -> list[Write]:
    return [_uncounting(booking, counter) for counter in booking.counted]


def move_counts(before: Booking, after: Booking, bounds: Sequence[Bound]) -> list[Write]:
    """Leave counters the new time does not fall into and join the others; one that stays may grow or shrink."""
    fresh = [bound for bound in bounds if bound.counter not in before.counted]
    kept = [bound for bound in bounds if bound.counter in before.counted]
    left = [counter for counter in before.counted if counter not in after.counted]
    return [*count(after, fresh), *_grow(before, after, kept), *(_uncounting(before, counter) for counter in left)]


def _grow(before: Booking, after: Booking, bounds: Sequence[Bound]) -> Iterator[Write]:
    """Count the minutes by which a booking's length has changed; only more of them needs room."""
    more = (after.duration - before.duration) // MINUTE
    if not more:
        return
    for bound in bounds:
        update = Expression(keys.counter(after.tenant, after.host, bound.counter))
        update.add("minutes", {"N": str(more)})
        if bound.minutes is not None and more > 0:
            most = update.value("most_minutes", {"N": str(bound.minutes - more)})
            update.require(f"{update.name('minutes')} <= {most}")
        yield Write(update.update(), _full)


def _full(found: Raw) -> Exception:
    return Full(items.decode_count(found).bookings)


def recount(booking: Booking, bounds: Sequence[Bound]) -> list[Write]:
    """Move a booking into the counters that today's limits ask for, whatever they hold already."""
    wanted = counters(bounds)
    if wanted == booking.counted:
        return []
    update = Expression(keys.booking(booking.tenant, booking.id))
    old, new = items.encode(booking)["counted"], {"L": [attribute(vars_of(counter)) for counter in wanted]}
    update.set("counted", new)
    update.require_same("counted", old)
    update.require_same("version", attribute(booking.version))
    joined = [_counting(booking, counter).update() for counter in wanted if counter not in booking.counted]
    left = [_uncounting(booking, counter) for counter in booking.counted if counter not in wanted]
    return [Write(update.update(), stale), *(Write(action, unconditional) for action in joined), *left]


def counters(bounds: Sequence[Bound]) -> tuple[Counter, ...]:
    return tuple(bound.counter for bound in bounds)


def vars_of(counter: Counter) -> dict[str, str]:
    return {"scope": counter.scope, "period": counter.period}


def _seat_key(booking: Booking) -> keys.Key:
    start = items.start_key(booking.start, "")[:-1]
    return keys.seat(booking.tenant, booking.host, start, booking.attendee_key)


def take_seat(booking: Booking) -> list[Write]:
    """One seat a person: a second request of the same address for the same session is refused."""
    if booking.seat_of is None:
        return []
    item = {**_seat_key(booking), "booking": {"S": booking.id}, "ttl": items.expires(booking.end + COUNTER_LIFE)}
    return [Write(_put(item), lambda _: Exists("This address already has a seat in the session."))]


def leave_seat(booking: Booking) -> list[Write]:
    if booking.seat_of is None or not booking.attendee_key:
        return []
    return [Write({"Delete": {"Key": _seat_key(booking)}}, unconditional)]


def move_seat(before: Booking, after: Booking) -> list[Write]:
    if before.start == after.start:
        return []
    return [*take_seat(after), *leave_seat(before)]


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
