"""From a booking over HTTP to mails in the outbox, and back: the whole pipeline, each function in its own process."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from typing import NamedTuple

import pytest
import urllib3

from local.outbox import Sent
from local.stack import Options, running
from tests.local.practice import GRID, Json, Practice, eventually, invitation, manage_url, seed

POISON = "this was never a message"
BOUNCE = "bounce+first@simulator.amazonses.com"
MAX_RECEIVES = 3


class Soon(NamedTuple):
    """Two bookings whose reminders are due in a minute or so; one is cancelled at once."""

    kept: Json
    cancelled: Json
    due: datetime


@pytest.fixture(scope="module")
def practice(http: urllib3.PoolManager) -> Iterator[Practice]:
    options = Options(seed=seed, parameters={"MaxReceives": str(MAX_RECEIVES)}, enforce_iam=True)
    with running(options) as stack:
        practice = Practice(stack, http)
        practice.open()
        yield practice


@pytest.fixture(scope="module", autouse=True)
def soon(practice: Practice) -> Soon:
    """Book what will be reminded of while the other tests run.

    Bookings begin on a grid of five minutes; how long before that the reminder comes makes it due in a minute.
    """
    now = datetime.now(UTC)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    start = midnight + (-((midnight - now - timedelta(minutes=2)) // GRID)) * GRID
    ahead = (start - now - timedelta(seconds=25)) // timedelta(minutes=1)
    practice.offer("soon", capacity=2, reminders_minutes=[ahead])
    kept, cancelled = (
        practice.book(f"{name}@example.org", event_type="soon", start=start) for name in ("kept", "gone")
    )
    practice.ask("POST", f"/bookings/{cancelled['id']}/cancel", {}, token=cancelled["manage_token"])
    return Soon(kept, cancelled, start - ahead * timedelta(minutes=1))


@pytest.fixture(scope="module", autouse=True)
def poison(practice: Practice) -> None:
    """Put into the mail queue what nobody can read, ahead of all the others' messages."""
    client, url = practice.queue("MailQueue")
    client.send_message(QueueUrl=url, MessageBody=POISON, MessageGroupId="odd", MessageDeduplicationId="odd")


def _to(mails: list[Sent], recipient: str) -> list[Sent]:
    return [mail for mail in mails if mail.way.tags["mail"].endswith(recipient) and invitation(mail) is not None]


def test_booking_moving_twice_and_cancelling_makes_four_mails_for_each(practice: Practice) -> None:
    booking = practice.book("moved@example.org")
    token, path = booking["manage_token"], f"/bookings/{booking['id']}"
    for number in (100, 101):
        practice.ask("POST", path + "/reschedule", {"start": practice.free(number).isoformat()}, token=token)
    practice.ask("POST", path + "/cancel", {}, token=token)
    eventually(lambda: len(practice.mails(booking)) == 9)  # a welcome, too
    uids = set()
    for recipient in ("attendee", "host"):
        objects = [invitation(mail) for mail in _to(practice.mails(booking), recipient)]
        assert [calendar["METHOD"] for calendar in objects] == ["REQUEST", "REQUEST", "REQUEST", "CANCEL"]
        events = [calendar.walk("VEVENT")[0] for calendar in objects]
        assert [event["SEQUENCE"] for event in events] == [0, 1, 2, 3]
        uids |= {str(event["UID"]) for event in events}
    assert uids == {booking["ics_uid"]}
    eventually(lambda: practice.settled(booking))
    log = practice.log(booking)
    assert len(log) == 9
    assert {item["status"] for item in log} == {"delivered"}
    assert {item["message_id"] for item in log} == {mail.name for mail in practice.mails(booking)}
    client = practice.stack.engine.client("scheduler")
    assert not client.list_schedules(NamePrefix=booking["id"])["Schedules"]


def test_timers_wait_in_scheduler_for_their_moment(practice: Practice) -> None:
    booking = practice.book("timed@example.org")
    client = practice.stack.engine.client("scheduler")

    def schedules() -> dict[str, str]:
        found = client.list_schedules(NamePrefix=booking["id"])["Schedules"]
        details = [client.get_schedule(Name=each["Name"], GroupName=each["GroupName"]) for each in found]
        return {each["Name"].partition(".")[2]: each["ScheduleExpression"] for each in details}

    eventually(lambda: len(schedules()) == 4)
    start = datetime.fromisoformat(booking["start_utc"])
    moments = {
        "reminder-1440": start - timedelta(days=1),
        "reminder-60": start - timedelta(hours=1),
        "completion": start + timedelta(minutes=5),
        "follow_up": start + timedelta(minutes=65),
    }
    assert schedules() == {name: f"at({at:%Y-%m-%dT%H:%M:%S})" for name, at in moments.items()}


def test_a_hard_bounce_shows_at_the_booking_and_alerts_the_host(practice: Practice) -> None:
    booking = practice.book(BOUNCE)
    eventually(lambda: "0-undelivered-host" in practice.names(booking))
    eventually(lambda: practice.settled(booking))
    fates = {(item["kind"], item["recipient"]): item for item in practice.log(booking)}
    assert (fates["booked", "attendee"]["status"], fates["booked", "attendee"]["detail"]) == ("bounced", "General")
    assert fates["booked", "host"]["status"] == "delivered"
    assert practice.ask("GET", f"/bookings/{booking['id']}")["mail_bounced_at"] is not None
    assert practice.names(booking).count("0-undelivered-host") == 1


