"""The project's template, made to fit the engine."""

import json
from pathlib import Path
from typing import Any

import pytest

from local.stack import PROJECT
from local.state import StartFailedError
from local.template import LocalTemplate, ReceiptRule, localised
from tests.local.samples import SAMPLE


@pytest.fixture(scope="module")
def sample_template() -> LocalTemplate:
    return localised(SAMPLE, {"ADDED": "by the stack"})


def _of(template: LocalTemplate, kind: str) -> dict[str, dict[str, Any]]:
    resources = template.body["Resources"].items()
    return {name: resource["Properties"] for name, resource in resources if resource["Type"] == kind}


def test_every_operation_of_the_body_becomes_a_route(sample_template: LocalTemplate) -> None:
    routes = _of(sample_template, "AWS::ApiGatewayV2::Route").values()
    assert {route["RouteKey"] for route in routes} == {
        "$default",
        "GET /v1/echo/{name}",
        "POST /v1/echo/{name}",
        "GET /v1/private",
        "GET /v1/broken",
        "POST /v1/claims",
        "POST /v1/trespass",
        "POST /v1/mails",
    }


def test_only_routes_without_a_word_about_it_ask_the_authorizer(sample_template: LocalTemplate) -> None:
    routes = _of(sample_template, "AWS::ApiGatewayV2::Route").values()
    closed = [route for route in routes if route.get("AuthorizationType") == "CUSTOM"]
    assert [route["RouteKey"] for route in closed] == ["GET /v1/private"]
    (authorizer,) = _of(sample_template, "AWS::ApiGatewayV2::Authorizer").values()
    assert authorizer["AuthorizerType"] == "REQUEST"
    assert authorizer["EnableSimpleResponses"] is True
    assert authorizer["AuthorizerResultTtlInSeconds"] == 30
    assert authorizer["IdentitySource"] == ["$request.header.Authorization"]


def test_functions_find_code_and_layers_in_the_checkout(sample_template: LocalTemplate) -> None:
    functions = _of(sample_template, "AWS::Lambda::Function")
    variables = functions["EchoFunction"]["Environment"]["Variables"]
    root = SAMPLE.parent
    assert set(variables["PYTHONPATH"].split(":")) == {str(root / "functions"), str(root / "layers" / "lib")}
    assert variables["ADDED"] == "by the stack"
    assert variables["CAP"] == {"Ref": "ActiveBookingsPerEmail"}
    assert not any("Layers" in function for function in functions.values())


def test_what_a_laptop_has_no_use_for_is_left_out(sample_template: LocalTemplate) -> None:
    unwanted = ("CloudWatch", "Layer", "Permission", "Receipt")
    kinds = {resource["Type"] for resource in sample_template.body["Resources"].values()}
    assert not {kind for kind in kinds if any(each in kind for each in unwanted)}
    assert "Outputs" not in sample_template.body
    assert "Body" not in json.dumps(_of(sample_template, "AWS::ApiGatewayV2::Api"))


def test_a_mapping_from_the_stream_is_taken_out_of_the_template(sample_template: LocalTemplate) -> None:
    mappings = _of(sample_template, "AWS::Lambda::EventSourceMapping")
    assert set(mappings) == {"WorkSource", "NoteSource"}
    (mapping,) = sample_template.mappings
    assert mapping.function == "FollowFunction"
    assert mapping.properties["BatchSize"] == 10


def test_the_rule_for_mail_that_comes_in_is_kept_beside_the_template(sample_template: LocalTemplate) -> None:
    assert sample_template.receipt == ReceiptRule("Letters", "in/", "ReadFunction")


def test_a_template_that_is_not_valid_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "template.yaml"
    broken.write_text("Resources: {Broken: {Type: 'AWS::Serverless::Function', Properties: {Events: {Get: {}}}}}")
    with pytest.raises(StartFailedError, match="Broken"):
        localised(broken, {})


def test_the_projects_own_template_fits_and_keeps_every_function() -> None:
    template = localised(PROJECT / "template.yaml", {})
    written = (PROJECT / "template.yaml").read_text().count("Type: AWS::Serverless::Function")
    assert len(_of(template, "AWS::Lambda::Function")) == written
    assert template.table == "Table"
    variables = _of(template, "AWS::Lambda::Function")["BookFunction"]["Environment"]["Variables"]
    assert str(PROJECT / "layers" / "core") in variables["PYTHONPATH"].split(":")
