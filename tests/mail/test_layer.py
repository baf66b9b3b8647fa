"""The layer of mails is small, and what was cut out of it is not missed."""

import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path
from shutil import copy2

import pytest

from daybook.adapters.mail.catalogue import LANGUAGES
from layers.mail import trim as layer

ROOT = Path(__file__).parents[2]
MEGABYTE = 1_000_000
FROM_THE_OTHER_LAYER = ["python-dateutil", "six", "typing-extensions", "tzdata"]


def packages(folder: Path, names: list[str]) -> Path:
    """Copy installed packages from this environment: the locked versions, for this machine."""
    for name in names:
        for file in distribution(name).files or []:
            source, target = Path(str(file.locate())), folder / file
            if ".." not in file.parts and source.suffix != ".pyc" and source.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                copy2(source, target)
    return folder


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def trimmed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lines = (ROOT / "layers" / "mail" / "requirements.txt").read_text().splitlines()
    names = [line.partition("==")[0] for line in lines if "==" in line]
    assert not set(names) & set(FROM_THE_OTHER_LAYER)
    folder = packages(tmp_path_factory.mktemp("mail"), names)
    layer.trim(folder)
    return folder


def test_the_layer_keeps_the_languages_there_are_catalogues_for() -> None:
    assert {path.stem.split("-")[0] for path in LANGUAGES.glob("*.toml")} == layer.LANGUAGES


def test_the_trimmed_packages_are_small(trimmed: Path) -> None:
    assert size(trimmed) < 4 * MEGABYTE
    locales = {path.stem for path in (trimmed / "babel" / "locale-data").glob("*.dat")}
    assert {"root", "de_AT", "en_GB", "en_US", "es_MX", "fr_CA"} <= locales
    assert "pl" not in locales


WHEN = {
    "de-AT": "Dienstag, 1. Dezember 2026, 14:00–14:30",
    "en": "Tuesday, 1 December 2026, 14:00–14:30",
    "en-US": "Tuesday, December 1, 2026, 2:00",
    "es": "martes, 1 de diciembre de 2026, 14:00–14:30",
    "fr-CA": "mardi 1 décembre 2026, 14 h 00",
}


def test_mails_are_composed_from_the_trimmed_packages_alone(trimmed: Path, tmp_path: Path) -> None:
    other = packages(tmp_path / "deps", FROM_THE_OTHER_LAYER)
    program = f"""
import sys
sys.path[:0] = {[str(trimmed), str(other), str(ROOT / "layers" / "core"), str(ROOT)]!r}
from tests.mail.letters import HOST, composed, host, letter, text_of
sys.stdout.reconfigure(encoding="utf-8")
for tag in {list(WHEN)!r}:
    print(text_of(composed(letter(recipient=HOST, host=host(language=tag)))))
"""
    done = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert [when for when in WHEN.values() if when not in done.stdout.decode()] == []
