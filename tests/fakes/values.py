"""Plain values to vary: the host `ada` in UTC, her half-hour `intro`, and bookings at 09:00 of a Monday."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from daybook.domain.actor import Actor, Role
from daybook.domain.attendee import Attendee
from daybook.domain.booking import Booking, Status
from daybook.domain.event_type import EventType
from daybook.domain.history import Deed, Event, Origin
from daybook.domain.history import event as event_of
from daybook.domain.host import Host
from daybook.domain.mail import Mail, MailName
from daybook.domain.published_slot import PublishedSlot
from daybook.domain.schedule import Hours, Schedule
from daybook.domain.tenant import ApiKey, Scope, Tenant
from daybook.ports import Record

UTC_ZONE = ZoneInfo("UTC")
NOW = datetime(2027, 3, 1, 6, 0, tzinfo=UTC)
"""A Monday."""
NINE = NOW.replace(hour=9)
HALF_HOUR = timedelta(minutes=30)
HOUR = timedelta(hours=1)
SECRET = b"s" * 32


def tenant(slug: str, **fields: Any) -> Tenant:
    return Tenant(slug=slug, **{"name": slug.title(), "email": "owner@example.com", "created_at": NOW, **fields})


def api_key(tenant: str, id: str, **fields: Any) -> ApiKey:
    plain: dict[str, Any] = {"name": "key", "scopes": frozenset({Scope.READ}), "secret_sha256": "0" * 64}
    return ApiKey(id=id, tenant=tenant, created_at=NOW, **{**plain, **fields})


def hours(opens: int, closes: int) -> Hours:
    return Hours(timedelta(hours=opens), timedelta(hours=closes))


def schedule(id: str = "work", **fields: Any) -> Schedule:
    """Return a schedule of 9 to 17 from Monday to Friday, in UTC."""
    plain: dict[str, Any] = {"zone": UTC_ZONE, "weekly": ((hours(9, 17),),) * 5 + ((),) * 2}
    return Schedule(id=id, **{**plain, **fields})


def host(slug: str = "ada", **fields: Any) -> Host:
    plain: dict[str, Any] = {"name": slug.title(), "email": f"{slug}@example.com", "zone": UTC_ZONE}
    return Host(slug=slug, **{**plain, **fields})


def event_type(slug: str = "intro", **fields: Any) -> EventType:
    return EventType(slug=slug, **{"title": slug.title(), "duration": HALF_HOUR, **fields})


def attendee(who: str = "bob") -> Attendee:
    return Attendee(name=who.title(), email=f"{who}@example.com", timezone="UTC")


def booking(tenant: str, id: str = "B1", start: datetime = NINE, **fields: Any) -> Booking:
    """Return a confirmed half hour of ada's; `length` and a `deadline`, which makes it pending, change that."""
    length = fields.pop("length", HALF_HOUR)
    pending = fields.get("deadline") is not None
    plain: dict[str, Any] = {
        "host": "ada",
        "event_type": "intro",
        "status": Status.PENDING_CONFIRMATION if pending else Status.CONFIRMED,
        "end": start + length,
        "attendee": attendee(),
        "attendee_key": "bob",
        "uid": f"{id}@daybook.example",
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Booking(id=id, tenant=tenant, start=start, **{**plain, **fields})


def slot(tenant: str, id: str = "S1", start: datetime = NINE, **fields: Any) -> PublishedSlot:
    length = fields.pop("length", HALF_HOUR)
    plain: dict[str, Any] = {"host": "ada", "end": start + length, "created_at": NOW}
    return PublishedSlot(id=id, tenant=tenant, start=start, **{**plain, **fields})


def record(name: str = "R1", result: str = "B1", **fields: Any) -> Record:
    plain: dict[str, Any] = {"body_hash": "hash", "expires_at": NOW + timedelta(hours=24)}
    return Record(name=name, result=result, **{**plain, **fields})


def mail(tenant: str, name: MailName, **fields: Any) -> Mail:
    """Return a mail about the booking B1, queued now."""
    plain: dict[str, Any] = {"booking": "B1", "version": 1, "queued_at": NOW, "updated_at": NOW}
    return Mail(tenant=tenant, name=name, **{**plain, **fields})


def origin(role: Role = Role.ATTENDEE, now: datetime = NOW) -> Origin:
    return Origin(Actor(role), now, "request-1")


def step(deed: Deed, before: Booking | None, after: Booking, now: datetime = NOW) -> Event:
    return event_of(deed, origin(now=now), before=before, after=after)
