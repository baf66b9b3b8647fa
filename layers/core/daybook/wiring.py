"""Composition root: the only place that knows both a port and its adapter, the clock and chance."""

import secrets
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from botocore.config import Config
from ulid import ULID

from daybook.adapters import aws
from daybook.adapters.dynamodb import backoff
from daybook.adapters.dynamodb.access import DynamoAccess
from daybook.adapters.dynamodb.bookings import DynamoBookings
from daybook.adapters.dynamodb.catalogue import DynamoCatalogue
from daybook.adapters.dynamodb.ledger import DynamoLedger
from daybook.config import Settings, setting
from daybook.domain.booking import Booking
from daybook.domain.host import Host
from daybook.ports import Access, Bookings, Catalogue, Ledger
from daybook.usecases.admission import Quotas

if TYPE_CHECKING:
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from jinja2 import Template
    from mypy_boto3_dynamodb import DynamoDBClient

    from daybook.adapters.mail.catalogue import Language as Language  # noqa: PLC0414 - exported
    from daybook.adapters.mail.times import Clock
    from daybook.mail_ports import MailLog

_CONFIG = Config(
    connect_timeout=1,
    read_timeout=2,
    retries={"mode": "standard", "total_max_attempts": 2},
    tcp_keepalive=True,
    max_pool_connections=10,
)
"""Short timeouts, for an API request has seconds; a lost answer is asked for again with the same token."""


def now() -> datetime:
    return datetime.now(UTC)


def new_id() -> str:
    return str(ULID())


def new_secret() -> str:
    """Return 256 random bits as 43 URL-safe characters."""
    return secrets.token_urlsafe(32)


def new_tenant_secret() -> bytes:
    return secrets.token_bytes(32)


@cache
def settings() -> Settings:
    return Settings.from_env()


@cache
def client() -> "DynamoDBClient":
    made: DynamoDBClient = aws.client("dynamodb", _CONFIG)
    return made


@cache
def catalogue() -> Catalogue:
    return DynamoCatalogue(client(), settings().table)


@cache
def ledger() -> Ledger:
    return DynamoLedger(client(), settings().table)


@cache
def bookings() -> Bookings:
    return DynamoBookings(client(), settings().table)


@cache
def access() -> Access:
    return DynamoAccess(client(), settings().table)


@cache
def mails() -> "MailLog":
    """Return the mail log; imported here, for requests other than that for it have no use for mails."""
    from daybook.adapters.dynamodb.mails import DynamoMails  # noqa: PLC0415

    return DynamoMails(client(), settings().table)


def passing(error: Exception) -> bool:
    """Tell whether something outside failed in a way that passes by itself."""
    return backoff.passing(error)


def quotas() -> Quotas:
    known = settings()
    return Quotas(
        posts_per_address=known.posts_per_minute_per_address,
        posts_per_tenant=known.posts_per_minute_per_tenant,
        active_per_email=known.active_bookings_per_email,
    )


def replies() -> bool:
    """Tell whether what attendees' calendars answer is read."""
    return setting("DAYBOOK_REPLIES") == "true"


def invitation(booking: Booking, host: Host | None, moment: datetime, *, to_host: bool) -> str:
    """Return a booking as iCalendar text; imported here, for few functions need it and it is heavy.

    It says what the object in the reader's mail says, but has no description, which may have the manage link. The
    attendee's name is whole here, for it goes to nobody but who asks.
    """
    from daybook.adapters import ics  # noqa: PLC0415
    from daybook.adapters.mail.catalogue import language_for  # noqa: PLC0415

    tenant = None if booking.title else access().tenant(booking.tenant)
    own = host.language if to_host and host else booking.attendee.language
    texts = language_for(own, tenant.language if tenant else "").catalogue.texts
    seen = replace(booking, title=ics.summary(booking, to_host=to_host, unnamed=texts["words.appointment"]))
    service_address = f"bookings@{settings().mail_domain}"
    return ics.invitation(seen, host, service_address=service_address, now=moment, replies=replies())


# Words, clocks and templates of pages are those of mails; imported here, for they come with a layer few functions have.


def language(*tags: str, folder: "Path") -> "Language":
    """Choose the language for BCP 47 tags in order of preference, among the catalogues in a folder."""
    from daybook.adapters.mail.catalogue import language_for  # noqa: PLC0415

    return language_for(*tags, folder=folder)


def clock(zone: "ZoneInfo", language: "Language") -> "Clock":
    """Return what says moments on somebody's clock, in their language."""
    from daybook.adapters.mail.times import Clock  # noqa: PLC0415

    return Clock(zone, language.locale)


def template(folder: "Path", name: str) -> "Template":
    from daybook.adapters import templates  # noqa: PLC0415

    return templates.template(folder, name)
