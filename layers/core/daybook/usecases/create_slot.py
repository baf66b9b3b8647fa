"""Publish a slot."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from daybook.domain.errors import NotFound, Past, ValidationFailed
from daybook.domain.event_type import NO_TIME, terms_of
from daybook.domain.published_slot import PublishedSlot
from daybook.ports import Bookings, Catalogue, Ledger, NewId, Recorded
from daybook.usecases.idempotency import Repeatable
from daybook.usecases.placing import in_progress


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotRequest:
    """A slot to publish; `duration` None takes the event type's."""

    tenant: str
    host: str
    start: datetime
    duration: timedelta | None
    event_type: str | None
    capacity: int | None
    repeatable: Repeatable | None


def create_slot(
    request: SlotRequest,
    *,
    catalogue: Catalogue,
    ledger: Ledger,
    bookings: Bookings,
    new_id: NewId,
    now: datetime,
) -> PublishedSlot:
    """Offer a stretch of time unless it meets another open slot, a booking or a calendar event.

    Raises:
        NotFound, Past, ValidationFailed, SlotOverlap, IdempotencyKeyReused, Busy.
    """
    repeatable = request.repeatable
    context = catalogue.context(
        request.tenant, request.host, request.event_type, record=repeatable.name if repeatable else None
    )
    if context.host is None:
        raise NotFound("No such host.")
    if request.event_type is not None and context.event_type is None:
        raise ValidationFailed.at("/event_type", "There is no such event type of this host.")
    capacity = request.capacity or (context.event_type.capacity if context.event_type else 1)
    if capacity > 1 and context.event_type is not None and context.event_type.requires_confirmation:
        raise ValidationFailed.at("/capacity", "A slot with seats cannot require confirmation.")
    earlier = repeatable.answered(context.record, now) if repeatable else None
    if earlier:
        return in_progress(bookings.slot(request.tenant, earlier))
    if request.start <= now:
        raise Past("Publish time that lies ahead.")
    duration = request.duration or (context.event_type.duration if context.event_type else None)
    if duration is None:
        raise ValidationFailed.at("/end", "Give end or duration_minutes, or an event type that knows its length.")
    terms = terms_of(context.event_type, context.host.defaults) if context.event_type else None
    slot = PublishedSlot(
        id=new_id(),
        tenant=request.tenant,
        host=request.host,
        start=request.start,
        end=request.start + duration,
        event_type=request.event_type,
        buffer_before=terms.buffer_before if terms else NO_TIME,
        buffer_after=terms.buffer_after if terms else NO_TIME,
        capacity=capacity,
        created_at=now,
    )
    try:
        ledger.publish(slot, record=repeatable.record(slot.id, now) if repeatable else None)
    except Recorded as first:
        result = repeatable.answered(first.record, now) if repeatable else None
        return in_progress(bookings.slot(request.tenant, result or ""))
    return slot
