"""Methods of dataclasses and regular expressions, compiled ahead: the same things, sooner."""

import dataclasses
import marshal
import re
from collections.abc import Iterator
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from unittest.mock import Mock, patch

import pytest

from daybook import starting
from layers.core.precompile import expressions

MAGIC = len(MAGIC_NUMBER)
OTHERS = {
    "another Python": b"\0" * MAGIC + starting.HEADER[MAGIC:],
    "another engine of expressions": starting.HEADER[:MAGIC] + b"\0" * 4 + starting.HEADER[-1:],
    "another width of its words": starting.HEADER[:-1] + b"\2",
}


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    re.purge()
    yield
    starting.forget_compiled()
    re.purge()


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


def stored(
    folder: Path,
    texts: dict[str, bytes] | None = None,
    patterns: dict[tuple[str | bytes, int], bytes] | None = None,
    *,
    header: bytes = starting.HEADER,
) -> str:
    path = folder / "compiled"
    path.write_bytes(header + marshal.dumps((texts or {}, patterns or {})))
    return str(path)


def changed() -> bool:
    return "exec" in vars(dataclasses) or starting.COMPILER["compile"] is not ORDINARY


ORDINARY = starting.COMPILER["compile"]


def made() -> type:
    return dataclasses.make_dataclass("Made", [("name", str)], frozen=True, slots=True, kw_only=True)


def test_methods_are_taken_from_the_file(texts: list[str], tmp_path: Path) -> None:
    compiled = {
        text: marshal.dumps(compile(text.replace("__qualname__", "__qualname__.upper()"), "", "exec")) for text in texts
    }
    starting.use_compiled(stored(tmp_path, compiled))
    assert repr(made()(name="Ada")) == "MADE(name='Ada')"


def test_an_expression_is_taken_from_the_file_by_its_text_and_flags(tmp_path: Path) -> None:
    with expressions() as found:
        starting.COMPILER["compile"]("(?P<name>b)+", 0)
    starting.use_compiled(stored(tmp_path, patterns={("a+", 0): found["(?P<name>b)+", 0]}))
    swapped = re.compile("a+")
    assert (swapped.pattern, swapped.flags, swapped.groupindex) == ("a+", re.UNICODE, {"name": 1})
    assert swapped.match("bb")
    assert not re.compile("a+", re.IGNORECASE).match("bb")
    assert not re.compile(b"a+").match(b"bb")


@pytest.mark.parametrize("pattern", [r"(\d+)(?:-(?P<end>[^\W\d_]{2,}))?", b"[\x80-\xff]+|^a", r"(?xi) ä # umlaut"])
def test_an_expression_from_the_file_is_the_one_that_would_be_compiled(pattern: str | bytes, tmp_path: Path) -> None:
    with expressions() as found:
        ordinary = re.compile(pattern)
    re.purge()
    starting.use_compiled(stored(tmp_path, patterns=found))
    engine = Mock(wraps=starting.COMPILER["_parser"].parse)
    with patch.dict(starting.COMPILER, _parser=Mock(parse=engine)):
        taken = re.compile(pattern)
    assert engine.call_count == 0
    assert taken == ordinary
    assert (taken.flags, taken.groups, taken.groupindex) == (ordinary.flags, ordinary.groups, ordinary.groupindex)


@pytest.mark.parametrize("header", OTHERS.values(), ids=OTHERS.keys())
def test_what_another_python_has_compiled_is_left_alone(header: bytes, tmp_path: Path) -> None:
    starting.use_compiled(stored(tmp_path, header=header))
    assert not changed()


def test_an_expression_that_the_engine_refuses_is_compiled(tmp_path: Path) -> None:
    with expressions() as found:
        re.compile("a+")
    flags, code, *rest = marshal.loads(found["a+", 0])
    for broken in ((flags, [*code[:-1], 99], *rest), (flags, code), (flags, [-1], *rest)):
        re.purge()
        starting.use_compiled(stored(tmp_path, patterns={("a+", 0): marshal.dumps(broken)}))
        assert re.compile("a+") == ORDINARY("a+", 0)


def test_what_the_file_lacks_is_compiled_as_ever(tmp_path: Path) -> None:
    starting.use_compiled(stored(tmp_path))
    assert repr(made()(name="Ada")) == "Made(name='Ada')"
    assert re.compile("a+") == ORDINARY("a+", 0)


def test_without_a_file_nothing_changes(tmp_path: Path) -> None:
    starting.use_compiled(str(tmp_path / "none"))
    assert not changed()


def test_once_a_function_has_started_everything_is_itself_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
    monkeypatch.setattr("gc.freeze", lambda: None)
    starting.use_compiled(stored(tmp_path))
    assert changed()
    starting.ready()
    assert not changed()
