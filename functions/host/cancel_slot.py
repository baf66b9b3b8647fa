"""Withdraw a published slot."""

from daybook import wiring
from daybook.domain import errors
from daybook.domain.tenant import Scope
from daybook.edge.api import Answer, endpoint, entrypoint
from daybook.edge.requests import Call, Nothing
from daybook.usecases import cancel_slot as usecase


@endpoint("DELETE /v1/{tenant}/slots/{slot}", returns={204: None}, refuses=(errors.InUse,))
def cancel_slot(call: Call[Nothing, Nothing]) -> Answer:
    """Withdraw an open slot.

    A booked slot is `in_use`: cancel its bookings first.
    """
    call.require_tenant()
    slot = wiring.bookings().slot(call.tenant, call.path["slot"])
    if slot is None:
        raise errors.NotFound("No such slot.")
    call.require_key(Scope.CATALOGUE, host=slot.host)
    usecase.cancel_slot(slot, ledger=wiring.ledger(), bookings=wiring.bookings(), now=call.now)
    return Answer(status=204)


handler = entrypoint(cancel_slot)
