"""iTIP replies in mails: the calendar part of a message, read.

Source: RFC 6047 §2.4, RFC 5546 §3.2.3.
"""

from datetime import UTC, datetime
from email import policy
from email.message import Message
from email.parser import BytesParser

from icalendar import Calendar

from daybook.domain.attendee import Answer, IncomingReply

MOST_BYTES = 1_000_000
"""A calendar's reply has a few kilobytes; anything larger is something else."""
LONGEST_FROM = 998
"""Characters of a line (RFC 5322 §2.1.1); what reads addresses takes long over longer ones."""


def reply_in(raw: bytes, *, authentic: bool) -> IncomingReply | None:
    """Find the reply in a mail; None if there is none: counter-proposals, chatter, and what a machine answered.

    Out-of-office notes are no word of the attendee's, whatever they enclose; they are `auto-replied`. What calendars
    send when a person clicks is itself `auto-generated`, so that stays (RFC 3834 §5).

    Args:
        raw: the message as it was received (RFC 5322).
        authentic: whether the mail passed DMARC. It says nothing of a mail whose From does not name one sender.
    """
    if len(raw) > MOST_BYTES:
        return None
    # compat32 takes headers as they stand; newer policies understand them, and some that are malformed make them fail.
    message = BytesParser(policy=policy.compat32).parsebytes(raw)
    if any(str(value).strip().lower().startswith("auto-replied") for value in message.get_all("Auto-Submitted", [])):
        return None
    sender = _sender(message)
    for part in message.walk():
        if part.get_content_type() in {"text/calendar", "application/ics"}:
            found = _read(part, sender or "", authentic=authentic and sender is not None)
            if found is not None:
                return found
    return None


def _sender(message: Message) -> str | None:
    """Return the address in From; None unless there is one From, well-formed, with one mailbox.

    Of several, DMARC may have vouched for another than the one that is read here. Source: RFC 7489 §6.6.1.
    """
    headers = message.get_all("From", [])
    if len(headers) != 1 or len(str(headers[0])) > LONGEST_FROM:
        return None
    try:
        header = policy.default.header_fetch_parse("From", str(headers[0]))
        groups, sound = header.groups, not header.defects
    except Exception:  # malformed ones bring up IndexError, AttributeError, RecursionError and whatever else
        return None
    plain = all(group.display_name is None for group in groups)
    addresses = [address.addr_spec for group in groups for address in group.addresses]
    return addresses[0] if sound and plain and len(addresses) == 1 else None


def _read(part: Message, sender: str, *, authentic: bool) -> IncomingReply | None:
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
