"""`python -m benchmarks [name ...]`: run the benchmarks and print medians and ratios; exit code 1 past a budget."""

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence

from benchmarks import round_trips, slots
from benchmarks.measure import Count, Row

BENCHMARKS: dict[str, Callable[[], Iterable[Row | Count]]] = {
    "slots": slots.run,
    "round-trips": round_trips.run,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the named benchmarks, all of them without a name."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(BENCHMARKS))
    names = parser.parse_args(arguments).names
    if unknown := set(names) - set(BENCHMARKS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    kept = True
    for name in names or BENCHMARKS:
        for row in BENCHMARKS[name]():
            print(row, flush=True)
            kept = kept and row.kept
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
