"""Cancel a booking and forget the person."""

from daybook import wiring
from daybook.domain.tenant import Scope
from daybook.edge.access import opened
from daybook.edge.api import Answer, endpoint, entrypoint
from daybook.edge.requests import Call, Nothing
from daybook.usecases import erase_booking as usecase


@endpoint("DELETE /v1/{tenant}/bookings/{booking}", returns={204: None})
def erase_booking(call: Call[Nothing, Nothing]) -> Answer:
    """Cancel a booking if it still stands, then erase name, address and answers.

    It shows nobody from then on; name and address are dropped once the last mail is out. Times, states and counts stay
    for the record.
    """
    call.require_tenant()
    booking, actor = opened(call, Scope.BOOKINGS)
    usecase.erase_booking(booking, origin=call.origin(actor), ledger=wiring.ledger(), bookings=wiring.bookings())
    return Answer(status=204)


handler = entrypoint(erase_booking)
