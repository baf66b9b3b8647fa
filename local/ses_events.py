"""What SES tells of a mail through EventBridge.

Source: Amazon SES, "Examples of event data that Amazon SES publishes" and "Using the Amazon SES mailbox simulator".
"""

import json
from collections.abc import Sequence
from datetime import datetime
from email.utils import parseaddr
from typing import Any

from local.engine import REGION
from local.outbox import Sent

ACCOUNT = "000000000000"
DETAIL_TYPE = {
    "Send": "Email Sent",
    "Delivery": "Email Delivered",
    "Bounce": "Email Bounced",
    "Complaint": "Email Complaint Received",
}
SIMULATOR = "simulator.amazonses.com"
"""Mails to it are never delivered: SES itself plays the other side, and so does the local stack."""

_FATES = {
    "bounce": ("Send", "Bounce"),
    "suppressionlist": ("Send", "Bounce"),
    "complaint": ("Send", "Delivery", "Complaint"),
}

Entry = dict[str, Any]


def fate_of(addresses: Sequence[str]) -> Sequence[str]:
    """Return the types of the events that follow a mail, in order; a label as in `bounce+x@` changes nothing."""
    for address in addresses:
        if _side(address) in _FATES:
            return _FATES[_side(address)]
    return ("Send", "Delivery")


def entries(mail: Sent, configuration_set: str, now: datetime) -> list[Entry]:
    """Return the events of a mail as PutEvents takes them, in order."""
    return [
        {
            "Source": "aws.ses",
            "DetailType": DETAIL_TYPE[kind],
            "Resources": [f"arn:aws:ses:{REGION}:{ACCOUNT}:configuration-set/{configuration_set}"],
            "Detail": json.dumps(_detail(kind, mail, configuration_set, now)),
        }
        for kind in mail.way.news
    ]


def _side(address: str) -> str:
    """Return the name, without its label, of an address of the simulator; nothing for any other."""
    local, _, domain = parseaddr(address)[1].lower().rpartition("@")
    return local.partition("+")[0] if domain == SIMULATOR else ""


def _detail(kind: str, mail: Sent, configuration_set: str, now: datetime) -> dict[str, Any]:
    sender = str(mail.message["From"])
    domain = parseaddr(sender)[1].rpartition("@")[2]
    tags = {
        "ses:operation": ["SendEmail"],
        "ses:configuration-set": [configuration_set],
        "ses:from-domain": [domain],
        **{name: [value] for name, value in mail.way.tags.items()},
    }
    return {
        "eventType": kind,
        "mail": {
            "timestamp": mail.way.arrived,
            "source": sender,
            "sourceArn": f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/{domain}",
            "sendingAccountId": ACCOUNT,
            "messageId": mail.name,
            "destination": list(mail.way.to),
            "headersTruncated": False,
            "headers": [{"name": name, "value": str(value)} for name, value in mail.message.items()],
            "tags": tags,
        },
        kind.lower(): _particulars(kind, mail, now.isoformat(timespec="milliseconds")),
    }


def _particulars(kind: str, mail: Sent, timestamp: str) -> dict[str, Any]:
    to = list(mail.way.to)
    if kind == "Delivery":
        return {"timestamp": timestamp, "recipients": to, "processingTimeMillis": 1, "smtpResponse": "250 2.0.0 OK"}
    if kind == "Bounce":
        suppressed = any(_side(address) == "suppressionlist" for address in to)
        reason = {"action": "failed", "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 user unknown"}
        return {
            "bounceType": "Permanent",
            "bounceSubType": "Suppressed" if suppressed else "General",
            "bouncedRecipients": [{"emailAddress": address, **reason} for address in to],
            "timestamp": timestamp,
            "feedbackId": f"{mail.name}-bounce",
        }
    if kind == "Complaint":
        return {
            "complainedRecipients": [{"emailAddress": address} for address in to],
            "complaintFeedbackType": "abuse",
            "timestamp": timestamp,
            "feedbackId": f"{mail.name}-complaint",
        }
    return {}
