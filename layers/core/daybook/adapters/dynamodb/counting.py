"""The counters of booking limits, as parts of a booking transaction."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from daybook.adapters.dynamodb import items, keys
from daybook.adapters.dynamodb.expressions import Expression
from daybook.adapters.dynamodb.items import LEDGER_LIFE, Raw, attribute
from daybook.adapters.dynamodb.transactions import Write, stale, unconditional
from daybook.domain.booking import Booking
from daybook.domain.errors import LimitReached
from daybook.domain.limits import Bound, Counter
from daybook.ports import Move

MINUTE = timedelta(minutes=1)


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


def count(booking: Booking, bounds: Sequence[Bound]) -> Iterator[Write]:
    """Count a booking in, as far as the bounds allow."""
    return (_count_in([booking], bound) for bound in bounds)


def _count_in(bookings: Sequence[Booking], bound: Bound) -> Write:
    update = _counting(bookings, bound.counter)
    if bound.bookings is not None:
        left = bound.bookings - len(bookings)
        held, most = update.name("bookings"), update.value("most", {"N": str(left)})
        # With more at once than there may be nothing fits; an absent set has no size to compare.
        update.require(f"({_none_of(held, left)}size({held}) <= {most})" if left >= 0 else f"{held} = {most}")
    if bound.minutes is not None:
        left = bound.minutes - _minutes(bookings)
        held, most = update.name("minutes"), update.value("most_minutes", {"N": str(left)})
        update.require(f"({_none_of(held, left)}{held} <= {most})")
    return Write(update.update(), _full)


def _none_of(held: str, left: int) -> str:
    return f"attribute_not_exists({held}) OR " if left >= 0 else ""


def _minutes(bookings: Sequence[Booking]) -> int:
    return sum(booking.duration // MINUTE for booking in bookings)


def _counting(bookings: Sequence[Booking], counter: Counter) -> Expression:
    """Count bookings of one host, start and length in."""
    first = bookings[0]
    update = Expression(keys.counter(first.tenant, first.host, counter))
    update.add("bookings", {"SS": [booking.id for booking in bookings]})
    update.add("minutes", {"N": str(_minutes(bookings))})
    update.set("ttl", items.expires(first.end + LEDGER_LIFE))
    return update


def _uncounting(bookings: Sequence[Booking], counter: Counter) -> Write:
    update = Expression(keys.counter(bookings[0].tenant, bookings[0].host, counter))
    update.delete("bookings", {"SS": [booking.id for booking in bookings]})
    update.add("minutes", {"N": str(-_minutes(bookings))})
    return Write(update.update(), unconditional)


def discount(booking: Booking) -> list[Write]:
    return [_uncounting([booking], counter) for counter in booking.counted]


def move_counts(before: Booking, after: Booking, bounds: Sequence[Bound]) -> list[Write]:
    """Leave counters the new time does not fall into and join the others; one that stays may grow or shrink."""
    fresh = [bound for bound in bounds if bound.counter not in before.counted]
    kept = [bound for bound in bounds if bound.counter in before.counted]
    left = [counter for counter in before.counted if counter not in after.counted]
    return [*count(after, fresh), *_grow(before, after, kept), *(_uncounting([before], counter) for counter in left)]


def move_together(moves: Sequence[Move]) -> Iterator[Write]:
    """Move bookings of one length from counters to counters, each of which a transaction may name but once."""
    for bound in moves[0].bounds:
        fresh = [move.after for move in moves if bound.counter not in move.before.counted]
        if fresh:
            yield _count_in(fresh, bound)
    for counter in sorted({counter for move in moves for counter in move.before.counted}, key=str):
        left = [move.before for move in moves if counter in move.before.counted and counter not in move.after.counted]
        if left:
            yield _uncounting(left, counter)


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
    joined = [_counting([booking], counter).update() for counter in wanted if counter not in booking.counted]
    left = [_uncounting([booking], counter) for counter in booking.counted if counter not in wanted]
    return [Write(update.update(), stale), *(Write(action, unconditional) for action in joined), *left]


def counters(bounds: Sequence[Bound]) -> tuple[Counter, ...]:
    return tuple(bound.counter for bound in bounds)


def vars_of(counter: Counter) -> dict[str, str]:
    return {"scope": counter.scope, "period": counter.period}
