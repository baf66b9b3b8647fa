"""Mails leave from one address by one worker, news of them comes back, and replies are received where wanted."""

import json
import re
from typing import Any

from tests.template.policies import conditions, granted, written
from tools.routes import functions

Resources = dict[str, Any]


def test_only_the_mail_worker_sends_mails_and_only_from_the_service_address() -> None:
    sending = {name for name, each in functions().items() if any(verb.startswith("ses:") for verb, _ in granted(each))}
    assert sending == {"workers.send_mail"}
    [statement] = [
        each
        for each in functions()["workers.send_mail"]["Policies"][0]["Statement"]
        if "ses:SendEmail" in each["Action"]
    ]
    assert conditions(statement, "ses:FromAddress") == ["bookings@MailDomain"]
    assert {written(each) for each in statement["Resource"]} == {
        "ses:identity/MailDomain",
        "ses:configuration-set/ConfigurationSet",
    }


def test_links_in_mails_lead_to_the_api_where_no_address_of_its_own_is_given() -> None:
    url = functions()["workers.send_mail"]["Environment"]["Variables"]["DAYBOOK_BASE_URL"]["Fn::If"]
    assert url[:2] == ["HasPublicBaseUrl", {"Ref": "PublicBaseUrl"}]
    assert url[2]["Fn::Sub"].startswith("https://${ServerlessHttpApi}.execute-api.")


def test_whether_answers_are_read_is_known_to_all_who_ask_for_them() -> None:
    told = {
        name: each["Environment"]["Variables"]["DAYBOOK_REPLIES"]
        for name, each in functions().items()
        if "DAYBOOK_REPLIES" in each.get("Environment", {}).get("Variables", {})
    }
    assert set(told) == {"public.show_invite", "workers.send_mail"}
    assert all(each == {"Ref": "ReceiveReplies"} for each in told.values())


# --- SES and what it says


def test_ses_tells_the_default_bus_and_its_rule_takes_our_mails_alone(resources: Resources) -> None:
    destination = resources["MailEvents"]["Properties"]
    assert written(destination["ConfigurationSetName"]) == "ConfigurationSet"
    told = destination["EventDestination"]
    assert written(told["EventBridgeDestination"]["EventBusArn"]) == "events:event-bus/default"
    assert told["MatchingEventTypes"] == ["send", "delivery", "bounce", "complaint", "reject"]  # what is listened to
    rule = resources["MailEventsRule"]["Properties"]
    assert "EventBusName" not in rule, "the default bus"
    [name] = rule["EventPattern"]["detail"]["mail"]["tags"]["ses:configuration-set"]
    assert written(name) == "ConfigurationSet"
    assert rule["EventPattern"]["source"] == ["aws.ses"]
    [target] = rule["Targets"]
    assert written(target["Arn"]) == "MailEventsQueue"
    assert written(target["DeadLetterConfig"]["Arn"]) == "MailEventsFailures"


def test_what_receives_replies_exists_only_where_replies_are_wanted(resources: Resources) -> None:
    """Whoever names such a resource, or its functions, must be conditional too: CloudFormation refuses the rest."""
    conditional = {name for name, each in resources.items() if each.get("Condition") == "ReceivesReplies"}
    assert conditional == {
        "Replies",
        "RepliesPolicy",
        "ReplyRules",
        "ReplyRule",
        "ReplyFailures",
        "ReplyFailuresAlarm",
        "ReceiveReplyFunction",
        "ReceiveReplyPermission",
    }
    for name, each in resources.items():
        named = set(re.findall(r"\w+", json.dumps(each))) & conditional
        assert not named or name in conditional, (name, named)


def test_received_mails_are_private_and_soon_forgotten(resources: Resources) -> None:
    bucket = resources["Replies"]["Properties"]
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    [rule] = bucket["LifecycleConfiguration"]["Rules"]
    assert (rule["Status"], rule["ExpirationInDays"]) == ("Enabled", 7)
    assert bucket["BucketEncryption"]


def test_a_mail_is_stored_before_its_handler_is_called(resources: Resources) -> None:
    rule = resources["ReplyRule"]["Properties"]["Rule"]
    assert [next(iter(action)) for action in rule["Actions"]] == ["S3Action", "LambdaAction"]
    assert rule["Actions"][1]["LambdaAction"]["InvocationType"] == "Event"
    assert (rule["ScanEnabled"], rule["TlsPolicy"]) == (True, "Require")
    assert [written(each) for each in rule["Recipients"]] == ["bookings@MailDomain"]
    assert set(resources["ReplyRule"]["DependsOn"]) == {"RepliesPolicy", "ReceiveReplyPermission"}
    failed = functions()["workers.receive_reply"]["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]
    assert written(failed["Destination"]) == "ReplyFailures"
