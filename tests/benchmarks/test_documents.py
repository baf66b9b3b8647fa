"""The documents hold what was measured, with what it was measured on; what is worked out is never stale."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import __main__ as bench
from benchmarks import conditions, contention, cost, load
from benchmarks.measure import Line
from benchmarks.sections import DOCUMENTS, Result, written

TEXT = "Before\n\n<!-- results: cold -->\nold\n<!-- end -->\n\nAfter\n"
LINES = [Line("a", {"ms": 1.5}), Line("b", {"ms": 3}, judged="ms", budget=2)]


def test_a_table_is_written_between_its_marks() -> None:
    result = Result("Starts", LINES, {"on": "1 May 2027", "Python": "3.13.0"})
    assert written(TEXT, {"cold": result}).splitlines() == [
        "Before",
        "",
        "<!-- results: cold -->",
        "Starts; on 1 May 2027, Python 3.13.0.",
        "",
        "|  | ms | budget |",
        "|---|---:|---:|",
        "| a | 1.5 |  |",
        "| b | 3 | ≤ 2 EXCEEDED |",
        "",
        "<!-- end -->",
        "",
        "After",
    ]


def test_what_was_never_measured_stays() -> None:
    assert written(TEXT, {"cold": Result("Starts")}) == TEXT


def test_what_is_worked_out_is_what_the_page_says() -> None:
    worked_out = {"cost": cost, "load": load, "contention": contention}
    results = {name: Result(each.title) for name, each in bench.BENCHMARKS.items()}
    for name, module in worked_out.items():
        results[name] = Result(bench.BENCHMARKS[name].title, list(module.run(False, lambda _: None)))
    for document in DOCUMENTS:
        assert written(document.read_text(), results) == document.read_text()


def test_every_benchmark_has_its_place() -> None:
    texts = "".join(document.read_text() for document in DOCUMENTS)
    assert all(f"<!-- results: {name} -->" in texts for name in bench.BENCHMARKS)


@pytest.fixture
def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A benchmark that exceeds its budget; return where results are kept."""

    def run(_quick: bool, _say: object) -> Iterator[Line]:
        yield from LINES

    monkeypatch.setattr(bench, "RESULTS", tmp_path / "measured")
    monkeypatch.setattr(bench, "BENCHMARKS", {"slow": bench.Benchmark("Slow", run, lambda: {"on": "1 May 2027"})})
    return tmp_path / "measured"


def test_a_budget_that_is_exceeded_is_told_by_the_exit_code(slow: Path) -> None:
    assert bench.main(["--only", "slow"]) == 1
    assert bench.known("slow") == Result("Slow", LINES, {"on": "1 May 2027"})
    assert json.loads((slow / "slow.json").read_text())["conditions"] == {"on": "1 May 2027"}


def test_a_quick_run_judges_nothing_and_keeps_nothing(slow: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main(["--quick", "--only", "slow"]) == 0
    assert "EXCEEDED" not in capsys.readouterr().out
    assert bench.known("slow") == Result("Slow")


def test_conditions_name_the_day_the_machine_and_versions() -> None:
    noted = conditions.noted(packages=["botocore"])
    assert list(noted) == ["on", "by", "Python", "botocore"]
    assert noted["Python"].count(".") == 2
    assert all(noted.values())


def test_versions_are_those_of_the_requirements(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours.txt", tmp_path / "theirs.txt"
    ours.write_text("botocore==1.2.3 \\\n    --hash=sha256:00\n")
    theirs.write_text("botocore==1.2.4\npydantic[email]==2.0 ; python_version > '3'\nsix==1.0\n")
    found = conditions.pinned([ours, theirs], ["pydantic", "botocore", "boto3"])
    assert found == {"pydantic": "2.0", "botocore": "1.2.3 and 1.2.4"}
