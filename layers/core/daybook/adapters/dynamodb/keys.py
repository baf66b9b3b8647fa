"""Every key pattern of the table, in both directions.

| item             | pk                  | sk                     |
|------------------|---------------------|------------------------|
| tenant           | T#tenant            | TENANT                 |
| secret           | T#tenant            | SECRET                 |
| API key          | K#id                | APIKEY                 |
| host             | T#tenant#H#host     | HOST                   |
| event type       | T#tenant#H#host     | EVENTTYPE#slug         |
| ledger day       | T#tenant#H#host     | DAY#yyyy-mm-dd (UTC)   |
| limit counter    | T#tenant#H#host     | COUNT#scope#first date#period |
| seat             | T#tenant#H#host     | SEAT#start#attendee    |
| session's event  | T#tenant#H#host     | SESSION#start          |
| published slot   | T#tenant#S#id       | SLOT                   |
| booking          | T#tenant#B#id       | BOOKING                |
| booking history  | T#tenant#B#id       | EVENT#version          |
| mail             | T#tenant#B#id       | MAIL#sequence#kind#recipient |
| idempotency      | T#tenant#K#hash     | KEY                    |
| rate counter     | T#tenant#R#who      | RATE#window            |
| connection       | T#tenant#H#host     | CALENDAR#id            |
| snapshot         | T#tenant#H#host     | SNAPSHOT#connection#hash of the calendar's id |
| copy, by event   | T#tenant#H#host     | COPY#event id          |
| copy, by booking | T#tenant#B#id       | COPY; a session's, by its id |
| copy, still owed | T#tenant#B#id       | OWED#event id          |
| push channel     | CHANNEL#id          | CHANNEL                |
| consent asked    | OAUTH#state         | STATE                  |
| account's user   | ACCOUNT#hash of the provider's name for it | T#tenant#H#host |

Slugs are [a-z0-9-], ids are ULIDs, event ids of calendar providers [a-z0-9_], so `#` cannot occur inside a part.
Numbers in sort keys have six digits; the kind of a reminder ends with its minutes: `reminder_60`.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from daybook.domain.ledger import date_of

if TYPE_CHECKING:
    from daybook.domain.limits import Counter
    from daybook.domain.mail import MailName

Key = Mapping[str, Any]
"""A primary key in DynamoDB's wire form."""

BY_HOST = "by-host"
BY_TENANT = "by-tenant"
BY_ATTENDEE = "by-attendee"

HOSTS = "HOSTS"
SLOTS = "SLOTS"
BOOKINGS = "BOOKINGS"
API_KEYS = "APIKEYS"

CALENDARS = "CALENDARS"
"""Partition of the by-tenant index, all tenants together: connections by when they want to be looked at."""
BROKEN_CALENDARS = "CALENDARS#BROKEN"
"""The same for those nobody need look at: only their hosts can mend them."""

EVENT_TYPE = "EVENTTYPE#"
DAY = "DAY#"
EVENT = "EVENT#"
MAIL = "MAIL#"
CALENDAR = "CALENDAR#"
SNAPSHOT = "SNAPSHOT#"
COPY = "COPY#"
OWED = "OWED#"


def _key(pk: str, sk: str) -> Key:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def tenant_pk(tenant: str) -> str:
    return f"T#{tenant}"


def host_pk(tenant: str, host: str) -> str:
    return f"T#{tenant}#H#{host}"


def booking_pk(tenant: str, booking: str) -> str:
    return f"T#{tenant}#B#{booking}"


def tenant_index(tenant: str, kind: str) -> str:
    """Partition of the by-tenant index: one a kind (HOSTS, SLOTS, BOOKINGS, APIKEYS)."""
    return f"T#{tenant}#{kind}"


def attendee_index(tenant: str, attendee_key: str) -> str:
    return f"T#{tenant}#A#{attendee_key}"


def tenant(tenant: str) -> Key:
    return _key(tenant_pk(tenant), "TENANT")


