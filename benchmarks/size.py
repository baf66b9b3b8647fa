"""What each function weighs: its code and its layers, unzipped, as Lambda holds them against 250 MB."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks import trees
from benchmarks.measure import Line, Say
from tools.routes import functions

MEGABYTE = 1_000_000
PLAIN, MAIL, GOOGLE = 25, 35, 60


def run(_quick: bool, say: Say) -> Iterator[Line]:  # noqa: FBT001 - as all benchmarks
    """Weigh every function; for the processor at hand, whose native code differs from Lambda's by a few percent."""
    for name in functions():
        say(f"weighing {name}")
        path = trees.path_of(name)
        parts = {f"{_part(folder)} MB": trees.size_of(folder) / MEGABYTE for folder in path}
        budget = GOOGLE if "google MB" in parts else MAIL if "mail MB" in parts else PLAIN
        yield Line(name, {**parts, "MB": sum(parts.values())}, judged="MB", budget=budget)


def _part(folder: Path) -> str:
    named = folder.parent if folder.name == "python" else folder
    return named.name.rpartition("-")[0]
