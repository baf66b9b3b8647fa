"""One connected Google account.

Source: Calendar API v3; guides "Synchronize resources efficiently" and "Push notifications".
"""

import logging
import weakref
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import httplib2
from google.oauth2.credentials import Credentials
from google_auth_httplib2 import AuthorizedHttp
from googleapiclient.discovery import build

from daybook.adapters.google_calendar.failures import explained
from daybook.adapters.google_calendar.reading import FIELDS, calendar_of, found, our_event
from daybook.adapters.google_calendar.writing import changed_event, new_event
from daybook.domain.connection import Calendar, Channel
from daybook.domain.entry import Entry
from daybook.provider_ports import Changes, Found, Refused, TokenExpired

logger = logging.getLogger(__name__)

Json = dict[str, Any]
PAGE = 2500
"""Most events a page may have."""
_GONE = frozenset({"notFound", "deleted", "410", "404"})
_LIST_FIELDS = f"nextPageToken,nextSyncToken,items({FIELDS})"


@cache
def _service(api: str) -> Any:
    """Build the client once a process: it holds no connection, each request brings its own.

    Its own log of tries names the addresses it asks, and so the calendars of persons.
    """
    logging.getLogger("googleapiclient").setLevel(logging.ERROR)
    return build(
        "calendar",
        "v3",
        http=httplib2.Http(),
        static_discovery=True,
        cache_discovery=False,
        client_options={"api_endpoint": api},
    )


