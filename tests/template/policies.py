"""Judge calls to AWS as IAM would, by the policies template.yaml writes beside each function.

No local engine honours `dynamodb:LeadingKeys`, so a fence that is too narrow would show on AWS alone. `Watch` makes it
show in any test that lets a handler talk to clients.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from operator import eq
from typing import Any

from tools.routes import functions

TABLE = "Table"
FENCE, ATTRIBUTES = "dynamodb:LeadingKeys", "dynamodb:Attributes"
WRITES = frozenset({"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"})
VERBS = WRITES | {"dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem", "dynamodb:GetItem", "dynamodb:Query"}
_TRANSACTED = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}
_TESTS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": eq,
    "StringLike": lambda value, wild: like(wild, value),
}

CALENDAR_WORKERS = {"check_busy", "import_busy_times", "sweep_calendars", "write_back"}
OF_CALENDARS = {
    "public.google_start",
    "public.google_callback",
    "host.connect_calendar",
    "host.calendars",
    "webhooks.google_calendar",
    *(f"workers.{name}" for name in CALENDAR_WORKERS),
}
"""Functions that nobody needs without connected calendars: tests/template/test_calendar_rights.py is about them."""
ASKING = ("lambda:InvokeFunction", "CheckBusyFunction")
BESIDES = {(f"public.{name}", *ASKING) for name in ("book", "book_slot", "reschedule", "manage_page")} | {
    ("workers.fan_out", "sqs:SendMessage", "CalendarQueue")
}
"""Rights of other functions that they need for connected calendars alone."""

Context = frozenset[tuple[str, str]]
NeedsOf = Callable[[str, Mapping[str, Any]], Iterator["Need"]]
"""What a call needs, from its operation and its parameters."""


@dataclass(frozen=True, slots=True)
class Need:
    """What one call asks of IAM.

    Attributes:
        resource: as `written` has it: `Table`, `Table/index/<name>`, `MailQueue`, `ses:identity/MailDomain`.
        context: condition keys with their values; a partition that is touched is `dynamodb:LeadingKeys`.
    """

    action: str
    resource: str
    context: Context = frozenset()


def on_table(verb: str, keys: Collection[str], *, index: str = "", attributes: Collection[str] = ()) -> Need:
    """Return the need of a DynamoDB verb on partitions of the table, or of one of its indexes."""
    resource = f"{TABLE}/index/{index}" if index else TABLE
    context = {(FENCE, key) for key in keys} | {(ATTRIBUTES, name) for name in attributes}
    return Need(f"dynamodb:{verb}", resource, frozenset(context))


def statements(function: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a function's policy statements; of those under a condition, what they say where it holds."""
    found = [statement for policy in function.get("Policies", []) for statement in policy["Statement"]]
    return [statement["Fn::If"][1] if "Fn::If" in statement else statement for statement in found]


def written(value: Any) -> str:
    """Spell a value of the template with logical names in place of what they stand for, ARNs from the service on."""
    match value:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), "Arn"]}:
            return name
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            return f"{name}.{attribute}"
        case {"Fn::Sub": str(text)}:
            plain = re.sub(r"\$\{([\w:]+?)(?:\.Arn)?\}", r"\1", text)
            return plain.replace("arn:AWS::Partition:", "").replace(":AWS::Region:AWS::AccountId", "")
        case str(text):
            return text
    return repr(value)


def resources_of(statement: Mapping[str, Any]) -> list[str]:
    """Return what a statement is about."""
    named = statement["Resource"]
    return [written(each) for each in (named if isinstance(named, list) else [named])]


def granted(function: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Return every pair of verb and resource a function's policies allow."""
    return {
        (action, resource)
        for statement in statements(function)
        for action in statement["Action"]
        for resource in resources_of(statement)
    }


def conditions(statement: Mapping[str, Any], key: str) -> list[str]:
    """Return the values or patterns a condition key must meet, whatever the operator."""
    wanted = [each[key] for each in statement.get("Condition", {}).values() if key in each]
    return [written(one) for each in wanted for one in (each if isinstance(each, list) else [each])]


def like(pattern: str, value: str) -> bool:
    """Match as StringLike does: `*` is any text, `?` one character, all else itself."""
    wild = "".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in pattern)
    return re.fullmatch(wild, value, re.DOTALL) is not None


