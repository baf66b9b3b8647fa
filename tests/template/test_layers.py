"""What layers carry: the same bytes whenever they are built, and everything of AWS that the code calls."""

import hashlib
import ssl
import subprocess
from pathlib import Path

import pytest

from layers.deps.trim import SERVICES
from layers.deps.trim import trim as trim_deps
from tests.template.conftest import lambda_python
from tests.template.policies import granted as granted_to
from tests.template.test_build import packages, run_with
from tools.routes import functions

ROOT = Path(__file__).parents[2]

CALLS = {
    ("dynamodb", "get_item"): {"TableName": "t", "Key": {"pk": {"S": "p"}}},
    ("dynamodb", "batch_get_item"): {"RequestItems": {"t": {"Keys": [{"pk": {"S": "p"}}]}}},
    ("dynamodb", "query"): {"TableName": "t"},
    ("dynamodb", "put_item"): {"TableName": "t", "Item": {"pk": {"S": "p"}}},
    ("dynamodb", "update_item"): {"TableName": "t", "Key": {"pk": {"S": "p"}}},
    ("dynamodb", "delete_item"): {"TableName": "t", "Key": {"pk": {"S": "p"}}},
    ("dynamodb", "transact_write_items"): {
        "TransactItems": [{"Put": {"TableName": "t", "Item": {"pk": {"S": "p"}}}}],
        "ClientRequestToken": "token",
    },
    ("events", "put_events"): {"Entries": [{"Source": "s", "DetailType": "d", "Detail": "{}"}]},
    ("kms", "encrypt"): {"KeyId": "k", "Plaintext": b"p"},
    ("kms", "decrypt"): {"CiphertextBlob": b"c"},
    ("lambda", "invoke"): {"FunctionName": "f"},
    ("s3", "get_object"): {"Bucket": "b", "Key": "k"},
    ("scheduler", "create_schedule"): {
        "Name": "n",
        "ScheduleExpression": "at(2027-03-01T09:00:00)",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {"Arn": "a", "RoleArn": "r"},
    },
    ("scheduler", "update_schedule"): {
        "Name": "n",
        "ScheduleExpression": "at(2027-03-01T09:00:00)",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {"Arn": "a", "RoleArn": "r"},
    },
    ("scheduler", "delete_schedule"): {"Name": "n"},
    ("sesv2", "send_email"): {"Content": {"Raw": {"Data": b"mail"}}},
    ("sqs", "send_message"): {"QueueUrl": "https://sqs/q", "MessageBody": "b"},
    ("sqs", "send_message_batch"): {"QueueUrl": "https://sqs/q", "Entries": [{"Id": "1", "MessageBody": "b"}]},
    ("ssm", "get_parameter"): {"Name": "n"},
    ("sqs", "change_message_visibility"): {"QueueUrl": "https://sqs/q", "ReceiptHandle": "r", "VisibilityTimeout": 5},
}
"""Every operation that functions call, with the least it takes."""

IMPLIED = {
    "dynamodb": {"transact_write_items": {"ConditionCheckItem"}},
    "lambda": {"invoke": {"InvokeFunction"}},
    "sqs": {"send_message_batch": {"SendMessage"}},
}
PREFIX = {"ses": "sesv2"}
"""Services whose actions are named otherwise than their clients."""
BY_LAMBDA = {"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"}
BY_LAMBDA |= {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "iam:PassRole"}


def granted() -> set[str]:
    """Return every action that some function may do itself."""
    found = {action for function in functions().values() for action, _ in granted_to(function)}
    return found - BY_LAMBDA


def test_every_action_that_is_granted_is_called_here() -> None:
    called = {f"{service}:{name.title().replace('_', '')}" for service, name in CALLS}
    implied = {
        f"{service}:{action}" for service, names in IMPLIED.items() for actions in names.values() for action in actions
    }
    actions = {f"{PREFIX.get(service, service)}:{verb}" for service, verb in (one.split(":") for one in granted())}
    assert sorted(actions - called - implied - {"sesv2:SendRawEmail"}) == []


