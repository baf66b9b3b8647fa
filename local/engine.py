"""The engine seen from the runner: a child process that plays AWS on a loopback port of its own."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
import urllib3
from botocore.config import Config

from local.state import StartFailedError, State

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

REGION = "us-east-1"
CREDENTIALS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
STOP_SECONDS = 15

_ROOT = Path(__file__).parents[1]


def session() -> Any:
    """Return a boto3 session that takes nothing from the user's own AWS settings.

    Its type is too wide for a service whose name is a variable; `Engine.dynamodb()` has one that can be checked.
    """
    nothing = {"profile": (None, None, None, None), "config_file": (None, None, os.devnull, None)}
    return boto3.session.Session(botocore_session=botocore.session.Session(nothing), region_name=REGION)


class Engine:
    """A running engine."""

    def __init__(self, process: subprocess.Popen[bytes], control: socket.socket, port: int) -> None:
        self._process = process
        self._control = control
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.pid = process.pid

    def client(self, service: str) -> Any:
        """Return a boto3 client of this engine."""
        config = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}, proxies={})
        return session().client(service, endpoint_url=self.url, config=config, **CREDENTIALS)

    def dynamodb(self) -> "DynamoDBClient":
        """Return a client of the engine's DynamoDB."""
        client: DynamoDBClient = self.client("dynamodb")
        return client

    def save(self) -> None:
        """Write everything to the state directory, now."""
        self._tell(b"save\n", b"saved\n")

    def work(self) -> None:
        """Begin to hand messages from queues to functions."""
        self._tell(b"work\n", b"working\n")

    def rest(self) -> None:
        """Let functions finish what they took from queues, and give them nothing more."""
        with suppress(OSError, RuntimeError):  # an engine that died has nothing to finish
            self._tell(b"rest\n", b"resting\n")

    def _tell(self, command: bytes, answer: bytes) -> None:
        self._control.sendall(command)
        if self._control.recv(16) != answer:
            raise RuntimeError("the engine died; engine.log in the state directory says why")

    def wait(self) -> int:
        """Return the exit status once the engine has ended."""
        return self._process.wait()


@contextmanager
def started(state: State, *, persist: bool, enforce_iam: bool) -> Iterator[Engine]:
    """Run an engine on a state directory; at the end let it save, if it is to, and wait until it is gone."""
    control, its_control = socket.socketpair()
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener, its_control, state.log.open("a") as log:
        port: int = listener.getsockname()[1]
        process = subprocess.Popen(
            [sys.executable, "-m", "local.emulator", str(listener.fileno()), str(its_control.fileno())],
            cwd=_ROOT,
            env=_environment(state, port, persist=persist, enforce_iam=enforce_iam),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # The lock goes along: nobody else may open the directory before this process has saved its last.
            pass_fds=[listener.fileno(), its_control.fileno(), state.lock],
            # Ctrl-C in a terminal must reach the runner alone.
            start_new_session=True,
        )
    try:
        yield _ready(Engine(process, control, port))
    finally:
        control.close()
        _wait(process)


def _environment(state: State, port: int, *, persist: bool, enforce_iam: bool) -> dict[str, str]:
    """Everything the engine and, through it, every function may know of the machine: nothing of the user's AWS."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LC_ALL", "TZ") if name in os.environ}
    return inherited | {
        "PYTHONUNBUFFERED": "1",
        "GATEWAY_PORT": str(port),
        "TMPDIR": str(state.tmp.resolve()),
        "PERSIST_STATE": str(int(persist)),
        "STATE_DIR": str(state.engine.resolve()),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(state.objects.resolve()),
        "AUTH": str(enforce_iam).lower(),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        # The gateway queues what exceeds its workers; the engine must not refuse on top.
        "LAMBDA_ACCOUNT_CONCURRENCY": "0",
        "LAMBDA_WARM_TTL_SECONDS": "60",
        "AWS_ACCESS_KEY_ID": CREDENTIALS["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": CREDENTIALS["aws_secret_access_key"],
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _ready(engine: Engine) -> Engine:
    """Wait until the engine answers; its socket takes connections from the start."""
    with urllib3.PoolManager(retries=False, timeout=30) as pool:
        try:
            pool.request("GET", f"{engine.url}/_ministack/health")
        except urllib3.exceptions.HTTPError as error:
            raise StartFailedError("the engine did not start; engine.log in the state directory says why") from error
    return engine


def _wait(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
