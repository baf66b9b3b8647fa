"""What the DynamoDB adapters ask for that no promise of a port shows."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from daybook import wiring
from daybook.adapters.dynamodb import items, keys
from daybook.adapters.dynamodb.access import DynamoAccess
from daybook.adapters.dynamodb.bookings import DynamoBookings
from daybook.adapters.dynamodb.items import BOOKING_LIFE
from daybook.adapters.dynamodb.mails import DynamoMails
from daybook.domain.mail import Kind, MailName, MailStatus, Recipient
from daybook.ports import Stale
from tests.fakes import values
from tests.fakes.aws import Recorder, error
from tests.fakes.values import NOW

HOUR_AHEAD = MailName(12, Kind.REMINDER, Recipient.HOST, timedelta(hours=1))


def page(*ids: str, last: bool = False) -> dict[str, Any]:
    rows = [{"pk": {"S": f"T#acme#B#{one}"}} for one in ids]
    return {"Items": rows} if last else {"Items": rows, "LastEvaluatedKey": {"pk": {"S": "next"}}}


@pytest.mark.parametrize(("found", "calls"), [(True, 3), (False, 3)])
def test_a_first_booking_is_looked_for_on_every_page(found: bool, calls: int) -> None:
    client = Recorder("dynamodb", {"query": [page("B7", "B5"), page(), page("B4" if not found else "B6", last=True)]})
    assert DynamoBookings(client, "table").is_first(values.booking("acme", "B5")) is found
    asked = client.given("query")
    assert len(asked) == calls
    assert asked[-1]["ExclusiveStartKey"] == {"pk": {"S": "next"}}
    assert {query["IndexName"] for query in asked} == {keys.BY_ATTENDEE}


def test_an_earlier_booking_ends_the_search() -> None:
    client = Recorder("dynamodb", {"query": [page("B4")]})
    assert not DynamoBookings(client, "table").is_first(values.booking("acme", "B5"))
    assert len(client.calls) == 1


def test_nobody_is_not_looked_for() -> None:
    client = Recorder("dynamodb")
    assert not DynamoBookings(client, "table").is_first(values.booking("acme", attendee_key=""))
    assert client.calls == []


def test_a_mail_lies_with_its_booking_and_lives_as_long() -> None:
    client = Recorder("dynamodb")
    DynamoMails(client, "table").claim(values.mail("acme", HOUR_AHEAD), stale=NOW)
    [asked] = client.given("update_item")
    assert asked["Key"] == {"pk": {"S": "T#acme#B#B1"}, "sk": {"S": "MAIL#000012#reminder_60#host"}}
    values_given = asked["ExpressionAttributeValues"]
    assert values_given[":new_ttl"] == {"N": str(int((NOW + BOOKING_LIFE).timestamp()))}
    assert "example.com" not in str(asked)


def test_a_mail_is_claimed_and_marked_by_one_write_each() -> None:
    client = Recorder("dynamodb")
    log = DynamoMails(client, "table")
    log.claim(values.mail("acme", HOUR_AHEAD), stale=NOW)
    log.mark("acme", "B1", HOUR_AHEAD, MailStatus.SENT, now=NOW)
    assert client.methods == ["update_item", "update_item"]


@pytest.mark.parametrize("code", ["ThrottlingException", "InternalServerError"])
def test_what_fails_for_another_reason_is_raised(code: str) -> None:
    log = DynamoMails(Recorder("dynamodb", {"update_item": [error(code)]}), "table")
    with pytest.raises(type(error(code)), match=code):
        log.claim(values.mail("acme", HOUR_AHEAD), stale=NOW)
    with pytest.raises(type(error(code)), match=code):
        log.mark("acme", "B1", HOUR_AHEAD, MailStatus.SENT, now=NOW)


def test_a_tenant_made_before_there_were_versions_can_be_changed(table: str) -> None:
    client = wiring.client()
    known = values.tenant("acme")
    item = {**items.encode(known), **keys.tenant("acme")}
    client.put_item(
        TableName=table, Item={name: item[name] for name in ("pk", "sk", "slug", "name", "email", "created_at")}
    )
    access = DynamoAccess(client, table)
    assert access.tenant("acme") == known
    changed = replace(known, language="de", version=2)
    with pytest.raises(Stale):
        access.change_tenant(replace(changed, version=3), version=2)
    access.change_tenant(changed, version=1)
    assert access.tenant("acme") == changed
    with pytest.raises(Stale):
        access.change_tenant(changed, version=1)
