"""Shared fixtures: the environment of a function, and an API on moto's single-threaded DynamoDB."""

import os
from collections.abc import Iterator
from contextlib import nullcontext
from functools import cache

import botocore.session
import pytest

os.environ.update(
    AWS_ACCESS_KEY_ID="testing",
    AWS_SECRET_ACCESS_KEY="testing",
    AWS_DEFAULT_REGION="eu-central-1",
    AWS_EC2_METADATA_DISABLED="true",
    DAYBOOK_TABLE="daybook-test",
    DAYBOOK_MAIL_DOMAIN="daybook.example",
    DAYBOOK_REPLIES="false",
    POWERTOOLS_SERVICE_NAME="daybook",
    POWERTOOLS_METRICS_NAMESPACE="Daybook",
    POWERTOOLS_LOG_LEVEL="INFO",
)

from tests.harness import START, TABLE, Api, Clock, routes, table_properties


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    from daybook import wiring

    clock = Clock(START)
    monkeypatch.setattr(wiring, "now", clock)
    return clock


# Tests make clients by the thousand, each for a world of its own: what AWS looks like is read from disk once for all.
botocore.session.create_loader = cache(botocore.session.create_loader)


def forget_clients() -> None:
    """Let wiring make its clients anew: a client made under one mock must not live on under the next."""
    from daybook import calendar_wiring, wiring
    from daybook.adapters import aws
    from daybook.edge import access

    for made in (
        aws.session,
        wiring.settings,
        wiring.client,
        wiring.catalogue,
        wiring.ledger,
        wiring.bookings,
        wiring.access,
        wiring.mails,
        wiring._check_busy,
        calendar_wiring.connections,
        calendar_wiring.providers,
        calendar_wiring.consent,
        calendar_wiring.sync_queue,
        calendar_wiring.copy_queue,
        calendar_wiring.notices,
        calendar_wiring._queues,
        calendar_wiring._client_secret,
    ):
        made.cache_clear()
    access.remembered_secret.cache_clear()


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty table on moto; or on another engine, at DAYBOOK_TEST_DYNAMODB, as a second opinion."""
    from moto import mock_aws

    from daybook import wiring

    endpoint = os.environ.get("DAYBOOK_TEST_DYNAMODB")
    if endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", endpoint)
    with nullcontext() if endpoint else mock_aws():
        forget_clients()
        wiring.client().create_table(TableName=TABLE, **table_properties())
        yield TABLE
        if endpoint:
            wiring.client().delete_table(TableName=TABLE)
        forget_clients()


def tenant_key(slug: str, clock: Clock) -> str:
    from daybook import wiring
    from tools.tenant import provision

    return provision(wiring.client(), TABLE, name=slug.title(), slug=slug, email="owner@example.com", now=clock())


@pytest.fixture
def api(table: str, clock: Clock) -> Api:
    """An API with the tenant `acme` and nothing else."""
    return Api("acme", tenant_key("acme", clock), clock, routes=list(routes()))


@pytest.fixture
def studio(api: Api) -> Api:
    """The API with the host `ada` (Berlin, 9 to 17 on weekdays) and a 30-minute event type `intro`."""
    made = [
        api.host(
            "POST", "/hosts", {"slug": "ada", "name": "Ada", "email": "ada@example.com", "timezone": "Europe/Berlin"}
        ),
        api.host("POST", "/hosts/ada/schedules", {"id": "work", "timezone": "Europe/Berlin", "weekly": WORKDAYS}),
        api.host("POST", "/hosts/ada/event-types", {"slug": "intro", "title": "Intro", "duration_minutes": 30}),
    ]
    assert [reply.status for reply in made] == [201, 201, 201], [reply.text for reply in made]
    return api


HOST = {"slug": "ada", "name": "Ada", "email": "ada@example.com", "timezone": "Europe/Berlin"}
WORKDAYS = {day: [["09:00", "17:00"]] for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}