def test_while_ses_is_down_mails_wait_and_are_sent_once(practice: Practice) -> None:
    before = len(practice.stack.ses.arrivals)
    practice.stack.ses.make_trouble(b'{"down_seconds": 4}')
    booking = practice.book("patient@example.org")
    eventually(lambda: len(practice.mails(booking)) == 3)
    assert practice.names(booking) == ["0-booked-attendee", "0-booked-host", "0-welcome-attendee"]
    assert len(practice.stack.ses.arrivals) - before > 3
    eventually(lambda: practice.settled(booking))
    assert max(item["attempts"] for item in practice.log(booking)) == 2


def test_throttled_mails_are_sent_once(practice: Practice) -> None:
    practice.stack.ses.make_trouble(b'{"throttle": 2}')
    booking = practice.book("throttled@example.org")
    eventually(lambda: practice.names(booking) == ["0-booked-attendee", "0-booked-host", "0-welcome-attendee"])


def test_a_mail_that_was_taken_without_an_answer_is_not_sent_again(practice: Practice) -> None:
    practice.stack.ses.make_trouble(b'{"lose_answers": 1}')
    booking = practice.book("twice@example.org")
    eventually(lambda: len(practice.mails(booking)) == 3 and practice.settled(booking))
    client, url = practice.queue("MailQueue")

    def waiting() -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        return sum(map(int, client.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"].values()))

    eventually(lambda: waiting() == 0)  # it came back, and found that the mail had left
    assert practice.names(booking) == ["0-booked-attendee", "0-booked-host", "0-welcome-attendee"]


def test_who_is_forgotten_hears_of_the_cancellation_first(practice: Practice) -> None:
    booking = practice.book("forget@example.org")
    practice.ask("DELETE", f"/bookings/{booking['id']}")
    eventually(lambda: "1-cancelled-attendee" in practice.names(booking))
    dynamodb = practice.stack.engine.dynamodb()

    def known() -> bool:
        return "forget@example.org" in str(dynamodb.scan(TableName=practice.stack.table)["Items"])

    eventually(lambda: not known())


def test_the_link_in_a_mail_opens_the_booking(practice: Practice, http: urllib3.PoolManager) -> None:
    booking = practice.book("link@example.org")
    eventually(lambda: practice.mails(booking))
    page = http.request("GET", manage_url(practice.mails(booking)[0]))
    assert page.status == 200
    assert "Ada" in page.data.decode()


def test_an_attendees_answer_by_mail_shows_at_the_booking(practice: Practice, http: urllib3.PoolManager) -> None:
    booking = practice.book("answers@example.org")
    eventually(lambda: practice.mails(booking))
    reply = invitation(practice.mails(booking)[0])
    (event,) = reply.walk("VEVENT")
    mine = next(each for each in event["ATTENDEE"] if each.lower() == "mailto:answers@example.org")
    mine.params["PARTSTAT"] = "DECLINED"
    event["ATTENDEE"], reply["METHOD"] = mine, "REPLY"
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = "answers@example.org", "bookings@daybook.invalid", "Declined"
    message.set_content("No.")
    message.add_attachment(reply.to_ical(), maintype="text", subtype="calendar", params={"method": "REPLY"})
    assert http.request("POST", f"{practice.stack.url}/_local/replies", body=message.as_bytes()).status == 202

    def answer() -> Json:
        shown: Json = practice.ask("GET", f"/bookings/{booking['id']}").get("attendee_reply") or {}
        return shown

    eventually(answer)
    assert (answer()["answer"], answer()["verified"]) == ("declined", True)


def test_changes_are_also_told_on_the_stacks_own_bus(practice: Practice) -> None:
    queues, events = practice.stack.engine.client("sqs"), practice.stack.engine.client("events")
    url = queues.create_queue(QueueName="somebody-else")["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = {"source": ["daybook"], "detail-type": ["booking.booked"]}
    events.put_rule(Name="somebody-else", EventBusName="daybook", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="somebody-else", EventBusName="daybook", Targets=[{"Id": "queue", "Arn": arn}])
    booking = practice.book("bus@example.org")

    def told() -> list[Json]:
        answer = queues.receive_message(QueueUrl=url, VisibilityTimeout=0, MaxNumberOfMessages=10)
        messages: list[Json] = [json.loads(message["Body"]) for message in answer.get("Messages", [])]
        return [message for message in messages if message["detail"]["booking"] == booking["id"]]

    eventually(told)
    assert told()[0]["detail"]["version"] == 1


def test_a_message_nobody_understands_is_put_aside_and_holds_up_nobody(practice: Practice) -> None:
    eventually(lambda: practice.lying_in("MailFailures") == [POISON])
    booking = practice.book("after@example.org")
    eventually(lambda: len(practice.mails(booking)) == 3)


def test_a_reminder_rings_when_it_is_due_and_none_after_a_cancel(practice: Practice, soon: Soon) -> None:
    eventually(lambda: any("reminder" in name for name in practice.names(soon.kept)), patience=150)
    reminders = [mail for mail in practice.mails(soon.kept) if "reminder" in mail.way.tags["mail"]]
    assert sorted(mail.way.to for mail in reminders) in (
        [["kept@example.org"]],
        [["ada@example.com"], ["kept@example.org"]],
    )
    assert all(timedelta(0) <= datetime.fromisoformat(mail.way.arrived) - soon.due for mail in reminders)
    assert datetime.now(UTC) - soon.due < timedelta(minutes=1)
    assert not [name for name in practice.names(soon.cancelled) if "reminder" in name]