def allowed(function: Mapping[str, Any], need: Need) -> bool:
    """Tell whether one of the function's statements covers a need whole."""
    return any(
        need.action in statement["Action"]
        and any(like(resource, need.resource) for resource in resources_of(statement))
        and _met(statement, need.context)
        for statement in statements(function)
    )


def _met(statement: Mapping[str, Any], context: Context) -> bool:
    for operator, wanted in statement.get("Condition", {}).items():
        quantifier, _, test = operator.rpartition(":")
        for key in wanted:
            values = [value for name, value in context if name == key]
            if not values and quantifier != "ForAllValues":
                return False
            if not all(any(_TESTS[test](value, one) for one in conditions(statement, key)) for value in values):
                return False
    return True


def needs(operation: str, call: Mapping[str, Any]) -> Iterator[Need]:
    """Yield what a DynamoDB call needs, from its parameters in wire form."""
    if operation == "TransactWriteItems":
        yield from _transacted(call["TransactItems"])
    elif operation == "BatchGetItem":
        for asked in call["RequestItems"].values():
            yield on_table("BatchGetItem", _keys(asked["Keys"]))
    elif operation == "Query":
        placeholder = re.search(r"_?pk\s*=\s*(:\w+)", call["KeyConditionExpression"])
        assert placeholder, call["KeyConditionExpression"]
        partition = call["ExpressionAttributeValues"][placeholder[1]]["S"]
        yield on_table("Query", {partition}, index=call.get("IndexName", ""))
    else:
        yield _on_item(operation, call)


def _transacted(actions: Collection[Mapping[str, Any]]) -> Iterator[Need]:
    """Yield one need for each verb, with all that it touches.

    AWS does not say whether the keys of a transaction are judged one by one or together: so one statement must cover
    those of a verb.
    """
    together: dict[str, set[tuple[str, str]]] = {}
    for action in actions:
        for verb, body in action.items():
            together.setdefault(_TRANSACTED[verb], set()).update(_on_item(_TRANSACTED[verb], body).context)
    for verb, context in together.items():
        yield Need(f"dynamodb:{verb}", TABLE, frozenset(context))


def _on_item(verb: str, body: Mapping[str, Any]) -> Need:
    """Return the need of a call for one item, with all attributes it names; of a put, all it writes."""
    item = body.get("Key") or body["Item"]
    return on_table(verb, _keys([item]), attributes={*item, *body.get("ExpressionAttributeNames", {}).values()})


def _keys(keyed: Collection[Mapping[str, Any]]) -> frozenset[str]:
    return frozenset(each["pk"]["S"] for each in keyed)


class Watch:
    """Judges every call of a boto3 client by the policies of whichever function is at work; None is not judged."""

    def __init__(self, client: Any) -> None:
        self.function: str | None = None
        self.used: set[tuple[str, str, str]] = set()
        self.refused: list[tuple[str, Need]] = []
        self.attend(client, needs)

    def attend(self, client: Any, needs_of: NeedsOf) -> None:
        """Judge another client's calls too, by what they need."""

        def judge(params: Mapping[str, Any], model: Any, **_: object) -> None:
            self.judge(needs_of(model.name, params))

        client.meta.events.register(f"provide-client-params.{client.meta.service_model.service_id.hyphenize()}", judge)

    def judge(self, wanted: Iterator[Need]) -> None:
        """Note what is used, and what is refused."""
        if self.function is None:
            return
        function = functions()[self.function]
        for need in wanted:
            self.used |= {(self.function, *pair) for pair in granted(function) if _covers(pair, need)}
            if not allowed(function, need):
                self.refused.append((self.function, need))

    def judged(self, handler: Callable[..., Any], name: str) -> Callable[..., Any]:
        """Wrap a handler so that its calls are judged by its function's policies."""

        def work(event: Any, context: Any) -> Any:
            before, self.function = self.function, name
            try:
                return handler(event, context)
            finally:
                self.function = before

        return work


def _covers(pair: tuple[str, str], need: Need) -> bool:
    action, resource = pair
    return action == need.action and like(resource, need.resource)
