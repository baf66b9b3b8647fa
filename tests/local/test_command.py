"""`python -m local` as a person or a script uses it."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import urllib3

from local.stack import PROJECT


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "local", "--port", "0", *arguments]


@contextmanager
def _started(*arguments: str, end: signal.Signals = signal.SIGTERM) -> Iterator[dict[str, Any]]:
    """Run until the block ends; yield what `--json` said."""
    options: dict[str, Any] = {"cwd": PROJECT, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(_command("--json", *arguments), **options) as process:
        assert process.stdout
        line = process.stdout.readline()
        assert line, process.stderr and process.stderr.read()
        try:
            yield json.loads(line)
        finally:
            process.send_signal(end)
            rest, complaints = process.communicate(timeout=30)
        assert rest == ""
        assert "Traceback" not in complaints
        assert process.returncode == (-end if end == signal.SIGKILL else 0)


def _failed(arguments: Sequence[str]) -> str:
    done = subprocess.run(_command(*arguments), cwd=PROJECT, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    return done.stderr


def test_data_tenant_and_key_outlive_stops_and_kills(tmp_path: Path, http: urllib3.PoolManager) -> None:
    state = ("--state", str(tmp_path))
    with _started(*state, end=signal.SIGKILL) as first:
        assert set(first) == {"url", "tenant", "api_key", "outbox_url"}
        key = {"Authorization": f"Bearer {first['api_key']}"}
        host = {"slug": "joan", "name": "Joan", "email": "joan@example.com", "timezone": "Europe/London"}
        assert http.request("POST", f"{first['url']}/v1/demo/hosts", json=host, headers=key).status == 201
    with _started(*state, end=signal.SIGINT) as second:
        assert (second["tenant"], second["api_key"]) == (first["tenant"], first["api_key"])
        assert http.request("GET", f"{second['url']}/v1/demo/hosts/joan").status == 200
        assert "another instance uses the state directory" in _failed(state)
    with _started(*state, "--fresh") as third:
        assert third["api_key"] != first["api_key"]
        assert http.request("GET", f"{third['url']}/v1/demo/hosts/joan").status == 404


def test_a_taken_port_is_one_line_and_leaves_the_state_alone(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        assert "address already in use" in _failed(["--state", str(tmp_path / "new"), "--fresh", "--port", port])
    assert not (tmp_path / "new").exists()


def test_the_printed_lines_list_book_move_and_cancel(tmp_path: Path) -> None:
    command = _command("--state", str(tmp_path), "--enforce-iam")
    hostile = {**os.environ, "AWS_PROFILE": "nobody", "AWS_ENDPOINT_URL": "http://127.0.0.1:9", "LOG_LEVEL": "ERROR"}
    with subprocess.Popen(command, cwd=PROJECT, env=hostile, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            greeting: list[str] = []
            while not greeting or not greeting[-1].startswith("Ctrl-C"):
                greeting.append(process.stdout.readline())
                assert greeting[-1], "".join(greeting)
            lines = "".join(line for line in greeting if "curl" in line or "printf" in line)
            shell = ["/bin/sh", "-eu"]
            done = subprocess.run(shell, input=lines, capture_output=True, text=True, timeout=60, check=True)
        finally:  # or leaving the block would wait for ever
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)
    slots, booked, moved, cancelled, listed = map(json.loads, done.stdout.splitlines())
    assert booked["start_utc"] == slots["slots"][0]["start_utc"]
    assert moved["start_utc"] == slots["slots"][1]["start_utc"]
    assert (booked["status"], moved["status"], cancelled["status"]) == ("confirmed", "confirmed", "cancelled")
    assert [booking["id"] for booking in listed["items"]] == [booked["id"]]
    assert process.returncode == 0


@pytest.mark.parametrize("port", ["65536", "http"])
def test_a_port_that_cannot_be_is_refused(port: str) -> None:
    arguments = _command("--port", port)
    done = subprocess.run(arguments, cwd=PROJECT, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert "--port" in done.stderr


def test_help_explains_itself() -> None:
    done = subprocess.run(_command("--help"), cwd=PROJECT, capture_output=True, text=True, timeout=30, check=True)
    for flag in ("--port", "--host", "--state", "--fresh", "--json", "--enforce-iam"):
        assert flag in done.stdout
