"""Letters to compose: every kind to every recipient it goes to, about one booking of the host Ada Lovelace."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

from daybook.adapters.mail.composer import MailComposer
from daybook.domain.attendee import Attendee
from daybook.domain.booking import Booking, Status
from daybook.domain.host import Host
from daybook.domain.mail import Kind, Letter, Method, Recipient
from daybook.domain.notice import Notice, NoticeLetter
from daybook.domain.tenant import Tenant
from daybook.mail_ports import Outgoing
from tests.fakes import values

ATTENDEE, HOST = Recipient.ATTENDEE, Recipient.HOST
START = datetime(2026, 12, 1, 13, 0, tzinfo=UTC)
SENT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)
MANAGE = "https://book.example/manage/studio/B1?token=dbm_secret"
SEAT: dict[str, Any] = {"seat_of": "first-conversation", "capacity": 8}
"""Of a booking that sits in a session with others."""
MAILS = [
    *((kind, recipient) for kind in list(Kind)[: list(Kind).index(Kind.WELCOME)] for recipient in Recipient),
    (Kind.WELCOME, ATTENDEE),
    (Kind.REMINDER, ATTENDEE),
    (Kind.REMINDER, HOST),
    (Kind.FOLLOW_UP, ATTENDEE),
    (Kind.UNDELIVERED, HOST),
    (Kind.EDIT_REFUSED, HOST),
]
"""Every mail about a booking."""
NOTICES = [Kind.CALENDAR_LOST, Kind.CALENDAR_UNREACHABLE, Kind.CALENDAR_GONE]
_PENDING = {Kind.REQUEST_RECEIVED}
_STATUS = {Kind.DECLINED: Status.DECLINED, Kind.CANCELLED: Status.CANCELLED, Kind.EXPIRED: Status.EXPIRED}
_METHODS = {
    Kind.BOOKED: Method.REQUEST,
    Kind.CONFIRMED: Method.REQUEST,
    Kind.RESCHEDULED: Method.REQUEST,
    Kind.CANCELLED: Method.CANCEL,
}


def tenant(**fields: Any) -> Tenant:
    return replace(values.tenant("studio"), **{"name": "Demo Studio", **fields})


def host(**fields: Any) -> Host:
    plain = {"name": "Ada Lovelace", "zone": ZoneInfo("Europe/Berlin")}
    return values.host(**{**plain, **fields})


def attendee(**fields: Any) -> Attendee:
    plain = {"name": "Bob Guest", "email": "bob@example.com", "timezone": "America/New_York"}
    return Attendee(**{**plain, **fields})


def booking(**fields: Any) -> Booking:
    plain = {
        "title": "First conversation",
        "attendee": attendee(),
        "created_at": SENT - HALF_HOUR,
        "updated_at": SENT,
    }
    return values.booking("studio", start=fields.pop("start", START), **{**plain, **fields})


def letter(kind: Kind = Kind.BOOKED, recipient: Recipient = ATTENDEE, **fields: Any) -> Letter:
    """Return a letter as the worker makes it; `booking` may be one, or changes to the usual one."""
    pending = fields.pop("pending", kind in _PENDING)
    about = fields.pop("booking", {})
    if isinstance(about, dict):
        state = {"deadline": START - timedelta(days=2)} if pending else {"status": _STATUS.get(kind, Status.CONFIRMED)}
        about = booking(**{**state, **about})
    plain: dict[str, Any] = {
        "tenant": tenant(),
        "host": host(),
        "now": SENT,
        "method": None if pending else _METHODS.get(kind),
        "ahead": timedelta(hours=24) if kind is Kind.REMINDER else None,
        "earlier": (START - HALF_HOUR, START) if kind is Kind.RESCHEDULED else None,
        "answers": (("What is it about?", "Arithmetic"),) if recipient is HOST else (),
        "manage_url": MANAGE if recipient is ATTENDEE else "",
    }
    return Letter(kind=kind, recipient=recipient, booking=about, **{**plain, **fields})


def notice(kind: Kind = Kind.CALENDAR_LOST, **fields: Any) -> NoticeLetter:
    """Return the letter of a notice about Ada's connection C1, in whose calendar her bookings appear."""
    about = Notice(tenant="studio", host="ada", connection="C1", kind=kind, number=3)
    plain: dict[str, Any] = {
        "tenant": tenant(),
        "host": host(connections=frozenset({"C1"})),
        "account": "ada@gmail.example",
        "written": True,
        "now": SENT,
    }
    return NoticeLetter(notice=about, **{**plain, **fields})


def outgoing(one: Letter | NoticeLetter, *, replies: bool = False) -> Outgoing:
    return MailComposer("daybook.example", replies=replies).compose(one)


def composed(one: Letter | NoticeLetter, *, replies: bool = False) -> EmailMessage:
    """Return a mail as its recipient's client reads it."""
    message = message_from_bytes(outgoing(one, replies=replies).raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def text_of(message: EmailMessage, subtype: str = "plain") -> str:
    """Return the only part of a text subtype."""
    [part] = [part for part in message.walk() if part.get_content_type() == f"text/{subtype}"]
    return part.get_payload(decode=True).decode()  # type: ignore[union-attr]


def variants() -> Iterator[tuple[str, Letter]]:
    """Yield every mail, those a pending move makes and that of a session, each with a name."""
    for kind, recipient in MAILS:
        yield f"{kind}.{recipient}", letter(kind, recipient)
    for recipient in Recipient:
        moved = letter(Kind.RESCHEDULED, recipient, pending=True)
        yield f"{Kind.RESCHEDULED}_pending.{recipient}", moved
    yield f"{Kind.EDIT_REFUSED}_session.host", letter(Kind.EDIT_REFUSED, HOST, booking=SEAT)


def all_mails() -> Iterator[tuple[str, Letter | NoticeLetter]]:
    """Yield the variants and the notices."""
    yield from variants()
    for kind in NOTICES:
        yield f"{kind}.host", notice(kind)
