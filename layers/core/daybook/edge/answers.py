"""What an endpoint answers, and the form in which API Gateway takes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class Answer:
    """A view, a status, headers and cookies (each as Set-Cookie spells it); text for what is not JSON."""

    body: BaseModel | str | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Sequence[str] = ()
    content_type: str = "application/json"

    def wire(self) -> dict[str, Any]:
        """Return payload format 2.0; nothing is cached unless its headers say so.

        Source: Amazon API Gateway, "Create AWS Lambda proxy integrations for HTTP APIs".
        """
        body = self.body
        text = body.model_dump_json(exclude_unset=True, by_alias=True) if isinstance(body, BaseModel) else body
        typed = {} if text is None else {"Content-Type": self.content_type}
        return {
            "statusCode": self.status,
            **({"cookies": list(self.cookies)} if self.cookies else {}),
            "headers": {**typed, "Cache-Control": "no-store", **self.headers},
            "body": text or "",
            "isBase64Encoded": False,
        }
