"""The API in one process: real handlers, real events, a table made from the template, no gateway and no network."""

import importlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import yaml

ROOT = Path(__file__).parent.parent
TABLE = "daybook-test"
GATEWAY = {"content-type": "application/json"}
"""What the gateway itself refuses has its own form."""
MODULES = sorted(
    f"{path.parent.name}.{path.stem}"
    for path in (ROOT / "functions").glob("*/*.py")
    if path.parent.name != "workers" and path.stem not in {"__init__", "unmatched"}
)


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short tags as plain values."""


_Loader.add_multi_constructor("!", lambda loader, suffix, node: _plain(loader, node))


def _plain(loader: yaml.SafeLoader, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node)
    assert isinstance(node, yaml.MappingNode)
    return loader.construct_mapping(node)


@cache
def table_properties() -> dict[str, Any]:
    """Return CreateTable's arguments as template.yaml has them."""
    template = yaml.load((ROOT / "template.yaml").read_text(), _Loader)
    wanted = {"AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode"}
    properties = template["Resources"]["Table"]["Properties"]
    return {name: value for name, value in properties.items() if name in wanted}


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    text: str
    cookies: tuple[str, ...] = ()

    @property
    def json(self) -> Any:
        return json.loads(self.text) if self.text else None

    @property
    def code(self) -> str | None:
        return self.json.get("code") if self.text else None


@dataclass
class Clock:
    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **delta: float) -> None:
        self.now += timedelta(**delta)


@dataclass
class Api:
    """Calls handlers as API Gateway would."""

    tenant: str
    key: str
    clock: Clock
    address: str = "203.0.113.7"
    routes: list[tuple[str, re.Pattern[str], Any, Callable[..., Any]]] = field(default_factory=list)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        bearer: str | None = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        cookies: Mapping[str, str] | None = None,
        raw: str | None = None,
    ) -> Reply:
        """Send one request; `path` may leave out `/v1/{tenant}`, unless it is a page's."""
        parts = urlsplit(path)
        full = parts.path if parts.path.startswith(("/v1/", "/manage/")) else f"/v1/{self.tenant}{parts.path}"
        found = self._route(method, full)
        if found is None:
            from public.unmatched import handler

            return self._reply(handler(self._event(method, full, "$default"), Context()))
        endpoint, handler, match = found
        event = self._event(method, full, f"{method} {endpoint.path}")
        event["pathParameters"] = match.groupdict()
        text = "&".join(filter(None, [parts.query, urlencode(query or {})]))
        pairs = [pair.partition("=")[::2] for pair in text.split("&") if pair]
        from urllib.parse import unquote_plus

        if pairs:
            event["queryStringParameters"] = {name: unquote_plus(value) for name, value in pairs}
        if body is not None or raw is not None:
            event["body"] = raw if raw is not None else json.dumps(body)
        event["headers"].update({name.lower(): value for name, value in (headers or {}).items()})
        if cookies:
            event["cookies"] = [f"{name}={value}" for name, value in cookies.items()]
        if bearer:
            event["headers"]["authorization"] = f"Bearer {bearer}"
        if endpoint.credential.value == "key":
            refused = self._authorize(event)
            if refused is not None:
                return refused
        return self._reply(handler(event, Context()))

    def get(self, path: str, **given: Any) -> Reply:
        return self.call("GET", path, **given)

    def post(self, path: str, body: Any = None, **given: Any) -> Reply:
        return self.call("POST", path, body if body is not None else {}, **given)

    def host(self, method: str, path: str, body: Any = None, **given: Any) -> Reply:
        """Send a request with the admin key."""
        return self.call(method, path, body, bearer=self.key, **given)

    def _authorize(self, event: dict[str, Any]) -> Reply | None:
        from workers.authorize import handler

        if "authorization" not in event["headers"]:
            return Reply(401, GATEWAY, '{"message":"Unauthorized"}')
        verdict = handler(event, None)
        if not verdict["isAuthorized"]:
            return Reply(403, GATEWAY, '{"message":"Forbidden"}')
        event["requestContext"]["authorizer"] = {"lambda": verdict["context"]}
        return None

    def _route(self, method: str, path: str) -> tuple[Any, Callable[..., Any], Any] | None:
        for verb, pattern, endpoint, handler in self.routes:
            match = pattern.fullmatch(path)
            if verb == method and match:
                return endpoint, handler, match
        return None

    def _event(self, method: str, path: str, route: str) -> dict[str, Any]:
        return {
            "version": "2.0",
            "routeKey": route,
            "rawPath": path,
            "rawQueryString": "",
            "headers": {"content-type": "application/json"},
            "requestContext": {
                "domainName": "api.example.com",
                "http": {"method": method, "path": path, "sourceIp": self.address},
                "requestId": "request-1",
                "stage": "$default",
            },
            "isBase64Encoded": False,
        }

    @staticmethod
    def _reply(answer: dict[str, Any]) -> Reply:
        headers = {name.lower(): str(value) for name, value in answer.get("headers", {}).items()}
        return Reply(answer["statusCode"], headers, answer.get("body") or "", tuple(answer.get("cookies", ())))


class Context:
    """What the Lambda runtime hands over beside the event."""

    function_name = "test"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:test"
    aws_request_id = "invocation-1"


def routes() -> Iterator[tuple[str, re.Pattern[str], Any, Callable[..., Any]]]:
    for name in MODULES:
        handler = importlib.import_module(name).handler
        for endpoint in handler.endpoints:
            pattern = re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(endpoint.path)))
            yield endpoint.method, pattern, endpoint, handler


START = datetime(2027, 3, 1, 6, 0, tzinfo=UTC)
"""A Monday, early enough for the hours of the day to lie ahead."""
