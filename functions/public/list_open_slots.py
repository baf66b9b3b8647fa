"""List published slots that are still free."""

from daybook import wiring
from daybook.domain import errors
from daybook.edge.access import optional_caller, secret_of
from daybook.edge.api import Answer, Credential, endpoint, entrypoint
from daybook.edge.cursors import sealed, unsealed
from daybook.edge.requests import Call, Nothing
from daybook.edge.schemas.slot import OpenSlotsQuery, PublishedSlotList, PublishedSlotView
from daybook.usecases import list_open_slots as usecase


@endpoint(
    "GET /v1/{tenant}/slots",
    query=OpenSlotsQuery,
    returns={200: PublishedSlotList},
    refuses=(errors.RangeTooLarge, errors.UnknownTimezone, errors.Unauthenticated),
    credential=Credential.OPTIONAL_KEY,
)
def list_open_slots(call: Call[Nothing, OpenSlotsQuery]) -> Answer:
    """List published slots that are still free.

    A key that is bound to a host does not see that host's own.
    """
    asked = call.query
    secret = secret_of(call.tenant, call.now)
    since, until = asked.span(call.now)
    listing = f"open slots {asked.host} {asked.first} {asked.last} {asked.timezone.key}"
    query = usecase.OpenSlotsQuery(
        tenant=call.tenant,
        since=since,
        until=until,
        host=asked.host,
        caller=optional_caller(call),
        cursor=unsealed(secret, listing, asked.cursor),
    )
    slots, cursor = usecase.list_open_slots(
        query, catalogue=wiring.catalogue(), ledger=wiring.ledger(), bookings=wiring.bookings(), now=call.now
    )
    items = [PublishedSlotView.of(slot, asked.timezone) for slot in slots]
    return Answer(PublishedSlotList(items=items, next_cursor=sealed(secret, listing, cursor)))


handler = entrypoint(list_open_slots)
