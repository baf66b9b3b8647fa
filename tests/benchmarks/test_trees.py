"""Folders to be measured appear whole, however many processes build them at once."""

from pathlib import Path

import pytest

from benchmarks import trees
from benchmarks.trees import Making


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(trees, "BUILD", tmp_path)
    return tmp_path / "core-0123456789ab"


def test_the_first_of_two_that_build_the_same_stays(target: Path) -> None:
    with Making(target) as first, Making(target) as second:
        assert first != second
        for folder, text in ((first, "first"), (second, "second")):
            (folder / "name").write_text(text)
    assert (target / "name").read_text() == "second"
    assert list(target.parent.iterdir()) == [target]


def test_half_a_folder_is_never_left(target: Path) -> None:
    with pytest.raises(ZeroDivisionError), Making(target) as folder:
        (folder / "name").write_text(str(1 / 0))
    assert list(target.parent.iterdir()) == []


def test_what_cannot_be_moved_is_told(target: Path) -> None:
    target.write_text("in the way")
    with pytest.raises(OSError, match="core-"), Making(target):
        pass
    assert list(target.parent.iterdir()) == [target]
