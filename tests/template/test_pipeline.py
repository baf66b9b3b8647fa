"""What follows a booking: queues that lose nothing and hold nothing up, in order where order matters."""

import json
from typing import Any

import pytest

from local.pattern import matches
from tests.template.policies import CALENDAR_WORKERS, granted, written
from tools.routes import functions

Resources = dict[str, Any]

ORDERED = {"MailQueue", "TimerQueue", "SyncQueue", "CalendarQueue"}
WORKERS = {"fan_out", "send_mail", "set_timers", "run_timer", "record_delivery", "receive_reply"}
CARRYING = {
    "public.show_invite": ["MailLayer"],
    "public.manage_page": ["MailLayer"],
    "public.google_start": ["MailLayer"],
    "public.google_callback": ["MailLayer", "GoogleLayer"],
    "workers.import_busy_times": ["GoogleLayer"],
    "workers.check_busy": ["GoogleLayer"],
    "workers.write_back": ["GoogleLayer"],
    "workers.send_mail": ["MailLayer"],
    "workers.receive_reply": ["MailLayer"],
}
"""What makes or reads calendars and pages, and what talks to Google, with the packages for it."""
TWO_WEEKS = 14 * 24 * 3600
POLLING = {
    "sqs": {"sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"},
    "dynamodb": {"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"},
}
"""What Lambda asks of a function's role to read its source. Source: AWS Lambda, "execution role permissions"."""


def of_type(resources: Resources, kind: str) -> Resources:
    return {name: each.get("Properties", {}) for name, each in resources.items() if each["Type"] == kind}


@pytest.fixture(scope="module")
def queues(resources: Resources) -> Resources:
    return of_type(resources, "AWS::SQS::Queue")


@pytest.fixture(scope="module")
def sources(resources: Resources) -> Resources:
    """Event source mappings, each with the properties of its function under `function`."""
    mappings = of_type(resources, "AWS::Lambda::EventSourceMapping")
    return {
        name: {**each, "function": resources[written(each["FunctionName"])]["Properties"]}
        for name, each in mappings.items()
    }


def put_aside(queues: Resources) -> dict[str, str]:
    """Return each working queue's queue for failures."""
    policies = {name: each["RedrivePolicy"] for name, each in queues.items() if "RedrivePolicy" in each}
    return {name: written(policy["deadLetterTargetArn"]) for name, policy in policies.items()}


def test_every_worker_is_a_function() -> None:
    assert {f"workers.{name}" for name in WORKERS | CALENDAR_WORKERS | {"authorize"}} == {
        name for name in functions() if name.startswith("workers.")
    }


def test_what_cannot_be_done_is_put_aside_after_the_tries_a_parameter_says(queues: Resources) -> None:
    aside = put_aside(queues)
    assert {name: name.replace("Queue", "Failures") for name in aside} == aside
    assert set(queues) == {*aside, *aside.values(), "FanOutFailures", "ReplyFailures"}
    for name in aside:
        assert queues[name]["RedrivePolicy"]["maxReceiveCount"] == {"Ref": "MaxReceives"}
        assert queues[name].get("FifoQueue") == queues[aside[name]].get("FifoQueue"), "SQS wants both of one kind"


def test_failures_are_kept_for_two_weeks_and_work_for_four_days(queues: Resources) -> None:
    """A message of a standard queue keeps its age when it is put aside."""
    kept = {name: each.get("MessageRetentionPeriod") for name, each in queues.items()}
    assert {name: period for name, period in kept.items() if period} == {
        name: TWO_WEEKS for name in queues if name.endswith("Failures")
    }


def test_queues_are_encrypted_and_have_no_reserved_names(queues: Resources) -> None:
    assert all(each["SqsManagedSseEnabled"] is True and "QueueName" not in each for each in queues.values())


