"""A client that answers as it was told to, and takes only what the service's own description allows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.model import ServiceModel
from botocore.validate import validate_parameters

Answer = Mapping[str, Any] | Exception


@dataclass
class Recorder:
    """Stands in for a boto3 client of a service.

    Attributes:
        answers: by method, what its calls return or raise, in turn; when they are used up, the last one again.
        calls: what was asked: the method's name and its parameters.
    """

    service: str
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def __getattr__(self, method: str) -> Callable[..., Mapping[str, Any]]:
        operation = _operations(self.service)[method]

        def call(**given: Any) -> Mapping[str, Any]:
            shape = _model(self.service).operation_model(operation).input_shape
            assert shape is not None
            validate_parameters(given, shape)
            self.calls.append((method, given))
            answers = self.answers.get(method, [{}])
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call

    @property
    def methods(self) -> list[str]:
        return [method for method, _ in self.calls]

    def given(self, method: str) -> list[dict[str, Any]]:
        """Return the parameters of every call of a method."""
        return [given for called, given in self.calls if called == method]


def error(code: str, status: int = 400) -> ClientError:
    """Return what boto3 raises when a service answers with an error."""
    return ClientError(
        {"Error": {"Code": code, "Message": "prose"}, "ResponseMetadata": {"HTTPStatusCode": status}},  # type: ignore[typeddict-item]
        "Operation",
    )


@cache
def _model(service: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(service)


@cache
def _operations(service: str) -> Mapping[str, str]:
    return {xform_name(name): name for name in _model(service).operation_names}