def secret(tenant: str) -> Key:
    return _key(tenant_pk(tenant), "SECRET")


def api_key(key_id: str) -> Key:
    return _key(f"K#{key_id}", "APIKEY")


def host(tenant: str, host: str) -> Key:
    return _key(host_pk(tenant, host), "HOST")


def event_type(tenant: str, host: str, slug: str) -> Key:
    return _key(host_pk(tenant, host), EVENT_TYPE + slug)


def day_sk(day: int) -> str:
    return DAY + date_of(day).isoformat()


def day(tenant: str, host: str, day: int) -> Key:
    return _key(host_pk(tenant, host), day_sk(day))


def counter(tenant: str, host: str, counter: "Counter") -> Key:
    """Counters of a scope lie by the first date of their period, so that those of a month are one stretch."""
    return _key(host_pk(tenant, host), f"COUNT#{counter.scope}#{counter.first}#{counter.period}")


def seat(tenant: str, host: str, start: str, attendee_key: str) -> Key:
    return _key(host_pk(tenant, host), seats(start) + attendee_key)


def seats(start: str) -> str:
    """Return how the sort keys of a session's seats begin."""
    return f"SEAT#{start}#"


def shared_event(tenant: str, host: str, start: str) -> Key:
    return _key(host_pk(tenant, host), f"SESSION#{start}")


def slot(tenant: str, slot: str) -> Key:
    return _key(f"T#{tenant}#S#{slot}", "SLOT")


def booking(tenant: str, booking: str) -> Key:
    return _key(booking_pk(tenant, booking), "BOOKING")


def history(tenant: str, booking: str, version: int) -> Key:
    return _key(booking_pk(tenant, booking), f"{EVENT}{version:06}")


def mail(tenant: str, booking: str, name: "MailName") -> Key:
    sequence, kind, recipient = name.text.split("-")
    return _key(booking_pk(tenant, booking), f"{MAIL}{sequence:0>6}#{kind}#{recipient}")


def idempotency(tenant: str, name: str) -> Key:
    return _key(f"T#{tenant}#K#{name}", "KEY")


def rate(tenant: str, who: str, window: int) -> Key:
    return _key(f"T#{tenant}#R#{who}", f"RATE#{window}")


def connection(tenant: str, host: str, connection: str) -> Key:
    return _key(host_pk(tenant, host), CALENDAR + connection)


def snapshots(connection: str) -> str:
    """Return how the sort keys of a connection's snapshots begin."""
    return f"{SNAPSHOT}{connection}#"


def snapshot(tenant: str, host: str, connection: str, calendar: str) -> Key:
    """A calendar's id is an address of any length, often a person's: a hash of it will do."""
    return _key(host_pk(tenant, host), snapshots(connection) + sha256(calendar.encode()).hexdigest()[:32])


def copy_of_event(tenant: str, host: str, event: str) -> Key:
    return _key(host_pk(tenant, host), COPY + event)


def copy_of_booking(tenant: str, booking: str) -> Key:
    return _key(booking_pk(tenant, booking), "COPY")


def copy_owed(tenant: str, booking: str, event: str) -> Key:
    return _key(booking_pk(tenant, booking), OWED + event)


def channel(channel: str) -> Key:
    return _key(f"CHANNEL#{channel}", "CHANNEL")


def consenting(state: str) -> Key:
    return _key(f"OAUTH#{state}", "STATE")


def account_pk(subject: str) -> str:
    """Who has connected an account; a person's name at the provider is nobody's business who reads keys."""
    return f"ACCOUNT#{sha256(subject.encode()).hexdigest()}"


def account_user(subject: str, tenant: str, host: str) -> Key:
    return _key(account_pk(subject), host_pk(tenant, host))


def slug_of(pk: str) -> str:
    """Return the last part of a partition key: the host's slug, the booking's, slot's or API key's id."""
    return pk.rsplit("#", 1)[1]
