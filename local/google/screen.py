"""A calendar as its owner sees it on a screen: what is coming, and forms to add, change and delete."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from html import escape
from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from local.answer import Answer
from local.google.page import page
from local.google.times import Span, span_of
from local.google.views import declined, is_self
from local.google.world import Calendar, World

Json = dict[str, Any]
HERE = "/_google/"
SHOWN = timedelta(days=28)
_REPEATS = {"": "Does not repeat", "DAILY": "Every day", "WEEKLY": "Every week", "MONTHLY": "Every month"}
_ANSWERS = {"accepted": "Accept", "tentative": "Maybe", "declined": "Decline"}


def address_of(calendar: Calendar, first: date | None = None) -> str:
    """Return the path of a calendar's page, from a date on; None: from today on."""
    query = "" if first is None else f"?from={first}"
    return f"{HERE}calendars/{quote(calendar.id, safe='@')}{query}"


def name_of(world: World, calendar: Calendar) -> str:
    """Return what a calendar is called: by its owner if it is the primary one."""
    return f"{world.accounts[calendar.owner].name}’s calendar" if calendar.id == calendar.owner else calendar.summary


def calendar_page(
    world: World, calendar: Calendar, first: date, *, wrong: str = "", status: HTTPStatus = HTTPStatus.OK
) -> Answer:
    """Show four weeks of a calendar.

    Args:
        wrong: why what was asked for was not done.
    """
    zone, name = calendar.zone, name_of(world, calendar)
    window = (
        datetime.combine(first, datetime.min.time(), zone),
        datetime.combine(first + SHOWN, datetime.min.time(), zone),
    )
    events = [
        _Shown(calendar, one, span_of(one, zone)) for one in calendar.single(*window) if one["status"] != "cancelled"
    ]
    events.sort(key=lambda one: (one.span.start, one.resource["id"]))
    cards = "".join(one.card(number) for number, one in enumerate(events))
    alert = f'<p role="alert">{escape(wrong)}</p>' if wrong else ""
    earlier, later = (escape(address_of(calendar, first + way * SHOWN)) for way in (-1, 1))
    body = f"""<p><a href="{HERE}">All calendars</a></p><h1>{escape(name)}</h1>
<p class="quiet">Times of {escape(calendar.timezone)}. Apps that watch this calendar are told of every change.</p>
{alert}
<details{"" if events else " open"}><summary>Add an event</summary>{_new_form(calendar, first)}</details>
<h2>{_day(first)} to {_day(first + SHOWN - timedelta(days=1))}</h2>
<nav class="row" aria-label="Time"><a href="{earlier}">Earlier</a><a href="{escape(address_of(calendar))}">Today</a>
<a href="{later}">Later</a></nav>
<ol class="cards">{cards or "<li>Nothing in these four weeks.</li>"}</ol>"""
    return page(f"{name} – local Google", body, status)