def test_every_failure_has_an_alarm(queues: Resources, resources: Resources) -> None:
    alarms = of_type(resources, "AWS::CloudWatch::Alarm")
    for name in queues:
        if name.endswith("Failures"):
            alarm = alarms[f"{name}Alarm"]
            assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/SQS", "ApproximateNumberOfMessagesVisible")
            assert (alarm["Statistic"], alarm["Threshold"]) == ("Maximum", 1)
            [dimension] = alarm["Dimensions"]
            assert (dimension["Name"], written(dimension["Value"])) == ("QueueName", f"{name}.QueueName")
            assert resources[f"{name}Alarm"].get("Condition") == resources[name].get("Condition")


@pytest.mark.parametrize(
    ("alarm", "metric"),
    [
        ("FanOutLateAlarm", ("AWS/Lambda", "IteratorAge")),
        ("MailLateAlarm", ("AWS/SQS", "ApproximateAgeOfOldestMessage")),
        ("BouncesAlarm", ("AWS/SES", "Reputation.BounceRate")),
        ("ComplaintsAlarm", ("AWS/SES", "Reputation.ComplaintRate")),
    ],
)
def test_what_is_late_or_endangers_the_account_has_an_alarm(
    resources: Resources, alarm: str, metric: tuple[str, str]
) -> None:
    found = resources[alarm]["Properties"]
    assert (found["Namespace"], found["MetricName"]) == metric


def test_order_is_kept_where_it_matters_and_bookings_do_not_wait_for_each_other(queues: Resources) -> None:
    assert {name for name in put_aside(queues) if queues[name].get("FifoQueue")} == ORDERED
    for name in ORDERED:
        assert queues[name]["DeduplicationScope"] == "messageGroup"
        assert queues[name]["FifoThroughputLimit"] == "perMessageGroupId"


def test_a_message_of_a_worker_that_died_comes_back_after_six_times_its_timeout(
    queues: Resources, sources: Resources
) -> None:
    read = {written(each["EventSourceArn"]): each["function"]["Timeout"] for each in sources.values()}
    assert {name: each["VisibilityTimeout"] for name, each in queues.items() if name in put_aside(queues)} == {
        name: 6 * timeout for name, timeout in read.items() if name in queues
    }


