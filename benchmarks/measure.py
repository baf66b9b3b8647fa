"""How Daybook measures: medians of CPU seconds, and everything that is compared in the same run.

Absolute times say more about a machine than about a program; a row is therefore a ratio to a reference.
"""

import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison: medians in CPU seconds; `budget` is the largest ratio that is accepted, None if none is set."""

    name: str
    seconds: float
    reference: float
    budget: float | None = None

    @property
    def ratio(self) -> float:
        return self.seconds / self.reference

    @property
    def kept(self) -> bool:
        return self.budget is None or self.ratio <= self.budget

    def __str__(self) -> str:
        budget = "" if self.budget is None else f"  budget {self.budget:.2f} {'kept' if self.kept else 'EXCEEDED'}"
        times = f"{self.seconds * 1e6:>9.1f} µs against {self.reference * 1e6:>9.1f} µs"
        return f"{self.name:<52}{times}  ratio {self.ratio:.2f}{budget}"


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


@dataclass(frozen=True, slots=True)
class Count:
    """Something counted, and the most that is accepted."""

    name: str
    count: int
    budget: int

    @property
    def kept(self) -> bool:
        return self.count <= self.budget

    def __str__(self) -> str:
        return f"{self.name:<52}{self.count:>9}  budget {self.budget} {'kept' if self.kept else 'EXCEEDED'}"
