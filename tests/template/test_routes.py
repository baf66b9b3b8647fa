"""The template, the handlers, the OpenAPI document and the events name the same routes."""

import json
import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from daybook.domain.errors import MethodNotAllowed
from public import unmatched
from tools.events import EVENTS, IN_PATH, events
from tools.routes import functions, public, routes

ROOT = Path(__file__).parents[2]
ROUTED = sorted({route.function for route in routes() if route.method})


def described(document: dict[str, Any]) -> set[str]:
    """Return the route keys of an OpenAPI document."""
    methods = {"get", "post", "put", "patch", "delete"}
    return {
        f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item if method in methods
    }


def test_every_module_of_functions_is_a_function_and_the_other_way_round() -> None:
    modules = {
        ".".join(path.relative_to(ROOT / "functions").with_suffix("").parts)
        for path in (ROOT / "functions").glob("*/*.py")
        if path.stem != "__init__"
    }
    assert modules == set(functions())


def test_sections_stand_in_the_order_of_the_functions_folder() -> None:
    groups = [name.split(".")[0] for name in functions()]
    assert groups == sorted(groups, key=["public", "host", "workers"].index)


def test_functions_are_named_for_their_module(template: dict[str, Any]) -> None:
    for name, resource in template["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            verb = resource["Properties"]["Handler"].split(".")[1]
            assert name == "".join(word.title() for word in verb.split("_")) + "Function"


@pytest.mark.parametrize("name", sorted(functions()))
def test_a_handler_can_be_imported_without_any_environment(name: str) -> None:
    assert callable(import_module(name).handler)


@pytest.mark.parametrize("name", ["public.book", "public.list_slots", "public.cancel"])
def test_a_request_loads_nothing_of_mails_timers_and_queues(name: str) -> None:
    code = f"import sys, {name}; print(*(each for each in sys.modules if each.startswith('daybook.')))"
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'layers' / 'core'}:{ROOT / 'functions'}"}
    ran = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert not [each for each in ran.stdout.split() if re.search(r"mail|timers|queues|\.bus$|\.ses$", each)]


@pytest.mark.parametrize("name", ROUTED)
def test_a_handler_serves_the_routes_that_lead_to_it(name: str) -> None:
    served = {f"{each.method} {each.path}" for each in import_module(name).handler.endpoints}
    assert served == {route.key for route in routes() if route.function == name}


def test_the_openapi_document_has_every_route_and_no_other() -> None:
    document = json.loads((ROOT / "docs" / "openapi.json").read_text())
    assert described(document) == {route.key for route in routes() if route.path and route.path.startswith("/v1/")}


def test_a_known_path_with_another_method_is_told_which_ones_there_are() -> None:
    by_path: dict[str, set[str]] = {}
    for route in routes():
        if route.method and route.path:
            by_path.setdefault(route.path.format_map(IN_PATH), set()).add(route.method)
    for path, methods in by_path.items():
        refused = unmatched.refusal(path)
        assert isinstance(refused, MethodNotAllowed), path
        assert set(refused.allowed) == methods, path


def test_no_route_leads_to_two_functions() -> None:
    keys = [route.key for route in routes()]
    assert len(keys) == len(set(keys))


def test_there_is_one_event_for_each_function() -> None:
    names = {".".join(path.relative_to(EVENTS).with_suffix("").parts) for path in EVENTS.rglob("*.json")}
    assert names == set(functions())


@pytest.mark.parametrize("path", sorted(EVENTS.rglob("*.json")), ids=lambda path: path.stem)
def test_an_event_is_what_the_gateway_or_the_source_would_send(path: Path) -> None:
    event = json.loads(path.read_text())
    assert event == json.loads(json.dumps(dict(events())[path]))
    name = ".".join(path.relative_to(EVENTS).with_suffix("").parts)
    if not name.startswith("workers."):
        [route] = [route for route in routes() if route.key == event["routeKey"]]
        assert route.function == name
        assert ("authorizer" in event["requestContext"]) != public(route)
