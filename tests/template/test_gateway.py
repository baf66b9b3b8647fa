"""What the gateway does before a function is asked: keys, CORS, throttling, access logs."""

import json
from typing import Any

import pytest

from tools.routes import public, routes


@pytest.fixture(scope="module")
def api(template: dict[str, Any]) -> dict[str, Any]:
    return template["Globals"]["HttpApi"]


def test_a_route_without_a_word_about_it_is_closed(api: dict[str, Any]) -> None:
    assert api["Auth"]["DefaultAuthorizer"] in api["Auth"]["Authorizers"]


def test_only_public_functions_are_open() -> None:
    """Those to webhooks as well: what proves itself there is not a key."""
    assert {route.function.split(".")[0] for route in routes() if public(route)} == {"public", "webhooks"}
    assert {route.function.split(".")[0] for route in routes() if not public(route)} == {"host"}


def test_a_revoked_key_dies_within_a_minute(api: dict[str, Any]) -> None:
    [authorizer] = api["Auth"]["Authorizers"].values()
    assert authorizer["Identity"] == {"Headers": ["Authorization"], "ReauthorizeEvery": 30}
    assert authorizer["AuthorizerPayloadFormatVersion"] == "2.0"
    assert authorizer["EnableSimpleResponses"] is True
    assert authorizer["EnableFunctionDefaultPermissions"] is True


def test_any_page_may_call_without_credentials(api: dict[str, Any]) -> None:
    cors = api["CorsConfiguration"]
    assert cors["AllowOrigins"] == ["*"]
    assert "AllowCredentials" not in cors
    assert set(cors["AllowHeaders"]) == {"Authorization", "Content-Type", "Idempotency-Key", "If-Match"}
    assert set(cors["ExposeHeaders"]) == {"Location", "Retry-After", "ETag"}
    assert set(cors["AllowMethods"]) == {route.method for route in routes() if route.method}


def test_every_route_is_throttled(template: dict[str, Any], api: dict[str, Any]) -> None:
    settings = api["DefaultRouteSettings"]
    for limit in ("ThrottlingRateLimit", "ThrottlingBurstLimit"):
        assert template["Parameters"][settings[limit]["Ref"]]["Default"] > 0


def test_access_logs_are_json_without_addresses_or_queries(api: dict[str, Any]) -> None:
    form = api["AccessLogSettings"]["Format"]
    assert {"request_id", "route", "status"} <= json.loads(form).keys()
    for leak in ("sourceIp", "queryString", "$context.path", "identity"):
        assert leak not in form
