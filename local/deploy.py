"""CloudFormation on the engine: create the stack, or bring an earlier one up to date."""

import hashlib
import json
import time
from collections.abc import Mapping

from botocore.exceptions import ClientError

from local.engine import Engine
from local.state import StartFailedError
from local.template import BUCKET, NO_CODE, Fragment

STACK = "daybook"
# An archive's end record, all that a zip file of nothing has.
_EMPTY_ARCHIVE = b"PK\5\6".ljust(22, b"\0")
_POLL_SECONDS = 0.05


def deploy(engine: Engine, body: Fragment, parameters: Mapping[str, str]) -> None:
    """Make the engine hold what a template describes; do nothing when it does already.

    Args:
        parameters: those that the template does not know are left out.
    Raises:
        StartFailedError: CloudFormation gave up; the message has the first reason.
    """
    known = {name: value for name, value in parameters.items() if name in body.get("Parameters", {})}
    document = json.dumps(body, sort_keys=True)
    digest = hashlib.sha256((document + json.dumps(known, sort_keys=True)).encode()).hexdigest()
    earlier = _tags(engine)
    if earlier and earlier.get("template") == digest:
        return
    storage = engine.client("s3")
    storage.create_bucket(Bucket=BUCKET)
    storage.put_object(Bucket=BUCKET, Key=NO_CODE, Body=_EMPTY_ARCHIVE)
    storage.put_object(Bucket=BUCKET, Key=digest, Body=document.encode())
    cloudformation = engine.client("cloudformation")
    change = cloudformation.create_stack if earlier is None else cloudformation.update_stack
    try:
        change(
            StackName=STACK,
            TemplateURL=f"{engine.url}/{BUCKET}/{digest}",
            Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in known.items()],
            Capabilities=["CAPABILITY_IAM"],
            Tags=[{"Key": "template", "Value": digest}],
        )
    except ClientError as error:
        raise StartFailedError(f"the template cannot be deployed: {error}") from error
    _wait(engine, "CREATE_COMPLETE" if earlier is None else "UPDATE_COMPLETE")


def names(engine: Engine) -> dict[str, str]:
    """Return the physical names of what the stack is made of, by logical name."""
    pages = engine.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=STACK)
    return {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for page in pages
        for resource in page["StackResourceSummaries"]
    }


def _tags(engine: Engine) -> dict[str, str] | None:
    """Return the tags of the stack, None when there is no stack."""
    stacks = engine.client("cloudformation").get_paginator("describe_stacks").paginate()
    for stack in (stack for page in stacks for stack in page["Stacks"]):
        if stack["StackName"] == STACK:
            return {tag["Key"]: tag["Value"] for tag in stack["Tags"]}
    return None


def _wait(engine: Engine, wanted: str) -> None:
    cloudformation = engine.client("cloudformation")
    while (status := cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"]) != wanted:
        if not status.endswith("_IN_PROGRESS"):
            events = cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
            failures = [event for event in events if event["ResourceStatus"].endswith("_FAILED")]
            why = "; ".join(f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason')}" for event in failures)
            raise StartFailedError(f"the template cannot be deployed ({status}): {why} (--fresh starts from nothing)")
        time.sleep(_POLL_SECONDS)
