"""iTIP replies in mails: the calendar part of a message, read.

Source: RFC 6047 §2.4, RFC 5546 §3.2.3.
"""

from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parseaddr

from icalendar import Calendar

from daybook.domain.attendee import Answer, IncomingReply

MOST_BYTES = 1_000_000
"""A calendar's reply has a few kilobytes; anything larger is something else."""


def reply_in(raw: bytes, *, authentic: bool) -> IncomingReply | None:
    """Find the reply in a mail; None if there is none: out-of-office notes, counter-proposals, chatter.

    Args:
        raw: the message as it was received (RFC 5322).
        authentic: whether the mail passed DMARC.
    """
    if len(raw) > MOST_BYTES:
        return None
    message = BytesParser(policy=policy.default).parsebytes(raw)
    sender = parseaddr(str(message.get("From", "")))[1]
    for part in message.walk():
        if part.get_content_type() in {"text/calendar", "application/ics"} and isinstance(part, EmailMessage):
            found = _read(part, sender, authentic=authentic)
            if found is not None:
                return found
    return None


def _read(part: EmailMessage, sender: str, *, authentic: bool) -> IncomingReply | None:
    """Read one part; None for what is not a well-formed REPLY of exactly one attendee to one event."""
    try:
        text = part.get_payload(decode=True)
        calendar = Calendar.from_ical(text if isinstance(text, bytes) else b"")
        [event] = calendar.walk("VEVENT")
        people = event["ATTENDEE"]
        [attendee] = people if isinstance(people, list) else [people]
        if str(calendar["METHOD"]).upper() != "REPLY":
            return None
        return IncomingReply(
            uid=str(event["UID"]),
            attendee=_address(str(attendee)),
            sender=sender,
            answer=Answer(str(attendee.params["PARTSTAT"]).lower()),
            sequence=int(event.get("SEQUENCE", 0)),
            at=_utc(event.decoded("DTSTAMP")),
            authentic=authentic,
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def _address(uri: str) -> str:
    scheme, _, address = uri.partition(":")
    return address if scheme.lower() == "mailto" else ""


def _utc(moment: object) -> datetime:
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        raise ValueError("DTSTAMP is not in UTC")
    return moment.astimezone(UTC)
