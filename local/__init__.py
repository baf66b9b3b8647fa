"""The whole system on this machine: ministack plays AWS, and the project's own template says what runs on it."""

import sys
from pathlib import Path

# On Lambda a layer brings Daybook's own code; here it is a directory like any other.
sys.path.insert(0, str(Path(__file__).parents[1] / "layers" / "core"))
