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
    picked: Json = _pick(schemas, {"$ref": name}, answer, tree)
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


def _pick(schemas: Schemas, form: Json, value: Any, tree: Tree) -> Any:
    if not tree or "*" in tree:
        return value
    if isinstance(value, list):
        return [_pick(schemas, form, item, tree) for item in value]
    picked: Json = {}
    for name, inner in tree.items():
        field = schemas.field(form, name)
        if field is None:
            raise invalid(f"Invalid field selection {name}", "fields", reason="invalidParameter")
        if name in value:
            picked[name] = _pick(schemas, field, value[name], inner)
    return picked


def _unreadable(fields: str) -> Exception:
    return invalid(f"Invalid field selection {fields}", "fields", reason="invalidParameter")
