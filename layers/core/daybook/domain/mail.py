"""Mails about a booking: which a change calls for, whether they carry a calendar object, and what became of each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from daybook.domain.booking import PENDING, Booking, Status
from daybook.domain.event_type import MINUTE
from daybook.domain.history import Deed, Event
from daybook.domain.host import Host, Invitations
from daybook.domain.tenant import Tenant


class Kind(StrEnum):
    """What a mail says."""

    REQUEST_RECEIVED = "request_received"
    BOOKED = "booked"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    RESCHEDULED = "rescheduled"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    WELCOME = "welcome"
    REMINDER = "reminder"
    FOLLOW_UP = "follow_up"
    UNDELIVERED = "undelivered"


class Recipient(StrEnum):
    """To whom; an address is read from booking or host when it is needed, so that the log names nobody."""

    ATTENDEE = "attendee"
    HOST = "host"


class Method(StrEnum):
    """iTIP method of the calendar object in a mail. Source: RFC 5546 §3.2."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


class MailStatus(StrEnum):
    """How far a mail has come. News may arrive in any order; only what outranks the known status counts."""

    QUEUED = "queued"
    FAILED = "failed"
    SENT = "sent"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    COMPLAINED = "complained"

    @property
    def rank(self) -> int:
        return list(MailStatus).index(self)


