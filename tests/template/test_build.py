"""SAM accepts the template, and what it builds is small, compiled, and for Lambda's processor."""

import re
import struct
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path
from shutil import copy2

import pytest

from layers.deps.trim import SERVICES
from layers.deps.trim import trim as trim_deps
from layers.google.trim import trim as trim_google
from layers.mail.trim import trim as trim_mail
from tests.template.conftest import RunSam
from tools.routes import functions

ROOT = Path(__file__).parents[2]
SEARCH = (ROOT / "layers" / "core", ROOT / "functions")
"""Where our own code lies."""
MEGABYTE = 1_000_000
ARM64 = 0xB7  # e_machine of an ELF file: EM_AARCH64
UNCHECKED_HASH = 0b01  # PEP 552: hash-based, not validated against its source


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@pytest.mark.sam
def test_sam_finds_nothing_to_complain_about(sam: RunSam) -> None:
    assert "is a valid SAM Template" in sam("validate", "--lint").stdout


@pytest.mark.sam
def test_code_and_layers_of_a_function_stay_small(built: Path) -> None:
    whole = size(built / "CoreLayer") + size(built / "DepsLayer") + size(built / "BookFunction")
    assert whole <= 25 * MEGABYTE


@pytest.mark.sam
def test_what_writes_mails_stays_small(built: Path) -> None:
    assert size(built / "MailLayer") <= 10 * MEGABYTE


@pytest.mark.sam
def test_what_talks_to_google_stays_small(built: Path) -> None:
    """All layers of the fullest function, unzipped; Lambda takes 250 MB, and each counts at a cold start."""
    layers = ("CoreLayer", "DepsLayer", "MailLayer", "GoogleLayer")
    assert sum(size(built / layer) for layer in layers) + size(built / "CheckBusyFunction") <= 60 * MEGABYTE


@pytest.mark.sam
def test_every_function_gets_every_handler(built: Path) -> None:
    for name in functions():
        assert (built / "BookFunction" / f"{name.replace('.', '/')}.py").exists()


@pytest.mark.sam
@pytest.mark.parametrize("layer", ["CoreLayer", "DepsLayer", "MailLayer", "GoogleLayer"])
def test_layers_carry_byte_code_that_is_used_unchecked(built: Path, layer: str) -> None:
    packages = built / layer / "python"
    sources = {path for path in packages.rglob("*.py") if path.stat().st_size}
    compiled = {path.parent.parent / f"{path.name.split('.')[0]}.py": path for path in packages.rglob("*.pyc")}
    assert sources <= compiled.keys()
    for path in compiled.values():
        assert path.name.endswith(".cpython-313.pyc")
        assert struct.unpack("<I", path.read_bytes()[4:8]) == (UNCHECKED_HASH,)


UNUSED = re.compile(r"(^|/)(tests?|docs?)/|(^|/)test_[^/]*$|_tests?\.py$|\.(pyi|pyx|[ch]|md|rst|html|js)$|/py\.typed$")
MEANT = re.compile(r"^daybook/.*\.html$|^botocore/docs/|\.dist-info/licenses/")
"""Our own pages and mails; what clients import of botocore's writers of documentation; licenses in any format."""


@pytest.mark.sam
@pytest.mark.parametrize("layer", ["CoreLayer", "DepsLayer", "MailLayer", "GoogleLayer"])
def test_layers_carry_no_tests_stubs_or_documents(built: Path, layer: str) -> None:
    packages = built / layer / "python"
    files = (str(path.relative_to(packages)) for path in packages.rglob("*") if path.is_file())
    assert sorted(file for file in files if UNUSED.search(file) and not MEANT.search(file)) == []


@pytest.mark.sam
@pytest.mark.parametrize("layer", ["DepsLayer", "MailLayer", "GoogleLayer"])
def test_native_code_is_for_lambdas_processor(built: Path, layer: str) -> None:
    libraries = sorted((built / layer).rglob("*.so"))
    assert libraries
    for library in libraries:
        assert struct.unpack("<H", library.read_bytes()[18:20]) == (ARM64,), library.name


@pytest.mark.sam
def test_the_core_layer_is_our_package_alone(built: Path) -> None:
    assert [path.name for path in (built / "CoreLayer" / "python").iterdir()] == ["daybook"]


def packages(layer: str, folder: Path) -> Path:
    """Copy what a layer's requirements.txt names from this environment; the same versions, for this machine."""
    for line in (ROOT / "layers" / layer / "requirements.txt").read_text().splitlines():
        name, pinned, version = line.partition(" ")[0].partition("==")
        if pinned:
            assert distribution(name).version == version, name
            for file in distribution(name).files or []:
                source, target = Path(str(file.locate())), folder / file
                if ".." not in file.parts and source.suffix != ".pyc" and source.exists():
                    target.parent.mkdir(parents=True, exist_ok=True)
                    copy2(source, target)
    return folder


def run_with(folders: list[Path], program: str) -> None:
    """Run a program that finds nothing but these folders, our code and Python's own library."""
    search = [str(folder) for folder in (*folders, *SEARCH)]
    program = f"import sys\nsys.path[:0] = {search!r}\n{program}"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_what_the_trimmed_packages_lack_is_not_missed(tmp_path: Path) -> None:
    """Import every handler without a layer of its own, and make every client, from the trimmed packages alone."""
    trim_deps(packages("deps", tmp_path))
    plain = sorted(name for name, function in functions().items() if "Layers" not in function)
    run_with(
        [tmp_path],
        f"""
import importlib
from botocore.session import get_session
keys = dict(aws_access_key_id="x", aws_secret_access_key="x")
for service in {sorted(SERVICES)!r}:
    client = get_session().create_client(service, region_name="eu-central-1", **keys)
    assert "eu-central-1" in client.meta.endpoint_url, client.meta.endpoint_url
for name in {plain!r}:
    importlib.import_module(name)
    # Powertools' processor of batches brings it.
    assert "importlib.metadata" not in sys.modules or name.startswith("workers."), name
importlib.import_module("daybook.wiring").client()
""",
    )


def test_with_all_layers_everything_can_be_imported(tmp_path: Path) -> None:
    """What few functions need is imported at its first use, so a handler that can be imported proves little."""
    trim_deps(packages("deps", tmp_path / "deps"))
    trim_mail(packages("mail", tmp_path / "mail"))
    trim_google(packages("google", tmp_path / "google"))
    run_with(
        [tmp_path / "deps", tmp_path / "mail", tmp_path / "google"],
        f"""
import importlib, pkgutil
import daybook
for module in pkgutil.walk_packages(daybook.__path__, "daybook."):
    importlib.import_module(module.name)
from botocore.config import Config
from daybook.adapters import aws
import certifi, os
def trusted():
    aws.session.cache_clear()
    return aws.client("dynamodb", Config(region_name="eu-central-1"))._endpoint.http_session._verify
os.environ["AWS_CA_BUNDLE"] = certifi.where()
assert trusted() == certifi.where(), trusted()
del os.environ["AWS_CA_BUNDLE"]
assert trusted().endswith("botocore/cacert.pem"), trusted()
for name in {sorted(functions())!r}:
    importlib.import_module(name)
""",
    )
