"""The Makefile's verbs are documented, and CI uses them."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
VERBS = {"run", "test", "check", "bench", "build", "deploy", "openapi", "mail-preview", "tenant", "help", "clean"}


def test_make_alone_lists_every_verb() -> None:
    listed = subprocess.run(["make", "--silent"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"^make ([\w-]+)", listed, re.MULTILINE)) == VERBS


@pytest.mark.parametrize(("script", "shell"), [("tools/bootstrap.sh", "sh"), (".ci/run", "bash")])
def test_a_script_can_be_parsed_and_run(script: str, shell: str) -> None:
    subprocess.run([shell, "-n", ROOT / script], check=True)
    assert (ROOT / script).stat().st_mode & 0o111


def test_ci_is_what_a_user_runs() -> None:
    steps = re.findall(r"^step (\w+)$", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)
    assert steps == ["check", "build", "test"]
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())
    assert [step["run"] for step in workflow["jobs"]["gate"]["steps"] if "run" in step] == [".ci/run"]


def test_a_tenant_needs_a_name() -> None:
    """An empty name must stop before anything is written."""
    asked = subprocess.run(["make", "-n", "tenant"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "${NAME:?" in asked
    assert "${EMAIL:?" in asked
