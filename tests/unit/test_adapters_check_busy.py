"""Asking the worker about calendars: only a plain yes or no counts as an answer."""

import io
import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError

from daybook.adapters.check_busy import LambdaCheckBusy
from daybook.domain.errors import CalendarUnavailable


def refused(code: str, status: int) -> ClientError:
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "Invoke")  # type: ignore[typeddict-item]


@dataclass
class Lambda:
    answer: Any
    failed: bool = False
    asked: list[dict[str, Any]] = field(default_factory=list)

    def invoke(self, **request: Any) -> dict[str, Any]:
        self.asked.append(request)
        if isinstance(self.answer, Exception):
            raise self.answer
        text = self.answer if isinstance(self.answer, str) else json.dumps(self.answer)
        payload = {"Payload": io.BytesIO(text.encode())}
        return {**payload, "FunctionError": "Unhandled"} if self.failed else payload


def ask(answer: Any, *, failed: bool = False) -> bool:
    return LambdaCheckBusy(Lambda(answer, failed), "check")("acme", "ada", (5, 11))  # type: ignore[arg-type]


def test_a_question_names_host_and_span() -> None:
    function = Lambda({"busy": False})
    assert LambdaCheckBusy(function, "check")("acme", "ada", (5, 11)) is False  # type: ignore[arg-type]
    [request] = function.asked
    assert request["FunctionName"] == "check"
    assert json.loads(request["Payload"]) == {"tenant": "acme", "host": "ada", "start": 5, "end": 11}


def test_yes_is_yes() -> None:
    assert ask({"busy": True}) is True


@pytest.mark.parametrize(
    "answer",
    [
        {"unavailable": True},
        {},
        None,
        [],
        "",
        {"busy": None},
        {"busy": 0},
        refused("TooManyRequestsException", 429),
        refused("ServiceException", 500),
        ReadTimeoutError(endpoint_url="https://lambda"),
        ConnectTimeoutError(endpoint_url="https://lambda"),
        EndpointConnectionError(endpoint_url="https://lambda"),
    ],
    ids=repr,
)
def test_anything_else_is_no_answer(answer: Any) -> None:
    with pytest.raises(CalendarUnavailable):
        ask(answer)


def test_a_worker_that_failed_gave_no_answer() -> None:
    with pytest.raises(CalendarUnavailable):
        ask({"errorMessage": "Task timed out after 4.00 seconds"}, failed=True)
    with pytest.raises(CalendarUnavailable):
        ask({"busy": False}, failed=True)


@pytest.mark.parametrize("code", ["AccessDeniedException", "ResourceNotFoundException"])
def test_a_deployment_that_is_wrong_is_a_fault_of_ours(code: str) -> None:
    with pytest.raises(ClientError):
        ask(refused(code, 403))
