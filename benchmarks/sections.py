"""The parts of docs/performance.md and docs/scale.md that are written from results, between their marks."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.measure import Line, table

DOCS = Path(__file__).parents[1] / "docs"
DOCUMENTS = (DOCS / "performance.md", DOCS / "scale.md")
_SECTION = re.compile(r"(<!-- results: (?P<name>[a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Result:
    """What a benchmark found, if it ever ran.

    Attributes:
        conditions: what it was measured with, by `conditions.noted`; empty where no machine had a hand in it.
    """

    title: str
    lines: Sequence[Line] = ()
    conditions: Mapping[str, str] = field(default_factory=dict)

    @property
    def caption(self) -> str:
        if not self.conditions:
            return f"{self.title}."
        return f"{self.title}; {', '.join(f'{name} {value}' for name, value in self.conditions.items())}."


def written(text: str, results: Mapping[str, Result]) -> str:
    """Return a document with its tables of what has been measured; the others stay."""
    return _SECTION.sub(lambda match: _section(match, results[match["name"]]), text)


def _section(match: re.Match[str], result: Result) -> str:
    if not result.lines:
        return match[0]
    rows = table(list(result.lines), cells=lambda cells: f"| {' | '.join(cells)} |")
    rows.insert(1, "|---" + "|---:" * (rows[0].count("|") - 2) + "|")
    return "\n".join([match[1].rstrip("\n"), result.caption, "", *rows, "", match[3]])
