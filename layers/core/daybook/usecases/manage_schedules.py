"""Add, change and remove a host's availability schedules."""

from datetime import datetime

from daybook.domain.errors import Exists, InUse, PreconditionFailed, ValidationFailed
from daybook.domain.host import Host
from daybook.domain.schedule import Schedule
from daybook.ports import Bookings, Catalogue, Ledger, Stale
from daybook.usecases.manage_hosts import CHANGED
from daybook.usecases.recount import recount

MOST = 20
MOST_ENTRIES = 4000
"""Schedules live in the host's item, which DynamoDB ends at 400 KB: about 45 bytes an interval or overridden date."""


def add_schedule(tenant: str, host: Host, schedule: Schedule, *, catalogue: Catalogue) -> Schedule:
    """Raises Exists, ValidationFailed."""
    if schedule.id in host.schedules:
        raise Exists(f"There is a schedule {schedule.id} already.")
    if len(host.schedules) >= MOST:
        raise ValidationFailed.at("/id", f"A host has at most {MOST} schedules.")
    _require_room(host, schedule)
    catalogue.put_schedule(tenant, host.slug, schedule, version=None)
    return schedule


def change_schedule(
    tenant: str,
    host: Host,
    before: Schedule,
    after: Schedule,
    *,
    catalogue: Catalogue,
    ledger: Ledger,
    bookings: Bookings,
    now: datetime,
) -> Schedule:
    """Change hours; existing bookings stay as they are. Raises PreconditionFailed, ValidationFailed."""
    _require_room(host, after)
    try:
        catalogue.put_schedule(tenant, host.slug, after, version=before.version)
    except Stale:
        raise PreconditionFailed(CHANGED) from None
    if before.zone != after.zone:
        recount(tenant, host.slug, catalogue=catalogue, ledger=ledger, bookings=bookings, now=now)
    return after


def remove_schedule(tenant: str, host: Host, schedule: Schedule, *, catalogue: Catalogue) -> None:
    """Raises InUse while an event type goes by it, PreconditionFailed."""
    default = host.default_schedule
    users = [one.slug for one in catalogue.event_types(tenant, host.slug) if (one.schedule or default) == schedule.id]
    if users:
        raise InUse(f"The event types {', '.join(users)} go by it; give them another schedule first.")
    try:
        catalogue.remove_schedule(tenant, host, schedule)
    except Stale:
        raise PreconditionFailed(CHANGED) from None


def follow_default_zone(
    tenant: str, before: Host, *, catalogue: Catalogue, ledger: Ledger, bookings: Bookings, now: datetime
) -> None:
    """Let counters follow where another default schedule, or none, has put the host's dates into another zone."""
    after = catalogue.host(tenant, before.slug)
    if after is not None and after.schedule_of(None).zone != before.schedule_of(None).zone:
        recount(tenant, before.slug, catalogue=catalogue, ledger=ledger, bookings=bookings, now=now)


def _require_room(host: Host, schedule: Schedule) -> None:
    others = (one for one in host.schedules.values() if one.id != schedule.id)
    if sum(map(_entries, others)) + _entries(schedule) > MOST_ENTRIES:
        hint = f"All schedules of a host together hold at most {MOST_ENTRIES} intervals and overridden dates."
        raise ValidationFailed.at("/overrides", hint)


def _entries(schedule: Schedule) -> int:
    """Count what a schedule stores: intervals of both kinds, and dates that are overridden."""
    hours = [*schedule.weekly, *schedule.overrides.values()]
    return sum(map(len, hours)) + len(schedule.overrides)
