"""Add, change and remove a host's availability schedules."""

from datetime import datetime

from daybook.domain.errors import Exists, InUse, PreconditionFailed, ValidationFailed
from daybook.domain.host import Host
from daybook.domain.schedule import Schedule
from daybook.ports import Bookings, Catalogue, Ledger, Stale
from daybook.usecases.manage_hosts import CHANGED
from daybook.usecases.recount import recount

MOST = 20
"""Schedules live in the host's item, which has a size limit of 400 KB."""


def add_schedule(tenant: str, host: Host, schedule: Schedule, *, catalogue: Catalogue) -> Schedule:
    """Raises Exists, ValidationFailed."""
    if schedule.id in host.schedules:
        raise Exists(f"There is a schedule {schedule.id} already.")
    if len(host.schedules) >= MOST:
        raise ValidationFailed.at("/id", f"A host has at most {MOST} schedules.")
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
    """Change hours; existing bookings stay as they are. Raises PreconditionFailed."""
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
