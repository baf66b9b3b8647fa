"""What the benchmark of cold starts lets answer: all that need not ask Google."""

from pathlib import Path

import pytest

from benchmarks import cold, trees
from benchmarks.scene import GOOGLE_CLIENT
from tools.routes import functions

ASKING = ["public.google_callback", "workers.check_busy", "workers.import_busy_times", "workers.write_back"]


def test_only_who_asks_google_starts_without_answering() -> None:
    assert sorted(cold.UNANSWERED) == ASKING


def test_everybody_else_answers_with_success(deployable: None) -> None:
    with cold.tried(only=functions().__contains__) as answering:
        assert answering.keys() == functions().keys() - cold.UNANSWERED


def test_who_is_given_a_client_at_google_by_the_template_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "layer", Path)
    environments = {name: cold.environment_of(name) for name in functions()}
    having = [name for name, each in environments.items() if each.get("DAYBOOK_GOOGLE_CLIENT_ID") == GOOGLE_CLIENT]
    assert sorted(having) == sorted(["host.connect_calendar", "public.google_start", *ASKING])
