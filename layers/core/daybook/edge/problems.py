"""Errors to RFC 9457 problem details: the only place that knows both a refusal and its HTTP status."""

from collections.abc import Mapping
from typing import Any

from pydantic_core import to_json

from daybook.domain import errors
from daybook.edge.answers import Answer
from daybook.edge.times import utc_text

MEDIA_TYPE = "application/problem+json"
KIND = "urn:daybook:problem:"

STATUS: Mapping[type[errors.DaybookError], int] = {
    errors.Invalid: 422,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.MethodNotAllowed: 405,
    errors.Conflict: 409,
    errors.PreconditionFailed: 412,
    errors.TooLarge: 413,
    errors.TooManyRequests: 429,
    errors.Unavailable: 503,
}
"""Each branch of the error tree; a leaf takes its branch's status."""


def status_of(error: type[errors.DaybookError]) -> int:
    """Return the status of an error class; KeyError if its branch has none."""
    return next(STATUS[branch] for branch in error.__mro__ if branch in STATUS)


def problem(error: errors.DaybookError, request_id: str) -> Answer:
    """Describe a refusal: what it is, what to change, and what goes with it."""
    status = status_of(type(error))
    body: dict[str, Any] = {
        "type": KIND + error.code,
        "title": error.title,
        "status": status,
        "detail": str(error),
        "code": error.code,
        "request_id": request_id,
    }
    if isinstance(error, errors.Invalid):
        body["errors"] = [{"pointer": one.pointer, "detail": one.detail} for one in error.errors]
    if isinstance(error, errors.SlotTaken):
        body["alternatives"] = [utc_text(start) for start in error.alternatives]
    return _answer(status, body, headers_of(error))


def told(error: errors.DaybookError | None, event: Mapping[str, Any]) -> Answer:
    """Describe a refusal, or a fault of ours (None), to whoever sent an event."""
    request_id = event.get("requestContext", {}).get("requestId", "")
    return unexpected(request_id) if error is None else problem(error, request_id)


def unexpected(request_id: str) -> Answer:
    """Describe a fault of ours without telling anything about it."""
    body = {
        "type": KIND + "internal",
        "title": "Internal error",
        "status": 500,
        "detail": "Something went wrong on our side. Quote the request_id when you report it.",
        "code": "internal",
        "request_id": request_id,
    }
    return _answer(500, body, {})


def headers_of(error: errors.DaybookError) -> dict[str, str]:
    """Return the headers an error calls for: Retry-After, RateLimit, Allow, WWW-Authenticate."""
    match error:
        case errors.TooManyRequests():
            seconds = str(max(int(error.retry_after.total_seconds()), 1))
            limit = {"RateLimit-Limit": str(error.limit), "RateLimit-Remaining": "0", "RateLimit-Reset": seconds}
            return {"Retry-After": seconds, **limit}
        case errors.Unavailable():
            return {"Retry-After": str(int(error.retry_after.total_seconds()))}
        case errors.RequestInProgress():
            return {"Retry-After": "1"}
        case errors.MethodNotAllowed():
            return {"Allow": ", ".join(error.allowed)}
        case errors.Unauthenticated():
            return {"WWW-Authenticate": "Bearer"}
    return {}


def _answer(status: int, body: Mapping[str, Any], headers: Mapping[str, str]) -> Answer:
    return Answer(to_json(body).decode(), status=status, headers=headers, content_type=MEDIA_TYPE)
