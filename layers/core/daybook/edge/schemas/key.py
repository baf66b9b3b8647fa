"""API keys over HTTP."""

from typing import Annotated, Self

from pydantic import Field

from daybook.domain.tenant import ApiKey, Scope
from daybook.edge.fields import Fields, Line, Slug, View
from daybook.edge.times import utc_text


class KeyBody(Fields):
    """What a new key is for; `host` binds it to one host."""

    name: Line
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=4)]
    host: Slug | None = None


class KeyView(View):
    """A key without its secret; `key` appears once, in the answer that creates it."""

    id: str
    name: str
    scopes: list[str]
    host: str | None
    created_at: str
    key: str | None = None

    @classmethod
    def of(cls, key: ApiKey) -> Self:
        return cls(
            id=key.id, name=key.name, scopes=sorted(key.scopes), host=key.host, created_at=utc_text(key.created_at)
        )


class KeyList(View):
    items: list[KeyView]
    next_cursor: str | None


class PageQuery(Fields):
    """Where a list goes on."""

    cursor: Annotated[str, Field(max_length=2048)] | None = None
