"""Cold starts: a fresh interpreter imports a handler as it is deployed and answers its first event.

The reference is `import boto3; boto3.client("dynamodb")` with byte code, which every function on AWS in Python pays
that talks to a table. DynamoDB and the rest of AWS are played by a stub in another process, over TLS; each contender
trusts the stub's certificate beside the authorities it ships, for it reads them all whenever it connects.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import trees
from benchmarks.authority import ADDRESS, certify, trusting
from benchmarks.measure import Line, Say
from benchmarks.processes import Cost, Program, measured, runner
from benchmarks.scene import GOOGLE_CLIENT, Scene, prepared
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
RUNTIME = "{}, byte code for boto3 alone"
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
START = """
import json, os, time
from importlib import import_module
import_module({module!r})
os.write(3, json.dumps({{"init": time.process_time()}}).encode())
os._exit(0)
"""
CLOCK = """
import sys
from datetime import datetime
if "daybook.wiring" in sys.modules:  # not all have one
    sys.modules["daybook.wiring"].now = lambda: datetime.fromisoformat({moment!r})
"""
EXIT = "import os\nos._exit(0)"
"""Lambda freezes a process after its answer; what Python clears away at its end is no part of a cold start."""
CLIENT = f'import boto3\nboto3.client("dynamodb")\n{EXIT}'


BUDGETS = {REFERENCE: 1.5, FASTAPI: 0.7, PLAIN.format(POWERTOOLS): 0.25}
"""How much of whose CPU a cold booking may take."""


UNANSWERED = {name for name in functions() if "DAYBOOK_GOOGLE_SECRET_PARAMETER" in variables(name)}
"""They ask Google, with our client's secret: a stub of AWS alone can only start them."""
ALONE = "{}, INIT alone"


@dataclass(frozen=True, slots=True)
class Stub:
    """What plays AWS: where, and the file with its key and certificate."""

    url: str
    certified: Path

    def variables(self, path: Sequence[Path]) -> dict[str, str]:
        """Return what leads the clients of a contender to the stub; the last folder of its path has botocore."""
        return {"AWS_ENDPOINT_URL": self.url, "AWS_CA_BUNDLE": str(trusting(path[-1], self.certified))}


@contextmanager
def stubbed(scene: Scene) -> Iterator[Stub]:
    """Run the stub on a scene."""
    trees.BUILD.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=trees.BUILD) as folder:
        file, certified = Path(folder) / "scene.json", Path(folder) / "stub.pem"
        scene.save(file)
        certify(certified)
        with _serving(file, certified) as url:
            yield Stub(url, certified)


@contextmanager
def _serving(scene: Path, certified: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.aws_stub", str(scene), str(certified)]
    with subprocess.Popen(
        command, cwd=trees.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=_searching()
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield f"https://{ADDRESS}:{process.stdout.readline().strip()}"
        process.stdin.close()


def run(quick: bool, say: Say) -> Iterator[Line]:  # noqa: FBT001 - as all benchmarks
    """Measure references, peers and every function; of these, a few if it is to be quick."""
    few = {BARE, REFERENCE, FASTAPI, POWERTOOLS, PLAIN.format(POWERTOOLS), BOOK, "public.list_slots"}
    costs = measure(rounds=5 if quick else 9, only=lambda name: not quick or name in few, say=say)
    reference = costs[REFERENCE]
    for name, cost in costs.items():
        figures = {"CPU ms": cost.cpu * 1000, "of it INIT ms": cost.init * 1000, "wall ms": cost.wall * 1000}
        figures |= {"peak MB": cost.peak / 1e6, "× boto3 client": cost.cpu / reference.cpu}
        yield Line(name, {title: value for title, value in figures.items() if value})
    for name, budget in BUDGETS.items():
        ratio = costs[BOOK].cpu / costs[name].cpu
        yield Line(f"{BOOK} against {name}", {"ratio": ratio}, judged="ratio", budget=budget)


def measure(*, rounds: int, only: Callable[[str], bool] = lambda _: True, say: Say = lambda _: None) -> dict[str, Cost]:
    """Measure the chosen programs in turns; the reference always is one of them."""
    with tried(only=lambda name: name == REFERENCE or only(name), say=say) as known:
        return measured(known, rounds=rounds, say=say)


@contextmanager
def tried(*, only: Callable[[str], bool], say: Say = lambda _: None) -> Iterator[dict[str, Program]]:
    """Yield the chosen programs while AWS is played; each has answered with success, or AssertionError is raised."""
    scene = prepared()
    with stubbed(scene) as stub:
        known = contenders(scene, stub, only=only, say=say)
        with runner() as run:
            for name, program in known.items():
                say(f"trying {name}")
                _require_success(name, run(program)[1])
        yield known


def contenders(scene: Scene, stub: Stub, *, only: Callable[[str], bool], say: Say) -> dict[str, Program]:
    """Return the chosen ones of references, peers, and the functions of the template."""
    makers: dict[str, Callable[[], Program]] = {
        BARE: lambda: Program(EXIT, environment=ENVIRONMENT),
        REFERENCE: lambda: Program(CLIENT, [trees.boto3()], ENVIRONMENT),
    }
    booking = _event(scene, BOOK)
    kinds = {"{}": trees.Shipped.COMPILED, RUNTIME: trees.Shipped.RUNTIME, PLAIN: trees.Shipped.PLAIN}
    for name, module in ((FASTAPI, "fastapi_app"), (POWERTOOLS, "powertools_app")):
        text = INVOKE.format(event=str(booking), module=module, clock="")
        makers |= {title.format(name): partial(_peer, text, module, stub, shipped) for title, shipped in kinds.items()}
    for name in functions():
        if name in UNANSWERED:
            makers[ALONE.format(name)] = partial(_own, START.format(module=name), name, stub)
            continue
        event, clock = _event(scene, name), CLOCK.format(moment=scene.moments[name])
        makers[name] = partial(_own, INVOKE.format(event=str(event), module=name, clock=clock), name, stub)
    chosen = {}
    for name, make in makers.items():
        if only(name):
            say(f"building {name}")
            chosen[name] = make()
    return chosen


def _peer(text: str, module: str, stub: Stub, shipped: trees.Shipped) -> Program:
    path = [trees.peer(module, shipped)]
    return Program(text, path, PEER | stub.variables(path))


def _own(text: str, name: str, stub: Stub) -> Program:
    path = trees.path_of(name)
    return Program(text, path, ENVIRONMENT | environment_of(name) | stub.variables(path))


def environment_of(name: str) -> dict[str, str]:
    """Return the variables template.yaml gives a function, as they are true here."""
    here = {"DAYBOOK_TABLE": "daybook-test", "PYTHONTZPATH": str(trees.layer("deps") / "tzdata" / "zoneinfo")}
    paces = {"DAYBOOK_MAILS_PER_SECOND": "0"}  # none: nobody's quota is at stake
    given = variables(name)
    client = {"DAYBOOK_GOOGLE_CLIENT_ID": GOOGLE_CLIENT} if "DAYBOOK_GOOGLE_CLIENT_ID" in given else {}
    return given | here | paces | client


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
