"""Read the routes of template.yaml: which function answers which request."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

TEMPLATE = Path(__file__).parents[1] / "template.yaml"


@dataclass(frozen=True, slots=True)
class Route:
    """One route of the HTTP API; method and path are None for $default. `function` is `<group>.<verb>`."""

    function: str
    method: str | None
    path: str | None
    authorizer: str | None

    @property
    def key(self) -> str:
        """What API Gateway calls the route."""
        return f"{self.method} {self.path}" if self.method else "$default"


@cache
def template() -> dict[str, Any]:
    """Return the template; intrinsic functions in their long form ({"Ref": ...})."""
    document: dict[str, Any] = yaml_parse(TEMPLATE.read_text())
    return document


def functions() -> dict[str, dict[str, Any]]:
    """Return the properties of every function by `<group>.<verb>`, in the template's order."""
    resources = template()["Resources"].values()
    found = [each["Properties"] for each in resources if each["Type"] == "AWS::Serverless::Function"]
    return {each["Handler"].removesuffix(".handler"): each for each in found}


def variables(function: str) -> dict[str, str]:
    """Return the environment of a function, with the defaults of parameters; what only AWS knows is named so."""
    parameters = template()["Parameters"]

    def plain(value: Any) -> str:
        if not isinstance(value, dict):
            return str(value)
        name = value.get("Ref")
        return str(parameters[name]["Default"]) if name in parameters else "made-by-cloudformation"

    shared = template()["Globals"]["Function"]["Environment"]["Variables"]
    own = functions()[function].get("Environment", {}).get("Variables", {})
    return {name: plain(value) for name, value in {**shared, **own}.items()}


def routes() -> Iterator[Route]:
    """Yield every route in the template's order."""
    for name, function in functions().items():
        for event in function.get("Events", {}).values():
            if event["Type"] == "HttpApi":
                properties = event["Properties"]
                authorizer = properties.get("Auth", {}).get("Authorizer")
                yield Route(name, properties.get("Method"), properties.get("Path"), authorizer)


def public(route: Route) -> bool:
    """Tell whether a route is open to callers without a key; a route that says nothing is not."""
    return route.authorizer == "NONE"