def test_trimmed_data_describes_every_operation_that_is_called(tmp_path: Path) -> None:
    """Each is validated, signed and written by the trimmed packages, and an empty answer to it is read."""
    trim_deps(packages("deps", tmp_path))
    run_with(
        [tmp_path],
        f"""
from botocore.awsrequest import AWSResponse
from botocore.session import get_session

class Body:
    def stream(self, *_, **__):
        yield b"{{}}"

sent = []
def answer(request, **_):
    sent.append(request.url)
    return AWSResponse(request.url, 200, {{"content-type": "application/x-amz-json-1.0"}}, Body())

session = get_session()
session.set_credentials("x", "x", "x")
calls = {CALLS!r}
for region, host in (("eu-central-1", "amazonaws.com"), ("us-gov-west-1", "amazonaws.com"), ("cn-north-1", ".cn")):
    for (service, operation), params in calls.items():
        client = session.create_client(service, region_name=region)
        assert region in client.meta.endpoint_url and host in client.meta.endpoint_url, client.meta.endpoint_url
        if region == "eu-central-1":
            client.meta.events.register("before-send", answer)
            getattr(client, operation)(**params)
assert len(sent) == len(calls), sent
""",
    )


def test_only_who_certifies_aws_is_trusted(tmp_path: Path) -> None:
    trim_deps(packages("deps", tmp_path))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(tmp_path / "botocore" / "cacert.pem")
    roots = [{key: value for [(key, value)] in authority["subject"]} for authority in context.get_ca_certs()]
    assert {root["organizationName"] for root in roots} == {"Amazon", "DigiCert Inc", "Starfield Technologies, Inc."}
    # Source: Amazon Trust Services, "Repository": the roots a client must know.
    known = {root.get("commonName") for root in roots}
    assert known >= {f"Amazon Root CA {number}" for number in (1, 2, 3, 4)}
    assert known >= {"Starfield Services Root Certificate Authority - G2"}


def test_what_packages_do_for_nobody_here_is_not_done(tmp_path: Path) -> None:
    """And what they do is still done: models with unions, dictionaries and functions of their own, and names."""
    trim_deps(packages("deps", tmp_path))
    run_with(
        [tmp_path],
        """
from typing import Annotated
from pydantic import AfterValidator, BaseModel, TypeAdapter, ValidationError
from typing_extensions import Required, TypedDict
from ulid import ULID
import urllib3
assert not {"importlib.metadata", "zipfile"} & sys.modules.keys()

class Where(TypedDict, total=False):
    room: Required[str]
    floor: int

class Body(BaseModel):
    to: Annotated[str, AfterValidator(str.upper)] | int
    where: Where

read = Body.model_validate_json('{"to": "ada", "where": {"room": "1"}}')
assert read.model_dump() == {"to": "ADA", "where": {"room": "1"}}
assert Body.model_json_schema()["$defs"]["Where"]["required"] == ["room"]
assert TypeAdapter(dict[str, Where]).validate_python({"x": {"room": "1"}})
try:
    Body.model_validate({"to": [], "where": {}})
except ValidationError as refused:
    assert refused.error_count() == 3, refused
assert ULID.from_timestamp(0) < ULID()
assert urllib3.PoolManager().connection_from_url("https://a.example").port == 443

from botocore.hooks import EventAliaser, HierarchicalEmitter
heard = []
emitter = EventAliaser(HierarchicalEmitter())
emitter.register("before-call.events.PutEvents", lambda **_: heard.append(1))
emitter.emit("before-call.eventbridge.PutEvents")
assert heard == [1]
""",
    )


@pytest.mark.parametrize(
    "changed", ["botocore/docs/docstring.py", "botocore/utils.py", "pydantic/plugin/_loader.py", "ulid/__init__.py"]
)
def test_a_package_that_has_changed_is_not_trimmed_unseen(changed: str, tmp_path: Path) -> None:
    (packages("deps", tmp_path) / changed).write_text("nothing it knows")
    with pytest.raises(ValueError, match=changed):
        trim_deps(tmp_path)


def test_services_of_the_layer_are_those_that_are_called_or_about_to_be() -> None:
    assert {service for service, _ in CALLS} <= SERVICES


def archive(folder: Path) -> str:
    """Return the digest of a layer's archive, times left out as SAM leaves them out of its hash."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return digest.hexdigest()


@pytest.mark.sam
@pytest.mark.parametrize("layer", ["core", "deps", "google", "mail"])
def test_a_layer_is_built_twice_to_the_same_bytes(layer: str, built: Path, tmp_path: Path) -> None:
    """Otherwise every deployment would publish it anew, and nobody could tell what has changed."""
    name = f"{layer.title()}Layer"
    variables = [f"ARTIFACTS_DIR={tmp_path}", f"PYTHON={lambda_python()}"]
    subprocess.run(
        ["make", "-s", "-C", str(ROOT / "layers" / layer), f"build-{name}", *variables],
        check=True,
        capture_output=True,
    )
    assert archive(tmp_path) == archive(built / name)
