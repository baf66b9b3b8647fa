"""Each function may do what it needs and nothing else."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import fields
from typing import Any

import pytest

from daybook.domain.booking import Booking
from daybook.domain.tenant import Tenant
from tests.template.policies import (
    FENCE,
    TABLE,
    VERBS,
    WRITES,
    allowed,
    conditions,
    granted,
    on_table,
    resources_of,
    statements,
    written,
)
from tools.routes import functions, routes

Functions = Mapping[str, Mapping[str, Any]]

POWERLESS = {"public.health", "public.unmatched"}
# Rights beyond the table, and the conditions each must be under.
SEALED = {
    "kms:EncryptionContextKeys": ["tenant", "host", "connection"],
    **{f"kms:EncryptionContext:{name}": ["*"] for name in ("tenant", "host", "connection")},
}
BEYOND: dict[str, dict[str, list[str]] | None] = {
    "dynamodb:DescribeStream": None,
    "dynamodb:GetRecords": None,
    "dynamodb:GetShardIterator": None,
    "dynamodb:ListStreams": None,
    "events:PutEvents": {"events:source": ["daybook"]},
    "iam:PassRole": {"iam:PassedToService": ["scheduler.amazonaws.com"]},
    "kms:Decrypt": SEALED,
    "kms:Encrypt": SEALED,
    "lambda:InvokeFunction": None,
    "s3:GetObject": None,
    "scheduler:CreateSchedule": None,
    "scheduler:DeleteSchedule": None,
    "scheduler:UpdateSchedule": None,
    "ses:SendEmail": {"ses:FromAddress": ["bookings@MailDomain"]},
    "ses:SendRawEmail": {"ses:FromAddress": ["bookings@MailDomain"]},
    "sqs:ChangeMessageVisibility": None,
    "sqs:DeleteMessage": None,
    "sqs:GetQueueAttributes": None,
    "sqs:ReceiveMessage": None,
    "sqs:SendMessage": None,
    "ssm:GetParameter": None,
}
# What others than workers may do beyond the table: nothing, but for these.
ASKS = {("lambda:InvokeFunction", "CheckBusyFunction")}
SYNC = ("sqs:SendMessage", "SyncQueue")
SECRET = ("ssm:GetParameter", "ssm:parameterGoogleClientSecretParameter")
OUTSIDE: dict[str, set[tuple[str, str]]] = {
    "public.book": ASKS,
    "public.book_slot": ASKS,
    "public.reschedule": ASKS,
    "public.manage_page": ASKS,
    "public.google_callback": {SYNC, SECRET, ("kms:Encrypt", "CalendarKey")},
    "host.calendars": {SYNC},
    "webhooks.google_calendar": {SYNC},
}
# AWS knows no resource for these.
ANYWHERE = {"dynamodb:ListStreams"}
INDEXES = {f"{TABLE}/index/{name}" for name in ("by-host", "by-tenant", "by-attendee")}
# Google leads a browser back by GET, and what it brings is written.
WRITERS = {route.function for route in routes() if route.method not in {"GET", None}} | {"public.google_callback"}
READERS = {name for name in functions() if not name.startswith("workers.")} - WRITERS | {"workers.authorize"}
CATALOGUE = {"host.hosts", "host.schedules", "host.event_types", "host.blocks"}
# Tokens, keyed hashes and the seals of cursors rest on the tenant's secret; none of these makes or checks one.
WITHOUT_SECRET = {
    "public.show_host",
    "host.cancel_slot",
    "host.schedules",
    "host.blocks",
    "host.confirm",
    "host.decline",
    "host.no_show",
    "host.erase_booking",
    "host.show_history",
    "host.connect_calendar",
    "host.calendars",
    "webhooks.google_calendar",
    "workers.authorize",
    "workers.check_busy",
    "workers.import_busy_times",
    "workers.sweep_calendars",
    "workers.write_back",
    "workers.fan_out",
    "workers.set_timers",
    "workers.run_timer",
    "workers.record_delivery",
    "workers.receive_reply",
}
TENANT, KEY, HOST, BOOKING = "T#acme", "K#1", "T#acme#H#ada", "T#acme#B#1"


def complaints(found: Functions) -> Iterator[str]:
    """Yield what is wrong with the policies."""
    for name, function in found.items():
        if name in POWERLESS and statements(function):
            yield f"{name} needs nothing"
        for policy in function.get("Policies", []):
            if set(policy) != {"Version", "Statement"} or policy["Version"] != "2012-10-17":
                yield f"{name} has something else than its own policy"
        for statement in statements(function):
            about = _about_the_table if set(statement["Action"]) & VERBS else _beyond_the_table
            yield from (f"{name}: {complaint}" for complaint in about(name, statement))


def _about_the_table(name: str, statement: Mapping[str, Any]) -> Iterator[str]:
    actions, resources, fences = set(statement["Action"]), set(resources_of(statement)), conditions(statement, FENCE)
    if actions - VERBS:
        yield f"verbs beyond the list: {actions - VERBS}"
    if not resources <= {TABLE, *INDEXES}:
        yield f"a resource of its own: {resources}"
    if resources & INDEXES and actions != {"dynamodb:Query"}:
        yield "an index can only be queried"
    if not fences or "*" in fences:
        yield "no fence around the partitions"
    if name in READERS and actions & WRITES:
        yield "writes, although it only reads"


def _beyond_the_table(name: str, statement: Mapping[str, Any]) -> Iterator[str]:
    actions = set(statement["Action"])
    if not name.startswith("workers."):
        reached = {(action, resource) for action in actions for resource in resources_of(statement)}
        if reached - OUTSIDE.get(name, set()):
            yield "reaches beyond the table, although it is no worker"
    if actions - BEYOND.keys():
        yield f"verbs beyond the list: {actions - BEYOND.keys()}"
    if actions - ANYWHERE and any(resource.startswith("*") for resource in resources_of(statement)):
        yield "a right to everything"
    for wanted in filter(None, map(BEYOND.get, actions)):
        for key, values in wanted.items():
            if conditions(statement, key) != values:
                yield f"without its condition {key}"


def may(name: str, verb: str, partition: str) -> bool:
    return allowed(functions()[name], on_table(verb, {partition}))


def test_policies_are_single_verbs_on_fenced_partitions() -> None:
    assert list(complaints(functions())) == []


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("public.book", {"Action": ["dynamodb:*"]}),
        ("public.book", {"Action": ["dynamodb:Scan"]}),
        ("public.book", {"Resource": "*"}),
        ("public.book", {"Resource": {"Fn::Sub": "${Table.Arn}/*"}}),
        ("public.book", {"Condition": {}}),
        ("public.book", {"Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["*"]}}}),
        ("public.list_slots", {"Action": ["dynamodb:PutItem"]}),
        ("workers.authorize", {"Action": ["dynamodb:UpdateItem"]}),
        ("public.list_open_slots", {"Resource": {"Fn::Sub": "${Table.Arn}/index/by-host"}}),
        ("public.book", {"Action": ["sqs:SendMessage"], "Resource": {"Fn::GetAtt": ["MailQueue", "Arn"]}}),
        ("workers.send_mail", {"Action": ["sqs:*"]}),
        ("workers.send_mail", {"Resource": "*"}),
        ("workers.send_mail", {"Action": ["ses:SendEmail"]}),
        ("workers.fan_out", {"Action": ["events:PutEvents"], "Resource": {"Fn::GetAtt": ["Bus", "Arn"]}}),
        ("workers.set_timers", {"Action": ["iam:PassRole"], "Resource": {"Fn::GetAtt": ["ScheduleRole", "Arn"]}}),
        ("workers.check_busy", {"Action": ["kms:Decrypt"], "Resource": {"Fn::GetAtt": ["CalendarKey", "Arn"]}}),
        ("host.calendars", {"Action": ["lambda:InvokeFunction"], "Resource": {"Ref": "CheckBusyFunction"}}),
        ("webhooks.google_calendar", {"Action": ["sqs:SendMessage"], "Resource": {"Fn::GetAtt": ["MailQueue", "Arn"]}}),
    ],
)
def test_a_loosened_policy_is_noticed(name: str, change: dict[str, Any]) -> None:
    loosened = deepcopy(dict(functions()))
    statements(loosened[name])[0].update(change)
    assert list(complaints(loosened))


def test_a_managed_policy_is_noticed() -> None:
    loosened = deepcopy(dict(functions()))
    loosened["public.book"]["Policies"].append({"DynamoDBCrudPolicy": {"TableName": {"Ref": "Table"}}})
    with pytest.raises(KeyError):
        list(complaints(loosened))


@pytest.mark.parametrize("name", sorted(WITHOUT_SECRET | POWERLESS))
def test_the_secret_is_out_of_reach_of(name: str) -> None:
    assert not may(name, "GetItem", TENANT)
    assert not may(name, "BatchGetItem", TENANT)
    assert not may(name, "Query", TENANT)


@pytest.mark.parametrize("name", sorted(functions()))
@pytest.mark.parametrize("verb", ["PutItem", "UpdateItem", "DeleteItem"])
def test_only_settings_overwrites_a_tenant_and_only_api_keys_writes_keys(name: str, verb: str) -> None:
    assert not may(name, verb, TENANT) or (name, verb) == ("host.settings", "PutItem")
    assert not may(name, verb, KEY) or name == "host.api_keys"


def test_settings_writes_tenants_and_neither_secrets_nor_bookings() -> None:
    def writes(*attributes: str) -> bool:
        return allowed(
            functions()["host.settings"], on_table("PutItem", {TENANT}, attributes={"pk", "sk", *attributes})
        )

    assert writes(*(field.name for field in fields(Tenant)))
    assert not writes("secret")
    assert not writes(*(field.name for field in fields(Booking)))


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_the_catalogue_makes_and_drops_no_booking(name: str) -> None:
    assert may(name, "UpdateItem", HOST)
    assert not may(name, "PutItem", BOOKING)
    assert not may(name, "DeleteItem", BOOKING)


def test_the_authorizer_reads_keys_alone() -> None:
    assert may("workers.authorize", "GetItem", KEY)
    assert not may("workers.authorize", "GetItem", BOOKING)
    assert not may("workers.authorize", "Query", KEY)


RINGING = {("sqs:SendMessage", "DueQueue"), ("sqs:SendMessage", "DueFailures")}


def test_schedules_can_do_nothing_but_ring(resources: dict[str, Any]) -> None:
    role = resources["ScheduleRole"]["Properties"]
    [trust] = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert conditions(trust, "aws:SourceAccount") == ["AWS::AccountId"]
    assert conditions(trust, "aws:SourceArn") == ["Schedules"]
    assert granted({"Policies": [each["PolicyDocument"] for each in role["Policies"]]}) == RINGING


def test_only_the_rule_may_put_news_of_mails_into_their_queue(resources: dict[str, Any]) -> None:
    policies = {name: each for name, each in resources.items() if each["Type"] == "AWS::SQS::QueuePolicy"}
    [statement] = policies.pop("MailEventsQueuePolicy")["Properties"]["PolicyDocument"]["Statement"]
    assert policies == {}
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert statement["Action"] == "sqs:SendMessage"
    assert conditions(statement, "aws:SourceArn") == ["MailEventsRule"]


def test_only_our_own_receipt_rule_may_store_mails_and_only_over_tls(resources: dict[str, Any]) -> None:
    rule = "ses:receipt-rule-set/AWS::StackName:receipt-rule/replies"
    store, plain = resources["RepliesPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert (store["Effect"], store["Principal"], store["Action"]) == (
        "Allow",
        {"Service": "ses.amazonaws.com"},
        "s3:PutObject",
    )
    assert conditions(store, "aws:SourceAccount") == ["AWS::AccountId"]
    assert conditions(store, "aws:SourceArn") == [rule]
    assert (plain["Effect"], plain["Principal"], plain["Action"]) == ("Deny", "*", "s3:*")
    assert conditions(plain, "aws:SecureTransport") == ["false"]
    invoke = resources["ReceiveReplyPermission"]["Properties"]
    assert (written(invoke["SourceAccount"]), written(invoke["SourceArn"])) == ("AWS::AccountId", rule)
    assert resources["ReplyRule"]["Properties"]["Rule"]["Name"] == "replies"


def test_no_function_has_more_of_aws_than_the_right_to_log(transformed: dict[str, Any]) -> None:
    """SAM's own events would bring policies for every stream and queue of the account."""
    roles = {name: each["Properties"] for name, each in transformed.items() if each["Type"] == "AWS::IAM::Role"}
    logging = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    managed = {policy for role in roles.values() for policy in role.get("ManagedPolicyArns", [])}
    assert managed == {logging}
    written_by_sam = {
        (policy["PolicyName"], written(statement["Resource"]))
        for role in roles.values()
        for policy in role.get("Policies", [])
        for statement in policy["PolicyDocument"]["Statement"]
        if isinstance(statement.get("Action"), str)
    }
    assert written_by_sam == {("ReceiveReplyFunctionEventInvokeConfigOnFailureSQSPolicy", "ReplyFailures")}
