"""Publish a slot."""

from zoneinfo import ZoneInfo

from daybook import wiring
from daybook.domain import errors
from daybook.domain.tenant import Scope
from daybook.edge.api import Answer, endpoint, entrypoint
from daybook.edge.requests import Call, Nothing
from daybook.edge.schemas.slot import PublishedSlotView, SlotBody
from daybook.usecases import create_slot as usecase
from daybook.usecases.idempotency import Repeatable


@endpoint(
    "POST /v1/{tenant}/slots",
    body=SlotBody,
    returns={201: PublishedSlotView},
    refuses=(errors.InvalidLocalTime, errors.Past, errors.SlotOverlap),
    repeatable=True,
)
def create_slot(call: Call[SlotBody, Nothing]) -> Answer:
    """Publish a slot: one stretch of time that others may book, outside any hours.

    It may not meet another open slot, a booking or a calendar event of the host.
    """
    caller = call.require_key(Scope.CATALOGUE, host=call.body.host)
    body = call.body
    request = usecase.SlotRequest(
        tenant=call.tenant,
        host=body.host,
        start=body.start,
        duration=body.duration,
        event_type=body.event_type,
        capacity=body.capacity,
        repeatable=Repeatable.of(call.idempotency_key, caller.key_id, call.raw_body),
    )
    slot = usecase.create_slot(
        request,
        catalogue=wiring.catalogue(),
        ledger=wiring.ledger(),
        bookings=wiring.bookings(),
        new_id=wiring.new_id,
        now=call.now,
    )
    view = PublishedSlotView.of(slot, ZoneInfo("UTC"))
    return Answer(view, status=201, headers={"Location": f"/v1/{call.tenant}/slots/{slot.id}"})


handler = entrypoint(create_slot)
