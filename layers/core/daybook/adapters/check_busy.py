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
            told = json.loads(answer["Payload"].read())
        except Exception as error:
            if backoff.passing(error) or _throttled(error):
                raise _unavailable() from error
            raise
        # A worker that ran out of time or failed answers with its error instead, and has logged it.
        if "FunctionError" in answer or not isinstance(told.get("busy"), bool):
            raise _unavailable()
        return bool(told["busy"])


def _throttled(error: Exception) -> bool:
    response = getattr(error, "response", {})
    return bool(response.get("Error", {}).get("Code") == THROTTLED)


def _unavailable() -> CalendarUnavailable:
    return CalendarUnavailable("The host's calendar gives no answer; try again in a moment.")
