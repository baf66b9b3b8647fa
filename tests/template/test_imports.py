"""What each function loads before its first event: no more than it needs, and its clients, once.

Every handler is imported as Lambda would, in a process of its own with the variables that template.yaml gives it. The
processes are forks of one that has loaded nothing but what counting takes.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.template.test_build import SEARCH
from tools.routes import functions, variables

ROOT = Path(__file__).parents[2]
MAIL = {"babel", "icalendar", "jinja2"}
HEAVY = MAIL | {
    "asyncio",
    "aws_lambda_powertools.event_handler",
    "aws_lambda_powertools.utilities.data_classes.kafka_event",
    "aws_lambda_powertools.utilities.idempotency",
    "aws_lambda_powertools.utilities.parser",
    "aws_xray_sdk",
    "boto3",
    "cryptography",
    "email_validator",
    "googleapiclient",
    "httplib2",
    "multiprocessing",
    "requests",
    "s3transfer",
    "sqlite3",
    "stripe",
    "unittest",
    "xml.dom",
}
"""What costs a good part of a cold start, and what drags such things in."""
QUEUES = (
    "workers.import_busy_times",
    "workers.record_delivery",
    "workers.run_timer",
    "workers.send_mail",
    "workers.set_timers",
    "workers.write_back",
)
BATCHES = {"asyncio", "aws_lambda_powertools.utilities.data_classes.kafka_event"}
"""What Powertools' processor of batches brings: every kind of event, and an event loop."""
PAGES = ("public.google_callback", "public.google_start", "public.manage_page")
CLOCKS = {"babel"}
GOOGLE = {"asyncio", "cryptography", "googleapiclient", "httplib2", "unittest"}
"""What Google's client is, and brings."""
MAY = {
    **dict.fromkeys(QUEUES, BATCHES),
    **dict.fromkeys(PAGES, CLOCKS),
    "workers.check_busy": GOOGLE,
    "workers.import_busy_times": BATCHES | GOOGLE,
    "workers.send_mail": BATCHES | MAIL,
    "workers.write_back": BATCHES | GOOGLE,
}
WITHOUT_TABLE = {"public.health", "public.unmatched", "workers.fan_out"}
WITHOUT = {
    "public.unmatched": {"botocore.session", "msgspec"},
    "workers.authorize": {"aws_lambda_powertools", "pydantic"},
}
"""What nearly every function needs, and these do not."""
MOST_MODULES = {
    "public": 560,
    "public.unmatched": 250,
    "host": 560,
    "webhooks": 560,
    "workers": 560,
    "workers.authorize": 440,
    "workers.check_busy": 710,
    "workers.import_busy_times": 790,
    "workers.send_mail": 740,
    "workers.write_back": 770,
}
"""About a tenth above what was counted; what exceeds it brings a package that is worth a thought."""

PROGRAM = """
import gc, importlib, json, os, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
jobs = json.load(sys.stdin)
for name, variables in jobs.items():
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.environ.clear()
        os.environ.update(variables)
        importlib.import_module(name)
        wiring, aws = sys.modules.get("daybook.wiring"), sys.modules.get("daybook.adapters.aws")
        told = {
            "modules": sorted(sys.modules),
            "gc": gc.isenabled(),
            "clients": wiring.client.cache_info().currsize if wiring else 0,
            "sessions": aws.session.cache_info().currsize if aws else 0,
        }
        os.write(writing, json.dumps(told).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        jobs[name] = json.loads(pipe.read() or "null")
    os.wait()
print(json.dumps(jobs))
"""
LAMBDA = {
    "AWS_ACCESS_KEY_ID": "x",
    "AWS_SECRET_ACCESS_KEY": "x",
    "AWS_SESSION_TOKEN": "x",
    "AWS_REGION": "eu-central-1",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
}


def imported(jobs: dict[str, dict[str, str]], *ahead: str) -> dict[str, Any]:
    """Return what each function told; modules loaded ahead save time where nobody counts them."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(map(str, SEARCH))}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *ahead],
        input=json.dumps(jobs),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert all(found.values()), done.stderr
    return found


@pytest.fixture(scope="module")
def started() -> dict[str, Any]:
    """What each function has loaded at the end of INIT."""
    return imported({name: LAMBDA | variables(name) for name in functions()})


@pytest.mark.parametrize("name", sorted(functions()))
def test_a_function_loads_nothing_heavy_it_has_no_use_for(name: str, started: dict[str, Any]) -> None:
    loaded = set(started[name]["modules"])
    assert sorted(loaded & (HEAVY - MAY.get(name, set()) | WITHOUT.get(name, set()))) == []
    speaks_http = name.startswith(("public.", "host.", "webhooks."))
    assert speaks_http or name == "workers.receive_reply" or "pydantic" not in loaded


@pytest.mark.parametrize("name", sorted(functions()))
def test_a_function_loads_few_modules(name: str, started: dict[str, Any]) -> None:
    most = MOST_MODULES.get(name) or MOST_MODULES[name.split(".", maxsplit=1)[0]]
    assert len(started[name]["modules"]) <= most


@pytest.mark.parametrize("name", sorted(functions()))
def test_a_function_is_ready_when_its_first_event_comes(name: str, started: dict[str, Any]) -> None:
    """Its clients are made, and garbage is looked for again, which importing had stopped."""
    assert started[name]["gc"]
    assert started[name]["clients"] == (0 if name in WITHOUT_TABLE else 1)
    assert started[name]["sessions"] <= 1


def test_elsewhere_importing_needs_no_variable_and_makes_nothing() -> None:
    ahead = ("aws_lambda_powertools", "botocore.session", "msgspec")
    for name, told in imported({name: {} for name in functions()}, *ahead).items():
        assert (told["clients"], told["sessions"], told["gc"]) == (0, 0, True), name
