"""A booking as an iCalendar object (RFC 5545, iTIP RFC 5546), in UTC: no zone table to misread."""

from collections.abc import Iterator
from datetime import datetime

from icalendar import Calendar, Conference, Event, vCalAddress
from icalendar.enums import CUTYPE, PARTSTAT, ROLE

from daybook.adapters.mail.links import join_url
from daybook.domain.booking import ENDED, PENDING, Booking
from daybook.domain.host import Host
from daybook.domain.mail import Method
from daybook.domain.naming import one_line, plain_name, printable

PRODUCT = "-//Daybook//Daybook//EN"


def invitation(
    booking: Booking,
    host: Host | None,
    *,
    service_address: str,
    now: datetime,
    method: Method | None = None,
    description: str = "",
    replies: bool = False,
) -> str:
    """Return the object that puts a booking into a calendar, or takes it out again.

    UID and SEQUENCE are the booking's own, DTSTAMP is this very moment (RFC 5546 §3.2). The organizer is the service
    address under the host's name, so that sender and organizer are one; the host comes first among the attendees.
    Lines end in CRLF.

    Args:
        booking: as its reader may see it, its title what `summary` makes of it.
        method: REQUEST, or CANCEL once the booking no longer stands, unless given.
        description: whatever may be read by whoever gets the object.
        replies: whether answers are read; then the attendee is asked for one.
    """
    method = method or (Method.CANCEL if booking.status in ENDED else Method.REQUEST)
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method.value)
    event = _event(booking, method, now)
    if description:
        event.add("description", printable(description))
    event.add("organizer", _person(service_address, host.name if host else booking.host))
    for person in _people(booking, host, replies=replies):
        event.add("attendee", person, encode=False)
    calendar.add_component(event)
    text: bytes = calendar.to_ical()
    return text.decode()


def summary(booking: Booking, *, to_host: bool, unnamed: str) -> str:
    """Say what an entry in somebody's calendar is; a host's names the guest, or seats of one session would look alike.

    Args:
        unnamed: the reader's word for an appointment, where the booking has no title.
    """
    what = one_line(booking.title) or unnamed
    guest = plain_name(booking.attendee.name) if to_host and not booking.erasing else ""
    return f"{guest} – {what}" if guest else what


def _event(booking: Booking, method: Method, now: datetime) -> Event:
    cancelled = method is Method.CANCEL
    event = Event()
    event.add("uid", booking.uid)
    event.add("sequence", booking.sequence)
    event.add("dtstamp", now)
    event.add("created", booking.created_at)
    event.add("last-modified", booking.updated_at)
    event.add("dtstart", booking.start)
    event.add("dtend", booking.end)
    event.add("status", "CANCELLED" if cancelled else "TENTATIVE" if booking.status in PENDING else "CONFIRMED")
    event.add("transp", "OPAQUE")
    event.add("summary", booking.title)
    if booking.location:
        event.add("location", printable(booking.location))
    url = join_url(booking.location)
    if url and not cancelled:
        event.conferences = [Conference(url, feature="VIDEO", label="Join")]
    return event


def _people(booking: Booking, host: Host | None, *, replies: bool) -> Iterator[vCalAddress]:
    if host is not None:
        yield _invited(host.email, host.name, PARTSTAT.ACCEPTED)
    if booking.attendee.email:
        answer, asked = _answer(booking, replies=replies)
        yield _invited(booking.attendee.email, booking.attendee.name, answer, asked=asked)


def _answer(booking: Booking, *, replies: bool) -> tuple[PARTSTAT, bool]:
    """Say whether the attendee comes, and whether to ask; they booked, so without replies there is nothing to ask.

    A reply holds for the SEQUENCE it answered (RFC 5546 §2.1.5); a new time is asked about anew. One that anybody might
    have written puts no word into the attendee's mouth.
    """
    reply = booking.reply
    if reply is not None and reply.verified and reply.sequence == booking.sequence:
        return PARTSTAT[reply.answer.name], replies
    return (PARTSTAT.NEEDS_ACTION, True) if replies else (PARTSTAT.ACCEPTED, False)


def _person(email: str, name: str) -> vCalAddress:
    """Name somebody; double quotes would need RFC 6868, which Outlook and Gmail do not read, so they are dropped."""
    address = vCalAddress(f"mailto:{email}")
    common_name = one_line(name.replace('"', ""))
    if common_name:
        address.params["CN"] = common_name
    return address


def _invited(email: str, name: str, answer: PARTSTAT, *, asked: bool = False) -> vCalAddress:
    address = _person(email, name)
    address.params["CUTYPE"] = CUTYPE.INDIVIDUAL
    address.params["ROLE"] = ROLE.REQ_PARTICIPANT
    address.params["PARTSTAT"] = answer
    address.params["RSVP"] = "TRUE" if asked else "FALSE"
    return address
