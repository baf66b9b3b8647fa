"""What the engine asks a role's policies for, put right where AWS asks for something else.

Runs in the engine's process; `local.emulator` is what asserts the release it is written for.
"""

import json
from typing import Any

_AS_ONE = {
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
}
"""A batch needs the right to its parts. Source: Service Authorization Reference, "Actions for Amazon SQS"."""


def mend(iam_actions: Any) -> None:
    """Change how requests are read as actions on resources."""
    action_of, resource_of = iam_actions.extract_iam_action, iam_actions.extract_resource_arn
    tags_of = iam_actions.request_tag_context

    def extract_iam_action(*request: Any) -> str | None:
        action: str | None = action_of(*request)
        return _AS_ONE.get(action, action) if action else action

    def extract_resource_arn(*request: Any) -> str:
        arn: str = resource_of(*request)
        _service, _method, _path, _headers, body, query = request[:6]
        return _in_group(arn, body, query) if ":schedule/default/" in arn else arn

    def request_tag_context(service: str, action: str, body: bytes, params: Any) -> dict[str, Any]:
        return {**tags_of(service, action, body, params), **(_encryption_context(body) if service == "kms" else {})}

    iam_actions.request_tag_context = request_tag_context
    iam_actions.extract_iam_action = extract_iam_action
    iam_actions.extract_resource_arn = extract_resource_arn


def _in_group(schedule: str, body: bytes, query: Any) -> str:
    """Name the group a schedule is in: writes say it in the body, the others in the query."""
    group = json.loads(body).get("GroupName") if body else query.get("groupName")
    [name] = group if isinstance(group, list) else [group or "default"]
    return schedule.replace(":schedule/default/", f":schedule/{name}/")


def _encryption_context(body: bytes) -> dict[str, Any]:
    """Return a request's encryption context as conditions see it, keys in small letters as the engine looks them up.

    Source: AWS KMS, "Condition keys for AWS KMS", kms:EncryptionContext:context-key and kms:EncryptionContextKeys.
    """
    told: dict[str, str] = json.loads(body or b"{}").get("EncryptionContext") or {}
    each = {f"kms:encryptioncontext:{name.lower()}": value for name, value in told.items()}
    return each | ({"kms:encryptioncontextkeys": list(told)} if told else {})
