"""The project's own template.yaml, turned into what the engine's CloudFormation understands.

Nothing is written down twice: routes, authorizer, environment, roles and table come from the template. What a laptop
has no use for is left out, layers become places on Python's search path, and the HTTP API's OpenAPI body, which the
engine ignores, becomes the integration, route and authorizer resources that it stands for.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

from local.engine import session
from local.state import StartFailedError

API_ID = "daybook"

# The translator and the engine want code in a bucket. It is an empty archive: functions import from the checkout.
BUCKET, NO_CODE = "daybook-deployments", "no-code.zip"
_LEFT_OUT = (
    "AWS::CloudWatch::",
    "AWS::Lambda::Permission",
    "AWS::Logs::MetricFilter",
    # What they forbid is everything here: nothing is encrypted on its way within a laptop.
    "AWS::S3::BucketPolicy",
    "AWS::SES::Receipt",
)

Fragment = dict[str, Any]


@dataclass(frozen=True, slots=True)
class StreamMapping:
    """An event source mapping from the table's stream: `properties` as in AWS::Lambda::EventSourceMapping."""

    name: str
    function: str
    properties: Fragment


@dataclass(frozen=True, slots=True)
class ReceiptRule:
    """What SES does with a mail that comes in: put it into `bucket` under `prefix`, then call `function`.

    Bucket and function are logical names; the rule's condition is theirs, too.
    """

    bucket: str
    prefix: str
    function: str


@dataclass(frozen=True, slots=True)
class LocalTemplate:
    """A CloudFormation template for the engine, and what of it is played from outside: stream mappings, mail coming in.

    `receipt` is None when no mail is received.
    """

    body: Fragment
    mappings: list[StreamMapping]
    receipt: ReceiptRule | None

    @property
    def table(self) -> str:
        """Logical name of the one table."""
        resources: dict[str, Fragment] = self.body["Resources"]
        return next(name for name, resource in resources.items() if resource["Type"] == "AWS::DynamoDB::Table")


def localised(path: Path, environment: Mapping[str, str]) -> LocalTemplate:
    """Read a SAM template and make it fit the engine.

    Args:
        path: template.yaml; CodeUri and ContentUri are relative to its directory.
        environment: variables every function gets on top of its own.
    Raises:
        StartFailedError: it is no valid SAM template.
    """
    sam = yaml_parse(path.read_text())
    search_path = _take_code(sam, path.parent)
    translator = Translator({}, Parser(), boto_session=session())
    try:
        template = translator.translate(sam, parameter_values={})
    except InvalidDocumentException as error:
        causes = "; ".join(cause.message for cause in error.causes)
        raise StartFailedError(f"{path}: {causes}") from error
    finally:
        # It would complain at exit that nobody took its statistics.
        translator.metrics.publish()
    template.pop("Outputs", None)
    receipt = _receipt_rule(template["Resources"])
    resources: dict[str, Fragment] = {
        name: resource for name, resource in template["Resources"].items() if not resource["Type"].startswith(_LEFT_OUT)
    }
    mappings = list(_take_mappings(resources))
    for name, resource in list(resources.items()):
        if resource["Type"] == "AWS::Lambda::Function":
            variables = resource["Properties"].setdefault("Environment", {}).setdefault("Variables", {})
            variables.update(environment, PYTHONPATH=search_path)
        elif resource["Type"] == "AWS::ApiGatewayV2::Api":
            resources |= dict(_expanded(name, resource["Properties"]))
    return LocalTemplate({**template, "Resources": resources}, mappings, receipt)


def _take_code(sam: Fragment, root: Path) -> str:
    """Replace code and layers in the template by nothing; return the directories they are in as a search path."""
    directories: dict[Path, None] = {}
    defaults = sam.get("Globals", {}).get("Function", {})
    defaults.pop("Layers", None)
    for name, resource in list(sam["Resources"].items()):
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Serverless::LayerVersion":
            directories[root / properties["ContentUri"]] = None
            del sam["Resources"][name]
        elif resource["Type"] == "AWS::Serverless::Function":
            properties.pop("Layers", None)
            directories[root / properties.get("CodeUri", defaults.get("CodeUri", "."))] = None
            properties["CodeUri"] = f"s3://{BUCKET}/{NO_CODE}"
    defaults.pop("CodeUri", None)
    return ":".join(str(directory.resolve()) for directory in directories)


