"""What a result was measured with: the day, the machine, its Python, and the packages that were compared."""

import platform
import re
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")


def noted(*, python: str = "", packages: Iterable[str] = ()) -> dict[str, str]:
    """Return values by their names, in the order they are shown: packages as they are installed here.

    Args:
        python: the interpreter that was measured; empty: this one.
    """
    told = {"on": f"{datetime.now(UTC):%-d %B %Y}", "by": f"{processor()} ({platform.machine()})"}
    told["Python"] = _version(python) if python else platform.python_version()
    return told | {name: version(name) for name in packages}


def processor() -> str:
    """Return the model the machine says it has."""
    if CPUINFO.exists():
        for line in CPUINFO.read_text().splitlines():
            if line.startswith(("model name", "Model")):
                return line.partition(":")[2].strip()
    return platform.processor() or "an unnamed processor"


def pinned(requirements: Iterable[Path], packages: Iterable[str]) -> dict[str, str]:
    """Return the versions of packages by files of requirements; where these differ, all."""
    found: dict[str, set[str]] = {name: set() for name in packages}
    for file in requirements:
        for name, pin in re.findall(r"^([a-z0-9-]+)(?:\[.*?\])?==([^\s;]+)", file.read_text(), re.MULTILINE):
            if name in found:
                found[name].add(pin)
    return {name: " and ".join(sorted(pins)) for name, pins in found.items() if pins}


def _version(python: str) -> str:
    command = [python, "-c", "import platform; print(platform.python_version())"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
