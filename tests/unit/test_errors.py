"""Every refusal has a status, a code of its own, a place in the tree and a row in the documents."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from daybook.domain import errors
from daybook.domain.errors import DaybookError, FieldError, pointer
from daybook.edge import problems

ROOT = Path(__file__).parents[2]


def leaves(branch: type[DaybookError] = DaybookError) -> Iterator[type[DaybookError]]:
    """Yield every class that is raised: those with a code of their own."""
    for cls in branch.__subclasses__():
        if "code" in vars(cls):
            yield cls
        yield from leaves(cls)


LEAVES = sorted(leaves(), key=lambda cls: cls.code)
each = pytest.mark.parametrize("leaf", LEAVES, ids=lambda cls: cls.code)


def test_no_two_share_a_code() -> None:
    codes = [leaf.code for leaf in LEAVES]
    assert len(codes) == len(set(codes))


@each
def test_each_has_a_status_a_title_and_a_stable_code(leaf: type[DaybookError]) -> None:
    assert 400 <= problems.status_of(leaf) < 600
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", leaf.code)
    assert leaf.title
    assert leaf.title != DaybookError.title


@each
def test_each_stands_in_the_tree_beside_its_status(leaf: type[DaybookError]) -> None:
    assert re.search(rf"\b{leaf.__name__}\b", errors.__doc__ or "")
    branch = next(cls for cls in leaf.__mro__ if cls in problems.STATUS)
    line = next(line for line in (errors.__doc__ or "").splitlines() if re.search(rf"─ {branch.__name__}\b", line))
    assert str(problems.status_of(leaf)) in line


@each
def test_each_has_a_row_in_the_documents(leaf: type[DaybookError]) -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \|", (ROOT / "docs" / "api.md").read_text(), re.MULTILINE)
    assert (leaf.code, str(problems.status_of(leaf))) in rows


@pytest.mark.parametrize(
    ("parts", "spelt"), [((), ""), (("a", 0), "/a/0"), (("a/b~c",), "/a~1b~0c"), (("~1",), "/~01"), (("",), "/")]
)
def test_a_pointer_escapes_slash_and_tilde(parts: tuple[object, ...], spelt: str) -> None:
    assert pointer(*parts) == spelt


def test_an_invalid_request_names_its_places() -> None:
    error = errors.ValidationFailed.at("/host", "There is no such host.")
    assert (str(error), error.errors) == (
        "There is no such host.",
        (FieldError("/host", "There is no such host."),),
    )
