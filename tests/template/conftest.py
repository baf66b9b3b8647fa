"""What the template's tests share: the template as data, and SAM where it is installed."""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

from tools.routes import template as read_template

ROOT = Path(__file__).parents[2]
VENV_SAM = ROOT / ".venv-sam" / "bin"

RunSam = Callable[..., "subprocess.CompletedProcess[str]"]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "sam: runs SAM itself; needs .venv-sam and Lambda's Python (make test sees to both)"
    )


@pytest.fixture(scope="session")
def template() -> dict[str, Any]:
    return read_template()


@pytest.fixture(scope="session")
def resources(template: dict[str, Any]) -> dict[str, Any]:
    return template["Resources"]


@pytest.fixture(scope="session")
def transformed() -> dict[str, Any]:
    """Return the resources CloudFormation gets, as SAM's transform writes them: roles, permissions, routes."""
    fitted = yaml_parse((ROOT / "template.yaml").read_text())
    fitted["Globals"]["Function"]["CodeUri"] = "s3://bucket/code"
    for resource in fitted["Resources"].values():
        if resource["Type"] == "AWS::Serverless::LayerVersion":
            resource["Properties"]["ContentUri"] = "s3://bucket/layer"
    translator = Translator({}, Parser(), boto_session=boto3.Session(region_name="eu-central-1"))
    translated: dict[str, Any] = translator.translate(fitted, parameter_values={})
    return translated["Resources"]


@pytest.fixture(scope="session")
def sam() -> RunSam:
    """Runs `sam` in the project; skips where it or Lambda's Python is missing, and fails there in CI."""
    python = lambda_python()
    if not (VENV_SAM / "sam").exists() or python is None:
        reason = "needs SAM and Python 3.13: run `make test`, which fetches both where it can"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        environment = {
            **os.environ,
            "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "SAM_CLI_TELEMETRY": "0",
        }
        done = subprocess.run(
            [VENV_SAM / "sam", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    return run


@pytest.fixture(scope="session")
def built(sam: RunSam, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build everything from scratch, beside whatever the user has built; once for all workers of a run."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "sam-build"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "template.yaml").exists():
            sam("build", "--no-cached", "--build-dir", str(folder))
    return folder


def lambda_python() -> Path | None:
    """Find what tools/bootstrap.sh made or would use; pyenv's shims do not count unless they run."""
    candidates = [
        ROOT / ".tools" / "python3.13" / "bin" / "python3.13",
        Path(shutil.which("python3.13") or "/nowhere"),
        *sorted(Path.home().glob(".pyenv/versions/3.13*/bin/python3.13")),
    ]
    for candidate in candidates:
        probe = [candidate, "-m", "pip", "--version"]
        if candidate.exists() and subprocess.run(probe, capture_output=True, check=False).returncode == 0:
            return candidate
    return None