@dataclass(frozen=True, slots=True)
class _Shown:
    calendar: Calendar
    resource: Json
    span: Span

    @property
    def title(self) -> str:
        return str(self.resource.get("summary") or "(No title)")

    def card(self, number: int) -> str:
        resource, title = self.resource, escape(self.title)
        facts = [resource.get("location"), resource.get("description"), *map(_guest, resource.get("attendees", []))]
        told = "".join(f'<p class="quiet">{escape(fact)}</p>' for fact in facts if fact)
        tags = "".join(f' <span class="tag">{tag}</span>' for tag in self._tags())
        look = ' class="free"' if resource.get("transparency") == "transparent" else ""
        return f"""
<li id="{escape(resource["id"])}"{look}><h3>{title}</h3><p>{_when(self.span, self.calendar.zone)}{tags}</p>{told}
<details><summary>Change<span class="unseen"> {title}</span></summary>{self._form(number)}</details></li>"""

    def _tags(self) -> Iterable[str]:
        resource = self.resource
        yield from ["repeats"] if "recurringEventId" in resource else []
        yield from ["free"] if resource.get("transparency") == "transparent" else []
        yield from ["declined"] if declined(self.calendar, resource) else []
        yield from ["Google Meet"] if "hangoutLink" in resource else []
        yield from [escape(resource["eventType"])] if resource["eventType"] != "default" else []

    def _form(self, number: int) -> str:
        buttons = [("edit", "Save"), ("delete", "Delete")]
        if "recurringEventId" in self.resource:
            buttons = [("edit", "Save"), ("delete", "Delete this one"), ("delete_series", "Delete the whole series")]
        if any(is_self(self.calendar, person) for person in self.resource.get("attendees", [])):
            buttons += list(_ANSWERS.items())
        fields = _fields(f"e{number}", self.resource.get("summary", ""), form_times(self.resource, self.calendar.zone))
        free = self.resource.get("transparency") == "transparent"
        return f"""<form method="post"><input type="hidden" name="event" value="{escape(self.resource["id"])}">
{fields}{_check("free", "Show me as free", ticked=free)}
<p class="row">{"".join(_button(*one) for one in buttons)}</p></form>"""


def form_times(resource: Json, zone: ZoneInfo) -> tuple[str, str]:
    """Return start and end as inputs of forms have them: wall time of a zone, or dates, the last one included."""
    span = span_of(resource, zone)
    if span.day is not None:
        return span.day.isoformat(), (date.fromisoformat(resource["end"]["date"]) - timedelta(days=1)).isoformat()
    start, end = (f"{when.astimezone(zone):%Y-%m-%dT%H:%M}" for when in (span.start, span.end))
    return start, end


def _new_form(calendar: Calendar, first: date) -> str:
    repeats = "".join(f'<option value="{value}">{text}</option>' for value, text in _REPEATS.items())
    return f"""<form method="post">{_fields("new", "", (f"{first}T10:00", f"{first}T10:30"))}
{_check("all_day", "All day; the last day counts, hours do not")}{_check("free", "Show me as free")}
<p class="fields"><label for="repeats">Repeats</label><select id="repeats" name="repeats">{repeats}</select></p>
<p class="row">{_button("insert", "Add to " + calendar.summary)}</p></form>"""


def _fields(prefix: str, title: str, times: tuple[str, str]) -> str:
    kind = "datetime-local" if "T" in times[0] else "date"
    inputs = [("title", "Title", "text", title), ("start", "Starts", kind, times[0]), ("end", "Ends", kind, times[1])]
    needed = {"start": " required", "end": " required"}
    return (
        '<p class="fields">'
        + "".join(
            f'<label for="{prefix}-{name}">{label}</label><input id="{prefix}-{name}" name="{name}" type="{type_}" '
            f'value="{escape(value)}"{needed.get(name, "")} autocomplete="off">'
            for name, label, type_, value in inputs
        )
        + "</p>"
    )


def _check(name: str, label: str, *, ticked: bool = False) -> str:
    return f'<label><input type="checkbox" name="{name}" value="on"{" checked" if ticked else ""}> {label}</label>'


def _button(deed: str, label: str) -> str:
    return f'<button name="do" value="{deed}">{escape(label)}</button>'


def _guest(person: Json) -> str:
    return f"Guest: {person['email']} ({person['responseStatus']})"


def _day(day: date) -> str:
    return f"{day:%A}, {day.day} {day:%B %Y}"


def _when(span: Span, zone: ZoneInfo) -> str:
    start, end = span.start.astimezone(zone), span.end.astimezone(zone)
    if span.day is not None:
        last = end.date() - timedelta(days=1)
        return _day(span.day) + ("" if last == span.day else f" to {_day(last)}") + ", all day"
    until = f"{end:%H:%M}" if end.date() == start.date() else f"{_day(end.date())}, {end:%H:%M}"
    return f'<time datetime="{start.isoformat()}">{_day(start.date())}, {start:%H:%M}</time>–{until}'