@dataclass(frozen=True, slots=True)
class MailName:
    """What makes a mail single within its booking.

    The sequence tells two invitations of one kind apart, and the reminders of a time from those of the time before.
    """

    sequence: int
    kind: Kind
    recipient: Recipient
    ahead: timedelta | None = None

    @property
    def text(self) -> str:
        """Spell it in letters, digits, `_` and `-`: `2-reminder_60-attendee`."""
        label = self.kind if self.ahead is None else f"{self.kind}_{self.ahead // MINUTE}"
        return f"{self.sequence}-{label}-{self.recipient}"

    @classmethod
    def parse(cls, text: str) -> "MailName":
        """Read what `text` spelt. Raises ValueError."""
        sequence, label, recipient = text.split("-")
        kind, _, minutes = label.rpartition("_")
        ahead = int(minutes) * MINUTE if minutes.isdigit() else None
        return cls(int(sequence), Kind(kind if ahead is not None else label), Recipient(recipient), ahead)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail in the log; no personal data.

    Attributes:
        version: the booking's, of which the mail tells.
        method: of the calendar object it carries; None without one. stamp: that object's DTSTAMP.
        message_id: the provider's, once it has taken the mail.
        detail: the provider's word for a failure, bounce or complaint; never its prose.
        attempts: how often it was handed to the provider, or was about to be.
        queued_at: of the latest attempt.
    """

    tenant: str
    booking: str
    name: MailName
    version: int
    method: Method | None = None
    stamp: datetime | None = None
    status: MailStatus = MailStatus.QUEUED
    message_id: str = ""
    detail: str = ""
    attempts: int = 1
    queued_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """All that a mail is composed of; each recipient reads it on their own clock and in their own language.

    Attributes:
        booking: as it stood after the change the mail tells of.
        answers: question and answer, for the host alone.
        earlier: start and end before a move.
        reason: in somebody's words, and only if this recipient may read them.
        manage_url: where the attendee sees, moves and cancels; empty in the host's mails.
        now: the moment of sending; DTSTAMP of the calendar object, so perhaps a little later (`next_stamp`).
    """

    kind: Kind
    recipient: Recipient
    tenant: Tenant
    host: Host
    booking: Booking
    now: datetime
    method: Method | None = None
    ahead: timedelta | None = None
    answers: Sequence[tuple[str, str]] = ()
    earlier: tuple[datetime, datetime] | None = None
    reason: str = ""
    manage_url: str = ""


TOLD_BY = {
    Deed.REQUESTED: Kind.REQUEST_RECEIVED,
    Deed.BOOKED: Kind.BOOKED,
    Deed.CONFIRMED: Kind.CONFIRMED,
    Deed.DECLINED: Kind.DECLINED,
    Deed.RESCHEDULED: Kind.RESCHEDULED,
    Deed.CANCELLED: Kind.CANCELLED,
    Deed.EXPIRED: Kind.EXPIRED,
    Deed.UNDELIVERABLE: Kind.UNDELIVERED,
}
"""Which mail tells of a change; other changes are told to nobody."""

ENDINGS = {Kind.DECLINED, Kind.CANCELLED, Kind.EXPIRED}
_STANDING = {Kind.BOOKED, Kind.CONFIRMED, Kind.RESCHEDULED}
_PLACING = {Deed.REQUESTED, Deed.BOOKED}
_SECOND = timedelta(seconds=1)


def called_for(
    event: Event, *, tenant: Tenant, host: Host, first: bool, log: Sequence[Mail] = ()
) -> Iterator[MailName]:
    """Yield the mails a change calls for.

    A host who wants no mail still gets those that keep true, or take out, an event that an earlier mail put into their
    calendar.

    Args:
        first: whether it is the person's first booking at the tenant.
    """
    kind = TOLD_BY.get(event.deed)
    if kind is None:
        return
    sequence = event.after.sequence
    if kind is Kind.UNDELIVERED:
        yield MailName(sequence, kind, Recipient.HOST)
        return
    yield MailName(sequence, kind, Recipient.ATTENDEE)
    if host.invitations is not Invitations.NONE or (kind in ENDINGS | _STANDING and _has_event(Recipient.HOST, log)):
        yield MailName(sequence, kind, Recipient.HOST)
    if first and tenant.welcome and event.deed in _PLACING:
        yield MailName(sequence, Kind.WELCOME, Recipient.ATTENDEE)


def method_of(name: MailName, status: Status, *, host: Host, log: Sequence[Mail]) -> Method | None:
    """Choose the calendar object of a mail.

    Where the event is already, every change of it follows, and its end takes it out, whatever the host wants by now.
    Where it is not, it is put once it is agreed, unless the host wants no objects, for events come another way.
    """
    has_it = _has_event(name.recipient, log)
    if name.kind in ENDINGS:
        return Method.CANCEL if has_it else None
    if name.kind not in _STANDING:
        return None
    wanted = name.recipient is Recipient.ATTENDEE or host.invitations is Invitations.CALENDAR
    return Method.REQUEST if has_it or (wanted and status not in PENDING) else None


def next_stamp(recipient: Recipient, log: Sequence[Mail], *, now: datetime) -> datetime:
    """Return the DTSTAMP of the next calendar object to somebody: now, but later than that of each before.

    Of two objects with one SEQUENCE, calendars believe the one with the later DTSTAMP, which has whole seconds.
    Source: RFC 5546 §2.1.5, RFC 5545 §3.3.5.
    """
    stamps = [mail.stamp for mail in log if mail.name.recipient is recipient and mail.stamp is not None]
    return max([now.replace(microsecond=0), *(stamp + _SECOND for stamp in stamps)])


def _has_event(recipient: Recipient, log: Sequence[Mail]) -> bool:
    """Tell whether the event is in somebody's calendar, as far as is known: the provider refused no REQUEST to them."""
    requests = (mail for mail in log if mail.method is Method.REQUEST and mail.name.recipient is recipient)
    return any(mail.status is not MailStatus.FAILED for mail in requests)


def superseded(name: MailName, version: int, log: Sequence[Mail]) -> bool:
    """Tell whether this recipient has already been told of something later, so that this mail would mislead.

    That mail does not arrive stays true whatever happens to the booking.
    """
    if name.kind is Kind.UNDELIVERED:
        return False
    told = [mail for mail in log if mail.name.recipient is name.recipient and mail.name.kind in TOLD_BY.values()]
    return any(mail.version > version and mail.name.kind is not Kind.UNDELIVERED for mail in told)
