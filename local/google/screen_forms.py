"""What a person's click on the pages of the local Google does."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from html import escape
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from local.answer import Answer, not_found
from local.google.errors import ApiError, invalid
from local.google.page import page
from local.google.people import People, When
from local.google.recurrence import series_of
from local.google.screen import HERE, address_of, calendar_page, form_times, name_of
from local.google.world import Calendar, World

Json = dict[str, Any]


@dataclass(frozen=True)
class Screen:
    """The pages, and the forms on them."""

    world: World
    people: People

    def overview(self) -> Answer:
        """List everybody, their calendars and the apps they let in; with a switch that takes Google down."""
        people = "".join(self._account(email) for email in self.world.accounts)
        down = self.world.trouble.down
        switch = ("up", "Bring it back") if down else ("down", "Take it down")
        state = '<p role="status">Google is down: every call of an app fails.</p>' if down else ""
        body = f"""<h1>The local Google</h1>
<p class="quiet">This machine's stand-in: what you change here, apps see as if it had been done at Google.</p>{state}
{people or "<p>There is no account.</p>"}
<h2>What if</h2><form method="post"><p class="row"><button name="do" value="{switch[0]}">{switch[1]}</button>
<button name="do" value="expire">Forget all sync tokens</button></p></form>"""
        return page("The local Google", body)

    def decide(self, form: Mapping[str, str]) -> Answer:
        """Do what a button of the overview says."""
        deed = form.get("do")
        if deed in ("down", "up"):
            self.world.trouble.down, self.world.trouble.down_until = deed == "down", None
        elif deed == "expire":
            self.people.expire_sync_tokens()
        elif deed == "withdraw":
            self.people.withdraw(form.get("account", ""), form.get("client", ""))
        else:
            return not_found()
        return _go(HERE)

    def calendar(self, calendar_id: str, query: Mapping[str, str], form: Mapping[str, str] | None) -> Answer:
        """Show a calendar, after doing what a form says."""
        calendar = self.world.calendars.get(calendar_id)
        if calendar is None or calendar.deleted:
            return not_found()
        first: date | None
        try:
            first = date.fromisoformat(query["from"])
        except (KeyError, ValueError):
            first = None
        if first is None or not 1970 <= first.year <= 2200:
            first = self.world.now().astimezone(calendar.zone).date()
        if form is None:
            return calendar_page(self.world, calendar, first)
        try:
            self._act(calendar, form)
        except ApiError as error:
            return calendar_page(self.world, calendar, first, wrong=error.message, status=error.status)
        return _go(address_of(calendar, first))

    def _act(self, calendar: Calendar, form: Mapping[str, str]) -> None:
        deed, event_id = form.get("do", ""), form.get("event", "")
        if deed == "insert":
            self.people.insert(calendar.id, **_read(form, calendar))
        elif deed == "edit":
            old = self.people.event(calendar.id, event_id)
            self.people.edit(calendar.id, event_id, **_read(form, calendar, form_times(old, calendar.zone)))
        elif deed == "delete":
            self.people.delete(calendar.id, event_id)
        elif deed == "delete_series":
            self.people.delete(calendar.id, series_of(event_id) or event_id)
        elif deed in ("accepted", "tentative", "declined"):
            self.people.respond(calendar.id, event_id, deed)
        else:
            raise invalid("There is no such button.")

    def _account(self, email: str) -> str:
        account = self.world.accounts[email]
        calendars = "".join(
            f'<li><a href="{escape(address_of(calendar))}">{escape(name_of(self.world, calendar))}</a></li>'
            for calendar, _ in self.world.listed(account)
        )
        apps = "".join(
            f"""<li><form method="post"><input type="hidden" name="account" value="{escape(email)}">
<input type="hidden" name="client" value="{escape(client)}"><p>{escape(client)} has access.
<button name="do" value="withdraw">Remove access of {escape(client)}</button></p></form></li>"""
            for person, client in self.people.oauth.grants.granted
            if person == email
        )
        return f"<h2>{escape(account.name)}</h2><p class=quiet>{escape(email)}</p><ul>{calendars}{apps}</ul>"


def form_of(body: bytes) -> dict[str, str]:
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def _read(form: Mapping[str, str], calendar: Calendar, before: tuple[str, str] | None = None) -> Json:
    """Read a form.

    Args:
        before: the times the form was filled with; one that is still the same is left out, so that it keeps its zone.
    """
    fields: Json = {"summary": form.get("title", ""), "transparency": "transparent" if "free" in form else "opaque"}
    if repeats := form.get("repeats"):
        fields["recurrence"] = [f"RRULE:FREQ={repeats}"]
    for name, old in zip(("start", "end"), before or (None, None), strict=True):
        if (text := form.get(name, "")) != old:
            fields[name] = _time(text, calendar, all_day="all_day" in form or "T" not in text, last=name == "end")
    return fields


def _time(text: str, calendar: Calendar, *, all_day: bool, last: bool) -> When:
    try:
        when = datetime.fromisoformat(text)
    except ValueError as error:
        raise invalid(f"Not a time: {text!r}") from error
    if all_day:
        # The last day of a form counts; in the API the end is the day after.
        return when.date() + timedelta(days=1 if last else 0)
    return when.replace(tzinfo=calendar.zone)


def _go(where: str) -> Answer:
    return Answer(HTTPStatus.SEE_OTHER, "text/plain", b"", (("Location", where),))
