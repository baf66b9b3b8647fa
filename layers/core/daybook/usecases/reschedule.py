"""Move a booking to another time or another published slot."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from daybook.domain import slots
from daybook.domain.actor import Actor, Role
from daybook.domain.booking import Booking
from daybook.domain.errors import NotFound, SlotTaken, ValidationFailed
from daybook.domain.history import Deed, Origin, event
from daybook.domain.limits import Bound
from daybook.domain.published_slot import slot_terms
from daybook.domain.reasons import Reason
from daybook.ports import Bookings, Catalogue, Context, Ledger, Recorded
from daybook.usecases.availability import offered, static_calendar
from daybook.usecases.book_slot import require_open_slot
from daybook.usecases.changing import TRIES, changed
from daybook.usecases.fresh_check import require_calendars_free
from daybook.usecases.idempotency import Repeatable
from daybook.usecases.placing import HOST_MAY_IGNORE, alternatives

if TYPE_CHECKING:
    from daybook.calendar_ports import CheckBusy


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a booking shall go: a start in UTC, or a published slot."""

    start: datetime | None = None
    slot: str | None = None
    reason: str = ""
    repeatable: Repeatable | None = None


def reschedule(
    booking: Booking,
    target: Target,
    *,
    origin: Origin,
    catalogue: Catalogue,
    ledger: Ledger,
    bookings: Bookings,
    check_busy: "CheckBusy | None",
    tries: int = TRIES,
) -> Booking:
    """Release the old time and claim the new one in one transaction; id and UID stay.

    Moving to the time it already has changes nothing.

    Args:
        check_busy: None: the move comes from the host's calendar, which need not be asked about it.
        tries: as of `changed`.
    Raises:
        AlreadyCancelled, AlreadyStarted, CutoffPassed, RescheduleLimit, Past … NotOffered, SlotTaken, SessionFull,
        LimitReached, ValidationFailed, IdempotencyKeyReused, NotFound, CalendarUnavailable, Busy.
    """
    name = target.repeatable.name if target.repeatable else None
    context = catalogue.context(booking.tenant, booking.host, booking.event_type, record=name)
    if target.repeatable and target.repeatable.answered(context.record, origin.now):
        return booking

    def move(current: Booking) -> Booking:
        if target.slot is not None or current.slot is not None:
            after, bounds = _to_slot(current, target, context, origin, bookings)
        else:
            after, bounds = moved_to(current, target, context, origin)
        if after.start == current.start and after.slot == current.slot:
            return current
        if current.seat_of is not None or after.seat_of is not None:
            after = replace(after, meeting_url="")  # the meeting is the session's, and that goes on without them
        record = target.repeatable.record(current.id, origin.now) if target.repeatable else None
        step = event(Deed.RESCHEDULED, origin, before=current, after=after)
        try:
            require_calendars_free(after, context.host, check_busy=check_busy)
            ledger.move(current, after, step, bounds=bounds, record=record, now=origin.now)
        except Recorded as first:
            if target.repeatable:
                target.repeatable.answered(first.record, origin.now)
            return bookings.booking(current.tenant, current.id) or current
        except SlotTaken as refusal:
            starts = _alternatives(current, after, context, ledger, origin.now)
            raise SlotTaken(alternatives=starts) from refusal
        return after

    return changed(booking, move, bookings=bookings, tries=tries)


def moved_to(current: Booking, target: Target, context: Context, origin: Origin) -> tuple[Booking, Sequence[Bound]]:
    """Return a booking at another start, with the limits there. Raises as `reschedule`, but for what is taken."""
    _require_kind(current, target)
    host, event_type = offered(context)
    start = target.start or current.start
    after = current.moved(start, start + current.duration, actor=origin.actor, now=origin.now)
    calendar = static_calendar(host, event_type, current)
    if start != current.start:
        slots.require_open(calendar, start, now=origin.now, ignore=ignored_by(origin.actor))
    bounds = tuple(calendar.terms.limits.bounds(start.astimezone(calendar.schedule.zone).date()))
    counted = tuple(bound.counter for bound in bounds)
    return replace(after, reason=target.reason, counted=counted), bounds


def _require_kind(current: Booking, target: Target) -> None:
    if (current.slot is None) is not (target.slot is None):
        wanted = "/start" if current.slot is None else "/slot_id"
        raise ValidationFailed.at(wanted, f"This booking moves by {wanted[1:]}.")


def _to_slot(
    current: Booking, target: Target, context: Context, origin: Origin, bookings: Bookings
) -> tuple[Booking, Sequence[Bound]]:
    _require_kind(current, target)
    slot = bookings.slot(current.tenant, target.slot or "")
    if slot is None or slot.host != current.host or context.host is None:
        raise NotFound("No such slot of this host.")
    if slot.event_type != current.event_type:
        raise ValidationFailed.at("/slot_id", "Choose a slot of the same event type.")
    after = current.moved(slot.start, slot.end, actor=origin.actor, now=origin.now)
    if slot.id == current.slot:
        return after, ()
    terms, _ = slot_terms(slot, context.event_type, context.host)
    require_open_slot(slot, terms, now=origin.now, ignore=ignored_by(origin.actor))
    if terms.capacity > 1 and after.deadline is not None:
        raise ValidationFailed.at("/slot_id", "A request cannot move to a slot with seats: seats wait for nobody.")
    zone = context.host.schedule_of(context.event_type).zone
    bounds = tuple(terms.limits.bounds(slot.start.astimezone(zone).date()))
    seat = terms.signature if terms.capacity > 1 else None
    counted = tuple(bound.counter for bound in bounds)
    moved = replace(
        after,
        slot=slot.id,
        seat_of=seat,
        capacity=terms.capacity,
        buffer_before=slot.buffer_before,
        buffer_after=slot.buffer_after,
        reason=target.reason,
        counted=counted,
    )
    return moved, bounds


def _alternatives(
    current: Booking, after: Booking, context: Context, ledger: Ledger, now: datetime
) -> Sequence[datetime]:
    if current.slot is not None:
        return ()
    host, event_type = offered(context)
    return alternatives(current.tenant, host, event_type, after.start, ledger=ledger, now=now, moving=current)


def ignored_by(actor: Actor) -> frozenset[Reason]:
    """Return the rules that an actor need not keep: a host's word outranks hours, notice and window."""
    return HOST_MAY_IGNORE if actor.role is Role.HOST else frozenset()
