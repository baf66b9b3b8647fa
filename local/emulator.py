"""The engine's own process: ministack on an inherited socket, mended where Daybook needs it.

`local.engine` starts it as `python -m local.emulator <listening socket> <control socket>`, both inherited descriptors.
On the control socket the line "save" is answered by "saved". "work" begins the work on queues, which earlier would
meet functions that are being deployed; "rest" ends it.
When its other end closes (the runner stops, crashes or is killed) the state is saved and the process ends. The mending
relies on internals of ministack, hence the exact version.
"""

import asyncio
import os
import socket
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from functools import partialmethod
from importlib.metadata import version
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config

from local import rights

MINISTACK = "1.5.33"
SOURCE_IP_HEADER = "x-daybook-source-ip"
HOST_HEADER = "x-daybook-host"

AUTOSAVE_SECONDS = 2.0
# A save stops the engine, so big states are saved less often: at most this share of the time goes into saving.
AUTOSAVE_SHARE = 0.1
STREAM_RECORDS_KEPT = 1000
# The engine knows queues by URLs with a port in them; this one only makes them the same at every start.
QUEUE_PORT = "4566"
# A handler that logs nothing is waited for this long; the release's own 50 ms would hold each worker ten times longer
# than most requests take. A line that comes later is reported with the next invocation.
FIRST_LOG_LINE_SECONDS = 0.003

REST_SECONDS = 5.0

_READS = {b"GetItem", b"BatchGetItem", b"Query", b"DescribeStream", b"GetShardIterator", b"GetRecords"}

