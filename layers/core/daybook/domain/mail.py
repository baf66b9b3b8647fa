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
    EDIT_REFUSED = "edit_refused"
    CALENDAR_LOST = "calendar_lost"
    CALENDAR_UNREACHABLE = "calendar_unreachable"
    CALENDAR_GONE = "calendar_gone"


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

    The sequence tells two invitations of one kind apart, and the reminders of a time from those of the time before;
    the version tells edits apart that leave the sequence as it is.
    """

    sequence: int
    kind: Kind
    recipient: Recipient
    ahead: timedelta | None = None
    version: int | None = None

    @property
    def text(self) -> str:
        """Spell it in letters, digits, `_` and `-`: `2-reminder_60-attendee`, `2-edit_refused_5-host`."""
        number = self.version if self.ahead is None else self.ahead // MINUTE
        label = self.kind if number is None else f"{self.kind}_{number}"
        return f"{self.sequence}-{label}-{self.recipient}"

    @classmethod
    def parse(cls, text: str) -> "MailName":
        """Read what `text` spelt. Raises ValueError."""
        sequence, label, recipient = text.split("-")
        name, _, digits = label.rpartition("_")
        number = int(digits) if digits.isdigit() else None
        kind = Kind(label if number is None else name)
        if number is None or kind is Kind.EDIT_REFUSED:
            return cls(int(sequence), kind, Recipient(recipient), version=number)
        return cls(int(sequence), kind, Recipient(recipient), number * MINUTE)


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
    Deed.EDIT_REFUSED: Kind.EDIT_REFUSED,
}
"""Which mail tells of a change; other changes are told to nobody."""
PLACING_TIME = frozenset({Kind.BOOKED, Kind.CONFIRMED, Kind.RESCHEDULED})
"""What tells of a time that is, or may be, agreed."""

ENDINGS = {Kind.DECLINED, Kind.CANCELLED, Kind.EXPIRED}
_TROUBLES = {Kind.UNDELIVERED, Kind.EDIT_REFUSED}
"""What a host hears of whatever mails they want, and what makes no other mail pointless."""
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
    if kind in _TROUBLES:
        version = event.version if kind is Kind.EDIT_REFUSED else None
        yield MailName(sequence, kind, Recipient.HOST, version=version)
        return
    yield MailName(sequence, kind, Recipient.ATTENDEE)
    if host.invitations is not Invitations.NONE or (kind in ENDINGS | PLACING_TIME and _has_event(Recipient.HOST, log)):
        yield MailName(sequence, kind, Recipient.HOST)
    if first and tenant.welcome and event.deed in _PLACING:
        yield MailName(sequence, Kind.WELCOME, Recipient.ATTENDEE)


def method_of(name: MailName, status: Status, *, host: Host, log: Sequence[Mail]) -> Method | None:
    """Choose the calendar object of a mail.

    Where the event is already, every change of it follows, and its end takes it out, whatever the host wants by now.
    Where it is not, it is put once it is agreed, unless the host wants no objects, or it comes into their calendar by
    itself. An attendee whom that calendar invites hears of times from there.
    """
    has_it = _has_event(name.recipient, log)
    if name.kind in ENDINGS:
        return Method.CANCEL if has_it else None
    if name.kind not in PLACING_TIME:
        return None
    if name.recipient is Recipient.ATTENDEE:
        wanted = not host.guests_invited
    else:
        wanted = has_it or (host.invitations is Invitations.CALENDAR and host.written_by is None)
    return Method.REQUEST if wanted and (has_it or status not in PENDING) else None


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
    if name.kind in _TROUBLES:
        return False
    told = [mail for mail in log if mail.name.recipient is name.recipient and mail.name.kind in TOLD_BY.values()]
    return any(mail.version > version and mail.name.kind not in _TROUBLES for mail in told)
