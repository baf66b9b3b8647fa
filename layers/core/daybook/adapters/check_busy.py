"""Asks the worker that may look into connected calendars; whoever books has no right to do so."""

import json
from typing import TYPE_CHECKING

from daybook.adapters.dynamodb import backoff
from daybook.domain.errors import CalendarUnavailable
from daybook.domain.intervals import Span

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

THROTTLED = "TooManyRequestsException"


class LambdaCheckBusy:
    """`calendar_ports.CheckBusy` by invoking functions/workers/check_busy.py."""

    def __init__(self, client: "LambdaClient", function: str) -> None:
        self._client = client
        self._function = function

    def __call__(self, tenant: str, host: str, span: Span) -> bool:
        start, end = span
        question = json.dumps({"tenant": tenant, "host": host, "start": start, "end": end})
        try:
            answer = self._client.invoke(FunctionName=self._function, Payload=question)
            told = answer["Payload"].read()
        except Exception as error:
            if backoff.passing(error) or _throttled(error):
                raise _unavailable() from error
            raise
        # A worker that ran out of time or failed answers with its error instead, and has logged it.
        verdict = None if "FunctionError" in answer else _verdict(told)
        if verdict is None:
            raise _unavailable()
        return verdict


def _verdict(told: bytes) -> bool | None:
    """Return what was answered; None for anything but a plain yes or no."""
    try:
        busy = json.loads(told)["busy"]
    except (ValueError, TypeError, KeyError):
        return None
    return busy if isinstance(busy, bool) else None


def _throttled(error: Exception) -> bool:
    response = getattr(error, "response", {})
    return bool(response.get("Error", {}).get("Code") == THROTTLED)


def _unavailable() -> CalendarUnavailable:
    return CalendarUnavailable("The host's calendar gives no answer; try again in a moment.")
