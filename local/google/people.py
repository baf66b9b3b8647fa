"""What people do by hand: accounts and calendars, consent, and events edited on a screen."""

import threading
from collections.abc import Collection, Iterable
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

from local.google import editing
from local.google.discovery import calendar_v3
from local.google.errors import not_found
from local.google.freebusy import busy_times
from local.google.grants import Client
from local.google.oauth import OAuth
from local.google.world import Access, Account, Calendar, World

Json = dict[str, Any]
When = datetime | date | Json
_TIMES = ("start", "end")


@dataclass(frozen=True)
class People:
    """The hands of everybody. Fields of events are named and shaped as in the API, times are aware or dates."""

    world: World
    oauth: OAuth
    lock: threading.RLock

    def add_account(self, email: str, *, name: str = "", timezone: str = "Europe/Berlin") -> Account:
        """Open an account with a primary calendar, whose id is the address.

        Raises:
            ValueError: there is one.
        """
        with self.lock:
            if email in self.world.accounts:
                raise ValueError(f"there is an account {email}")
            return self.world.add_account(email, name, timezone)

    def add_calendar(self, email: str, summary: str, *, timezone: str | None = None) -> str:
        """Make another calendar of an account's own; return its id."""
        with self.lock:
            account = self.world.accounts[email]
            calendar_id = f"{self.world.id_for('calendar')}@group.calendar.google.com"
            zone = timezone or self.world.calendars[email].timezone
            return self.world.add_calendar(account, calendar_id, summary=summary, timezone=zone).id

    def share(self, calendar_id: str, email: str, role: Access) -> None:
        """Put a calendar on somebody else's list."""
        with self.lock:
            self.world.accounts[email].roles[calendar_id] = role

    def register(self, client_id: str, secret: str, redirects: Iterable[str]) -> None:
        """Register an OAuth client, as in the Cloud console."""
        with self.lock:
            self.oauth.grants.clients[client_id] = Client(client_id, secret, frozenset(redirects))

    def consent(self, url: str, email: str, *, without: Collection[str] = (), cancel: bool = False) -> str:
        """Answer the authorization page; return the address the browser is sent to.

        Args:
            url: of the page, whatever the host.
            without: scopes that are unticked.
        Raises:
            RefusedError: the page would not have asked.
        """
        with self.lock:
            asked = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
            request = self.oauth.read(asked)
            allowed = None if cancel else set(request.scopes) - set(without)
            return self.oauth.decide(request, asked.get("state"), email, allowed)

    def withdraw(self, email: str, client_id: str) -> None:
        """Take all access from a client, in the account's settings; a changed password or policy does the same."""
        with self.lock:
            self.oauth.grants.end(email, client_id)

    def insert(self, calendar_id: str, *, start: When, end: When, by: str | None = None, **fields: Any) -> str:
        """Enter an event; return its id.

        Args:
            end: exclusive, of all-day events, too.
            by: who enters it; None: the calendar's owner. Invitations of others have an `organizer`.
        """
        with self.lock:
            calendar = self._calendar(calendar_id)
            body = deepcopy(fields) | {"start": _time(start, calendar), "end": _time(end, calendar)}
            calendar_v3().schemas.check("Event", body)
            return str(editing.insert(self.world, calendar, body, self._hand(calendar, by))["id"])

    def edit(self, calendar_id: str, event_id: str, *, by: str | None = None, **fields: Any) -> None:
        """Change an event, a series or one instance; `start` and `end` may be times, None takes a field away."""
        with self.lock:
            calendar = self._calendar(calendar_id)
            patch = deepcopy(fields)
            for name in _TIMES:
                if isinstance(patch.get(name), date):
                    other = {"dateTime": None, "date": None, "timeZone": None}
                    patch[name] = other | _time(patch[name], calendar)
            calendar_v3().schemas.check("Event", patch, partial=True)
            editing.change(self.world, calendar, event_id, patch, self._hand(calendar, by), whole=False)

    def delete(self, calendar_id: str, event_id: str, *, by: str | None = None) -> None:
        """Delete an event, a series or one instance."""
        with self.lock:
            calendar = self._calendar(calendar_id)
            editing.delete(self.world, calendar, event_id, self._hand(calendar, by))

    def respond(self, calendar_id: str, event_id: str, answer: str, *, who: str | None = None) -> None:
        """Answer an invitation: accepted, declined, tentative or needsAction.

        Args:
            who: the attendee; None: the calendar's owner.
        """
        with self.lock:
            calendar = self._calendar(calendar_id)
            found = calendar.found(event_id)
            who = who or calendar.owner
            if found is None or all(person["email"] != who for person in found.get("attendees", [])):
                raise not_found()
            people = [
                person | {"responseStatus": answer} if person["email"] == who else person
                for person in found["attendees"]
            ]
            quiet = editing.Hand(who, person=True)
            editing.change(self.world, calendar, event_id, {"attendees": people}, quiet, whole=False)

    def event(self, calendar_id: str, event_id: str) -> Json:
        """Look at an event as it is kept: times in UTC."""
        with self.lock:
            found = self._calendar(calendar_id).found(event_id)
            if found is None:
                raise not_found()
            return deepcopy(found)

    def busy(self, calendar_id: str, after: datetime, before: datetime) -> list[tuple[datetime, datetime]]:
        """Look at when a calendar is busy, as free/busy queries tell it; UTC, half-open, disjoint, in order."""
        with self.lock:
            return busy_times(self._calendar(calendar_id), after.astimezone(UTC), before.astimezone(UTC))

    def expire_sync_tokens(self, calendar_id: str | None = None) -> None:
        """Let all sync tokens given so far be answered 410; None: those of every calendar."""
        with self.lock:
            chosen = self.world.calendars.values() if calendar_id is None else [self._calendar(calendar_id)]
            for calendar in chosen:
                calendar.tokens_since = self.world.revision + 1
            self.world.next_revision()

    def _calendar(self, calendar_id: str) -> Calendar:
        calendar = self.world.calendars.get(calendar_id)
        if calendar is None or calendar.deleted:
            raise not_found()
        return calendar

    def _hand(self, calendar: Calendar, by: str | None) -> editing.Hand:
        return editing.Hand(by or calendar.owner, send_updates="all", conferences=True, person=True)


def _time(when: When, calendar: Calendar) -> Json:
    if isinstance(when, dict):
        return when
    if not isinstance(when, datetime):
        return {"date": when.isoformat()}
    if when.tzinfo is None:
        raise ValueError("a time without an offset")
    zone = when.tzinfo.key if isinstance(when.tzinfo, ZoneInfo) else calendar.timezone
    return {"dateTime": when.isoformat(), "timeZone": zone}
