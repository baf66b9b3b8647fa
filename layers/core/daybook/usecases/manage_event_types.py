"""Add, change and remove event types."""

from datetime import datetime

from daybook.domain.errors import InUse, PreconditionFailed, ValidationFailed
from daybook.domain.event_type import EventType
from daybook.domain.host import Host
from daybook.ports import Bookings, Catalogue, Ledger, Stale
from daybook.usecases.manage_hosts import CHANGED
from daybook.usecases.recount import recount
from daybook.usecases.upcoming import needed_by


def add_event_type(
    tenant: str,
    host: Host,
    event_type: EventType,
    *,
    catalogue: Catalogue,
    ledger: Ledger,
    bookings: Bookings,
    now: datetime,
) -> EventType:
    """Raises Exists, ValidationFailed (unknown schedule), NotFound."""
    _require_schedule(host, event_type)
    catalogue.put_event_type(tenant, host.slug, event_type, version=None)
    if event_type.limits:
        recount(tenant, host.slug, catalogue=catalogue, ledger=ledger, bookings=bookings, now=now)
    return event_type


def change_event_type(
    tenant: str,
    host: Host,
    before: EventType,
    after: EventType,
    *,
    catalogue: Catalogue,
    ledger: Ledger,
    bookings: Bookings,
    now: datetime,
) -> EventType:
    """Change what is offered; existing bookings keep what was agreed. Raises PreconditionFailed, ValidationFailed."""
    _require_schedule(host, after)
    try:
        catalogue.put_event_type(tenant, host.slug, after, version=before.version)
    except Stale:
        raise PreconditionFailed(CHANGED) from None
    if (before.limits, before.schedule) != (after.limits, after.schedule):
        recount(tenant, host.slug, catalogue=catalogue, ledger=ledger, bookings=bookings, now=now)
    return after


def remove_event_type(
    tenant: str, host: Host, event_type: EventType, *, catalogue: Catalogue, bookings: Bookings, now: datetime
) -> None:
    """Raises InUse while future bookings or open slots need it, PreconditionFailed."""
    if needed_by(tenant, host.slug, event_type=event_type.slug, bookings=bookings, now=now):
        raise InUse("Cancel its future bookings and withdraw its open slots first, or hide it.")
    try:
        catalogue.remove_event_type(tenant, host.slug, event_type)
    except Stale:
        raise PreconditionFailed(CHANGED) from None


def _require_schedule(host: Host, event_type: EventType) -> None:
    if event_type.schedule is not None and event_type.schedule not in host.schedules:
        raise ValidationFailed.at("/schedule", "There is no such schedule of this host.")
