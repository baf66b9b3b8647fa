"""Daybook's benchmarks; they run from a checkout, where the code lies in `layers/core` and `functions`."""

import sys
from pathlib import Path

_ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(_ROOT / "layers" / "core"), str(_ROOT / "functions")]
