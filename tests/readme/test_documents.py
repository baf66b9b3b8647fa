"""What the documents name exists: files, decisions, rules, terms, codes, parameters, alarms and verbs."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from daybook.domain import errors
from daybook.edge.problems import status_of
from tools.routes import template

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
SOURCES = [
    path
    for folder in ("functions", "layers/core", "local", "tools", "benchmarks", "tests")
    for path in (ROOT / folder).rglob("*.py")
]
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\((?!https?:)([^)#\s]*)(#[^)]*)?\)")
CITED = re.compile(
    r"`((?:[\w<>*.-]+/)*[\w<>*-]*\.(?:py|yaml|sh|toml|lock|md|txt|json)|(?:[\w.-]+/)+"
    r"|(?:functions|layers|local|tools|docs|events|benchmarks|tests)/[\w/-]+)`"
)
documents = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


def files() -> Iterator[str]:
    """Yield the project's files and folders below the root, caches and what tools make left out."""
    for top in sorted(ROOT.iterdir()):
        if top.is_dir() and not top.name.startswith("."):
            for path in top.rglob("*"):
                if "__pycache__" not in path.parts:
                    yield path.relative_to(ROOT).as_posix() + "/" * path.is_dir()
        if not top.name.startswith(".") or top.is_file():
            yield top.name + "/" * top.is_dir()


@pytest.fixture(scope="module")
def everything() -> list[str]:
    return list(files())


def anchors(document: Path) -> set[str]:
    """Return the anchors of a document's headings, spelt as GitHub does."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", document.read_text()), re.MULTILINE)
    return {"#" + re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@documents
def test_every_link_leads_somewhere(document: Path) -> None:
    for target, anchor in LINK.findall(FENCE.sub("", document.read_text())):
        found = (document.parent / target).resolve() if target else document
        assert found.exists(), target
        if anchor:
            assert anchor in anchors(found), target + anchor


@documents
def test_every_file_that_is_named_exists(document: Path, everything: list[str]) -> None:
    for cited in CITED.findall(FENCE.sub("", document.read_text())):
        pattern = "[^/]+".join(re.escape(part) for part in re.split(r"<\w+>|\*", cited))
        wanted = re.compile(rf"(.*/)?{pattern}/?")
        assert any(wanted.fullmatch(path) for path in everything), cited


def test_every_decision_the_code_cites_is_written_down() -> None:
    numbers = {path.name[:4] for path in (ROOT / "docs" / "adr").glob("*.md")}
    cited = {number for path in SOURCES for number in re.findall(r"docs/adr/(\d{4})", path.read_text())}
    assert cited <= numbers
    assert sorted(numbers) == [f"{n:04}" for n in range(1, len(numbers) + 1)]


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "adr").glob("*.md")), ids=lambda path: path.stem)
def test_a_decision_is_short_and_says_why_and_what_follows(path: Path) -> None:
    text = path.read_text()
    assert text.startswith(f"# {path.name[:4]} ")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]
    assert len(text.splitlines()) <= 40


def test_every_rule_the_code_cites_is_in_the_semantics() -> None:
    rules = set(re.findall(r"^\| (S\d+) \|", (ROOT / "docs" / "semantics.md").read_text(), re.MULTILINE))
    assert {rule for path in SOURCES for rule in re.findall(r"semantics: (S\d+)", path.read_text())} <= rules


def test_each_term_is_defined_once() -> None:
    terms = re.findall(r"^\| ([^|]+) \| ", (ROOT / "docs" / "glossary.md").read_text(), re.MULTILINE)
    counted = Counter(term.strip().lower() for term in terms if term.strip() != "term")
    assert [term for term, times in counted.items() if times > 1] == []
    assert len(counted) > 60


def test_every_error_is_in_the_table_with_its_status() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\d{3}) \|", (ROOT / "docs" / "api.md").read_text(), re.MULTILINE)
    leaves = {
        (each.code, str(status_of(each)))
        for each in vars(errors).values()
        if isinstance(each, type) and issubclass(each, errors.DaybookError) and each.code != "error"
    }
    assert sorted(rows) == sorted(leaves | {("internal", "500")})


def test_the_runbook_names_every_parameter_and_alarm() -> None:
    runbook = (ROOT / "docs" / "runbook.md").read_text()
    alarms = [name for name, each in template()["Resources"].items() if each["Type"] == "AWS::CloudWatch::Alarm"]
    assert [name for name in [*template()["Parameters"], *alarms] if f"`{name}`" not in runbook] == []


def test_the_runbook_gives_the_defaults_of_the_template() -> None:
    rows = re.findall(
        r"^\| (`\w+`(?:, `\w+`)*) \| ([^|]+) \|", (ROOT / "docs" / "runbook.md").read_text(), re.MULTILINE
    )
    parameters: dict[str, Any] = template()["Parameters"]
    said = {
        name: value.strip("` ")
        for names, values in rows
        for name, value in zip(re.findall(r"`(\w+)`", names), values.split(", "), strict=False)
    }
    for name, parameter in parameters.items():
        assert said[name] == (str(parameter["Default"]) or "empty"), name


@documents
def test_every_verb_of_make_exists(document: Path) -> None:
    verbs = set(re.findall(r"^([\w-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", document.read_text(), re.MULTILINE)) <= verbs
