"""The table keeps what it is given; logs end; somebody hears of failures; nothing must be answered to deploy."""

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tools.routes import functions

Resources = dict[str, Any]
ROOT = Path(__file__).parents[2]


def of_type(resources: Resources, kind: str) -> dict[str, Any]:
    return {name: each.get("Properties", {}) for name, each in resources.items() if each["Type"] == kind}


def test_every_parameter_has_a_default_and_a_description(template: dict[str, Any]) -> None:
    for name, parameter in template["Parameters"].items():
        assert "Default" in parameter, name
        assert parameter["Description"].endswith("."), name
        if "AllowedPattern" in parameter:
            assert re.fullmatch(parameter["AllowedPattern"], parameter["Default"]), name


def test_every_parameter_is_used(template: dict[str, Any]) -> None:
    text = json.dumps({key: value for key, value in template.items() if key != "Parameters"})
    assert [name for name in template["Parameters"] if f'{{"Ref": "{name}"}}' not in text] == []


def test_the_table_cannot_be_lost_by_accident(resources: Resources) -> None:
    table = resources["Table"]
    assert table["DeletionPolicy"] == "RetainExceptOnCreate"
    assert table["UpdateReplacePolicy"] == "Retain"
    assert table["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["Properties"]["DeletionProtectionEnabled"] == {"Ref": "DeletionProtection"}
    assert table["Properties"]["SSESpecification"] == {"SSEEnabled": True}


def test_the_table_costs_nothing_when_idle_and_forgets(resources: Resources) -> None:
    table = resources["Table"]["Properties"]
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
    assert table["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}


@pytest.mark.parametrize(("index", "key"), [("by-host", "host"), ("by-tenant", "tenant"), ("by-attendee", "attendee")])
def test_an_index_copies_no_person(resources: Resources, index: str, key: str) -> None:
    [found] = [
        each for each in resources["Table"]["Properties"]["GlobalSecondaryIndexes"] if each["IndexName"] == index
    ]
    assert [each["AttributeName"] for each in found["KeySchema"]] == [f"{key}_pk", f"{key}_sk"]
    assert found["Projection"].get("NonKeyAttributes", []) in ([], ["status", "deadline"])


SLOW = {"host.hosts", "host.schedules", "host.event_types", "public.google_callback"}
"""They may walk all bookings of a host, or wait for Google; the gateway waits 30 s at most."""


@pytest.mark.parametrize("name", sorted(functions()))
def test_a_function_says_what_it_does_and_logs_with_its_group(name: str) -> None:
    function = functions()[name]
    module = ast.parse((ROOT / "functions" / f"{name.replace('.', '/')}.py").read_text())
    assert function["Description"] == (ast.get_docstring(module) or "").partition("\n")[0]
    assert function["LoggingConfig"] == {"LogGroup": {"Ref": f"{name.split('.', maxsplit=1)[0].title()}Logs"}}


@pytest.mark.parametrize("name", sorted(functions()))
def test_a_function_keeps_to_the_house_settings(name: str) -> None:
    """One build for all, no reserved names, no alias that would pin an old layer."""
    waited_for = not name.startswith("workers.") or name == "workers.authorize"
    assert not waited_for or functions()[name].get("Timeout") == (29 if name in SLOW else None)
    unexpected = functions()[name].keys() - {
        "Timeout",
        "Description",
        "EventInvokeConfig",
        "Handler",
        "Layers",
        "LoggingConfig",
        "Environment",
        "Events",
        "Policies",
    }
    assert unexpected == set()


def test_public_writers_know_their_limits() -> None:
    limits = {
        "DAYBOOK_POSTS_PER_MINUTE_PER_ADDRESS": {"Ref": "PostsPerMinutePerAddress"},
        "DAYBOOK_POSTS_PER_MINUTE_PER_TENANT": {"Ref": "PostsPerMinutePerTenant"},
    }
    cap = {"DAYBOOK_ACTIVE_BOOKINGS_PER_EMAIL": {"Ref": "ActiveBookingsPerEmail"}}

    def told(wanted: dict[str, Any]) -> set[str]:
        return {
            name
            for name, each in functions().items()
            if wanted.items() <= each.get("Environment", {}).get("Variables", {}).items()
        }

    assert told(limits) == {f"public.{name}" for name in ("book", "book_slot", "reschedule", "cancel", "manage_page")}
    assert told(cap) == {f"public.{name}" for name in ("book", "book_slot")}


def test_logs_end(resources: Resources) -> None:
    groups = of_type(resources, "AWS::Logs::LogGroup")
    assert set(groups) == {"PublicLogs", "HostLogs", "WebhooksLogs", "WorkersLogs", "ApiLogs"}
    assert all(group["RetentionInDays"] == {"Ref": "LogRetentionDays"} for group in groups.values())


def test_each_group_of_functions_has_an_alarm_for_its_errors(resources: Resources) -> None:
    filters, alarms = of_type(resources, "AWS::Logs::MetricFilter"), of_type(resources, "AWS::CloudWatch::Alarm")
    for group in ("Public", "Host", "Webhooks", "Workers"):
        [metric] = filters[f"{group}Errors"]["MetricTransformations"]
        alarm = alarms[f"{group}ErrorsAlarm"]
        assert filters[f"{group}Errors"]["LogGroupName"] == {"Ref": f"{group}Logs"}
        assert (alarm["Namespace"], alarm["MetricName"]) == (metric["MetricNamespace"], metric["MetricName"])


def test_throttles_and_server_errors_have_alarms(resources: Resources) -> None:
    alarms = of_type(resources, "AWS::CloudWatch::Alarm")
    watched = {
        (alarm["Namespace"], alarm["MetricName"]) for alarm in alarms.values() if isinstance(alarm["Namespace"], str)
    }
    assert {("AWS/Lambda", "Throttles"), ("AWS/ApiGateway", "5xx")} <= watched


def test_alarms_tell_somebody_only_where_somebody_is_named(resources: Resources) -> None:
    told = {"Fn::If": ["HasAlarmEmail", [{"Ref": "AlarmTopic"}], {"Ref": "AWS::NoValue"}]}
    assert all(alarm["AlarmActions"] == told for alarm in of_type(resources, "AWS::CloudWatch::Alarm").values())
    assert all(
        alarm["TreatMissingData"] == "notBreaching" for alarm in of_type(resources, "AWS::CloudWatch::Alarm").values()
    )
    assert resources["AlarmTopic"]["Condition"] == "HasAlarmEmail"


def test_there_is_one_dashboard_and_its_body_is_json(resources: Resources) -> None:
    [dashboard] = of_type(resources, "AWS::CloudWatch::Dashboard").values()
    widgets = json.loads(dashboard["DashboardBody"]["Fn::Sub"])["widgets"]
    assert {widget["properties"]["region"] for widget in widgets} == {"${AWS::Region}"}


def test_outputs_name_what_users_and_the_runbook_need(template: dict[str, Any]) -> None:
    outputs = template["Outputs"]
    conditional = {name: each["Condition"] for name, each in outputs.items() if "Condition" in each}
    assert set(outputs) - set(conditional) == {"ApiUrl", "TableName", "BusName", "ConfigurationSetName"}
    assert conditional == {
        "DkimRecords": "CreatesMailIdentity",
        "MailFromRecords": "CreatesMailIdentity",
        "ReplyRuleSet": "ReceivesReplies",
    }
