"""What Amazon SES says of mails, read from its own published event examples."""

import json
from typing import Any

import pytest

from daybook.domain.mail import Kind, MailName, MailStatus, Recipient
from daybook.edge.ses_events import news_of

TAGS = {
    "ses:configuration-set": ["daybook"],
    "tenant": ["acme"],
    "booking": ["01JZ0000000000000000000000"],
    "mail": ["1-rescheduled-attendee"],
}


def envelope(kind: str, tags: dict[str, list[str]] = TAGS, **detail: Any) -> str:
    mail = {"messageId": "0100-1", "destination": ["bob@example.com"], "tags": tags}
    return json.dumps({"source": "aws.ses", "detail-type": kind, "detail": {"mail": mail, **detail}})


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("Email Sent", MailStatus.SENT),
        ("Email Delivered", MailStatus.DELIVERED),
        ("Email Bounced", MailStatus.BOUNCED),
        ("Email Complaint Received", MailStatus.COMPLAINED),
        ("Email Rejected", MailStatus.BOUNCED),
    ],
)
def test_news_says_of_which_mail_and_how_far_it_came(kind: str, status: MailStatus) -> None:
    news = news_of(envelope(kind))
    assert news is not None
    assert (news.tenant, news.booking, news.message_id) == ("acme", TAGS["booking"][0], "0100-1")
    assert (news.name, news.status) == (MailName(1, Kind.RESCHEDULED, Recipient.ATTENDEE), status)


@pytest.mark.parametrize(("kind", "permanent"), [("Permanent", True), ("Transient", False), ("Undetermined", False)])
def test_only_a_permanent_bounce_is_for_good(kind: str, permanent: bool) -> None:
    news = news_of(envelope("Email Bounced", bounce={"bounceType": kind, "bounceSubType": "MailboxFull"}))
    assert news is not None
    assert (news.permanent, news.detail) == (permanent, "MailboxFull")


def test_complaints_and_rejections_say_why_in_one_word() -> None:
    complaint = news_of(envelope("Email Complaint Received", complaint={"complaintFeedbackType": "abuse"}))
    rejection = news_of(envelope("Email Rejected", reject={"reason": "Bad content for bob@example.com"}))
    assert [news.detail for news in (complaint, rejection) if news] == ["abuse", "Rejected"]


@pytest.mark.parametrize("kind", ["Email Opened", "Email Clicked", "Email Delivery Delayed", "Email Rendering Failed"])
def test_what_changes_nothing_is_passed_over(kind: str) -> None:
    assert news_of(envelope(kind)) is None


def test_mails_of_others_are_passed_over() -> None:
    assert news_of(envelope("Email Sent", tags={"ses:configuration-set": ["daybook"]})) is None


@pytest.mark.parametrize("text", ["", "{}", "null", '{"detail-type": "Email Sent", "detail": {}}'])
def test_what_is_no_event_of_ses_is_refused(text: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        news_of(text)
