"""Each function may do what it needs and nothing else."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

import pytest

from tests.template.policies import TABLE, VERBS, WRITES, Need, allowed, fences, resource_of, statements
from tools.routes import functions, routes

Functions = Mapping[str, Mapping[str, Any]]

POWERLESS = {"public.health", "public.unmatched"}
INDEXES = {f"{TABLE}/index/{name}" for name in ("by-host", "by-tenant", "by-attendee")}
READERS = {name for name in functions() if {route.method for route in routes() if route.function == name} <= {"GET"}}
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
    "workers.authorize",
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
            yield from (f"{name}: {complaint}" for complaint in _about(name, statement))


def _about(name: str, statement: Mapping[str, Any]) -> Iterator[str]:
    actions, resource = set(statement["Action"]), resource_of(statement)
    if actions - VERBS:
        yield f"verbs beyond the list: {actions - VERBS}"
    if resource not in {TABLE, *INDEXES}:
        yield f"a resource of its own: {resource}"
    if resource in INDEXES and actions != {"dynamodb:Query"}:
        yield "an index can only be queried"
    if not fences(statement) or "*" in fences(statement):
        yield "no fence around the partitions"
    if name in READERS and actions & WRITES:
        yield "writes, although it only reads"


def may(name: str, verb: str, partition: str, resource: str = TABLE) -> bool:
    return allowed(functions()[name], Need(f"dynamodb:{verb}", resource, frozenset({partition})))


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
def test_nobody_overwrites_a_tenant_and_only_api_keys_writes_keys(name: str, verb: str) -> None:
    assert not may(name, verb, TENANT)
    assert not may(name, verb, KEY) or name == "host.api_keys"


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_the_catalogue_makes_and_drops_no_booking(name: str) -> None:
    assert may(name, "UpdateItem", HOST)
    assert not may(name, "PutItem", BOOKING)
    assert not may(name, "DeleteItem", BOOKING)


def test_the_authorizer_reads_keys_alone() -> None:
    assert may("workers.authorize", "GetItem", KEY)
    assert not may("workers.authorize", "GetItem", BOOKING)
    assert not may("workers.authorize", "Query", KEY)
