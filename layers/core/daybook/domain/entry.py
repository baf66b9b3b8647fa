"""A booking's event in a host's calendar: what it says, and to whom."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from daybook.domain.booking import Booking, Status
from daybook.domain.naming import one_line, plain_name, printable

UNTITLED = "Daybook"
STANDING = frozenset({Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW})
"""What is in a calendar; a request gets there once it is confirmed."""


@dataclass(frozen=True, slots=True)
class CopyRequest:
    """A wish that a booking's event be as the booking is, whatever has been done to it."""

    tenant: str
    booking: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A booking's event as it shall stand in a calendar; all of its texts are plain.

    Attributes:
        uid: the booking's iCalendar UID.
        guest: address and name of the attendee, when the provider invites; else None, and nobody is told.
        meeting: whether a video meeting belongs to it.
    """

    booking: str
    version: int
    uid: str
    start: datetime
    end: datetime
    title: str
    description: str
    location: str
    guest: tuple[str, str] | None = None
    meeting: bool = False


def entry_of(booking: Booking, *, answers: Sequence[tuple[str, str]], invites: bool) -> Entry:
    """Write a booking down for its host's calendar.

    Where the provider invites, the attendee reads the event and gets mail about it, at an address that anybody could
    have typed: then it says nothing that was typed with it but the name, and of that no more than mails do.

    Args:
        answers: question and answer.
        invites: whether the provider invites the attendee.
    """
    person = booking.attendee
    invited = invites and bool(person.email)
    title = one_line(booking.title)
    name = one_line(person.name)
    return Entry(
        booking=booking.id,
        version=booking.version,
        uid=booking.uid,
        start=booking.start,
        end=booking.end,
        title=(title if invited else " – ".join(part for part in (title, name) if part)) or UNTITLED,
        description="" if invited else "\n".join(_lines(booking, answers)),
        location=printable(booking.location or "").strip() if not booking.video else "",
        guest=(person.email, plain_name(person.name)) if invited else None,
        meeting=booking.video,
    )


def _lines(booking: Booking, answers: Sequence[tuple[str, str]]) -> Iterator[str]:
    person = booking.attendee
    if person.email:
        yield one_line(person.name)
        yield one_line(person.email)
        yield person.timezone
    for question, answer in answers:
        yield ""
        yield f"{one_line(question)}: {printable(answer).strip()}"