class GoogleCalendar:
    """`provider_ports.Provider`, for one thread at a time."""

    def __init__(
        self,
        credentials: Credentials,
        *,
        api: str,
        owner: str,
        client: str,
        webhook: str,
        timeout: float,
        tries: int,
        give_back: Callable[[], None],
    ) -> None:
        """Open an account.

        Args:
            owner: what our events are marked with, so that those of another host's bookings count as foreign.
            client: our name at Google. Calendars that another client made are closed to us, and so not ours.
            webhook: where pushes go.
            timeout: seconds, for each step on the wire.
            tries: how often more what failed for a passing reason is tried at once, with exponential pauses.
            give_back: ends the grant.
        """
        plain = httplib2.Http(timeout=timeout)
        weakref.finalize(self, plain.close)
        self._http = AuthorizedHttp(credentials, http=plain)
        self._api = _service(api)
        self._owner = owner
        self._mark = f"[daybook:{owner}:{client}]"
        self._webhook = webhook
        self._tries = tries
        self._give_back = give_back

    def calendars(self) -> Sequence[Calendar]:
        hidden = {"showHidden": True}  # what is hidden on a screen blocks all the same
        return [
            calendar_of(entry, self._mark)
            for page in self._pages(self._api.calendarList().list, hidden)
            for entry in page["items"]
        ]

    def create_calendar(self, name: str, zone: ZoneInfo) -> Calendar:
        description = f"Daybook enters appointments here, and knows this calendar by {self._mark}"
        body = {"summary": name, "description": description, "timeZone": zone.key}
        return calendar_of(self._carry_out(self._api.calendars().insert(body=body)), self._mark)

    def delete_calendar(self, calendar: str) -> None:
        try:
            self._carry_out(self._api.calendars().delete(calendarId=calendar))
        except Refused as refusal:
            if refusal.args[0] not in _GONE:
                raise

    def changes(self, calendar: str, token: str | None, *, since: datetime, until: datetime) -> Iterator[Changes]:
        place = {"timeMin": _text(since), "timeMax": _text(until)} if token is None else {"syncToken": token}
        try:
            for page in self._listed(calendar, place):
                yield Changes([found(event, self._owner) for event in page["items"]], page.get("nextSyncToken"))
        except Refused as refusal:
            if token is not None and refusal.args[0] in {"fullSyncRequired", "updatedMinTooLongAgo", "410"}:
                raise TokenExpired from None
            raise

    def events(self, calendar: str, start: datetime, end: datetime) -> Sequence[Found]:
        pages = self._listed(calendar, {"timeMin": _text(start), "timeMax": _text(end)})
        return [found(event, self._owner) for page in pages for event in page["items"]]

    def insert(self, calendar: str, entry: Entry) -> Found:
        try:
            return self._write(calendar, self._api.events().insert, entry, body=new_event(entry, self._owner))
        except Refused as refusal:
            if refusal.args[0] != "duplicate":
                raise
            # A deleted event keeps its UID: it comes back to life.
            return self._become(calendar, self._by_uid(calendar, entry), entry)

    def patch(self, calendar: str, event: str, entry: Entry) -> Found:
        known = self._carry_out(self._api.events().get(calendarId=calendar, eventId=event))
        if known.get("status") == "cancelled":
            raise Refused("deleted")
        return self._become(calendar, known, entry)

    def event(self, calendar: str, event: str) -> Found | None:
        try:
            known = self._carry_out(self._api.events().get(calendarId=calendar, eventId=event))
        except Refused as refusal:
            if refusal.args[0] in _GONE:
                return None
            raise
        return None if known.get("status") == "cancelled" else found(known, self._owner)

    def delete(self, calendar: str, event: str, *, tell_guests: bool) -> None:
        told = "all" if tell_guests else "none"
        try:
            self._carry_out(self._api.events().delete(calendarId=calendar, eventId=event, sendUpdates=told))
        except Refused as refusal:
            if refusal.args[0] not in _GONE:
                raise

    def delete_by_uid(self, calendar: str, uid: str, *, tell_guests: bool) -> None:
        for known in self._carry_out(self._api.events().list(calendarId=calendar, iCalUID=uid))["items"]:
            event = found(known, self._owner).event
            if event is not None and event.booking is not None:
                self.delete(calendar, known["id"], tell_guests=tell_guests)

    def watch(self, calendar: str, channel: str, *, token: str, ttl: timedelta) -> Channel:
        body = {
            "id": channel,
            "type": "web_hook",
            "address": self._webhook,
            "token": token,
            "params": {"ttl": str(int(ttl.total_seconds()))},
        }
        answer = self._carry_out(self._api.events().watch(calendarId=calendar, body=body))
        return Channel(
            id=channel,
            resource=answer["resourceId"],
            token_sha256=sha256(token.encode()).hexdigest(),
            # The stricter of what is asked and what Google grants counts; it tells which.
            expires_at=datetime.fromtimestamp(int(answer["expiration"]) / 1000, UTC),
        )

    def stop(self, channel: Channel) -> None:
        try:
            self._carry_out(self._api.channels().stop(body={"id": channel.id, "resourceId": channel.resource}))
        except Refused as refusal:
            if refusal.args[0] not in {*_GONE, "channelUnknown"}:
                raise

    def revoke(self) -> None:
        self._give_back()

    def _become(self, calendar: str, known: Json, entry: Entry) -> Found:
        body = changed_event(entry, self._owner, known)
        return self._write(calendar, self._api.events().patch, entry, eventId=known["id"], body=body)

    def _write(self, calendar: str, method: Any, entry: Entry, *, body: Json, **given: Any) -> Found:
        """Write an event; if the account may have no meeting in it, without one.

        Without the version every write would do away with its meeting.
        """
        told = "all" if entry.guests and entry.tells else "none"
        fixed = {"calendarId": calendar, "conferenceDataVersion": 1, "sendUpdates": told, **given}
        try:
            written = self._carry_out(method(body=body, **fixed))
        except Refused as refusal:
            if "conferenceData" not in body or 400 not in refusal.args:
                raise
            logger.warning("the meeting of an event was refused: %s", refusal.args[0])
            plain = {name: value for name, value in body.items() if name != "conferenceData"}
            written = self._carry_out(method(body=plain, **fixed))
        return found(written, self._owner)

    def _by_uid(self, calendar: str, entry: Entry) -> Json:
        given = {"calendarId": calendar, "iCalUID": entry.uid, "showDeleted": True}
        events = [event for page in self._pages(self._api.events().list, given) for event in page["items"]]
        if not events:
            raise Refused("duplicate")
        return dict(our_event(events, entry.booking, self._owner))

    def _listed(self, calendar: str, place: Json) -> Iterator[Json]:
        fixed = {"calendarId": calendar, "singleEvents": True, "maxResults": PAGE, "fields": _LIST_FIELDS}
        return self._pages(self._api.events().list, fixed | place)

    def _pages(self, method: Any, given: Json) -> Iterator[Json]:
        """Yield pages; the client's own `list_next` loses repeated parameters."""
        more: Json = {}
        while True:
            page = self._carry_out(method(**given, **more))
            page.setdefault("items", [])
            yield page
            if "nextPageToken" not in page:
                return
            more = {"pageToken": page["nextPageToken"]}

    def _carry_out(self, request: Any) -> Json:
        with explained():
            answer: Json = request.execute(http=self._http, num_retries=self._tries)
        return answer


def _text(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
