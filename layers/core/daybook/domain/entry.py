"""The event of a booking, or of a session that several share, in a host's calendar: what it says, and to whom."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from daybook.domain.booking import Booking, Status
from daybook.domain.naming import one_line, plain_name, printable

UNTITLED = "Daybook"
STANDING = frozenset({Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW})
"""What is in a calendar; a request gets there once it is confirmed."""


Guest = tuple[str, str]
"""Address and plain name."""
LONGEST = 8000
"""Letters of a session's description: beyond, answers are left out, and then persons."""


@dataclass(frozen=True, slots=True)
class CopyRequest:
    """A wish that a booking's or a session's event be as it is here, whatever has been done to it."""

    tenant: str
    booking: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An event of ours as it shall stand in a calendar; all of its texts are plain.

    Attributes:
        booking: whose it is: a booking's id, or, if it is shared, a session's.
        uid: its iCalendar UID.
        guests: addresses and names of those whom the provider invites; else none, and nobody is told.
        shared: several sit there. Its guests are these and no others, and do not see each other.
        tells: whether guests hear of what is written.
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
    guests: tuple[Guest, ...] = ()
    shared: bool = False
    tells: bool = True
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
        location=_location(booking),
        guests=_guests([booking]) if invited else (),
        meeting=booking.video,
    )


@dataclass(frozen=True, slots=True)
class Seat:
    """One who sits in a session, with questions and answers; without an address a person is not named."""

    booking: Booking
    answers: Sequence[tuple[str, str]]


def session_entry(session: str, version: int, uid: str, seats: Sequence[Seat], *, invites: bool, tells: bool) -> Entry:
    """Write a session down for its host's calendar.

    Where the provider invites, all who sit there read the event: then it says nothing of any of them, nor how many
    they are, for each who joins would have all others told of a new title.

    Args:
        seats: at least one, in order of booking; the latest knows best how many seats there are.
    """
    latest = seats[-1].booking
    title = one_line(latest.title) or UNTITLED
    return Entry(
        booking=session,
        version=version,
        uid=uid,
        start=latest.start,
        end=latest.end,
        title=title if invites else f"{title} ({len(seats)}/{latest.capacity})",
        description="" if invites else _who_sits(seats),
        location=_location(latest),
        guests=_guests([seat.booking for seat in seats]) if invites else (),
        shared=True,
        tells=tells,
        meeting=any(seat.booking.video for seat in seats),
    )


def _who_sits(seats: Sequence[Seat]) -> str:
    named = [seat for seat in seats if seat.booking.attendee.email]
    whole = "\n\n".join("\n".join(_lines(seat.booking, seat.answers)) for seat in named)
    if len(whole) <= LONGEST:
        return whole
    short = "\n\n".join("\n".join(_lines(seat.booking, ())) for seat in named)
    return short if len(short) <= LONGEST else short[:LONGEST] + "…"


def _location(booking: Booking) -> str:
    return printable(booking.location or "").strip() if not booking.video else ""


def _guests(bookings: Sequence[Booking]) -> tuple[Guest, ...]:
    people = (booking.attendee for booking in bookings)
    return tuple((person.email, plain_name(person.name)) for person in people if person.email)


def _lines(booking: Booking, answers: Sequence[tuple[str, str]]) -> Iterator[str]:
    person = booking.attendee
    if person.email:
        yield one_line(person.name)
        yield one_line(person.email)
        yield person.timezone
    for question, answer in answers:
        yield ""
        yield f"{one_line(question)}: {printable(answer).strip()}"
