"""Daybook's benchmarks; they run from a checkout, where the code lies in `layers/core`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "layers" / "core"))
