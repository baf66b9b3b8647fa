"""The README's commands do what it says: each runs against the local stack and answers with the status behind it."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import urllib3

from local.demo import SETTINGS
from local.outbox import Sent
from local.stack import Stack, running
from tests.local.practice import eventually

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
TOUR = re.compile(r"^<!-- tour -->\n```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROMISED = re.compile(r"# (\d{3})$", re.MULTILINE)
# Every status goes to stderr, so that what the page pipes and captures stays as it is.
PRELUDE = """set -euo pipefail
curl() { command curl --write-out '%{stderr}HTTP %{http_code}\\n' "$@"; }
"""


def parts() -> list[str]:
    return TOUR.findall(README.read_text())


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with running() as stack:
        yield stack


@pytest.fixture
def curl() -> None:
    if shutil.which("curl") is None:
        pytest.fail("the README is written for curl; install it") if os.environ.get("CI") else pytest.skip("no curl")


def test_mails_of_the_demo_show_its_name_colour_and_signature(stack: Stack) -> None:
    url = f"{stack.url}/v1/{stack.tenant}"
    listing = f"{url}/hosts/ada/event-types/consulting/slots"
    today = datetime.now(UTC).date()
    span = {"from": str(today), "to": str(today + timedelta(days=7)), "timezone": "Europe/Berlin"}
    start = urllib3.request("GET", listing, fields=span).json()["slots"][-1]["start"]
    attendee = {"name": "Joan", "email": "joan@example.com", "timezone": "Europe/Berlin"}
    body = {"host": "ada", "event_type": "consulting", "start": start, "attendee": attendee}
    booking = urllib3.request("POST", f"{url}/bookings", json=body).json()["id"]

    def mails() -> list[Sent]:
        return [mail for mail in stack.outbox.mails() if mail.way.tags["booking"] == booking]

    eventually(lambda: len(mails()) == 3)  # invitations to both, and a welcome
    for mail in mails():
        text, html = mail.message.get_body(("plain",)), mail.message.get_body(("html",))
        assert text is not None
        assert html is not None
        shown = [SETTINGS["brand"]["signature"].splitlines()[1], "Demo Studio"]
        assert [word for word in shown if word not in text.get_content() or word not in html.get_content()] == []
        assert SETTINGS["brand"]["colour"] in html.get_content()


def test_every_command_of_the_tour_answers_as_the_page_says(stack: Stack, curl: None) -> None:
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
    assert len(parts()) == 10
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
        "/mails ",
        "/settings ",
        "/calendars/google ",
        "/api-keys ",
    )
    assert [step for step in steps if step not in tour] == []


def test_the_runbook_can_replace_a_lost_admin_key(stack: Stack) -> None:
    [script] = re.findall(r"<<'PY'\n(.*?)^PY$", (ROOT / "docs" / "runbook.md").read_text(), re.MULTILINE | re.DOTALL)
    environment = {
        "PYTHONPATH": str(ROOT / "layers" / "core"),
        "TABLE": stack.table,
        "TENANT": stack.tenant,
        "AWS_ENDPOINT_URL": stack.engine.url,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    key = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    headers = {"Authorization": f"Bearer {key.stdout.strip()}"}
    assert urllib3.request("GET", f"{stack.url}/v1/{stack.tenant}/api-keys", headers=headers).status == 200
