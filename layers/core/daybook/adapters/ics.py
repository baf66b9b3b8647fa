"""A booking as an iCalendar object (RFC 5545, iTIP RFC 5546), in UTC: no zone table to misread."""

from datetime import datetime

from icalendar import Calendar, Event, vCalAddress
from icalendar.enums import CUTYPE, PARTSTAT, ROLE

from daybook.domain.booking import ENDED, PENDING, Booking
from daybook.domain.host import Host

PRODUCT = "-//Daybook//Daybook//EN"


def invitation(booking: Booking, host: Host | None, *, service_address: str, now: datetime) -> str:
    """Return the object that puts a booking into a calendar, or takes it out again.

    METHOD is REQUEST, and CANCEL once the booking no longer stands; UID and SEQUENCE are the booking's own, DTSTAMP
    is this very moment (RFC 5546 §3.2). The organizer is the service address under the host's name, so that sender
    and organizer are one; the host comes first among the attendees. Lines end in CRLF.
    """
    ended = booking.status in ENDED
    event = Event()
    event.add("uid", booking.uid)
    event.add("sequence", booking.sequence)
    event.add("dtstamp", now)
    event.add("created", booking.created_at)
    event.add("last-modified", booking.updated_at)
    event.add("dtstart", booking.start)
    event.add("dtend", booking.end)
    event.add("status", "CANCELLED" if ended else "TENTATIVE" if booking.status in PENDING else "CONFIRMED")
    event.add("transp", "OPAQUE")
    event.add("summary", booking.title or "Booking")
    if booking.location:
        event.add("location", booking.location)
    host_name = host.name if host else booking.host
    event.add("organizer", _person(service_address, host_name))
    if host is not None:
        event.add("attendee", _person(host.email, host_name, PARTSTAT.ACCEPTED), encode=False)
    if booking.attendee.email:
        event.add("attendee", _person(booking.attendee.email, booking.attendee.name, PARTSTAT.ACCEPTED), encode=False)
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if ended else "REQUEST")
    calendar.add_component(event)
    text: bytes = calendar.to_ical()
    return text.decode()


def _person(email: str, name: str, answer: PARTSTAT | None = None) -> vCalAddress:
    """Name somebody; double quotes would need RFC 6868, which Outlook and Gmail do not read, so they are dropped."""
    address = vCalAddress(f"mailto:{email}")
    address.params["CN"] = name.replace('"', "")
    if answer is not None:
        address.params["CUTYPE"] = CUTYPE.INDIVIDUAL
        address.params["ROLE"] = ROLE.REQ_PARTICIPANT
        address.params["PARTSTAT"] = answer
        address.params["RSVP"] = "FALSE"
    return address
