"""One installation for all races, each on a host of its own, and an audit after every one of them."""

import itertools
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from local.stack import Options, Stack, running
from local.state import Account
from tests.race.books import Audit
from tests.race.crowd import Crowd
from tools.tenant import provision

TENANT = "race"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker("race")


def seed(_url: str, dynamodb: Any, table: str, now: datetime) -> Account:
    return Account(TENANT, provision(dynamodb, table, name="Race", slug=TENANT, email="race@example.com", now=now))


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    with running(Options(seed=seed)) as stack:
        yield stack


@pytest.fixture
def audit(stack: Stack) -> Callable[[], Audit]:
    return lambda: Audit(stack.engine.dynamodb(), stack.table, TENANT)


@pytest.fixture(scope="session")
def crowd(stack: Stack) -> Iterator[Crowd]:
    with Crowd(stack.url, TENANT, stack.api_key) as crowd:
        yield crowd


_hosts = itertools.count()


@pytest.fixture
def host(crowd: Crowd, audit: Callable[[], Audit]) -> Iterator[str]:
    """A host of its own, open around the clock; afterwards everything in the table must add up."""
    slug = f"h{next(_hosts)}"
    made = [
        crowd.host("/hosts", {"slug": slug, "name": "Ada", "email": f"{slug}@example.com", "timezone": "UTC"}),
        crowd.host(f"/hosts/{slug}/schedules", {"id": "always", "timezone": "UTC", "weekly": ALWAYS}),
    ]
    assert [reply.status for reply in made] == [201, 201]
    yield slug
    assert audit().violations() == []


DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ALWAYS = {day: [["00:00", "24:00"]] for day in DAYS}
