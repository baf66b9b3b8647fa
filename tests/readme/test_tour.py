"""The README's commands do what it says: each runs against the local stack and answers with the status behind it."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.stack import Stack, running

README = Path(__file__).parents[2] / "README.md"
TOUR = re.compile(r"^<!-- tour -->\n```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROMISED = re.compile(r"# (\d{3})$", re.MULTILINE)
# Every status goes to stderr, so that what the page pipes and captures stays as it is.
PRELUDE = """set -euo pipefail
curl() { command curl --write-out '%{stderr}HTTP %{http_code}\\n' "$@"; }
"""


def parts() -> list[str]:
    return TOUR.findall(README.read_text())


@pytest.fixture
def stack() -> Iterator[Stack]:
    if shutil.which("curl") is None:
        pytest.fail("the README is written for curl; install it") if os.environ.get("CI") else pytest.skip("no curl")
    with running() as stack:
        yield stack


def test_every_command_of_the_tour_answers_as_the_page_says(stack: Stack) -> None:
    script = PRELUDE + "".join(f"echo PART >&2\n{part}" for part in parts())
    environment = {"PATH": os.environ["PATH"], "URL": stack.url, "TENANT": stack.tenant, "KEY": stack.api_key}
    done = subprocess.run(
        ["bash", "-c", script], env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    answered = [re.findall(r"^HTTP (\d{3})$", part, re.MULTILINE) for part in done.stderr.split("PART\n")[1:]]
    assert answered == [PROMISED.findall(part) for part in parts()], done.stdout


def test_every_command_says_what_it_answers() -> None:
    tour = "\n".join(parts())
    calls = re.findall(r"^(?!.*\(\) \{).*\b(?:api|host|attendee) (?:-|\"?\$)", tour, re.MULTILINE)
    assert len(parts()) == 8
    assert len(calls) == len(PROMISED.findall(tour))


def test_the_tour_books_moves_cancels_publishes_and_explains() -> None:
    tour = "\n".join(parts())
    steps = (
        "/days?",
        "/bookings ",
        "/reschedule ",
        "/cancel ",
        "/slots ",
        "/book ",
        "/explain",
        "/history",
        "/api-keys ",
    )
    assert [step for step in steps if step not in tour] == []
