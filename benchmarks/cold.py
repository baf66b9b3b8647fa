"""Cold starts: a fresh interpreter imports a handler as it is deployed and answers its first event.

The reference is `import boto3; boto3.client("dynamodb")` with byte code, which every function on AWS in Python pays
that talks to a table. DynamoDB and the rest of AWS are played by a stub in another process, over plain HTTP: what TLS
costs, the same for all, is left out, and so is the network.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import trees
from benchmarks.processes import Cost, Program, Say, measured, runner
from benchmarks.scene import Scene, prepared
from tools.routes import functions, variables

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
    "AWS_REGION": "eu-central-1",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
    "AWS_LAMBDA_FUNCTION_NAME": "benchmark",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
    "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
    "AWS_LAMBDA_LOG_FORMAT": "JSON",
    "AWS_LAMBDA_LOG_LEVEL": "INFO",
    "LAMBDA_TASK_ROOT": "/var/task",
    "TZ": ":UTC",
    "_X_AMZN_TRACE_ID": "Root=1-69a3f1c0-5f0c6c1e4d1b4b6a9d432f1f;Parent=4d1b4b6a9d432f1f;Sampled=1",
}
PEER = ENVIRONMENT | {
    "DAYBOOK_TABLE": "daybook-test",
    "POWERTOOLS_SERVICE_NAME": "bookings",
    "POWERTOOLS_METRICS_NAMESPACE": "Bookings",
}

BARE = "bare Python"
REFERENCE = "boto3 client"
FASTAPI = "FastAPI + Mangum + boto3"
POWERTOOLS = "typical Powertools handler"
PLAIN = "{}, as sam build ships it"
BOOK = "public.book"

CONTEXT = """
class Context:
    function_name = "benchmark"
    function_version = "$LATEST"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:benchmark"
    aws_request_id = "8f507cfc-xmpl-4697-b07a-ac58fc914c95"
    log_group_name = log_stream_name = "benchmark"
    @staticmethod
    def get_remaining_time_in_millis():
        return 9000
"""
INVOKE = (
    CONTEXT
    + """
import json, os, time
from importlib import import_module
with open({event!r}) as file:
    event = json.load(file)
handler = import_module({module!r}).handler
init = time.process_time()
{clock}
answer = handler(event, Context())
os.write(3, json.dumps({{"init": init, "answer": answer}}).encode())
os._exit(0)
"""
)
CLOCK = """
from datetime import datetime
from daybook import wiring
wiring.now = lambda: datetime.fromisoformat({moment!r})
"""
EXIT = "import os\nos._exit(0)"
"""Lambda freezes a process after its answer; what Python clears away at its end is no part of a cold start."""
CLIENT = f'import boto3\nboto3.client("dynamodb")\n{EXIT}'


@dataclass(frozen=True, slots=True)
class Results:
    """Costs by what was measured; functions by `<group>.<verb>`, with the bytes of their code and layers."""

    costs: Mapping[str, Cost]
    sizes: Mapping[str, int]

    def ratio(self, name: str, to: str) -> float:
        """CPU of one as a multiple of another's."""
        return self.costs[name].cpu / self.costs[to].cpu


@contextmanager
def stubbed(scene: Scene) -> Iterator[str]:
    """Run the stub on a scene; yield its address."""
    trees.BUILD.mkdir(parents=True, exist_ok=True)
    file = trees.BUILD / "scene.json"
    scene.save(file)
    command = [sys.executable, "-m", "benchmarks.aws_stub", str(file)]
    with subprocess.Popen(
        command, cwd=trees.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=_searching()
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.stdin.close()


def measure(*, rounds: int, only: Callable[[str], bool] = lambda _: True, say: Say = lambda _: None) -> Results:
    """Measure the chosen programs in turns; the reference always is one of them."""
    scene = prepared()
    with stubbed(scene) as address:
        programs = {
            name: program for name, program in contenders(scene, address).items() if name == REFERENCE or only(name)
        }
        with runner() as run:
            for name, program in programs.items():
                say(f"trying {name}")
                _require_success(name, run(program)[1])
        costs = measured(programs, rounds=rounds, say=say)
    own = functions().keys() & costs.keys()
    return Results(costs, {name: sum(map(trees.size_of, trees.path_of(name))) for name in sorted(own)})


def contenders(scene: Scene, address: str) -> dict[str, Program]:
    """Return everything there is to measure: references, peers, and each function of the template."""
    at = {"AWS_ENDPOINT_URL": address}
    found = {
        BARE: Program(EXIT, environment=ENVIRONMENT),
        REFERENCE: Program(CLIENT, [trees.boto3()], ENVIRONMENT),
    }
    booking = _event(scene, BOOK)
    for name, module in ((FASTAPI, "fastapi_app"), (POWERTOOLS, "powertools_app")):
        for title, compiled in ((name, True), (PLAIN.format(name), False)):
            text = INVOKE.format(event=str(booking), module=module, clock="")
            found[title] = Program(text, [trees.peer(module, compiled=compiled)], PEER | at)
    for name in functions():
        event, clock = _event(scene, name), CLOCK.format(moment=scene.moments[name])
        text = INVOKE.format(event=str(event), module=name, clock=clock)
        found[name] = Program(text, trees.path_of(name), ENVIRONMENT | environment_of(name) | at)
    return found


def environment_of(name: str) -> dict[str, str]:
    """Return the variables template.yaml gives a function, as they are true here."""
    here = {"DAYBOOK_TABLE": "daybook-test", "PYTHONTZPATH": str(trees.layer("deps") / "tzdata" / "zoneinfo")}
    return variables(name) | here


def _event(scene: Scene, name: str) -> Path:
    file = trees.BUILD / "events" / f"{name}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(scene.events[name]))
    return file


def _require_success(name: str, report: Mapping[str, Any]) -> None:
    """What fails fast must not look fast."""
    answer = report.get("answer") or {}
    status = answer.get("statusCode", 200)
    expected = {404} if name == "public.unmatched" else {200, 201, 204, 303}
    if status not in expected or answer.get("isAuthorized") is False or answer.get("batchItemFailures"):
        raise AssertionError(f"{name} answered {answer}")


def _searching() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
