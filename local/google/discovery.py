"""The Calendar API as its discovery document describes it: which request is which method, and is it well-formed."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import unquote

from local.google.errors import invalid, not_found, required
from local.google.schema import Schemas, parameter_value

Json = dict[str, Any]
_SERVICE = "/calendar/v3/"


@dataclass(frozen=True, slots=True)
class Method:
    """One method: `name` is events.insert; `request` and `response` name schemas; any one of `scopes` will do."""

    name: str
    verb: str
    path: re.Pattern[str]
    parameters: Mapping[str, Json]
    request: str | None
    response: str | None
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Discovery:
    """The methods, and the schemas of what they take and give."""

    methods: tuple[Method, ...]
    schemas: Schemas
    shared: Mapping[str, Json]
    scopes: Mapping[str, str]

    def find(self, verb: str, path: str) -> tuple[Method, dict[str, str]]:
        """Return the method and its path parameters.

        Args:
            path: as it came, percent-encoded.
        Raises:
            ApiError: there is none.
        """
        for method in self.methods:
            if method.verb == verb and (match := method.path.fullmatch(path)):
                return method, {name: unquote(value) for name, value in match.groupdict().items()}
        raise not_found()

    def parameters(self, method: Method, pairs: Iterable[tuple[str, str]]) -> Json:
        """Read a query; repeatable parameters become lists, absent ones with a default get it.

        Raises:
            ApiError: a parameter is unknown, missing, repeated or of another type.
        """
        known = {name: form for name, form in method.parameters.items() if form["location"] == "query"}
        given = {name: form["default"] for name, form in known.items() if "default" in form}
        values: Json = {name: parameter_value(name, text, known[name]) for name, text in given.items()}
        seen: set[str] = set()
        for name, text in pairs:
            form = known.get(name) or self.shared.get(name)
            if form is None:
                raise invalid(f'Unknown name "{name}": cannot bind query parameter.', name, reason="invalidParameter")
            value = parameter_value(name, text, form)
            if form.get("repeated"):
                values[name] = [*values.get(name, []), value]
            elif name in seen:
                raise invalid(f"Parameter {name} is given twice.", name, reason="invalidParameter")
            else:
                values[name] = value
            seen.add(name)
        for name, form in known.items():
            if form.get("required") and name not in values:
                raise required(f"Required parameter: {name}")
        return values

    def body(self, method: Method, raw: bytes, *, partial: bool) -> Json:
        """Read a body, without what only Google writes.

        Args:
            partial: null may stand for a value, as in a patch.
        Raises:
            ApiError: no JSON, an unknown field, a wrong type or value.
        """
        if method.request is None:
            if raw.strip():
                raise invalid(f"{method.name} takes no body.", reason="badRequest")
            return {}
        try:
            body = json.loads(raw or b"{}")
        except ValueError as error:
            raise invalid("Parse Error", reason="parseError") from error
        self.schemas.check(method.request, body, partial=partial)
        return self.schemas.writable(method.request, body)


@cache
def calendar_v3() -> Discovery:
    """Read the document that google-api-python-client carries."""
    document = files("googleapiclient.discovery_cache.documents").joinpath("calendar.v3.json")
    description: Json = json.loads(document.read_text(encoding="utf-8"))
    methods = [
        _method(f"{resource}.{verb}", form)
        for resource, whole in description["resources"].items()
        for verb, form in whole["methods"].items()
    ]
    scopes = {scope: form["description"] for scope, form in description["auth"]["oauth2"]["scopes"].items()}
    return Discovery(tuple(methods), Schemas(description["schemas"]), description["parameters"], scopes)


def _method(name: str, form: Json) -> Method:
    path = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(form["path"]))
    return Method(
        name,
        form["httpMethod"],
        re.compile(re.escape(_SERVICE) + path),
        form.get("parameters", {}),
        form.get("request", {}).get("$ref"),
        form.get("response", {}).get("$ref"),
        frozenset(form.get("scopes", ())),
    )
