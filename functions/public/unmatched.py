"""Answer what no route matches: 404, or 405 where the path exists with other methods."""

import re
from typing import Any

from daybook.domain.errors import DaybookError, MethodNotAllowed, NotFound
from daybook.edge.observability import observed
from daybook.edge.problems import problem
from daybook.starting import ready

ROUTES: tuple[tuple[str, str], ...] = (
    ("/v1/health", "GET"),
    ("/v1/{}/slots", "GET POST"),
    ("/v1/{}/slots/{}", "DELETE"),
    ("/v1/{}/slots/{}/book", "POST"),
    ("/v1/{}/bookings", "GET POST"),
    ("/v1/{}/bookings/{}", "DELETE GET"),
    ("/v1/{}/bookings/{}/(cancel|confirm|decline|no-show|reschedule)", "POST"),
    ("/v1/{}/bookings/{}/(history|invite\\.ics|mails)", "GET"),
    ("/v1/{}/settings", "GET PATCH"),
    ("/v1/{}/api-keys", "GET POST"),
    ("/v1/{}/api-keys/{}", "DELETE GET"),
    ("/v1/{}/hosts", "GET POST"),
    ("/v1/{}/hosts/{}", "DELETE GET PATCH"),
    ("/v1/{}/hosts/{}/(blocks|event-types|schedules)", "GET POST"),
    ("/v1/{}/hosts/{}/(blocks|event-types|schedules)/{}", "DELETE GET PATCH"),
    ("/v1/{}/hosts/{}/event-types/{}/(days|explain|slots)", "GET"),
    ("/v1/{}/hosts/{}/calendars", "GET"),
    ("/v1/{}/hosts/{}/calendars/google", "POST"),
    ("/v1/{}/hosts/{}/calendars/{}", "DELETE GET PATCH"),
    ("/v1/oauth/google/start", "GET POST"),
    ("/v1/oauth/google/callback", "GET"),
    ("/v1/webhooks/google-calendar", "POST"),
    ("/manage/{}/{}", "GET POST"),
)
"""Every path with its methods; a test compares this with the template."""


def refusal(path: str) -> DaybookError:
    """Return the error for a path that arrived here."""
    for pattern, methods in ROUTES:
        if re.fullmatch(pattern.replace("{}", "[^/]+"), path):
            return MethodNotAllowed(f"Use {methods.replace(' ', ', ')}.", methods.split())
    return NotFound("There is no such path.")


def handler(event: dict[str, Any], _: Any) -> dict[str, Any]:
    def answer(event: dict[str, Any]) -> dict[str, Any]:
        return problem(refusal(event.get("rawPath", "")), event.get("requestContext", {}).get("requestId", "")).wire()

    return observed(event, answer)


ready()
