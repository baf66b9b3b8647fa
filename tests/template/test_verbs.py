"""The Makefile's verbs are documented, and CI uses them."""

import re
import shutil
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


def stub(folder: Path, **commands: str) -> None:
    """Write commands that do what a test says."""
    for name, text in commands.items():
        (folder / name.replace("_", "-")).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name.replace("_", "-")).chmod(0o755)


@pytest.mark.parametrize(("user", "asked"), [("0", "apt-get"), ("1000", "sudo -n apt-get")])
def test_ci_installs_what_it_lacks_as_root(tmp_path: Path, user: str, asked: str) -> None:
    for name in ("bash", "dirname", "mktemp", "rm", "tee", "tail", "env"):
        (tmp_path / name).symlink_to(shutil.which(name) or name)
    stub(tmp_path, id=f"echo {user}", git=":", make="echo 1 passed", sudo='echo "sudo $@"', apt_get='echo "apt-get $@"')
    ran = subprocess.run(
        [ROOT / ".ci" / "run"], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=True
    )
    first, second, *_ = ran.stdout.splitlines()
    assert first == f"{asked} update -qq"
    assert second.endswith("ca-certificates curl")
    assert second.startswith("sudo -n env " if user != "0" else "apt-get install")


@pytest.mark.parametrize("ci", [False, True])
def test_what_the_validators_lack_is_said_with_its_cause(tmp_path: Path, ci: bool) -> None:
    stubs, folder = tmp_path / "stubs", tmp_path / "tests" / "mail" / "validators"
    for each in (stubs, folder, tmp_path / "tools"):
        each.mkdir(parents=True)
    (folder / "package-lock.json").touch()
    script = shutil.copy2(ROOT / "tools" / "bootstrap.sh", tmp_path / "tools")
    # Nobody who may install anything, and a registry that knows nothing.
    npm = 'case "$*" in *silent*) ;; *) echo code E404 >&2;; esac; exit 1'
    stub(stubs, id="echo 1000", sudo="exit 1", node=":", npm=npm)
    environment = {"PATH": f"{stubs}:/usr/bin:/bin", **({"CI": "true"} if ci else {})}
    ran = subprocess.run([script, "validators"], env=environment, capture_output=True, text=True, check=True)
    assert "npm could not fetch ical.js" in ran.stderr
    assert "code E404" in ran.stderr
    assert ("will be skipped" in ran.stderr) is not ci
    assert ("will fail" in ran.stderr) is ci


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
