"""What can go wrong between a function and the table, put in by botocore's own hooks."""

import json
from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ReadTimeoutError
from moto.core.models import botocore_stubber

Fault = Callable[[dict[str, Any]], Any]
WRITE = "TransactWriteItems"
Answer = tuple[SimpleNamespace, dict[str, Any]]


class Cut(BaseException):
    """The process is gone: nothing of ours may handle this."""


def answer(status: int, code: str, **more: Any) -> Answer:
    parsed = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {"HTTPStatusCode": status}, **more}
    return SimpleNamespace(status_code=status), parsed


def conflict(call: dict[str, Any]) -> Answer:
    """Another transaction holds the last item."""
    writes = len(json.loads(call["body"])["TransactItems"])
    reasons = [{"Code": "None"}] * (writes - 1) + [{"Code": "TransactionConflict"}]
    return answer(400, "TransactionCanceledException", CancellationReasons=reasons)


def throttled(call: dict[str, Any]) -> Answer:
    return answer(400, "ThrottlingException")


def broken(call: dict[str, Any]) -> Answer:
    return answer(500, "InternalServerError")


def unheard(call: dict[str, Any]) -> None:
    """The request never arrives."""
    raise ReadTimeoutError(endpoint_url="https://dynamodb.example")


def unread(call: dict[str, Any]) -> Answer:
    """The table reads nothing of what is asked for."""
    asked = json.loads(call["body"])["RequestItems"]
    return answer(200, "", Responses={}, UnprocessedKeys=asked)


def cut(call: dict[str, Any]) -> None:
    raise Cut


class Faults:
    """Puts faults in the way of a client's calls, one a call, in order; the calls after them go through."""

    def __init__(self, client: Any) -> None:
        self._events = client.meta.events
        self.calls = 0

    def before(self, faults: Iterable[Fault], operation: str = WRITE) -> None:
        """Let calls fail before they are sent."""
        plan = iter(faults)

        def fail(params: dict[str, Any], **_: object) -> Any:
            self.calls += 1
            fault = next(plan, None)
            return fault(params) if fault else None

        self._events.register(f"before-call.dynamodb.{operation}", fail)

    def after(self, faults: Iterable[Fault], operation: str = WRITE) -> None:
        """Let calls land, and lose or break their answers."""
        plan = iter(faults)

        def fail(parsed: dict[str, Any], http_response: Any, **_: object) -> None:
            fault = next(plan, None)
            found = fault({"body": '{"TransactItems": [1]}'}) if fault else None
            if found is not None:
                http_response.status_code = found[0].status_code
                parsed.clear()
                parsed.update(found[1])

        self._events.register(f"after-call.dynamodb.{operation}", fail)

    def lose_answers_within_the_sdk(self, count: int) -> None:
        """Let the SDK's own first tries land without its hearing of it, so that it repeats them by itself."""
        left = iter(range(count))

        def lose(request: Any, **_: object) -> None:
            if next(left, None) is not None:
                botocore_stubber("before-send", request)
                raise ReadTimeoutError(endpoint_url="https://dynamodb.example")

        self._events.register_first(f"before-send.dynamodb.{WRITE}", lose)

    def remember_tokens(self) -> None:
        """Answer a transaction that landed before with success, as DynamoDB does for ten minutes."""
        landed: set[str] = set()

        def known(params: dict[str, Any], **_: object) -> Any:
            if json.loads(params["body"])["ClientRequestToken"] in landed:
                return SimpleNamespace(status_code=200), {"ResponseMetadata": {"HTTPStatusCode": 200}}
            return None

        def remember(request: Any, **_: object) -> None:
            landed.add(json.loads(request.body)["ClientRequestToken"])

        self._events.register_first(f"before-call.dynamodb.{WRITE}", known)
        self._events.register_first(f"before-send.dynamodb.{WRITE}", remember)
