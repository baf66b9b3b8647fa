"""Connected calendars: who may open an account at Google, who may only ask, and what all of it is without Google."""

import json
import re
from typing import Any

import pytest

from tests.template.policies import conditions, granted, resources_of, statements, written
from tools.routes import functions, routes

Resources = dict[str, Any]

OPENING = {"workers.check_busy", "workers.import_busy_times", "workers.write_back"}
SEALING = {"public.google_callback"}
ASKING = {"public.book", "public.book_slot", "public.reschedule", "public.manage_page"}
ONLY_WITH_GOOGLE = {"Fn::If": ["UsesGoogle", True, False]}


def holding(action: str) -> set[str]:
    return {name for name, each in functions().items() if action in {verb for verb, _ in granted(each)}}


def variables(name: str) -> dict[str, Any]:
    found: dict[str, Any] = functions()[name].get("Environment", {}).get("Variables", {})
    return found


def test_three_workers_open_tokens_and_whoever_gets_one_seals_it() -> None:
    assert holding("kms:Decrypt") == OPENING
    assert holding("kms:Encrypt") == SEALING
    assert holding("ssm:GetParameter") == OPENING | SEALING


def test_a_token_is_opened_as_one_connection_s_alone() -> None:
    for name in OPENING | SEALING:
        [statement] = [each for each in statements(functions()[name]) if "kms:" in each["Action"][0]]
        assert conditions(statement, "kms:EncryptionContextKeys") == ["tenant", "host", "connection"]
        # The keys above may be there; these must.
        assert set(statement["Condition"]["StringLike"]) == {
            f"kms:EncryptionContext:{key}" for key in ("tenant", "host", "connection")
        }
        assert resources_of(statement) == ["CalendarKey"]


def test_the_client_s_secret_is_one_parameter_and_in_no_environment(template: dict[str, Any]) -> None:
    reached = {resource for each in functions().values() for verb, resource in granted(each) if verb.startswith("ssm:")}
    assert reached == {"ssm:parameterGoogleClientSecretParameter"}
    named = template["Parameters"]["GoogleClientSecretParameter"]
    assert re.fullmatch(named["AllowedPattern"], named["Default"])
    assert not re.fullmatch(named["AllowedPattern"], "no-slash"), "the right is spelt parameter<name>"
    assert not re.fullmatch(named["AllowedPattern"], "/all/*")


def test_who_talks_to_google_is_told_where_key_and_secret_are() -> None:
    told = {name for name in functions() if "DAYBOOK_CALENDAR_KEY" in variables(name)}
    assert told == OPENING | SEALING
    for name in told:
        assert variables(name)["DAYBOOK_GOOGLE_SECRET_PARAMETER"] == {"Ref": "GoogleClientSecretParameter"}
        assert variables(name)["DAYBOOK_GOOGLE_CLIENT_ID"] == {"Ref": "GoogleClientId"}


def test_nothing_deployed_has_another_google_than_the_real_one(template: dict[str, Any]) -> None:
    assert "DAYBOOK_GOOGLE_URL" not in json.dumps(template)


def test_only_who_books_or_moves_may_ask_and_nobody_from_outside_can(resources: Resources) -> None:
    assert holding("lambda:InvokeFunction") == ASKING
    assert {name for name in functions() if "DAYBOOK_CHECK_BUSY" in variables(name)} == ASKING
    for name in ASKING:
        assert variables(name)["DAYBOOK_CHECK_BUSY"] == {"Ref": "CheckBusyFunction"}
    assert "workers.check_busy" not in {route.function for route in routes()}
    for each in resources.values():
        if each["Type"] in {"AWS::Lambda::Permission", "AWS::Lambda::EventSourceMapping", "AWS::Lambda::Url"}:
            assert written(each["Properties"].get("FunctionName", "")) != "CheckBusyFunction"


def test_whoever_asks_waits_as_long_as_the_answer_may_take() -> None:
    """Somebody waits: 4 s for a cold start and 1.8 s of Google (adapters/check_busy.py has the other side)."""
    assert functions()["workers.check_busy"]["Timeout"] == 4


def test_checking_reads_one_host_and_changes_nothing() -> None:
    table = {(verb, resource) for verb, resource in granted(functions()["workers.check_busy"]) if "dynamodb" in verb}
    assert table == {("dynamodb:GetItem", "Table"), ("dynamodb:Query", "Table")}


def test_the_webhook_reads_channels_and_asks_for_a_look() -> None:
    [read, put] = statements(functions()["webhooks.google_calendar"])
    assert (read["Action"], conditions(read, "dynamodb:LeadingKeys")) == (["dynamodb:GetItem"], ["CHANNEL#*"])
    assert (put["Action"], resources_of(put)) == (["sqs:SendMessage"], ["SyncQueue"])


