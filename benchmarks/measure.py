"""How Daybook measures: medians of CPU seconds, and everything that is compared in the same run.

Absolute times say more about a machine than about a program; what is judged is therefore a ratio to a reference.
"""

import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median

Say = Callable[[str], None]
"""Tells how far a benchmark is."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: what was measured, and where there is a budget, the figure it holds for.

    Attributes:
        figures: by the heading of their column, which ends with its unit: `CPU ms`, `read units`.
        budget: the largest value of the figure `judged` that is accepted, or the smallest if `at_least`.
    """

    name: str
    figures: Mapping[str, float]
    judged: str = ""
    budget: float | None = None
    at_least: bool = False
    points: Mapping[str, float] = field(default_factory=dict)

    @property
    def kept(self) -> bool:
        if self.budget is None:
            return True
        value = self.figures[self.judged]
        return value >= self.budget if self.at_least else value <= self.budget

    @property
    def verdict(self) -> str:
        """Return the budget and whether it was kept; empty without one."""
        if self.budget is None:
            return ""
        return f"{'≥' if self.at_least else '≤'} {self.budget:g} {'kept' if self.kept else 'EXCEEDED'}"


def figure(value: float) -> str:
    """Spell a figure with three digits that count."""
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"


def table(lines: list[Line], *, cells: Callable[[list[str]], str]) -> list[str]:
    """Return lines as rows of cells, headings first."""
    headings = list(dict.fromkeys(name for line in lines for name in line.figures))
    judged = any(line.budget is not None for line in lines)
    rows = [cells(["", *headings, *(["budget"] if judged else [])])]
    for line in lines:
        figures = [figure(line.figures[name]) if name in line.figures else "" for name in headings]
        rows.append(cells([line.name, *figures, *([line.verdict] if judged else [])]))
    return rows


def medians(contenders: Mapping[str, Callable[[], object]], *, rounds: int = 60, loops: int = 10) -> dict[str, float]:
    """Return each contender's median CPU seconds per call.

    The contenders take turns, so that whatever slows the machine slows all of them.
    """
    samples: dict[str, list[float]] = {name: [] for name in contenders}
    gc.collect()
    for _ in range(rounds):
        for name, contender in contenders.items():
            began = time.process_time()
            for _ in range(loops):
                contender()
            samples[name].append((time.process_time() - began) / loops)
    return {name: median(taken) for name, taken in samples.items()}
