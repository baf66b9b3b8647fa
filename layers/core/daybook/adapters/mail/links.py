"""Links in mails: to a meeting, into calendars without invitations, and to where feedback goes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

_BASIC = "%Y%m%dT%H%M%SZ"
_EXTENDED = "%Y-%m-%dT%H:%M:%SZ"
_LONGEST_TITLE, _LONGEST_TEXT = 480, 580
"""Characters of a title, of details and of a location once they are quoted; all links stay below 2,000 then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What somebody puts into a calendar by hand; such a copy follows no later change."""

    title: str
    start: datetime
    end: datetime
    details: str
    location: str


def join_url(location: str | None) -> str | None:
    """Return where a meeting is joined, if its location is an https address and nothing else."""
    text = (location or "").strip()
    if not text.lower().startswith("https://") or any(
        not character.isprintable() or character == " " for character in text
    ):
        return None
    try:
        return text if urlsplit(text).hostname else None
    except ValueError:
        return None


def calendar_links(entry: Entry) -> Mapping[str, str]:
    """Return an address by calendar that opens a new event there. Times are UTC and say so.

    Addresses stay below 2,000 characters, which every mail client and server takes; long texts are cut.

    Source: npm calendar-link and add-to-calendar-button; none of the four vendors documents its format.
    """
    cut = replace(
        entry,
        title=_fitting(entry.title, _LONGEST_TITLE),
        details=_fitting(entry.details, _LONGEST_TEXT),
        location=_fitting(entry.location, _LONGEST_TEXT),
        start=entry.start.astimezone(UTC),
        end=entry.end.astimezone(UTC),
    )
    return {
        "Google": _google(cut),
        "Outlook.com": _outlook("outlook.live.com", cut),
        "Office 365": _outlook("outlook.office.com", cut),
        "Yahoo": _yahoo(cut),
    }


def _google(entry: Entry) -> str:
    return _link(
        "https://calendar.google.com/calendar/render",
        action="TEMPLATE",
        text=entry.title,
        dates=f"{entry.start:{_BASIC}}/{entry.end:{_BASIC}}",
        details=entry.details,
        location=entry.location,
    )


def _outlook(server: str, entry: Entry) -> str:
    return _link(
        f"https://{server}/calendar/0/deeplink/compose",
        path="/calendar/action/compose",
        rru="addevent",
        subject=entry.title,
        startdt=f"{entry.start:{_EXTENDED}}",
        enddt=f"{entry.end:{_EXTENDED}}",
        body=entry.details,
        location=entry.location,
        allday="false",
    )


def _yahoo(entry: Entry) -> str:
    return _link(
        "https://calendar.yahoo.com/",
        v="60",
        title=entry.title,
        st=f"{entry.start:{_BASIC}}",
        et=f"{entry.end:{_BASIC}}",
        desc=entry.details,
        in_loc=entry.location,
    )


def feedback_link(url: str | None, booking: str, *, email: str, subject: str) -> str:
    """Return where feedback on a booking goes: the tenant's page, told which booking; else a mail to the host."""
    if not url:
        return f"mailto:{quote(email, safe='@')}?subject={quote(subject, safe='')}"
    parts = urlsplit(url)
    query = [*parse_qsl(parts.query, keep_blank_values=True), ("booking", booking)]
    return urlunsplit(parts._replace(query=urlencode(query, quote_via=quote)))


def _fitting(text: str, most: int) -> str:
    """Cut a text to what it may take up once it is quoted; half a web address leads nowhere, so it is left out."""
    if len(quote(text, safe="")) <= most:
        return text
    if "://" in text:
        return ""
    room = most - len(quote("…"))
    for place, character in enumerate(text):
        room -= len(quote(character, safe=""))
        if room < 0:
            return f"{text[:place].rstrip()}…"
    return text


def _link(address: str, **query: str) -> str:
    return f"{address}?{urlencode({name: value for name, value in query.items() if value}, quote_via=quote, safe='')}"