def test_each_queue_and_the_stream_has_one_worker_that_names_what_failed(queues: Resources, sources: Resources) -> None:
    read = [written(each["EventSourceArn"]) for each in sources.values()]
    assert sorted(read) == sorted([*put_aside(queues), "Table.StreamArn"])
    for each in sources.values():
        assert each["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_a_burst_leaves_the_account_s_concurrency_to_the_api(sources: Resources) -> None:
    most = {written(each["FunctionName"]): each.get("ScalingConfig") for each in sources.values()}
    assert most.pop("FanOutFunction") is None
    assert most.pop("SendMailFunction") == {"MaximumConcurrency": {"Ref": "MailWorkers"}}
    assert all(limit["MaximumConcurrency"] <= 5 for limit in most.values())


def test_a_worker_knows_the_queue_it_works_off(sources: Resources) -> None:
    for each in sources.values():
        own = each["function"]["Environment"]["Variables"].get("DAYBOOK_QUEUE")
        assert own is None or written(own) == written(each["EventSourceArn"])
        assert (own is None) == (written(each["FunctionName"]) == "FanOutFunction")


def test_a_worker_may_read_its_source_and_no_other(sources: Resources) -> None:
    polled = {}
    for each in sources.values():
        source = written(each["EventSourceArn"])
        verbs = POLLING["dynamodb" if source == "Table.StreamArn" else "sqs"]
        polled[each["function"]["Handler"]] = {(verb, source) for verb in verbs}
    for name, function in functions().items():
        reading = {pair for pair in granted(function) if pair[0] in POLLING["sqs"] | POLLING["dynamodb"]}
        assert reading == polled.get(f"{name}.handler", set()), name


# --- the stream


@pytest.fixture(scope="module")
def stream(sources: Resources) -> dict[str, Any]:
    source: dict[str, Any] = sources["FanOutSource"]
    return source


@pytest.mark.parametrize(
    ("change", "sort_key", "wanted"),
    [
        ("INSERT", "EVENT#000001", True),
        ("MODIFY", "EVENT#000001", False),
        ("REMOVE", "EVENT#000001", False),
        ("INSERT", "EVENTTYPE#intro", False),
        ("INSERT", "BOOKING", False),
        ("MODIFY", "BOOKING", False),
        ("INSERT", "MAIL#000000#booked#attendee", False),
        ("INSERT", "DAY#2027-03-01", False),
        ("INSERT", "SECRET", False),
    ],
)
def test_only_new_entries_of_a_booking_s_history_leave_the_table(
    stream: dict[str, Any], change: str, sort_key: str, wanted: bool
) -> None:
    record = {"eventName": change, "dynamodb": {"Keys": {"pk": {"S": "T#acme#B#1"}, "sk": {"S": sort_key}}}}
    patterns = [json.loads(each["Pattern"]) for each in stream["FilterCriteria"]["Filters"]]
    assert any(matches(pattern, record) for pattern in patterns) is wanted


def test_the_stream_is_read_in_order_from_the_oldest_record_without_waiting(stream: dict[str, Any]) -> None:
    assert stream["StartingPosition"] == "TRIM_HORIZON"
    assert stream["ParallelizationFactor"] == 1
    assert stream["MaximumBatchingWindowInSeconds"] == 0


def test_a_record_that_only_fails_is_singled_out_and_leaves_a_trace_while_it_can_still_be_read(
    stream: dict[str, Any],
) -> None:
    assert stream["BisectBatchOnFunctionError"] is True
    assert stream["MaximumRetryAttempts"] >= 1
    assert stream["MaximumRecordAgeInSeconds"] <= 12 * 3600
    assert written(stream["DestinationConfig"]["OnFailure"]["Destination"]) == "FanOutFailures"


# --- who takes part


def test_nobody_else_reaches_mails_timers_or_queues() -> None:
    services = {"ses", "scheduler", "events", "iam", "s3"}
    reaching = {
        name for name, each in functions().items() if {verb.split(":")[0] for verb, _ in granted(each)} & services
    }
    assert reaching == {f"workers.{name}" for name in ("fan_out", "send_mail", "set_timers", "receive_reply")}


def carrying() -> Resources:
    return {name: function for name, function in functions().items() if "Layers" in function}


def test_only_what_writes_or_reads_calendars_or_pages_carries_their_packages() -> None:
    """Above all not `book`, whose cold start people wait for."""
    layers = {name: [written(each) for each in function["Layers"]] for name, function in carrying().items()}
    assert layers == CARRYING


def test_who_sends_what_where() -> None:
    sent = {
        name: {resource for verb, resource in granted(each) if verb == "sqs:SendMessage"}
        for name, each in functions().items()
    }
    assert {name: queues for name, queues in sent.items() if queues} == {
        "public.google_callback": {"SyncQueue"},
        "host.calendars": {"SyncQueue"},
        "webhooks.google_calendar": {"SyncQueue"},
        "workers.fan_out": {"MailQueue", "TimerQueue", "CalendarQueue", "FanOutFailures"},
        "workers.set_timers": {"DueQueue"},
        "workers.run_timer": {"MailQueue"},
        "workers.import_busy_times": {"CalendarQueue", "MailQueue"},
        "workers.sweep_calendars": {"SyncQueue"},
        "workers.check_busy": {"SyncQueue", "MailQueue"},
        "workers.write_back": {"MailQueue"},
    }


def test_a_worker_of_an_ordered_queue_knows_when_a_message_has_no_try_left(sources: Resources) -> None:
    for each in sources.values():
        told = each["function"]["Environment"]["Variables"].get("DAYBOOK_MAX_RECEIVES")
        assert told == ({"Ref": "MaxReceives"} if written(each["EventSourceArn"]) in ORDERED else None)
