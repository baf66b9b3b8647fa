"""Every endpoint under generated requests, right and wrong: never a 5xx, never a status or body the document lacks."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from moto import mock_aws
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from daybook import calendar_wiring, wiring
from daybook.domain.connection import Connection
from tests.conftest import WORKDAYS, forget_clients, tenant_key
from tests.harness import ROOT, START, TABLE, Api, Clock, routes, table_properties
from tests.integration import calendars

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "20"))
ATTENDEE = {"name": "Bob", "email": "bob@example.com", "timezone": "Europe/Berlin"}
CONNECTED = Connection(
    tenant="acme",
    host="ada",
    id="01JACC0CN0CN0CN0CN0CN0CN0C",
    account="ada@gmail.example",
    subject="1",
    sealed_token="sealed",
    due_at=START,
    created_at=START,
    updated_at=START,
)
DOCUMENT = json.loads((ROOT / "docs" / "openapi.json").read_text())
OPERATIONS = [(path, method) for path, methods in DOCUMENT["paths"].items() for method in methods]


class App:
    """The handlers as a WSGI application."""

    def __init__(self) -> None:
        self.api: Api | None = None

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        if environ["PATH_INFO"] == "/openapi.json":
            start("200 OK", [("Content-Type", "application/json")])
            return [json.dumps(DOCUMENT).encode()]
        assert self.api is not None
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        headers = {name[5:].replace("_", "-"): value for name, value in environ.items() if name.startswith("HTTP_")}
        path = environ["PATH_INFO"].encode("latin-1").decode(errors="replace")
        reply = self.api.call(
            environ["REQUEST_METHOD"],
            f"{path}?{environ.get('QUERY_STRING', '')}",
            raw=body.decode("latin-1") if body else None,
            headers=headers,
        )
        start(f"{reply.status} -", list(reply.headers.items()))
        return [reply.text.encode()]


APP = App()
SCHEMA = schemathesis.openapi.from_wsgi("/openapi.json", APP)


@pytest.fixture(scope="module")
def known() -> Iterator[dict[str, str]]:
    """A tenant with one of everything; the names that path parameters may take."""
    with mock_aws(), pytest.MonkeyPatch.context() as patch:
        clock = Clock(START)
        patch.setattr(wiring, "now", clock)
        forget_clients()
        wiring.client().create_table(TableName=TABLE, **table_properties())
        api = APP.api = Api("acme", tenant_key("acme", clock), clock, routes=list(routes()))
        host = {"slug": "ada", "name": "Ada", "email": "ada@example.com", "timezone": "Europe/Berlin"}
        assert api.host("POST", "/hosts", host).status == 201
        api.host("POST", "/hosts/ada/schedules", {"id": "work", "timezone": "Europe/Berlin", "weekly": WORKDAYS})
        api.host("POST", "/hosts/ada/event-types", {"slug": "intro", "title": "Intro", "duration_minutes": 30})
        block = api.host("POST", "/hosts/ada/blocks", {"date": "2027-03-05"}).json
        slot = {"host": "ada", "start": "2027-03-02T20:00:00Z", "duration_minutes": 30}
        slot_id = api.host("POST", "/slots", slot).json["id"]
        wanted = {"host": "ada", "event_type": "intro", "start": "2027-03-01T10:00:00+01:00", "attendee": ATTENDEE}
        booking = api.post("/bookings", wanted).json
        for name, url in calendars.queues().items():
            patch.setenv(f"DAYBOOK_{name.upper()}_QUEUE", url)
        # None of its calendars blocks, so that booking has nothing to ask for.
        calendar_wiring.connections().put(CONNECTED, version=None)
        key = api.host("POST", "/api-keys", {"name": "spare", "scopes": ["read"]}).json
        yield {
            "tenant": "acme",
            "host": "ada",
            "event_type": "intro",
            "schedule": "work",
            "block": block["id"],
            "slot": slot_id,
            "booking": booking["id"],
            "key": key["id"],
            "calendar": CONNECTED.id,
            "bearer": api.key,
        }
        forget_clients()


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=str)
@pytest.mark.parametrize(("path", "method"), OPERATIONS, ids=[f"{method} {path}" for path, method in OPERATIONS])
def test_an_endpoint_keeps_its_contract(path: str, method: str, mode: GenerationMode, known: dict[str, str]) -> None:
    operation = SCHEMA[path][method]
    if mode is GenerationMode.NEGATIVE and not _can_be_wrong(path, method):
        return  # nothing in such a request could be wrong

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def attempt(case: Case) -> None:
        # Most made-up names lead nowhere: three times out of four the request meets something that exists.
        made_up = json.dumps(case.path_parameters, default=str)
        if sum(map(ord, made_up)) % 4 or _leads_astray(case.path_parameters or {}):
            case.path_parameters = {name: known[name] for name in case.path_parameters or {}}
        case.call_and_validate(checks=CHECKS, headers={"Authorization": f"Bearer {known['bearer']}"})

    attempt()


def _leads_astray(names: Mapping[str, Any]) -> bool:
    """Tell whether some name would, once decoded, be read as the address of another endpoint."""
    decoded = [unquote(str(name)) for name in names.values()]
    return any(not name.strip(". ") or {*"/?#"} & {*name} for name in decoded)


def _can_be_wrong(path: str, method: str) -> bool:
    operation = DOCUMENT["paths"][path][method]
    return bool(operation["parameters"] or "requestBody" in operation)
