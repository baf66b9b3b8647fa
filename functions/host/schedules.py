"""List, add, change and remove a host's availability schedules."""

from daybook import wiring
from daybook.domain import errors
from daybook.domain.host import Host
from daybook.domain.schedule import Schedule
from daybook.domain.tenant import Scope
from daybook.edge.access import host_of
from daybook.edge.api import Answer, endpoint, entrypoint
from daybook.edge.editing import Patch, patched, require_match, tagged
from daybook.edge.requests import Body, Call, Nothing, Query
from daybook.edge.schemas.schedule import ScheduleBody, ScheduleList, ScheduleView
from daybook.usecases import manage_schedules as usecase


@endpoint("GET /v1/{tenant}/hosts/{host}/schedules", returns={200: ScheduleList})
def list_schedules(call: Call[Nothing, Nothing]) -> Answer:
    """List a host's availability schedules."""
    call.require_key(Scope.READ, Scope.CATALOGUE, host=call.path["host"])
    schedules = sorted(host_of(call).schedules.values(), key=lambda one: one.id)
    return Answer(ScheduleList(items=[ScheduleView.of(one) for one in schedules], next_cursor=None))


@endpoint(
    "POST /v1/{tenant}/hosts/{host}/schedules",
    body=ScheduleBody,
    returns={201: ScheduleView},
    refuses=(errors.Exists, errors.UnknownTimezone),
)
def add_schedule(call: Call[ScheduleBody, Nothing]) -> Answer:
    """Add a schedule; a host's first one becomes its default."""
    call.require_key(Scope.CATALOGUE, host=call.path["host"])
    host = host_of(call)
    schedule = usecase.add_schedule(call.tenant, host, call.body.to_domain(version=1), catalogue=wiring.catalogue())
    _follow_zone(call, host)
    location = f"/v1/{call.tenant}/hosts/{host.slug}/schedules/{schedule.id}"
    return tagged(ScheduleView.of(schedule), schedule.version, status=201, location=location)


@endpoint("GET /v1/{tenant}/hosts/{host}/schedules/{schedule}", returns={200: ScheduleView})
def show_schedule(call: Call[Nothing, Nothing]) -> Answer:
    """Show a schedule."""
    call.require_key(Scope.READ, Scope.CATALOGUE, host=call.path["host"])
    schedule = _named(call)
    return tagged(ScheduleView.of(schedule), schedule.version)


@endpoint(
    "PATCH /v1/{tenant}/hosts/{host}/schedules/{schedule}",
    body=Patch,
    returns={200: ScheduleView},
    refuses=(errors.PreconditionFailed, errors.UnknownTimezone),
)
def change_schedule(call: Call[Patch, Nothing]) -> Answer:
    """Change a schedule; `weekly` and `overrides` are replaced as a whole. Bookings stay as they are."""
    call.require_key(Scope.CATALOGUE, host=call.path["host"])
    before = _named(call)
    require_match(call.if_match, before.version)
    body = patched(ScheduleBody, ScheduleView.of(before), call.body, fixed="id", name=before.id)
    after = usecase.change_schedule(
        call.tenant,
        host_of(call),
        before,
        body.to_domain(version=before.version + 1),
        catalogue=wiring.catalogue(),
        ledger=wiring.ledger(),
        bookings=wiring.bookings(),
        now=call.now,
    )
    return tagged(ScheduleView.of(after), after.version)


@endpoint(
    "DELETE /v1/{tenant}/hosts/{host}/schedules/{schedule}",
    returns={204: None},
    refuses=(errors.InUse, errors.PreconditionFailed),
)
def remove_schedule(call: Call[Nothing, Nothing]) -> Answer:
    """Remove a schedule that no event type goes by."""
    call.require_key(Scope.CATALOGUE, host=call.path["host"])
    schedule = _named(call)
    require_match(call.if_match, schedule.version)
    host = host_of(call)
    usecase.remove_schedule(call.tenant, host, schedule, catalogue=wiring.catalogue())
    _follow_zone(call, host)
    return Answer(status=204)


def _follow_zone(call: Call[Body, Query], before: Host) -> None:
    usecase.follow_default_zone(
        call.tenant,
        before,
        catalogue=wiring.catalogue(),
        ledger=wiring.ledger(),
        bookings=wiring.bookings(),
        now=call.now,
    )


def _named(call: Call[Body, Query]) -> Schedule:
    schedule = host_of(call).schedules.get(call.path["schedule"])
    if schedule is None:
        raise errors.NotFound("No such schedule.")
    return schedule


handler = entrypoint(list_schedules, add_schedule, show_schedule, change_schedule, remove_schedule)
