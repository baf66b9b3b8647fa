"""What reads calendar objects beside the code under test."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.mail.validators import libical as engine

VALIDATORS = Path(__file__).parent / "validators"

ReadWithIcalJs = Callable[[str], dict[str, Any]]


class NotAnObject(Exception):
    """ical.js refused a text; its words say why."""


def missing(reason: str) -> None:
    """Skip a test whose validator is not there, saying so; in CI it must be."""
    pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)


@pytest.fixture(scope="session")
def libical() -> Any:
    if not engine.available():
        missing("needs libical: run `make test` as root on Debian, or install libical3")
    return engine


@pytest.fixture(scope="session")
def icaljs() -> ReadWithIcalJs:
    node = shutil.which("node")
    if node is None or not (VALIDATORS / "node_modules" / "ical.js").exists():
        missing("needs Node and ical.js: run `make test`, or `npm ci` in tests/mail/validators")

    def read(text: str) -> dict[str, Any]:
        script = [str(node), str(VALIDATORS / "ical.mjs")]
        done = subprocess.run(script, input=text.encode(), capture_output=True, check=False)
        if done.returncode:
            raise NotAnObject(done.stderr.decode())
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    return read
