"""Endpoints: what a function declares once, served by API Gateway and read by the OpenAPI document."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from daybook import wiring
from daybook.domain import errors
from daybook.edge import observability, problems, requests
from daybook.edge.answers import Answer
from daybook.edge.requests import Body, Call, Nothing, Query
from daybook.starting import ready

__all__ = ["Answer", "Credential", "Endpoint", "Read", "Shape", "Tell", "endpoint", "entrypoint"]

LambdaHandler = Callable[[dict[str, Any], Any], dict[str, Any]]
Read = Callable[[Mapping[str, Any]], Any]
"""Takes the fields of a body out of an event. Raises Malformed, TooLarge."""
Tell = Callable[[errors.DaybookError | None, dict[str, Any]], Answer]
"""Says a refusal, or a fault of ours (None), to whoever sent an event."""


class Credential(Enum):
    """What a route asks of its caller."""

    NONE = "none"
    MANAGE_TOKEN_OR_KEY = "manage token or key"  # noqa: S105 - a name, no secret
    OPTIONAL_KEY = "optional key"
    KEY = "key"


Shape = type[BaseModel] | tuple[type[BaseModel], ...] | str | None
"""What an answer looks like: a view, one of several, a media type that is not JSON, or nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint(Generic[Body, Query]):
    """A route and everything known about it."""

    method: str
    path: str
    run: Callable[[Call[Body, Query]], Answer]
    summary: str
    description: str
    body: type[BaseModel]
    query: type[BaseModel]
    returns: Mapping[int, Shape]
    refuses: Sequence[type[errors.DaybookError]]
    credential: Credential
    repeatable: bool
    read: Read

    @property
    def statuses(self) -> set[int]:
        """Every status this endpoint may answer with, faults of ours left out."""
        return {*self.returns, *(problems.status_of(error) for error in self.refuses)}


B = TypeVar("B", bound=BaseModel)
Q = TypeVar("Q", bound=BaseModel)
Run = Callable[[Call[B, Q]], Answer]

ALWAYS = (errors.ValidationFailed, errors.NotFound, errors.Busy)


def endpoint(
    route: str,
    *,
    returns: Mapping[int, Shape],
    body: type[B] = Nothing,  # type: ignore[assignment]
    query: type[Q] = Nothing,  # type: ignore[assignment]
    refuses: Sequence[type[errors.DaybookError]] = (),
    credential: Credential = Credential.KEY,
    repeatable: bool = False,
    read: Read = requests.body_of,
) -> Callable[[Run[B, Q]], Endpoint[B, Q]]:
    """Declare an endpoint, `"GET /v1/{tenant}/hosts"`; its docstring becomes summary and description.

    Args:
        refuses: errors beyond those every endpoint may give.
        repeatable: whether an Idempotency-Key is kept.
        read: how bodies are spelt; JSON unless said otherwise.
    """
    method, path = route.split(" ")
    keyed = (errors.Unauthenticated, errors.ScopeMissing) if credential is Credential.KEY else ()
    sized = (errors.Malformed, errors.TooLarge) if body is not Nothing or method in {"POST", "PATCH"} else ()
    repeated = (errors.IdempotencyKeyReused, errors.RequestInProgress) if repeatable else ()

    def declare(run: Run[B, Q]) -> Endpoint[B, Q]:
        summary, _, description = (run.__doc__ or "").partition("\n")
        return Endpoint(
            method=method,
            path=path,
            run=run,
            summary=summary.strip().removesuffix("."),
            description=" ".join(description.split()),
            body=body,
            query=query,
            returns=returns,
            refuses=tuple(dict.fromkeys((*ALWAYS, *keyed, *sized, *repeated, *refuses))),
            credential=credential,
            repeatable=repeatable,
            read=read,
        )

    return declare


def entrypoint(
    *endpoints: Endpoint[Any, Any], tell: Tell = problems.told, warm: Callable[[], object] = wiring.client
) -> LambdaHandler:
    """Make the Lambda handler that serves some endpoints; it carries them as `.endpoints`.

    The gateway has chosen the route: its key and parameters are in the event.

    Args:
        tell: the form of refusals; problem details unless said otherwise.
        warm: makes what every answer needs, while Lambda starts the function; the client of the table.
    """
    served = {f"{each.method} {each.path}": each for each in endpoints}

    def answer(event: dict[str, Any]) -> dict[str, Any]:
        each = served.get(event.get("routeKey", ""))
        if each is None:
            return tell(errors.NotFound("There is nothing of that name."), event).wire()
        return _answered(each, event, tell)

    def handler(event: dict[str, Any], _: Any) -> dict[str, Any]:
        return observability.observed(event, answer)

    handler.endpoints = endpoints  # type: ignore[attr-defined]
    ready(warm, *(model.model_rebuild for model in _models(endpoints)))
    return handler


def _models(endpoints: Iterable[Endpoint[Any, Any]]) -> set[type[BaseModel]]:
    """Return what bodies, queries and answers are made of; pydantic builds each at its first use, or here."""
    shapes = (shape for each in endpoints for shape in (each.body, each.query, *each.returns.values()))
    return {shape for shape in shapes if isinstance(shape, type)}


def _answered(each: Endpoint[Any, Any], event: dict[str, Any], tell: Tell) -> dict[str, Any]:
    try:
        return each.run(_call(each, event)).wire()
    except errors.DaybookError as refusal:
        observability.refused(refusal.code)
        return tell(refusal, event).wire()
    except Exception as fault:
        observability.failed()
        passing = wiring.passing(fault)
        return tell(errors.Busy("The table did not answer; try again.") if passing else None, event).wire()


def _call(each: Endpoint[Any, Any], event: dict[str, Any]) -> Call[Any, Any]:
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    request = event.get("requestContext", {})
    identifiers = requests.identifiers(event.get("pathParameters") or {})
    raw = each.read(event) if each.method in {"POST", "PATCH", "PUT"} else {}
    scheme, _, bearer = headers.get("authorization", "").partition(" ")
    return Call(
        path=identifiers,
        query=requests.validated(each.query, event.get("queryStringParameters") or {}, prefix="/query"),
        body=requests.validated(each.body, raw),
        raw_body=raw,
        bearer=bearer.strip() if scheme.lower() == "bearer" else None,
        caller=requests.caller_of(event),
        now=wiring.now(),
        request_id=request.get("requestId", ""),
        address=requests.address_of(request.get("http", {}).get("sourceIp", "")),
        idempotency_key=requests.idempotency_key(headers.get("idempotency-key")),
        if_match=requests.if_match(headers.get("if-match")),
        base_url=wiring.settings().base_url or f"https://{request.get('domainName', '')}",
        headers=headers,
        cookies=requests.cookies_of(event),
    )