def _take_mappings(resources: dict[str, Fragment]) -> Iterator[StreamMapping]:
    """Remove the mappings from a table's stream: the engine's own forget retries, and stop after a restart."""
    for name, resource in list(resources.items()):
        if resource["Type"] == "AWS::Lambda::EventSourceMapping" and "StreamArn" in json.dumps(resource):
            del resources[name]
            yield StreamMapping(name, resource["Properties"]["FunctionName"]["Ref"], resource["Properties"])


def _receipt_rule(resources: dict[str, Fragment]) -> ReceiptRule | None:
    """Read the one rule for mail that comes in; the engine's SES has none."""
    rules = (each["Properties"]["Rule"] for each in resources.values() if each["Type"] == "AWS::SES::ReceiptRule")
    for rule in rules:
        actions: Fragment = {name: action for actions in rule["Actions"] for name, action in actions.items()}
        store, call = actions["S3Action"], actions["LambdaAction"]
        return ReceiptRule(
            store["BucketName"]["Ref"], store.get("ObjectKeyPrefix", ""), call["FunctionArn"]["Fn::GetAtt"][0]
        )
    return None


def _expanded(name: str, api: Fragment) -> Iterator[tuple[str, Fragment]]:
    """Move an API's OpenAPI body into properties the engine reads, and yield the resources it stands for."""
    body = api.pop("Body")
    api.pop("FailOnWarnings", None)
    api |= {"Name": API_ID, "ProtocolType": "HTTP", "Tags": {"ms-custom-id": API_ID}}
    # The engine keeps CORS as its own API spells it, which is how SAM spells it in OpenAPI.
    if cors := body.get("x-amazon-apigateway-cors"):
        api["CorsConfiguration"] = cors
    for scheme, definition in body.get("components", {}).get("securitySchemes", {}).items():
        yield _authorizer(name, scheme, definition["x-amazon-apigateway-authorizer"])
    for path, operations in body["paths"].items():
        for method, operation in operations.items():
            yield from _route(name, _route_key(method, path), operation)


def _authorizer(api: str, scheme: str, definition: Fragment) -> tuple[str, Fragment]:
    return f"{api}{scheme}Authorizer", {
        "Type": "AWS::ApiGatewayV2::Authorizer",
        "Properties": {
            "ApiId": {"Ref": api},
            "Name": scheme,
            "AuthorizerType": definition["type"].upper(),
            "AuthorizerUri": definition["authorizerUri"],
            "AuthorizerPayloadFormatVersion": definition["authorizerPayloadFormatVersion"],
            "AuthorizerResultTtlInSeconds": definition.get("authorizerResultTtlInSeconds", 300),
            "EnableSimpleResponses": definition.get("enableSimpleResponses", False),
            "IdentitySource": definition["identitySource"],
        },
    }


def _route_key(method: str, path: str) -> str:
    if path == "/$default":
        return "$default"
    return f"{'ANY' if method == 'x-amazon-apigateway-any-method' else method.upper()} {path}"


def _route(api: str, key: str, operation: Fragment) -> Iterator[tuple[str, Fragment]]:
    """Yield a route and the integration it leads to; routes of one function share theirs."""
    definition = operation["x-amazon-apigateway-integration"]
    integration = api + "Integration" + _digest(json.dumps(definition["uri"]))
    yield (
        integration,
        {
            "Type": "AWS::ApiGatewayV2::Integration",
            "Properties": {
                "ApiId": {"Ref": api},
                "IntegrationType": definition["type"].upper(),
                "IntegrationUri": definition["uri"],
                "PayloadFormatVersion": definition["payloadFormatVersion"],
            },
        },
    )
    target = {"Fn::Join": ["/", ["integrations", {"Ref": integration}]]}
    route: Fragment = {"ApiId": {"Ref": api}, "RouteKey": key, "Target": target}
    for scheme in operation.get("security", [{}])[0]:
        if scheme != "NONE":
            route |= {"AuthorizationType": "CUSTOM", "AuthorizerId": {"Ref": f"{api}{scheme}Authorizer"}}
    yield api + "Route" + _digest(key), {"Type": "AWS::ApiGatewayV2::Route", "Properties": route}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
