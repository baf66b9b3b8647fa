"""Structured logs and metrics, without personal data: routes, codes, times and request ids alone."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

logger = Logger()
metrics = Metrics()

Respond = Callable[[dict[str, Any]], dict[str, Any]]


def observed(event: dict[str, Any], respond: Respond) -> dict[str, Any]:
    """Answer an API Gateway event, leaving one log line and the metrics of the request behind."""
    begun = time.perf_counter()
    request: Mapping[str, Any] = event.get("requestContext", {})
    answer = respond(event)
    logger.info(
        "answered",
        route=event.get("routeKey", ""),
        status=answer.get("statusCode"),
        request_id=request.get("requestId", ""),
        milliseconds=round((time.perf_counter() - begun) * 1000, 1),
    )
    counted("Answered")
    metrics.flush_metrics()
    return answer


def refused(code: str) -> None:
    """Count a refusal by its code."""
    metrics.add_metric(name="Refused", unit=MetricUnit.Count, value=1)
    metrics.add_metadata(key="code", value=code)


def failed() -> None:
    """Log the exception being handled, with its trace, and count it."""
    logger.exception("unexpected")
    metrics.add_metric(name="Failed", unit=MetricUnit.Count, value=1)


def counted(name: str, times: int = 1) -> None:
    """Count something that happened: a booking, a cancellation, messages that were dealt with."""
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=times)
