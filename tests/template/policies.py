"""Judge calls to the table as IAM would, by the policies template.yaml writes beside each function.

No local engine honours `dynamodb:LeadingKeys`, so a fence that is too narrow would show on AWS alone. `Watch` makes it
show in any test that lets a handler talk to a client.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tools.routes import functions

TABLE = "Table"
OPERATOR, FENCE = "ForAllValues:StringLike", "dynamodb:LeadingKeys"
WRITES = frozenset({"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"})
VERBS = WRITES | {"dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem", "dynamodb:GetItem", "dynamodb:Query"}
_TRANSACTED = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}


@dataclass(frozen=True, slots=True)
class Need:
    """What one call asks of IAM. Resource: `Table` or `Table/index/<name>`; keys: the partitions it touches."""

    action: str
    resource: str
    keys: frozenset[str]


def statements(function: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a function's policy statements."""
    return [statement for policy in function.get("Policies", []) for statement in policy["Statement"]]


def resource_of(statement: Mapping[str, Any]) -> str:
    """Name a statement's resource; anything but the table or one of its indexes comes back as it is written."""
    resource = statement["Resource"]
    if resource == {"Fn::GetAtt": [TABLE, "Arn"]}:
        return TABLE
    if isinstance(resource, dict) and isinstance(resource.get("Fn::Sub"), str):
        return str(resource["Fn::Sub"]).replace("${Table.Arn}", TABLE)
    return repr(resource)


def fences(statement: Mapping[str, Any]) -> list[str]:
    """Return the patterns partition keys must match."""
    patterns: list[str] = statement.get("Condition", {}).get(OPERATOR, {}).get(FENCE, [])
    return patterns


def like(pattern: str, value: str) -> bool:
    """Match as StringLike does: `*` is any text, `?` one character, all else itself."""
    wild = "".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in pattern)
    return re.fullmatch(wild, value, re.DOTALL) is not None


def allowed(function: Mapping[str, Any], need: Need) -> bool:
    """Tell whether one of the function's statements covers a need whole."""
    return any(
        need.action in statement["Action"]
        and resource_of(statement) == need.resource
        and all(any(like(pattern, key) for pattern in fences(statement)) for key in need.keys)
        for statement in statements(function)
    )


def needs(operation: str, call: Mapping[str, Any]) -> Iterator[Need]:
    """Yield what a DynamoDB call needs, from its parameters in wire form."""
    if operation == "TransactWriteItems":
        for action in call["TransactItems"]:
            for verb, body in action.items():
                yield Need(f"dynamodb:{_TRANSACTED[verb]}", TABLE, _keys([body.get("Key") or body["Item"]]))
    elif operation == "BatchGetItem":
        for asked in call["RequestItems"].values():
            yield Need("dynamodb:BatchGetItem", TABLE, _keys(asked["Keys"]))
    elif operation == "Query":
        index = f"/index/{call['IndexName']}" if "IndexName" in call else ""
        placeholder = re.search(r"_?pk\s*=\s*(:\w+)", call["KeyConditionExpression"])
        assert placeholder, call["KeyConditionExpression"]
        partition = call["ExpressionAttributeValues"][placeholder[1]]["S"]
        yield Need("dynamodb:Query", TABLE + index, frozenset({partition}))
    else:
        yield Need(f"dynamodb:{operation}", TABLE, _keys([call.get("Key") or call["Item"]]))


def _keys(keyed: Collection[Mapping[str, Any]]) -> frozenset[str]:
    return frozenset(each["pk"]["S"] for each in keyed)


class Watch:
    """Judges every call of a boto3 client by the policies of whichever function is at work; None is not judged."""

    def __init__(self, client: Any) -> None:
        self.function: str | None = None
        self.used: set[tuple[str, str, str]] = set()
        self.refused: list[tuple[str, Need]] = []
        client.meta.events.register("provide-client-params.dynamodb", self._judge)

    def _judge(self, params: Mapping[str, Any], model: Any, **_: object) -> None:
        for need in needs(model.name, params) if self.function else ():
            self.used.add((self.function, need.action, need.resource))
            if not allowed(functions()[self.function], need):
                self.refused.append((self.function, need))