def test_pushes_find_the_api_where_no_address_of_its_own_is_given() -> None:
    url = variables("workers.import_busy_times")["DAYBOOK_BASE_URL"]["Fn::If"]
    assert url[:2] == ["HasPublicBaseUrl", {"Ref": "PublicBaseUrl"}]
    assert url[2]["Fn::Sub"].startswith("https://${ServerlessHttpApi}.execute-api.")


# --- without Google


def test_without_a_client_at_google_nothing_is_paid_for_and_nothing_runs(
    template: dict[str, Any], resources: Resources
) -> None:
    assert template["Conditions"]["UsesGoogle"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "GoogleClientId"}, ""]}]}
    assert template["Parameters"]["GoogleClientId"]["Default"] == ""
    for source in ("ImportBusyTimesSource", "WriteBackSource"):
        assert resources[source]["Properties"]["Enabled"] == ONLY_WITH_GOOGLE
    assert resources["SweepCalendarsClock"]["Properties"]["State"]["Fn::If"] == ["UsesGoogle", "ENABLED", "DISABLED"]
    assert variables("workers.fan_out")["DAYBOOK_CALENDAR_QUEUE"]["Fn::If"] == [
        "UsesGoogle",
        {"Ref": "CalendarQueue"},
        "",
    ]


def test_what_exists_only_with_google_is_named_only_where_it_is(resources: Resources) -> None:
    """CloudFormation refuses a reference to what its condition leaves out, unless that stands under it, too."""
    conditional = {name for name, each in resources.items() if each.get("Condition") == "UsesGoogle"}
    assert conditional == {"CalendarKey"}
    for name, each in resources.items():
        if name not in conditional:
            assert "CalendarKey" not in json.dumps(_without_google(each)), name


def _without_google(node: Any) -> Any:
    """Return what CloudFormation makes of a part of the template where there is no client at Google."""
    if isinstance(node, dict):
        choice = node.get("Fn::If")
        if choice and choice[0] == "UsesGoogle":
            return _without_google(choice[2])
        return {key: _without_google(value) for key, value in node.items()}
    return [_without_google(each) for each in node] if isinstance(node, list) else node


def test_the_key_is_turned_over_and_can_be_called_back(resources: Resources) -> None:
    key = resources["CalendarKey"]["Properties"]
    assert key["EnableKeyRotation"] is True
    assert key["PendingWindowInDays"] == 30
    [statement] = key["KeyPolicy"]["Statement"]
    assert written(statement["Principal"]["AWS"]).endswith("AWS::AccountId:root")


# --- the clock and what it counts


def test_a_sweep_looks_every_five_minutes_and_only_its_clock_calls_it(resources: Resources) -> None:
    clock = resources["SweepCalendarsClock"]["Properties"]
    assert clock["ScheduleExpression"] == "rate(5 minutes)"
    assert [written(target["Arn"]) for target in clock["Targets"]] == ["SweepCalendarsFunction"]
    permission = resources["SweepCalendarsPermission"]["Properties"]
    assert written(permission["FunctionName"]) == "SweepCalendarsFunction"
    assert permission["Principal"] == "events.amazonaws.com"
    assert written(permission["SourceArn"]) == "SweepCalendarsClock"


def test_a_sweep_reads_connections_of_all_tenants_and_nothing_else_of_theirs() -> None:
    fences = {
        resource: conditions(statement, "dynamodb:LeadingKeys")
        for statement in statements(functions()["workers.sweep_calendars"])
        for resource in resources_of(statement)
        if "Table" in resource
    }
    assert fences["Table/index/by-tenant"] == ["CALENDARS", "CALENDARS#BROKEN"]


@pytest.mark.parametrize("metric", ["ConnectionsBehind", "ConnectionsBroken"])
def test_what_the_sweep_counts_has_an_alarm_of_this_stack(
    resources: Resources, metric: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the names and dimensions that the function really writes."""
    alarm = resources[f"{metric}Alarm"]["Properties"]
    assert alarm["MetricName"] == metric
    assert alarm["Namespace"] == variables("workers.sweep_calendars")["POWERTOOLS_METRICS_NAMESPACE"]
    assert "${AWS::StackName}" in alarm["Namespace"]["Fn::Sub"]
    from daybook.edge.observability import counted, metrics

    counted(metric, 1)
    metrics.flush_metrics()
    told = json.loads(capsys.readouterr().out)
    [[*dimensions]] = told["_aws"]["CloudWatchMetrics"][0]["Dimensions"]
    assert {name: told[name] for name in dimensions} == {each["Name"]: each["Value"] for each in alarm["Dimensions"]}
