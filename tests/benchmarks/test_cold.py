"""What the benchmark of cold starts lets answer: all that need not ask Google."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import cold, trees
from benchmarks.scene import GOOGLE_CLIENT, Scene, prepared
from tools.routes import functions

ASKING = ["public.google_callback", "workers.check_busy", "workers.import_busy_times", "workers.write_back"]


@pytest.fixture
def scene() -> Iterator[Scene]:
    """Make the scene, and leave no variable behind that it set."""
    before = dict(os.environ)
    yield prepared()
    os.environ.clear()
    os.environ.update(before)


def test_only_who_asks_google_starts_without_answering() -> None:
    assert sorted(cold.UNANSWERED) == ASKING


def test_whoever_answers_has_an_event_and_a_moment(scene: Scene) -> None:
    answering = functions().keys() - cold.UNANSWERED
    assert answering <= scene.events.keys()
    assert answering <= scene.moments.keys()


def test_who_is_given_a_client_at_google_by_the_template_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "layer", Path)
    environments = {name: cold.environment_of(name) for name in functions()}
    having = [name for name, each in environments.items() if each.get("DAYBOOK_GOOGLE_CLIENT_ID") == GOOGLE_CLIENT]
    assert sorted(having) == sorted(["host.connect_calendar", "public.google_start", *ASKING])
