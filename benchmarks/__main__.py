"""`python -m benchmarks [name ...]`: run the benchmarks and print medians and ratios; exit code 1 past a budget."""

import sys
from collections.abc import Callable, Iterable

from benchmarks import slots
from benchmarks.measure import Row

BENCHMARKS: dict[str, Callable[[], Iterable[Row]]] = {
    "slots": slots.run,
}


def main(names: list[str]) -> int:
    """Run the named benchmarks, all of them without a name."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"unknown: {', '.join(unknown)}; there are: {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    kept = True
    for name in names or BENCHMARKS:
        for row in BENCHMARKS[name]():
            print(row)
            kept = kept and row.kept
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
