"""The handlers of the sample service."""

import json
import os
from functools import cache
from typing import Any

import boto3
from greeting import GREETING

Event = dict[str, Any]


@cache
def _table() -> Any:
    return boto3.client("dynamodb")


def echo(event: Event, _: object) -> Event:
    """Answer with what arrived."""
    told = {"event": event, "greeting": GREETING, "cap": os.environ["CAP"]}
    if event["pathParameters"] == {"name": "nobody"}:
        return {"statusCode": 204, "body": None}
    headers = {"Content-Type": "application/json", "X-Sample": "yes"}
    return {"statusCode": 203, "headers": headers, "cookies": ["a=1", "b=2"], "body": json.dumps(told)}


def broken(_: Event, __: object) -> Event:
    """Fail with something that no stranger may read."""
    raise RuntimeError("secret detail")


def authorize(event: Event, _: object) -> Event:
    """Let the key `good` in."""
    return {"isAuthorized": event["headers"]["authorization"] == "Bearer good", "context": {"tenant": "sample"}}


def claim(event: Event, _: object) -> Event:
    """Claim a key in one transaction: one caller wins."""
    body = json.loads(event["body"])
    key = {"pk": {"S": body["key"]}, "sk": {"S": "CLAIM"}}
    put = {"TableName": os.environ["TABLE"], "Item": {**key, "by": {"S": body["by"]}}}
    put["ConditionExpression"] = "attribute_not_exists(pk)"
    count = {
        "TableName": os.environ["TABLE"],
        "Key": {"pk": {"S": "count"}, "sk": {"S": "COUNT"}},
        "UpdateExpression": "ADD n :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
    try:
        _table().transact_write_items(TransactItems=[{"Put": put}, {"Update": count}])
    except _table().exceptions.TransactionCanceledException:
        return {"statusCode": 409, "body": "{}"}
    return {"statusCode": 201, "body": "{}"}


def mail(event: Event, _: object) -> Event:
    """Send a mail to somebody."""
    to = json.loads(event.get("body") or "{}").get("to", "b@example.com")
    answer = boto3.client("sesv2").send_email(
        FromEmailAddress="a@example.com",
        Destination={"ToAddresses": [to]},
        Content={"Raw": {"Data": b"From: a@example.com\r\nTo: b@example.com\r\nSubject: <b>Hi</b>\r\n\r\nSee you."}},
        ConfigurationSetName=os.environ["POSTS"],
        EmailTags=[{"Name": "letter", "Value": "first-1"}],
    )
    return {"statusCode": 202, "body": json.dumps({"id": answer["MessageId"]})}


def follow(event: Event, _: object) -> Event:
    """Note each claim in the table."""
    failures = []
    for record in event["Records"]:
        name = record["dynamodb"]["Keys"]["pk"]["S"]
        if name.startswith("crash"):
            raise RuntimeError(name)
        if name.startswith("refuse"):
            failures.append({"itemIdentifier": record["dynamodb"]["SequenceNumber"]})
            break
        _table().put_item(TableName=os.environ["TABLE"], Item={"pk": {"S": name}, "sk": {"S": "SEEN"}})
    return {"batchItemFailures": failures}


def work(event: Event, _: object) -> Event:
    """Do jobs; what says `later` is put off for a second, until it is given up."""
    failures = []
    for record in event["Records"]:
        if record["body"] == "later":
            handle, queue = record["receiptHandle"], os.environ["QUEUE"]
            boto3.client("sqs").change_message_visibility(QueueUrl=queue, ReceiptHandle=handle, VisibilityTimeout=1)
            failures.append({"itemIdentifier": record["messageId"]})
        else:
            _note("job " + record["attributes"]["MessageGroupId"], record["body"])
    return {"batchItemFailures": failures}


def note(event: Event, _: object) -> None:
    """Note every message."""
    for record in event["Records"]:
        _note("news", record["body"])


def read(event: Event, _: object) -> None:
    """Note a letter and what SES says of it."""
    ses = event["Records"][0]["ses"]
    key = "in/" + ses["mail"]["messageId"]
    body = boto3.client("s3").get_object(Bucket=os.environ["LETTERS"], Key=key)["Body"].read().decode()
    _note("letters", json.dumps({"body": body, "ses": ses}))


def _note(page: str, line: str) -> None:
    _table().update_item(
        TableName=os.environ["TABLE"],
        Key={"pk": {"S": page}, "sk": {"S": "NOTES"}},
        UpdateExpression="SET #lines = list_append(if_not_exists(#lines, :none), :line)",
        ExpressionAttributeNames={"#lines": "lines"},
        ExpressionAttributeValues={":none": {"L": []}, ":line": {"L": [{"S": line}]}},
    )
