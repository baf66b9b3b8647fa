"""API keys: issued once, stored as a digest, revoked."""

import json

import pytest

from tests.harness import Api
from tests.integration.scenes import issue, nothing_written, rows


def test_a_key_is_shown_once_and_works(studio: Api) -> None:
    added = studio.host("POST", "/api-keys", {"name": "page", "scopes": ["read"]})
    assert added.status == 201
    key = added.json["key"]
    assert key.startswith(f"dbk_{added.json['id']}_")
    assert studio.get("/hosts", bearer=key).status == 200
    shown = studio.host("GET", added.headers["location"])
    assert shown.json == {name: value for name, value in added.json.items() if name != "key"}
    assert shown.json in studio.host("GET", "/api-keys").json["items"]


def test_only_the_digest_of_a_secret_is_stored(studio: Api) -> None:
    secret = issue(studio, "read").split("_", 2)[2]
    assert secret not in json.dumps(rows(), default=str)


def test_a_revoked_key_is_refused(studio: Api) -> None:
    key = issue(studio, "read")
    path = f"/api-keys/{key.split('_')[1]}"
    assert studio.host("DELETE", path).status == 204
    assert studio.get("/hosts", bearer=key).status == 403
    assert studio.get("/hosts/ada", bearer=key).status == 401
    assert studio.host("GET", path).status == studio.host("DELETE", path).status == 404


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": "x", "scopes": []}, "/scopes"),
        ({"name": "x", "scopes": ["all"]}, "/scopes/0"),
        ({"name": "", "scopes": ["read"]}, "/name"),
        ({"name": "x", "scopes": ["read"], "host": "nobody"}, "/host"),
        ({"name": "x", "scopes": ["read"], "tenant": "globex"}, "/tenant"),
        ({"scopes": ["read"]}, "/name"),
    ],
)
def test_what_is_no_key_is_refused(studio: Api, body: dict[str, object], pointer: str) -> None:
    with nothing_written():
        refused = studio.host("POST", "/api-keys", body)
    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, pointer)


def test_only_admins_issue_keys(studio: Api) -> None:
    key = issue(studio, "read", "bookings", "catalogue")
    assert studio.post("/api-keys", {"name": "more", "scopes": ["admin"]}, bearer=key).code == "scope"
