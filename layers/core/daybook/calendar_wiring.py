"""Composition root of connected calendars: the provider, the vault, and the queues between workers."""

import os
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from botocore.config import Config

from daybook import wiring
from daybook.adapters import aws
from daybook.config import setting

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient

    from daybook.adapters.google_calendar.tokens import TokenEndpoint
    from daybook.calendar_ports import Connections, CopyQueue, NoticeBoard, SyncQueue
    from daybook.provider_ports import Consent, Providers
    from daybook.session_ports import Sessions
    from daybook.usecases.importing import Ports as Importing

START = "/v1/oauth/google/start"
CALLBACK = "/v1/oauth/google/callback"
WEBHOOK = "/v1/webhooks/google-calendar"
WORKER_TIMEOUT, QUICK_TIMEOUT = 10.0, 1.5
"""Seconds for each step on the wire: of workers, and of those somebody waits for."""

_CONFIG = Config(connect_timeout=1, read_timeout=3, retries={"mode": "standard", "total_max_attempts": 2})


@cache
def connections() -> "Connections":
    from daybook.adapters.dynamodb.connections import DynamoConnections  # noqa: PLC0415 - loaded where it is used

    return DynamoConnections(wiring.client(), wiring.settings().table)


@cache
def sessions() -> "Sessions":
    from daybook.adapters.dynamodb.sessions import DynamoSessions  # noqa: PLC0415

    return DynamoSessions(wiring.client(), wiring.settings().table)


@cache
def providers(timeout: float = WORKER_TIMEOUT, tries: int = 1) -> "Providers":
    """Return the way into connected accounts; who may not use the key fails at its first sealed token."""
    from daybook.adapters.google_calendar.providers import GoogleProviders  # noqa: PLC0415 - Google's client
    from daybook.adapters.vault import KmsVault  # noqa: PLC0415

    vault = KmsVault(aws.client("kms", _CONFIG), setting("DAYBOOK_CALENDAR_KEY"))
    webhook = wiring.settings().base_url + WEBHOOK
    return GoogleProviders(_endpoint(timeout), vault, webhook=webhook, tries=tries)


def load_client() -> None:
    """Load Google's client ahead of its first use."""
    from daybook.adapters.google_calendar import providers  # noqa: F401, PLC0415


@cache
def consent(base_url: str) -> "Consent":
    """Return the way to a host's grant; `base_url` is the origin under which the host sees us."""
    from daybook.adapters.google_calendar.consent import GoogleConsent  # noqa: PLC0415 - Google's client

    return GoogleConsent(_endpoint(WORKER_TIMEOUT), base_url + CALLBACK)


def consent_url(base_url: str, *, state: str, verifier: str, existing: bool) -> str:
    """Return the address of Google's consent page, for which no secret is needed."""
    from daybook.adapters.google_calendar.addresses import Addresses  # noqa: PLC0415
    from daybook.adapters.google_calendar.asking import consent_url as address  # noqa: PLC0415

    return address(
        Addresses.at(os.environ.get("DAYBOOK_GOOGLE_URL")),
        setting("DAYBOOK_GOOGLE_CLIENT_ID"),
        base_url + CALLBACK,
        state=state,
        verifier=verifier,
        existing=existing,
    )


@cache
def sync_queue() -> "SyncQueue":
    from daybook.adapters.calendar_queues import SyncRequests  # noqa: PLC0415

    return SyncRequests(_queues(), setting("DAYBOOK_SYNC_QUEUE"))


@cache
def copy_queue() -> "CopyQueue":
    from daybook.adapters.calendar_queues import CopyRequests  # noqa: PLC0415

    return CopyRequests(_queues(), setting("DAYBOOK_CALENDAR_QUEUE"))


@cache
def notices() -> "NoticeBoard":
    from daybook.adapters.calendar_queues import Notices  # noqa: PLC0415

    return Notices(_queues(), setting("DAYBOOK_MAIL_QUEUE"))


def importing() -> "Importing":
    """Return all that reading connected calendars needs."""
    from daybook.adapters.dynamodb.external import DynamoExternalTime  # noqa: PLC0415
    from daybook.usecases import edits  # noqa: PLC0415
    from daybook.usecases.importing import Ports  # noqa: PLC0415

    return Ports(
        connections=connections(),
        providers=providers(),
        ledger=wiring.ledger(),
        external=DynamoExternalTime(wiring.client(), wiring.settings().table),
        notices=notices(),
        following=edits.Ports(
            catalogue=wiring.catalogue(),
            ledger=wiring.ledger(),
            bookings=wiring.bookings(),
            connections=connections(),
            sessions=sessions(),
            copies=copy_queue(),
        ),
        new_id=wiring.new_id,
        new_secret=wiring.new_secret,
    )


@cache
def _queues() -> "SQSClient":
    made: SQSClient = aws.client("sqs", _CONFIG)
    return made


def configured(env: Mapping[str, str] = os.environ) -> bool:
    """Tell whether this deployment has a client at Google."""
    return bool(env.get("DAYBOOK_GOOGLE_CLIENT_ID"))


def _endpoint(timeout: float) -> "TokenEndpoint":
    from daybook.adapters.google_calendar.addresses import Addresses  # noqa: PLC0415
    from daybook.adapters.google_calendar.tokens import Client, TokenEndpoint  # noqa: PLC0415

    client = Client(setting("DAYBOOK_GOOGLE_CLIENT_ID"), _client_secret())
    return TokenEndpoint(client, Addresses.at(os.environ.get("DAYBOOK_GOOGLE_URL")), timeout)


@cache
def _client_secret() -> str:
    """Fetch the secret once a container, from SSM: it is in no environment and no template."""
    ssm: SSMClient = aws.client("ssm", _CONFIG)
    found = ssm.get_parameter(Name=setting("DAYBOOK_GOOGLE_SECRET_PARAMETER"), WithDecryption=True)
    return found["Parameter"]["Value"]
