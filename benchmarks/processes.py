"""Whole processes, measured from outside: what a fresh interpreter costs until it has done its work.

Each sample is a new process; programs take turns, so that whatever slows the machine slows all of them.
"""

import json
import marshal
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.measure import Say
from benchmarks.trees import PYTHON

BARE = [PYTHON, "-s", "-S"]


@dataclass(frozen=True, slots=True)
class Program:
    """A text for `python -c`, the folders it finds modules in, and its environment.

    It may write JSON about itself to descriptor 3; `init` in it is the CPU it had used when its handler was imported.
    """

    text: str
    path: Sequence[Path] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cost:
    """Medians of one program: CPU and wall seconds of the process, its largest resident size in bytes.

    `init` is the CPU until the handler was imported, interpreter included; 0 where nothing is imported apart.
    """

    cpu: float
    wall: float
    peak: int
    init: float = 0.0


Run = Callable[[Program], tuple[Cost, Any]]
"""Runs a program to its end; returns its cost and its report. Raises RuntimeError with what it complained about."""


@contextmanager
def runner() -> Iterator[Run]:
    """Start a launcher; yield what runs programs through it."""
    launcher = str(Path(__file__).with_name("launcher.py"))
    with (
        tempfile.NamedTemporaryFile() as complaints,
        subprocess.Popen([*BARE, "-E", launcher], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        orders, results = process.stdin, process.stdout

        def run(program: Program) -> tuple[Cost, Any]:
            argv = [*BARE, "-c", program.text]
            orders.write(marshal.dumps((argv, _environment(program), complaints.name)))
            orders.flush()
            cpu, wall, peak, status, report = marshal.load(results)
            if status:
                raise RuntimeError(Path(complaints.name).read_text())
            told = json.loads(report or "{}")
            return Cost(cpu, wall, peak * (1 if sys.platform == "darwin" else 1024), told.get("init", 0.0)), told

        yield run


def measured(programs: Mapping[str, Program], *, rounds: int, say: Say = lambda _: None) -> dict[str, Cost]:
    """Run each program once to warm the disk's cache, then `rounds` times in turn; return the medians."""
    samples: dict[str, list[Cost]] = {name: [] for name in programs}
    with runner() as run:
        for name, program in programs.items():
            say(f"warming up: {name}")
            run(program)
        for turn in range(rounds):
            for name, program in programs.items():
                say(f"round {turn + 1} of {rounds}: {name}")
                samples[name].append(run(program)[0])
    return {name: _median(taken) for name, taken in samples.items()}


def _environment(program: Program) -> dict[str, str]:
    own = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1", "HOME": "/nonexistent"}
    own["PYTHONSAFEPATH"] = "1"  # or `-c` would look for every module in the current directory first
    return own | {"PYTHONPATH": os.pathsep.join(map(str, program.path)), **program.environment}


def _median(taken: Sequence[Cost]) -> Cost:
    return Cost(
        cpu=median(one.cpu for one in taken),
        wall=median(one.wall for one in taken),
        peak=int(median(one.peak for one in taken)),
        init=median(one.init for one in taken),
    )
