"""Change a resource: JSON merge patch (RFC 7396, one level) guarded by its ETag (RFC 9110 §13.1.1)."""

from typing import Any, TypeVar

from pydantic import BaseModel, RootModel

from daybook.domain.errors import PreconditionFailed, ValidationFailed
from daybook.edge.api import Answer
from daybook.edge.requests import validated

Model = TypeVar("Model", bound=BaseModel)


class Patch(RootModel[dict[str, Any]]):
    """Fields to change; null takes a field back to its default, what is left out stays."""


def patched(model: type[Model], current: BaseModel, patch: Patch, *, fixed: str, name: str) -> Model:
    """Return the resource with a patch applied, validated as if it were new.

    Args:
        fixed: the field that names the resource and cannot change, `name` its value; it may be sent along.
    """
    if patch.root.get(fixed, name) != name:
        raise ValidationFailed.at(f"/{fixed}", "A name cannot change.")
    base = current.model_dump(mode="json", exclude_unset=True, by_alias=True)
    changes = {field: value for field, value in patch.root.items() if field != fixed}
    merged = {field: value for field, value in {**base, **changes}.items() if value is not None}
    return validated(model, merged)


def require_match(wanted: int | None, version: int) -> None:
    """Refuse a change based on another version than the present one; without If-Match anything goes."""
    if wanted is not None and wanted != version:
        raise PreconditionFailed("It was changed meanwhile; read it again.")


def tagged(view: BaseModel, version: int, *, status: int = 200, location: str | None = None) -> Answer:
    """Answer with a resource and its ETag."""
    headers = {"ETag": f'"{version}"'}
    if location is not None:
        headers["Location"] = location
    return Answer(view, status=status, headers=headers)
