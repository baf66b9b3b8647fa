"""Ratios of docs/performance.md, with margins that a busy machine does not cross and a regression does."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import cold, ledger, slots, trees
from benchmarks.measure import Line
from benchmarks.processes import Program, runner
from tools.routes import functions


def holds(line: Line, *, margin: float) -> bool:
    """Tell whether a line keeps its budget with a margin."""
    assert line.budget is not None
    wider = line.budget / margin if line.at_least else line.budget * margin
    return replace(line, budget=wider).kept


def test_a_month_of_slots_is_cheaper_than_a_sweep() -> None:
    assert holds(slots.against_others(slots.Sample(), rounds=12), margin=1.3)


def test_a_year_of_slots_is_twelve_months() -> None:
    assert holds(slots.against_month(rounds=12), margin=1.4)


def test_a_busy_calendar_costs_no_more_than_an_empty_one() -> None:
    empty, busy = (slots.Sample(bookings=number) for number in (0, 100))
    taken = slots.medians({"empty": slots.engine(empty), "busy": slots.engine(busy)}, rounds=8, loops=2)
    assert taken["busy"] < 1.5 * taken["empty"]


def test_the_adapter_adds_little_to_its_transaction(dynamodb: object) -> None:
    assert holds(ledger.measured(dynamodb, rounds=4), margin=1.2)


@pytest.fixture
def dynamodb(tmp_path: Path) -> Iterator[object]:
    from local.engine import started
    from local.state import opened

    with (
        opened(tmp_path / "state", fresh=True) as state,
        started(state, persist=False, enforce_iam=False) as engine,
    ):
        yield engine.dynamodb()


CONTENDERS = {cold.BOOK, *cold.BUDGETS}
MARGINS = dict.fromkeys(cold.BUDGETS, 1.0) | {cold.PLAIN.format(cold.POWERTOOLS): 1.1}
"""The budgets lie half above what is measured on a quiet machine; but for the last, which is closer."""


def test_a_cold_booking_keeps_its_budgets(deployable: None) -> None:
    costs = cold.measure(rounds=5, only=CONTENDERS.__contains__)
    ratios = {name: costs[cold.BOOK].cpu / costs[name].cpu for name in cold.BUDGETS}
    assert [name for name, budget in cold.BUDGETS.items() if ratios[name] > MARGINS[name] * budget] == [], ratios


COMPILING = """
import builtins, os, re._parser
{watch}
import {function}, dataclasses
assert len(late) <= {most}, f"{{len(late)}} compiled late: {{late}}"
assert "exec" not in vars(dataclasses)
os._exit(0)
"""
METHODS = """
late, run = [], builtins.exec
def watched(code, *scopes):
    if isinstance(code, str) and "__dataclass_" in code:
        late.append(code)
    run(code, *scopes)
builtins.exec = watched
"""
EXPRESSIONS = """
late, parse = [], re._parser.parse
def watched(pattern, *more):
    late.append(pattern)
    return parse(pattern, *more)
re._parser.parse = watched
"""
MOST_EXPRESSIONS = 10
"""Of more than a hundred: botocore's as it makes a client, which building the layer does not, and those of modules that
a function imports before anything of Daybook's."""


@pytest.mark.parametrize(("watch", "most"), [(METHODS, 0), (EXPRESSIONS, MOST_EXPRESSIONS)])
def test_what_starting_compiles_is_compiled_in_the_layer(watch: str, most: int, deployable: None) -> None:
    """Methods of Daybook's and pydantic's classes, and expressions, of every function without layers of its own."""
    with runner() as run:
        for name in (name for name, each in functions().items() if not each.get("Layers")):
            environment = cold.ENVIRONMENT | cold.environment_of(name)
            text = COMPILING.format(function=name, watch=watch, most=most)
            run(Program(text, trees.path_of(name), environment))
