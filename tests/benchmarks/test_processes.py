"""A measured process finds its modules where Lambda would, and nowhere else."""

import os
from pathlib import Path

import pytest

from benchmarks import processes
from benchmarks.processes import Program, runner

TELLING_ITS_PATH = "import json, os, sys; os.write(3, json.dumps({'path': sys.path}).encode())"


@pytest.mark.skipif(not Path(processes.PYTHON).exists(), reason="needs Python 3.13: run `make test`")
def test_the_current_directory_is_no_place_to_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with runner() as run:
        _, told = run(Program(TELLING_ITS_PATH, [Path("/opt/python")]))
    assert told["path"][0] == "/opt/python"
    assert not {"", os.fspath(tmp_path)} & set(told["path"])
