"""Who comes, and what their calendar answered."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendee:
    """Who books. `timezone` is an IANA name as given; times in mails follow it.

    `language` is a BCP 47 tag; empty: the tenant's.
    """

    name: str
    email: str
    timezone: str
    language: str = ""

    @property
    def nobody(self) -> "Attendee":
        """What is left of somebody who was forgotten."""
        return Attendee(name="", email="", timezone=self.timezone)


class Answer(StrEnum):
    """What an attendee's calendar replied: the PARTSTAT of an iTIP REPLY. Source: RFC 5545 §3.2.12."""

    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An attendee's answer to the invitation with a SEQUENCE.

    Attributes:
        at: DTSTAMP of the reply; an older one does not replace it.
        verified: whether the mail provably came from the attendee's address.
    """

    answer: Answer
    sequence: int
    at: datetime
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingReply:
    """An iTIP REPLY that came by mail.

    Attributes:
        attendee: address the object says it speaks for; sender: address in the mail's From.
        at: DTSTAMP, UTC.
        authentic: whether the mail passed DMARC, so that its From can be believed.
    Source: RFC 5546 §3.2.3, RFC 6047 §3.
    """

    uid: str
    attendee: str
    sender: str
    answer: Answer
    sequence: int
    at: datetime
    authentic: bool

    @property
    def reply(self) -> Reply:
        verified = self.authentic and self.sender.casefold() == self.attendee.casefold()
        return Reply(answer=self.answer, sequence=self.sequence, at=self.at, verified=verified)
