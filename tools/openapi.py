"""Write docs/openapi.json from the endpoints the functions declare; `--check` compares instead."""

import argparse
import importlib
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from daybook.domain import errors
from daybook.edge.api import Credential, Endpoint, Shape
from daybook.edge.problems import MEDIA_TYPE, status_of
from daybook.edge.requests import Nothing

ROOT = Path(__file__).parent.parent
API = ("/v1/{tenant}/", "/v1/health")
TARGET = ROOT / "docs" / "openapi.json"
REF = "#/components/schemas/{model}"

IDENTIFIER = {"type": "string", "pattern": "^([a-z0-9][a-z0-9-]{0,62}|[0-9A-HJKMNP-TV-Z]{26})$"}
GATEWAY_REFUSALS = {
    401: "No Authorization header (the gateway's own form)",
    403: "The key is unknown or revoked (the gateway's own form), or lacks the scope",
}
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What to change, for people."},
        "code": {"type": "string", "description": "Stable; switch on this."},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
        "alternatives": {"type": "array", "items": {"type": "string", "format": "date-time"}},
    },
}


def endpoints() -> Iterator[Endpoint[Any, Any]]:
    """Yield every endpoint of the API, in the order of the files of functions/.

    Pages are for people, and webhooks for services that know what to send.
    """
    for path in sorted((ROOT / "functions").glob("*/*.py")):
        module = importlib.import_module(f"{path.parent.name}.{path.stem}")
        declared = getattr(getattr(module, "handler", None), "endpoints", ())
        yield from (each for each in declared if each.path.startswith(API))


def document() -> dict[str, Any]:
    """Build the OpenAPI 3.1 document."""
    declared = list(endpoints())
    models = {model for one in declared for model in _models(one)}
    inputs = {model for one in declared for model in (one.body, one.query)}
    listed = sorted(models, key=lambda model: model.__qualname__)
    _, schemas = models_json_schema(
        [(model, "validation" if model in inputs else "serialization") for model in listed], ref_template=REF
    )
    paths: dict[str, dict[str, Any]] = {}
    for one in declared:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Daybook",
            "version": "1",
            "summary": "Appointment booking in which a double booking cannot be written.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": {**schemas["$defs"], "Problem": PROBLEM},
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "An API key, dbk_…"},
                "manage_token": {"type": "http", "scheme": "bearer", "description": "A booking's own token, dbm_…"},
            },
        },
    }


def _models(one: Endpoint[Any, Any]) -> Iterator[type[BaseModel]]:
    yield from (model for model in (one.body, one.query) if model is not Nothing)
    for shape in one.returns.values():
        if isinstance(shape, tuple):
            yield from shape
        elif isinstance(shape, type):
            yield shape


def _operation(one: Endpoint[Any, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": one.run.__name__,
        "summary": one.summary,
        "parameters": [*_path_parameters(one.path), *_query_parameters(one.query), *_headers(one)],
        "responses": {str(status): answer for status, answer in sorted(_responses(one).items())},
        "security": _security(one.credential),
        "tags": [one.run.__module__.split(".")[0]],
    }
    if one.description:
        operation["description"] = one.description
    if one.body is not Nothing:
        schema = {"$ref": REF.format(model=one.body.__name__)}
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return operation


def _path_parameters(path: str) -> Iterator[dict[str, Any]]:
    for part in path.split("/"):
        if part.startswith("{"):
            yield {"name": part.strip("{}"), "in": "path", "required": True, "schema": IDENTIFIER}


def _query_parameters(model: type[BaseModel]) -> Iterator[dict[str, Any]]:
    schema = model.model_json_schema(ref_template=REF)
    definitions = schema.get("$defs", {})
    for name, field in schema.get("properties", {}).items():
        kind = next((one for one in field.get("anyOf", [field]) if one.get("type") != "null"), field)
        if "$ref" in kind:
            kind = definitions[kind["$ref"].rsplit("/", 1)[1]]
        shown = {key: value for key, value in kind.items() if key not in {"title", "default"}}
        yield {"name": name, "in": "query", "required": name in schema.get("required", ()), "schema": shown}


def _headers(one: Endpoint[Any, Any]) -> Iterator[dict[str, Any]]:
    if one.repeatable:
        schema = {"type": "string", "minLength": 16, "maxLength": 128, "pattern": "^[ -~]*$"}
        yield {"name": "Idempotency-Key", "in": "header", "required": False, "schema": schema}
    if errors.PreconditionFailed in one.refuses:
        yield {"name": "If-Match", "in": "header", "required": False, "schema": {"type": "string"}}


def _responses(one: Endpoint[Any, Any]) -> dict[int, dict[str, Any]]:
    answers = {status: _answer(shape) for status, shape in one.returns.items()}
    codes: dict[int, list[str]] = {}
    for error in one.refuses:
        codes.setdefault(status_of(error), []).append(error.code)
    for status, known in codes.items():
        answers[status] = {
            "description": f"`{'`, `'.join(known)}`",
            "content": {MEDIA_TYPE: {"schema": {"$ref": REF.format(model="Problem")}}},
        }
    if one.credential is Credential.KEY:
        for status, text in GATEWAY_REFUSALS.items():
            forms = {MEDIA_TYPE: {"schema": {"$ref": REF.format(model="Problem")}}, "application/json": {}}
            answers[status] = {"description": text, "content": forms}
    return answers


def _answer(shape: Shape) -> dict[str, Any]:
    if shape is None:
        return {"description": "Done"}
    if isinstance(shape, str):
        return {"description": "The file", "content": {shape: {"schema": {"type": "string"}}}}
    kinds = shape if isinstance(shape, tuple) else (shape,)
    refs: list[Mapping[str, Any]] = [{"$ref": REF.format(model=kind.__name__)} for kind in kinds]
    schema = refs[0] if len(refs) == 1 else {"anyOf": refs}
    return {"description": "Done", "content": {"application/json": {"schema": schema}}}


def _security(credential: Credential) -> list[dict[str, list[str]]]:
    known: dict[Credential, list[dict[str, list[str]]]] = {
        Credential.NONE: [{}, {"manage_token": []}, {"key": []}],
        Credential.OPTIONAL_KEY: [{}, {"key": []}],
        Credential.MANAGE_TOKEN_OR_KEY: [{"manage_token": []}, {"key": []}],
        Credential.KEY: [{"key": []}],
    }
    return known[credential]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make openapi", description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail if docs/openapi.json is not what would be written")
    given = parser.parse_args(arguments)
    text = json.dumps(document(), indent=1, ensure_ascii=False) + "\n"
    if not given.check:
        TARGET.write_text(text)
        return 0
    if TARGET.read_text() != text:
        print(f"{TARGET.relative_to(ROOT)} is out of date: run `make openapi`", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
