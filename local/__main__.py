"""`python -m local`: the whole system on this machine, without Docker and without an AWS account."""

import argparse
import json
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

from local import demo
from local.stack import Options, Stack, running
from local.state import StartFailedError


class Stopped(BaseException):
    """The user, or whoever started us, asks us to end."""


def main() -> int:
    """Run until SIGINT or SIGTERM; return the exit status."""
    arguments = _arguments()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    options = Options(
        state=Path(arguments.state),
        host=arguments.host,
        port=arguments.port,
        fresh=arguments.fresh,
        enforce_iam=arguments.enforce_iam,
    )
    try:
        with running(options, progress=_progress) as stack:
            print(_as_json(stack) if arguments.json else _greeting(stack), flush=True)
            status = stack.engine.wait()
            print(f"The engine ended with status {status}; {stack.log} says why.", file=sys.stderr)
            return 1
    except StartFailedError as error:
        print(f"daybook: {error}", file=sys.stderr)
        return 2
    except Stopped:
        return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    parser.add_argument("--port", type=_port, default=8123, help="port of the API (default: %(default)s; 0: any)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--state", default=".state", metavar="DIR", help="where data is kept (default: %(default)s)")
    parser.add_argument("--fresh", action="store_true", help="drop what the state directory holds and start anew")
    parser.add_argument("--json", action="store_true", help="print one line of JSON when ready, nothing else")
    parser.add_argument("--enforce-iam", action="store_true", help="let functions do what their roles allow, no more")
    return parser.parse_args()


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"not a port: {text}")
    return int(text)


def _stop(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001
    """Unwind once; a second signal must not cut the saving short."""
    for other in (signal.SIGINT, signal.SIGTERM):
        signal.signal(other, signal.SIG_IGN)
    raise Stopped


@contextmanager
def _progress(step: str) -> Iterator[None]:
    """Tell on stderr what takes time: in one line that is rewritten on a terminal, in plain lines elsewhere."""
    started = time.monotonic()
    terminal = sys.stderr.isatty()
    print(f"{step} ...", end="" if terminal else "\n", file=sys.stderr, flush=True)
    try:
        yield
    finally:
        if terminal:
            print(f"\r{step} ... {time.monotonic() - started:.1f} s", file=sys.stderr, flush=True)


def _as_json(stack: Stack) -> str:
    return json.dumps(
        {"url": stack.url, "tenant": stack.tenant, "api_key": stack.api_key, "outbox_url": stack.outbox_url}
    )


def _greeting(stack: Stack) -> str:
    lines = "\n".join(demo.try_out(stack.url, stack.api_key))
    return f"""
Daybook answers at {stack.url}

  tenant   {stack.tenant}
  API key  {stack.api_key}
  outbox   {stack.outbox_url}
  Google   {stack.connect_url} (a local one: connect Ada's calendar, then change it)
  log      {stack.log}

List, book, move, cancel (paste line by line):

{lines}

Ctrl-C stops it; the data stays."""


if __name__ == "__main__":
    sys.exit(main())
