"""List the bookable starts of an event type."""

from daybook import wiring
from daybook.domain import errors
from daybook.domain.tenant import Scope
from daybook.edge.access import admitted
from daybook.edge.api import Answer, Credential, endpoint, entrypoint
from daybook.edge.requests import Call, Nothing
from daybook.edge.schemas.slot import SlotsQuery, SlotsView
from daybook.usecases import list_slots as usecase


@endpoint(
    "GET /v1/{tenant}/hosts/{host}/event-types/{event_type}/slots",
    query=SlotsQuery,
    returns={200: SlotsView},
    refuses=(errors.RangeTooLarge, errors.UnknownTimezone, errors.Unauthenticated, errors.ScopeMissing),
    credential=Credential.NONE,
)
def list_slots(call: Call[Nothing, SlotsQuery]) -> Answer:
    """List the bookable starts of an event type.

    Both dates are inclusive, in `timezone`; at most 62 days. `reschedule_of` needs that booking's manage token or a
    key, and ignores its own time and count.
    """
    asked = call.query
    moving = None
    if asked.reschedule_of is not None:
        moving, _ = admitted(call, asked.reschedule_of, Scope.READ, Scope.BOOKINGS)
    query = usecase.SlotsQuery(
        tenant=call.tenant,
        host=call.path["host"],
        event_type=call.path["event_type"],
        first=asked.first,
        last=asked.last,
        viewer=asked.timezone,
        include_unavailable=asked.include_unavailable,
        moving=moving,
    )
    listed = usecase.list_slots(query, catalogue=wiring.catalogue(), ledger=wiring.ledger(), now=call.now)
    return Answer(SlotsView.of(listed, asked.timezone, complete=asked.include_unavailable))


handler = entrypoint(list_slots)
