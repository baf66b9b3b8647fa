"""Refusals in the shape of Google's API errors."""

from http import HTTPStatus

from local.answer import Answer, as_json

# Beside code and message, where Google's newer front gives one.
_CANONICAL = {HTTPStatus.UNAUTHORIZED: "UNAUTHENTICATED"}
Place = tuple[str, str]


class ApiError(Exception):
    """A refusal.

    Args:
        domain: global, calendar or usageLimits.
        place: what was wrong, as location type (parameter, header) and location.
    Source: Calendar API, "Handle API errors".
    """

    def __init__(
        self, status: HTTPStatus, reason: str, message: str, *, domain: str = "global", place: Place | None = None
    ) -> None:
        super().__init__(f"{status} {reason}: {message}")
        self.status = status
        self.reason = reason
        self.message = message
        self.domain = domain
        self.place = place

    def answer(self) -> Answer:
        error: dict[str, object] = {"domain": self.domain, "reason": self.reason, "message": self.message}
        if self.place is not None:
            error |= {"locationType": self.place[0], "location": self.place[1]}
        whole: dict[str, object] = {"errors": [error], "code": int(self.status), "message": self.message}
        headers: tuple[tuple[str, str], ...] = ()
        if self.status in _CANONICAL:
            whole["status"] = _CANONICAL[self.status]
            headers = (("WWW-Authenticate", 'Bearer realm="https://accounts.google.com/", error="invalid_token"'),)
        if self.reason == "insufficientPermissions":
            whole["status"] = "PERMISSION_DENIED"
            headers = (("WWW-Authenticate", 'Bearer realm="https://accounts.google.com/", error="insufficient_scope"'),)
        return as_json(self.status, {"error": whole}, headers)


def not_found() -> ApiError:
    return ApiError(HTTPStatus.NOT_FOUND, "notFound", "Not Found")


def deleted() -> ApiError:
    return ApiError(HTTPStatus.GONE, "deleted", "Resource has been deleted")


def duplicate() -> ApiError:
    return ApiError(HTTPStatus.CONFLICT, "duplicate", "The requested identifier already exists.")


def invalid(message: str, parameter: str | None = None, *, reason: str = "invalid") -> ApiError:
    place = None if parameter is None else ("parameter", parameter)
    return ApiError(HTTPStatus.BAD_REQUEST, reason, message, place=place)


def required(message: str) -> ApiError:
    return ApiError(HTTPStatus.BAD_REQUEST, "required", message)


def empty_range() -> ApiError:
    return ApiError(
        HTTPStatus.BAD_REQUEST, "timeRangeEmpty", "The specified time range is empty.", domain="calendar",
        place=("parameter", "timeMax"),
    )  # fmt: skip


def changed_meanwhile() -> ApiError:
    return ApiError(
        HTTPStatus.PRECONDITION_FAILED, "conditionNotMet", "Precondition Failed", place=("header", "If-Match")
    )


def full_sync_required() -> ApiError:
    message = "Sync token is no longer valid, a full sync is required."
    return ApiError(HTTPStatus.GONE, "fullSyncRequired", message, domain="calendar", place=("parameter", "syncToken"))


def unauthenticated() -> ApiError:
    return ApiError(HTTPStatus.UNAUTHORIZED, "authError", "Invalid Credentials", place=("header", "Authorization"))


def scopes_missing() -> ApiError:
    return ApiError(HTTPStatus.FORBIDDEN, "insufficientPermissions", "Insufficient Permission")


def access_missing(level: str) -> ApiError:
    message = f"You need to have {level} access to this calendar."
    return ApiError(HTTPStatus.FORBIDDEN, "requiredAccessLevel", message, domain="calendar")


def not_modelled(what: str) -> ApiError:
    """Refuse what Google has and this fake has not: silence would let a client rely on it."""
    return ApiError(HTTPStatus.NOT_IMPLEMENTED, "notImplemented", f"The local Google does not model {what}.")
