"""What is measured, laid out in build/bench as Lambda would have it: one folder a layer, one for the functions.

Layers are built by their own makefiles, but for the processor at hand. Functions ship without byte code, for SAM strips
it, and so does what is compared "as sam build ships it". A folder is made anew when what it is made of has changed.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from enum import Enum
from functools import cache
from pathlib import Path

from tools.routes import functions, template

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build" / "bench"
PEERS = Path(__file__).parent / "peers"
UV = ROOT / ".tools" / "bin" / "uv"
PYTHON = str((ROOT / ".tools" / "python3.13" / "bin" / "python3.13").resolve())
"""Lambda's Python, as tools/bootstrap.sh finds it; outside of any environment."""
AN_HOUR = 3600
EXPORT = ["export", "--quiet", "--frozen", "--no-emit-project", "--no-annotate", "--no-header"]


@cache
def layer(name: str) -> Path:
    """Return a layer of ours, `core` or `deps`, as it is deployed."""
    source = ROOT / "layers" / name
    target = _target(name, *_files(source))
    if not target.exists():
        with Making(target) as folder:
            options = [f"ARTIFACTS_DIR={folder}", f"PYTHON={PYTHON}", "TARGET="]
            command = ["make", "-s", "-C", str(source), f"build-{name.title()}Layer", *options]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return target / "python"


@cache
def code() -> Path:
    """Return all functions, as sam build copies them."""
    target = _target("functions", *_files(ROOT / "functions"))
    if not target.exists():
        with Making(target) as folder:
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / "functions", folder, dirs_exist_ok=True, ignore=ignored)
    return target


@cache
def boto3() -> Path:
    """Return boto3 as it is published, with byte code: the reference."""
    target = _target("boto3", ROOT / "uv.lock")
    if not target.exists():
        with Making(target) as packages:
            _install(requirements("bench-boto3"), packages)
            _compile(packages)
    return target


class Shipped(Enum):
    """What of a peer has byte code: all of it; what Lambda's Python may bring itself, boto3 and its own; nothing."""

    COMPILED = ("",)
    RUNTIME = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "urllib3")
    PLAIN = ()


@cache
def peer(name: str, shipped: Shipped) -> Path:
    """Return a peer's handler with its dependencies, group `bench-<name>` of the lock."""
    source = PEERS / f"{name}.py"
    target = _target(f"{name}-{shipped.name.lower()}", source, ROOT / "uv.lock")
    if not target.exists():
        with Making(target) as packages:
            _install(requirements(f"bench-{name.replace('_', '-')}"), packages)
            shutil.copy(source, packages)
            for package in shipped.value:
                _compile(packages / package)
    return target


def path_of(function: str) -> list[Path]:
    """Return a function's search path: its code, then its layers; with template.yaml as its only source."""
    named = functions()[function].get("Layers", []) + template()["Globals"]["Function"]["Layers"]
    resources = template()["Resources"]
    folders = [resources[each["Ref"]]["Properties"]["ContentUri"].rstrip("/").rsplit("/", 1)[-1] for each in named]
    return [code(), *(layer(folder) for folder in folders)]


def size_of(folder: Path) -> int:
    """Bytes of a folder's files."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts)


def _target(name: str, *sources: Path) -> Path:
    digest = hashlib.sha256(PYTHON.encode())
    for path in (Path(__file__), *sources):
        digest.update(path.name.encode() + path.read_bytes())
    target = BUILD / f"{name}-{digest.hexdigest()[:12]}"
    if target.exists():
        os.utime(target)
    return target


def _older(folder: Path, seconds: float) -> bool:
    try:
        return folder.stat().st_mtime < time.time() - seconds
    except FileNotFoundError:  # somebody else was faster
        return False


class Making:
    """Fill a folder beside its place and move it there at the end, so that half a folder is never measured.

    Of several that fill the same place at once the first one stays; they are all alike.
    """

    def __init__(self, target: Path) -> None:
        self._target = target
        self._half = target

    def __enter__(self) -> Path:
        for old in BUILD.glob(f"{self._target.name.rpartition('-')[0]}-????????????"):
            if _older(old, AN_HOUR):  # nobody measures it any more
                shutil.rmtree(old, ignore_errors=True)
        BUILD.mkdir(parents=True, exist_ok=True)
        self._half = Path(tempfile.mkdtemp(prefix=f"{self._target.name}.", suffix=".half", dir=self._target.parent))
        self._half.chmod(0o755)
        return self._half

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            if kind is None:
                os.utime(self._half)
                self._half.rename(self._target)
        except OSError:
            if not self._target.is_dir():
                raise
        finally:
            shutil.rmtree(self._half, ignore_errors=True)  # gone if it was moved


def requirements(group: str) -> Path:
    """Write down what a group of the lock installs, with hashes; return the file."""
    BUILD.mkdir(parents=True, exist_ok=True)
    file = BUILD / f"{group}.txt"
    command = [str(UV), *EXPORT, "--only-group", group, "--output-file", str(file)]
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    return file


def _install(requirements: Path, packages: Path) -> None:
    options = ["--quiet", "--no-deps", "--require-hashes", "--link-mode", "copy", "--python", PYTHON]
    subprocess.run([UV, "pip", "install", *options, "--target", packages, "-r", requirements], check=True)
    for cached in packages.rglob("__pycache__"):
        shutil.rmtree(cached)


def _compile(packages: Path) -> None:
    options = ["-q", "--invalidation-mode", "unchecked-hash", "-s", str(packages), "-p", "/opt/python"]
    subprocess.run([PYTHON, "-m", "compileall", *options, packages], check=True)