Event = dict[str, Any]
Scope = MutableMapping[str, Any]
Application = Callable[[Scope, Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Awaitable[None]]


def main() -> None:
    """Serve until the control socket closes."""
    if version("ministack") != MINISTACK:
        sys.exit(f"local/emulator.py is written for ministack {MINISTACK}, found {version('ministack')}")
    with _environment(LOG_LEVEL="WARNING"):
        from ministack import app  # noqa: PLC0415 - reads its settings from the environment when imported
    _mend()
    listener, control = map(int, sys.argv[1:])
    asyncio.run(_serve(app.app, listener, socket.socket(fileno=control)))


@contextmanager
def _environment(**variables: str) -> Iterator[None]:
    """Set variables for the engine alone: what stays in the environment reaches the functions."""
    os.environ.update(variables)
    yield
    for name in variables:
        del os.environ[name]


async def _serve(application: Application, listener: int, control: socket.socket) -> None:
    changes = Changes(application)
    config = Config()
    config.bind = [f"fd://{listener}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 1
    config.loglevel = "WARNING"
    stopped = asyncio.Event()
    tasks = [asyncio.create_task(_obey(control, stopped)), asyncio.create_task(_autosave(changes))]
    await serve(changes, config, shutdown_trigger=stopped.wait)  # type: ignore[arg-type]
    for task in tasks:
        task.cancel()


async def _obey(control: socket.socket, stopped: asyncio.Event) -> None:
    commands, answers = await asyncio.open_unix_connection(sock=control)
    while command := await commands.readline():
        if command == b"save\n":
            _save()
            answers.write(b"saved\n")
        elif command == b"work\n":
            _work(going=True)
            answers.write(b"working\n")
        elif command == b"rest\n":
            await _rest()
            answers.write(b"resting\n")
    stopped.set()


def _work(*, going: bool) -> None:
    """Hand out messages to functions, or no more."""
    from ministack.services import lambda_svc  # noqa: PLC0415

    poll = lambda_svc._poll_queues
    lambda_svc._poll_sqs = poll if going else lambda: False
    lambda_svc._esm_wake.set()


async def _rest() -> None:
    """Hand out no more messages, and wait for the functions that are at work on some."""
    from ministack.services import lambda_svc  # noqa: PLC0415

    _work(going=False)
    began = time.monotonic()
    while lambda_svc._esm_inflight and time.monotonic() - began < REST_SECONDS:
        await asyncio.sleep(0.02)


class Changes:
    """The engine's ASGI application, noticing the requests that can change what there is to save.

    A call of the HTTP API changes nothing by itself: its function's own calls come by here, too.
    """

    def __init__(self, application: Application) -> None:
        self._application = application
        self.seen = False

    async def __call__(self, scope: Scope, receive: Callable[[], Any], send: Callable[[Any], Any]) -> None:
        try:
            await self._application(scope, receive, send)
        finally:
            self.seen = self.seen or _changes(scope)


def _changes(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["path"].startswith("/_"):
        return False
    target: bytes = dict(scope["headers"]).get(b"x-amz-target", b"")
    return target.rpartition(b".")[2] not in _READS


async def _autosave(changes: Changes) -> None:
    """Save every few seconds while there are requests, on the loop that serves them: no save sees half a change."""
    pause = AUTOSAVE_SECONDS
    while True:
        await asyncio.sleep(pause)
        if changes.seen:
            changes.seen = False
            started = time.monotonic()
            _save()
            pause = max(AUTOSAVE_SECONDS, (time.monotonic() - started) / AUTOSAVE_SHARE)


def _save() -> None:
    from ministack import app  # noqa: PLC0415
    from ministack.core.persistence import save_all  # noqa: PLC0415

    services = app._build_persistence_save_dict()
    # The table last: should the process be killed between two files, what follows the stream is behind, never ahead.
    save_all({**services, "dynamodb": services.pop("dynamodb")} if "dynamodb" in services else services)


def _mend() -> None:
    """Put right where the engine differs from AWS in what Daybook can see."""
    from ministack.core import iam_actions  # noqa: PLC0415
    from ministack.core.lambda_runtime import Worker  # noqa: PLC0415
    from ministack.services import dynamodb, eventbridge, lambda_svc, sqs  # noqa: PLC0415

    execute = lambda_svc._execute_function_with_config_scope
    as_response = lambda_svc.lambda_execute_result_to_api_proxy_response
    lambda_svc._execute_function_with_config_scope = lambda func, event: execute(func, as_gateway_event(event))
    lambda_svc.lambda_execute_result_to_api_proxy_response = lambda result: (
        (INTERNAL_SERVER_ERROR, None) if result.get("error") else _with_body(*as_response(result))
    )
    # Its stream would be forgotten with every stop, and with it what nobody has been told of yet.
    save, load = dynamodb.get_state, dynamodb.load_persisted_state
    dynamodb.get_state = lambda: save() | {"stream": _latest(dynamodb._stream_records)}
    dynamodb.load_persisted_state = lambda state: (
        dynamodb._stream_records.update(state.pop("stream", {})),
        load(state),
    )
    lambda_svc._poll_queues = lambda_svc._poll_sqs
    _work(going=False)
    _mend_queues(sqs)
    rights.mend(iam_actions)
    # What SES tells the default bus comes from `local.ses`, which is no service in the engine's eyes.
    put_events = eventbridge._put_events
    eventbridge._put_events = lambda data, allow_aws_source=True: put_events(data, allow_aws_source)
    # The engine would keep every line in memory and save it with the rest; the runner's log file is easier to read.
    lambda_svc._emit_lambda_logs = _log
    Worker._drain_stderr_bounded = partialmethod(Worker._drain_stderr_bounded, FIRST_LOG_LINE_SECONDS)


def _mend_queues(sqs: Any) -> None:
    """Let queues and what is in them outlive a restart, which gives the engine another port."""
    sqs.DEFAULT_PORT = QUEUE_PORT
    sqs._CANONICAL_NETLOC = f"{sqs.DEFAULT_HOST}:{QUEUE_PORT}"
    save, load = sqs.get_state, sqs.load_persisted_state

    def get_state() -> Any:
        # Threads that carry messages to functions would change them under the hands of the one that saves.
        with sqs._queues_lock:
            return save()

    sqs.get_state = get_state
    sqs.load_persisted_state = lambda state: load(_returned(state))


def _returned(state: Any) -> Any:
    """Make visible what functions were at work on when the engine ended: they are gone, and nobody should wait."""
    for queue in state["queues"]._data.values():
        for message in queue["messages"]:
            if message["receive_count"]:
                message["visible_at"] = min(message["visible_at"], time.time())
    return state


def _latest(records: Any) -> Any:
    """Return the end of each table's stream, enough for all that is still on its way to a function."""
    latest = type(records)()
    latest._data.update((table, of_table[-STREAM_RECORDS_KEPT:]) for table, of_table in records._data.items())
    return latest


def _with_body(answer: Event, problem: str | None) -> tuple[Event, str | None]:
    """Take null for no body, as API Gateway does."""
    return {**answer, "body": answer.get("body") or ""}, problem


INTERNAL_SERVER_ERROR = {
    "statusCode": 500,
    "headers": {"Content-Type": "application/json"},
    "body": '{"message":"Internal Server Error"}',
}


def as_gateway_event(event: Event) -> Event:
    """Tell a function the truth about its caller, as API Gateway does.

    Args:
        event: any Lambda event; those of an HTTP API are changed in place. Their headers carry what `local.gateway`
            saw: the caller's address and the host the caller asked for.
    Source: API Gateway, "Lambda proxy integrations for HTTP APIs", payload format 2.0.
    """
    request = event.get("requestContext", {}) if isinstance(event, dict) else {}
    if "http" not in request or SOURCE_IP_HEADER not in event["headers"]:
        return event
    headers = event["headers"]
    request["http"]["sourceIp"] = headers.pop(SOURCE_IP_HEADER)
    headers["host"] = request["domainName"] = headers.pop(HOST_HEADER)
    if cookies := headers.pop("cookie", None):
        event["cookies"] = cookies.split("; ")
    return event


def _log(func: Event, request_id: str, log_text: str, error: bool, duration_ms: int, **_: object) -> None:  # noqa: FBT001
    if log_text or error:
        name = func.get("config", func).get("FunctionName", "")
        print(f"{name} {request_id} {duration_ms} ms{' failed' * error}\n{log_text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
