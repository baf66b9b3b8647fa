"""Partial answers: the `fields` parameter, such as `nextPageToken,items(id,start/dateTime)`."""

import re
from typing import Any

from local.google.errors import invalid
from local.google.schema import Schemas

Json = dict[str, Any]
_TOKEN = re.compile(r"[A-Za-z0-9_*]+|[,/()]")
Tree = dict[str, Any]


def chosen(schemas: Schemas, name: str, answer: Json, fields: str) -> Json:
    """Return the fields of an answer that were asked for.

    Raises:
        ApiError: 400; the selection cannot be read, or names what the schema does not have.
    """
    tokens = _TOKEN.findall(fields)
    if "".join(tokens) != fields:
        raise _unreadable(fields)
    tree = _tree(tokens, fields)
    if tokens:
        raise _unreadable(fields)
    _check(schemas, {"$ref": name}, tree)
    picked: Json = _pick(answer, tree)
    return picked


def _tree(tokens: list[str], fields: str) -> Tree:
    """Read a list of fields up to a closing bracket or the end; what was read is taken from the tokens."""
    tree: Tree = {}
    while tokens and tokens[0] != ")":
        inner = tree
        while True:
            if not tokens or not re.match(r"[\w*]", tokens[0]):
                raise _unreadable(fields)
            inner = inner.setdefault(tokens.pop(0), {})
            if not tokens or tokens[0] != "/":
                break
            tokens.pop(0)
        if tokens and tokens[0] == "(":
            tokens.pop(0)
            inner |= _tree(tokens, fields)
            if not tokens or tokens.pop(0) != ")":
                raise _unreadable(fields)
        if tokens and tokens[0] == ",":
            tokens.pop(0)
    return tree


def _check(schemas: Schemas, form: Json, tree: Tree) -> None:
    """Hold a selection to the schema, whatever the answer has of it."""
    for name, inner in tree.items():
        if name == "*":
            continue
        field = schemas.field(form, name)
        if field is None:
            raise invalid(f"Invalid field selection {name}", "fields", reason="invalidParameter")
        _check(schemas, field, inner)


def _pick(value: Any, tree: Tree) -> Any:
    if not tree or "*" in tree:
        return value
    if isinstance(value, list):
        return [_pick(item, tree) for item in value]
    return {name: _pick(value[name], inner) for name, inner in tree.items() if name in value}


def _unreadable(fields: str) -> Exception:
    return invalid(f"Invalid field selection {fields}", "fields", reason="invalidParameter")
