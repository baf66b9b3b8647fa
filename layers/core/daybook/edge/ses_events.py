"""Events of Amazon SES, as EventBridge delivers them.

Source: Amazon SES, "Examples of event data that Amazon SES publishes to EventBridge".
"""

import json
from collections.abc import Mapping
from typing import Any

from daybook.domain.mail import MailName, MailStatus
from daybook.usecases.record_delivery import News

STATUS = {
    "Email Sent": MailStatus.SENT,
    "Email Delivered": MailStatus.DELIVERED,
    "Email Bounced": MailStatus.BOUNCED,
    "Email Complaint Received": MailStatus.COMPLAINED,
    "Email Rejected": MailStatus.BOUNCED,
}
"""Delays, openings and clicks change nothing. A mail that SES threw away after taking it never arrives either."""


def news_of(text: str) -> News | None:
    """Read one event; None for what is of no interest or about no mail of a booking.

    Raises:
        ValueError, KeyError: it is not an event of SES.
    """
    envelope = json.loads(text)
    status = STATUS.get(envelope["detail-type"])
    detail: Mapping[str, Any] = envelope["detail"]
    mail = detail["mail"]
    tags: Mapping[str, list[str]] = mail.get("tags", {})
    if status is None or not {"tenant", "booking", "mail"} <= tags.keys():
        return None
    bounce = detail.get("bounce", {})
    why = [
        bounce.get("bounceSubType"),
        detail.get("complaint", {}).get("complaintFeedbackType"),
        "Rejected" if "reject" in detail else None,
    ]
    return News(
        tenant=tags["tenant"][0],
        booking=tags["booking"][0],
        name=MailName.parse(tags["mail"][0]),
        status=status,
        message_id=mail["messageId"],
        detail=next(filter(None, why), ""),
        permanent=bounce.get("bounceType") == "Permanent",
    )
