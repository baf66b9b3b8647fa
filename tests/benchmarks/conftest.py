"""What benchmarks need when they are tested."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import trees


@pytest.fixture(scope="module", autouse=True)
def environment() -> Iterator[None]:
    """Leave no variable behind that a benchmark set."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def deployable() -> None:
    """Skip where Lambda's Python is missing, without which nothing is laid out as deployed; fail there in CI."""
    if not Path(trees.PYTHON).exists():
        reason = "needs Python 3.13: run `make test`, which fetches it where it can"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
