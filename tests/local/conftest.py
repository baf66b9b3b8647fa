"""One sample installation for each worker of the test run."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
import urllib3

from local.stack import Options, Stack, running
from local.state import Account

SAMPLE = Path(__file__).parent / "sample" / "template.yaml"


def no_seed(_url: str, _dynamodb: object, _table: str, _now: datetime) -> Account:
    return Account("sample", "good")


@pytest.fixture(scope="session")
def sample() -> Iterator[Stack]:
    with running(Options(template=SAMPLE, seed=no_seed, enforce_iam=True)) as stack:
        yield stack


@pytest.fixture(scope="session")
def http() -> Iterator[urllib3.PoolManager]:
    with urllib3.PoolManager(maxsize=50, retries=False, timeout=30) as pool:
        yield pool
