"""An API Gateway event as the functions want it: parsed, bounded, with one reading of the clock."""

import ipaddress
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qsl, unquote

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, from_json

from daybook.domain import errors
from daybook.domain.actor import Actor, Role
from daybook.domain.caller import Caller
from daybook.domain.history import Origin
from daybook.domain.tenant import Scope
from daybook.domain.tokens import KEY_PREFIX, MANAGE_PREFIX
from daybook.edge.fields import IDENTIFIER

MOST_BYTES = 32 * 1024

Body = TypeVar("Body")
Query = TypeVar("Query")
Model = TypeVar("Model", bound=BaseModel)


class Nothing(BaseModel, extra="forbid"):
    """No field, no parameter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[Body, Query]):
    """One request.

    Attributes:
        path: identifiers from the route, each spelt as one. body, query: validated models.
        bearer: the credential of the Authorization header, unproven. caller: whom the gateway's authorizer proved.
        address: of the network peer, an IPv6 one as its /64. raw_body: as parsed, for idempotency.
        headers: by their names in small letters; cookies: by name, unproven.
    """

    path: Mapping[str, str]
    body: Body
    query: Query
    raw_body: dict[str, Any]
    bearer: str | None
    caller: Caller | None
    now: datetime
    request_id: str
    address: str
    idempotency_key: str | None
    if_match: int | None
    base_url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)

    @property
    def tenant(self) -> str:
        return self.path["tenant"]

    @property
    def manage_token(self) -> str | None:
        return self.bearer if self.bearer and self.bearer.startswith(MANAGE_PREFIX) else None

    @property
    def key_text(self) -> str | None:
        return self.bearer if self.bearer and self.bearer.startswith(KEY_PREFIX) else None

    def origin(self, actor: Actor | None = None) -> Origin:
        """Say who changes something, when, and by which request."""
        known = self.caller.actor if self.caller else Actor(Role.ATTENDEE)
        return Origin(actor or known, self.now, self.request_id)

    def require_tenant(self) -> None:
        """Raise NotFound unless the caller's key belongs to the tenant of the path."""
        if self.caller is None:
            raise errors.Unauthenticated("Send a key: Authorization: Bearer dbk_…")
        if self.caller.tenant != self.tenant:
            raise errors.NotFound("No such tenant.")

    def require_key(self, *scopes: Scope, host: str | None = None) -> Caller:
        """Return the proven caller if its key reaches this tenant, scope and host."""
        if self.caller is None:
            raise errors.Unauthenticated("Send a key: Authorization: Bearer dbk_…")
        self.caller.require(*scopes, tenant=self.tenant, host=host)
        return self.caller


def identifiers(raw: Mapping[str, str]) -> dict[str, str]:
    """Accept slugs and ULIDs; anything else names nothing (404 before a key is built)."""
    read = {name: unquote(value) for name, value in raw.items()}
    if not all(IDENTIFIER.match(value) for value in read.values()):
        raise errors.NotFound("There is nothing of that name.")
    return read


def body_of(event: Mapping[str, Any]) -> Any:
    """Read the JSON body; none at all reads as an empty object.

    Raises:
        TooLarge: more than 32 KiB. Malformed: not UTF-8 JSON.
    """
    raw = _bytes_of(event)
    if not raw.strip():
        return {}
    try:
        return from_json(raw, allow_inf_nan=False)
    except ValueError as error:
        raise errors.Malformed(f"The body is not JSON: {error}.") from None


def form_of(event: Mapping[str, Any]) -> dict[str, str]:
    """Read the body of an HTML form (application/x-www-form-urlencoded); what was left empty is left out.

    Raises:
        TooLarge: more than 32 KiB. Malformed: not UTF-8, or more than 20 fields.
    """
    try:
        pairs = parse_qsl(_bytes_of(event).decode(), max_num_fields=20, errors="strict")
    except ValueError:
        raise errors.Malformed("The form is not readable.") from None
    return dict(pairs)


def _bytes_of(event: Mapping[str, Any]) -> bytes:
    text = event.get("body") or ""
    try:
        raw = b64decode(text) if event.get("isBase64Encoded") else text.encode()
    except ValueError:
        raise errors.Malformed("The body is not readable.") from None
    if len(raw) > MOST_BYTES:
        raise errors.TooLarge("Send at most 32 KiB.")
    return raw


def validated(model: type[Model], value: object, *, prefix: str = "") -> Model:
    """Validate, turning what pydantic found into the API's own refusals."""
    try:
        return model.model_validate(value)
    except ValidationError as found:
        raise refusal(found.errors(include_url=False, include_input=False), prefix) from None


def refusal(found: list[ErrorDetails], prefix: str) -> errors.Invalid:
    """Choose the refusal: a code of its own where a field deserves one, else `validation`."""
    fields = [errors.FieldError(prefix + errors.pointer(*one["loc"]), _hint(one)) for one in found]
    kinds = {one["type"] for one in found}
    special: dict[str, type[errors.Invalid]] = {
        "invalid_local_time": errors.InvalidLocalTime,
        "unknown_timezone": errors.UnknownTimezone,
        "range_too_large": errors.RangeTooLarge,
    }
    if kinds <= special.keys():
        chosen = next(cls for kind, cls in special.items() if kind in kinds)
        return chosen(fields[0].detail, fields)
    return errors.ValidationFailed("Change the fields named in errors.", fields)


def _hint(error: ErrorDetails) -> str:
    known = {"extra_forbidden": "Unknown field: remove it.", "missing": "This field is required."}
    return known.get(error["type"], error["msg"])


def cookies_of(event: Mapping[str, Any]) -> dict[str, str]:
    """Read the cookies a browser sent; of two with one name the first. Source: RFC 6265 §5.4; payload 2.0."""
    sent = event.get("cookies") or [(event.get("headers") or {}).get("cookie", "")]
    pairs = [pair.strip().partition("=") for line in sent for pair in line.split(";")]
    return {name: value for name, _, value in reversed(pairs) if name}


def address_of(source: str) -> str:
    """Return what rate limits count: the IPv4 address, or the /64 an IPv6 one lies in."""
    try:
        parsed = ipaddress.ip_address(source)
    except ValueError:
        return "unknown"
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)


def caller_of(event: Mapping[str, Any]) -> Caller | None:
    """Read the authorizer's context (payload 2.0: `requestContext.authorizer.lambda`); None on public routes."""
    context = event.get("requestContext", {}).get("authorizer", {}).get("lambda")
    if not context:
        return None
    return Caller(
        tenant=context["tenant"],
        key_id=context["key_id"],
        host=context.get("host") or None,
        scopes=frozenset(Scope(scope) for scope in context["scopes"].split()),
    )


def idempotency_key(value: str | None) -> str | None:
    if value is not None and not (16 <= len(value) <= 128 and value.isascii() and value.isprintable()):
        raise errors.ValidationFailed.at("/header/Idempotency-Key", "Use 16 to 128 printable ASCII characters.")
    return value


def if_match(value: str | None) -> int | None:
    """Read an ETag of ours, `"7"`; one that is not ours can match nothing."""
    if value is None or value.strip() == "*":
        return None
    text = value.strip().removeprefix("W/").strip('"')
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 10 else -1
