"""Measure Daybook's speed and size, and hold them to their budgets.

Without options everything is measured, some ten minutes long, and docs/performance.md and its plots are written anew.
What has been measured is kept in build/bench/measured, whatever happens to the rest. Exit code 1: a budget is exceeded.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from benchmarks import cold, conditions, contention, cost, ledger, load, round_trips, size, slots
from benchmarks.measure import Line, Say, table
from benchmarks.sections import Result
from benchmarks.trees import BUILD, PYTHON, requirements

RESULTS = BUILD / "measured"
COMPARED = ("boto3", "botocore", "fastapi", "mangum", "aws-lambda-powertools", "aws-xray-sdk", "pydantic", "msgspec")


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What is measured, and by what.

    Attributes:
        run: `run(quick, say)` yields its lines.
        conditions: notes what matters to the result; empty where it is worked out, and any machine finds the same.
    """

    title: str
    run: Callable[[bool, Say], Iterator[Line]]
    conditions: Callable[[], Mapping[str, str]] = dict


def _of_cold_starts() -> Mapping[str, str]:
    groups = ("runtime", "bench-boto3", "bench-fastapi-app", "bench-powertools-app")
    return conditions.noted(python=PYTHON) | conditions.pinned(map(requirements, groups), COMPARED)


BENCHMARKS = {
    "size": Benchmark("Code and layers, unzipped", size.run, lambda: conditions.noted(python=PYTHON)),
    "cold": Benchmark("Cold start and first answer", cold.run, _of_cold_starts),
    "slots": Benchmark("Slots of a month and more", slots.run, lambda: conditions.noted(packages=("portion",))),
    "round-trips": Benchmark("Calls and units at the table", round_trips.run),
    "ledger": Benchmark(
        "Transactions of bookings written a second", ledger.run, lambda: conditions.noted(packages=("botocore",))
    ),
    "contention": Benchmark("Bookings of one host on one day, simulated", contention.run),
    "cost": Benchmark("What 1,000 bookings cost", cost.run),
    "load": Benchmark("What each part takes", load.run),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(
        prog="make bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", metavar="NAME", action="append", choices=BENCHMARKS, help=", ".join(BENCHMARKS))
    parser.add_argument("--quick", action="store_true", help="few rounds, a minute or two: shown, not judged nor kept")
    parser.add_argument("--write", action="store_true", help="write the document of what has been kept so far, too")
    asked = parser.parse_args(arguments)
    kept = True
    try:
        for name in asked.only or BENCHMARKS:
            kept = _run(name, quick=asked.quick) and kept
    except KeyboardInterrupt:
        _say(f"stopped; what was measured is in {RESULTS.relative_to(BUILD.parents[1])}")
        return 130
    if asked.write or not (asked.only or asked.quick):
        from benchmarks.document import write  # noqa: PLC0415 - plots need what only .venv-bench has

        write({name: known(name) for name in BENCHMARKS})
    return 0 if kept else 1


def known(name: str) -> Result:
    """Return what was last measured; without lines if it never was."""
    file = RESULTS / f"{name}.json"
    if not file.exists():
        return Result(BENCHMARKS[name].title)
    kept = json.loads(file.read_text())
    return Result(BENCHMARKS[name].title, [Line(**line) for line in kept["lines"]], kept["conditions"])


def _run(name: str, *, quick: bool) -> bool:
    benchmark = BENCHMARKS[name]
    lines = list(benchmark.run(quick, _say))
    if quick:  # so few rounds waver: they show, but do not judge
        lines = [replace(line, budget=None) for line in lines]
    _say("")
    print(f"{benchmark.title} ({name})")
    width = max(len(line.name) for line in lines) + 2
    for row in table(lines, cells=lambda cells: cells[0].ljust(width) + "".join(f"{cell:>20}" for cell in cells[1:])):
        print(row.rstrip())
    print(flush=True)
    if not quick:
        RESULTS.mkdir(parents=True, exist_ok=True)
        kept = {"conditions": benchmark.conditions(), "lines": [asdict(line) for line in lines]}
        (RESULTS / f"{name}.json").write_text(json.dumps(kept, indent=1))
    return all(line.kept for line in lines)


def _say(text: str) -> None:
    """Show progress on a line of its own that the next one covers; nothing where nobody looks."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
