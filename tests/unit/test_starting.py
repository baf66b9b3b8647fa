"""Methods of dataclasses, compiled ahead: the same classes, sooner."""

import dataclasses
import marshal
from collections.abc import Iterator
from importlib.util import MAGIC_NUMBER
from pathlib import Path

import pytest

from daybook import starting


@pytest.fixture(autouse=True)
def own_exec() -> Iterator[None]:
    yield
    vars(dataclasses).pop("exec", None)


@pytest.fixture
def texts() -> list[str]:
    """What dataclass() runs for one class."""
    found: list[str] = []

    def run(text: str, *scopes: dict[str, object]) -> None:
        found.append(text)
        exec(text, *scopes)

    vars(dataclasses)["exec"] = run
    made()
    del vars(dataclasses)["exec"]
    return found


def stored(folder: Path, compiled: dict[str, bytes], magic: bytes = MAGIC_NUMBER) -> str:
    path = folder / "compiled"
    path.write_bytes(magic + marshal.dumps(compiled))
    return str(path)


def made() -> type:
    return dataclasses.make_dataclass("Made", [("name", str)], frozen=True, slots=True, kw_only=True)


def test_methods_are_taken_from_the_file(texts: list[str], tmp_path: Path) -> None:
    compiled = {
        text: marshal.dumps(compile(text.replace("__qualname__", "__qualname__.upper()"), "", "exec")) for text in texts
    }
    starting.use_compiled(stored(tmp_path, compiled))
    assert repr(made()(name="Ada")) == "MADE(name='Ada')"


def test_byte_code_of_another_python_is_left_alone(tmp_path: Path) -> None:
    starting.use_compiled(stored(tmp_path, {}, magic=b"\0\0\r\n"))
    assert "exec" not in vars(dataclasses)


def test_what_the_file_lacks_is_compiled_as_ever(tmp_path: Path) -> None:
    starting.use_compiled(stored(tmp_path, {}))
    assert repr(made()(name="Ada")) == "Made(name='Ada')"


def test_without_a_file_nothing_changes(tmp_path: Path) -> None:
    starting.use_compiled(str(tmp_path / "none"))
    assert "exec" not in vars(dataclasses)


def test_once_a_function_has_started_dataclasses_is_itself_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
    monkeypatch.setattr("gc.freeze", lambda: None)
    starting.use_compiled(stored(tmp_path, {}))
    assert "exec" in vars(dataclasses)
    starting.ready()
    assert "exec" not in vars(dataclasses)
