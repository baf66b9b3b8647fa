"""Show which days of a month offer a start, and why the others do not."""

from daybook import wiring
from daybook.domain import errors
from daybook.domain.tenant import Scope
from daybook.edge.access import admitted
from daybook.edge.api import Answer, Credential, endpoint, entrypoint
from daybook.edge.requests import Call, Nothing
from daybook.edge.schemas.slot import DaysQuery, DaysView, DayView
from daybook.usecases import list_days as usecase
from daybook.usecases.list_slots import SlotsQuery


@endpoint(
    "GET /v1/{tenant}/hosts/{host}/event-types/{event_type}/days",
    query=DaysQuery,
    returns={200: DaysView},
    refuses=(errors.RangeTooLarge, errors.UnknownTimezone, errors.Unauthenticated, errors.ScopeMissing),
    credential=Credential.NONE,
)
def list_days(call: Call[Nothing, DaysQuery]) -> Answer:
    """Show which days offer a start, and why the others do not.

    Every day of the month, or of `from` … `to`. `next_available_date` is the first date with a free start from today
    on, at most 180 days ahead.
    """
    asked = call.query
    moving = None
    if asked.reschedule_of is not None:
        moving, _ = admitted(call, asked.reschedule_of, Scope.READ, Scope.BOOKINGS)
    first, last = asked.dates
    query = SlotsQuery(
        tenant=call.tenant,
        host=call.path["host"],
        event_type=call.path["event_type"],
        first=first,
        last=last,
        viewer=asked.timezone,
        moving=moving,
    )
    days, following = usecase.list_days(query, catalogue=wiring.catalogue(), ledger=wiring.ledger(), now=call.now)
    view = DaysView(
        timezone=asked.timezone.key,
        days=[DayView.of(day) for day in days],
        next_available_date=following.isoformat() if following else None,
    )
    return Answer(view)


handler = entrypoint(list_days)
