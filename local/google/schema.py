"""Types of the discovery document: JSON schema of 2010, with int64 as text and values listed in prose."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

from local.google.errors import ApiError, invalid

Json = dict[str, Any]
_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": (int, float),
}  # fmt: skip
# The values a text may have stand in its description, as a list.
_VALUES = re.compile(r'^\s*- "([^"]*)"', re.MULTILINE)
_OPEN = "Additional"
RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)?")


class Schemas:
    """The schemas by name."""

    def __init__(self, schemas: Mapping[str, Json]) -> None:
        self._schemas = schemas

    def check(self, name: str, value: Any, *, partial: bool = False) -> None:
        """Hold a value to a schema.

        Args:
            partial: null may stand for a value.
        Raises:
            ApiError: it does not fit; the message says where.
        """
        self._check({"$ref": name}, value, name, partial=partial)

    def field(self, form: Json, name: str) -> Json | None:
        """Return the form of an object's field, of its items where it is a list; None: there is no such field."""
        form = self._resolved(form)
        found: Json | None = form.get("properties", {}).get(name, form.get("additionalProperties"))
        while found is not None and found.get("type") == "array":
            found = found["items"]
        return found

    def writable(self, name: str, body: Json) -> Json:
        """Return a body without what the document calls read-only: Google takes no notice of it."""
        properties = self._schemas[name]["properties"]
        return {
            field: value
            for field, value in body.items()
            if not re.search(r"\bRead-[Oo]nly\b", properties[field].get("description", ""))
        }

    def _resolved(self, form: Json) -> Json:
        return self._schemas[form["$ref"]] if "$ref" in form else form

    def _check(self, form: Json, value: Any, where: str, *, partial: bool) -> None:
        if value is None:
            if partial:
                return
            raise _misfit(where, "null is no value")
        form = self._resolved(form)
        kind = form.get("type", "any")
        if kind == "string" and form.get("format") in ("int64", "uint64") and type(value) is int:
            return
        if kind != "any" and (not isinstance(value, _TYPES[kind]) or (kind in ("integer", "number") and value is True)):
            raise _misfit(where, f"{type(value).__name__} instead of {kind}")
        if isinstance(value, dict):
            self._check_object(form, value, where, partial=partial)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                self._check(form["items"], item, f"{where}[{index}]", partial=False)
        elif isinstance(value, str):
            _check_text(form, value, where)

    def _check_object(self, form: Json, value: Json, where: str, *, partial: bool) -> None:
        properties = form.get("properties", {})
        rest = form.get("additionalProperties")
        for name, item in value.items():
            inner = properties.get(name, rest)
            if inner is None:
                message = f'Invalid JSON payload received. Unknown name "{name}" at "{where}": Cannot find field.'
                raise invalid(message, reason="badRequest")
            self._check(inner, item, f"{where}.{name}", partial=partial)


def parameter_value(name: str, text: str, form: Json) -> Any:
    """Read a query parameter.

    Raises:
        ApiError: it is of another type, none of the listed values, or out of range.
    """
    if form["type"] == "boolean":
        if text not in ("true", "false"):
            raise _bad_parameter(name, text)
        return text == "true"
    if form["type"] == "integer":
        if not re.fullmatch(r"-?\d{1,10}", text):
            raise _bad_parameter(name, text)
        number = int(text)
        if not int(form.get("minimum", -(2**31))) <= number <= int(form.get("maximum", 2**31 - 1)):
            raise _bad_parameter(name, text)
        return number
    if "enum" in form and text not in form["enum"]:
        raise _bad_parameter(name, text)
    if form.get("format") == "date-time":
        match = RFC3339.fullmatch(text)
        if match is None or match[2] is None or not _readable(text):
            raise _bad_parameter(name, text)
    return text


def _check_text(form: Json, value: str, where: str) -> None:
    allowed = _allowed(form.get("description", ""))
    if allowed and value not in allowed:
        raise _misfit(where, f'"{value}" is none of {sorted(allowed)}')
    kind = form.get("format")
    # An offset may be missing where the field beside it names a zone; who reads the field decides.
    if kind == "date-time" and not (RFC3339.fullmatch(value) and _readable(value)):
        raise _misfit(where, "no RFC 3339 time")
    if kind == "date" and not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        raise _misfit(where, "no date")
    if kind == "date":
        try:
            date.fromisoformat(value)
        except ValueError as error:
            raise _misfit(where, "no date") from error


@cache
def _allowed(description: str) -> frozenset[str]:
    """Return the values a description lists, unless it says that there may be others."""
    listed = "ossible values are" in description and _OPEN not in description
    return frozenset(_VALUES.findall(description)) if listed else frozenset()


def _readable(text: str) -> bool:
    try:
        datetime.fromisoformat(text.upper())
    except ValueError:
        return False
    return True


def _misfit(where: str, why: str) -> ApiError:
    return invalid(f"Invalid value at '{where}': {why}.", reason="badRequest")


def _bad_parameter(name: str, text: str) -> ApiError:
    return invalid(f"Invalid value for parameter {name}: {text!r}.", name, reason="invalidParameter")
