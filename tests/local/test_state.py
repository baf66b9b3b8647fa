"""State directories and engines that are killed, shared or begun anew."""

import os
import shutil
import signal
import time
from pathlib import Path

import pytest
import urllib3

from local import emulator, state
from local.stack import Options, Stack, running
from local.state import Account, StartFailedError, opened
from tests.local.samples import SAMPLE, no_seed


def _claim(stack: Stack, http: urllib3.PoolManager) -> int:
    return http.request("POST", stack.url + "/v1/claims", json={"key": "k", "by": "me"}).status


def test_an_engine_that_is_killed_loses_a_few_seconds_at_most(tmp_path: Path, http: urllib3.PoolManager) -> None:
    options = Options(template=SAMPLE, seed=no_seed, state=tmp_path)
    with running(options) as stack:
        assert _claim(stack, http) == 201
        time.sleep(emulator.AUTOSAVE_SECONDS + 1)
        os.kill(stack.engine.pid, signal.SIGKILL)
    with running(options) as stack:
        assert _claim(stack, http) == 409
    assert not (tmp_path / "tmp").exists()
    with running(Options(template=SAMPLE, seed=no_seed, state=tmp_path, fresh=True)) as stack:
        assert _claim(stack, http) == 201


def test_a_changed_template_is_brought_up_to_date_and_keeps_the_data(tmp_path: Path, http: urllib3.PoolManager) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(SAMPLE.parent, copy)
    options = Options(template=copy / "template.yaml", seed=no_seed, state=tmp_path / "state")
    with running(options) as stack:
        assert _claim(stack, http) == 201
    changed = options.template.read_text().replace("/v1/broken", "/v1/renamed").replace("app.broken", "app.echo")
    options.template.write_text(changed)
    with running(options) as stack:
        assert _claim(stack, http) == 409
        assert http.request("GET", stack.url + "/v1/renamed").json()["event"]["routeKey"] == "GET /v1/renamed"
        assert http.request("GET", stack.url + "/v1/broken").json()["event"]["routeKey"] == "$default"


def test_a_second_instance_is_kept_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "PATIENCE_SECONDS", 0.1)
    with opened(tmp_path, fresh=False) as first:
        (first.tmp / "in-use").touch()
        with pytest.raises(StartFailedError, match="another instance"), opened(tmp_path, fresh=True):
            pass
        assert (first.tmp / "in-use").exists()


def test_a_start_that_never_finished_is_begun_anew(tmp_path: Path) -> None:
    with opened(tmp_path, fresh=False) as first:
        (first.engine / "dynamodb.json").touch()
    with opened(tmp_path, fresh=False) as second:
        assert not list(second.engine.iterdir())
        (second.engine / "dynamodb.json").touch()
        second.keep(Account("demo", "dbk_secret"))
    with opened(tmp_path, fresh=False) as third:
        assert third.account() == Account("demo", "dbk_secret")
        assert list(third.engine.iterdir())


def test_the_key_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    with opened(tmp_path, fresh=False) as opened_state:
        opened_state.keep(Account("demo", "dbk_secret"))
    assert (tmp_path / "account.json").stat().st_mode & 0o077 == 0


def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(StartFailedError, match="cannot use the state directory"),
        opened(tmp_path / "file", fresh=False),
    ):
        pass


def test_only_the_release_it_is_written_for_is_mended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emulator, "version", lambda _: "1.5.34")
    with pytest.raises(SystemExit, match=r"1\.5\.34"):
        emulator.main()
