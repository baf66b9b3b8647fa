"""Whatever people do, three ways to learn of it agree: a full list, a list kept up by sync tokens, and free/busy."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from local.google.errors import ApiError
from local.google.grants import Request
from local.google.server import GoogleServer
from tests.google.desk import ADA, AUTH, CLIENT, REDIRECT, START, Clock, Json, Mailbox

FIRST = datetime(2026, 10, 20, tzinfo=UTC)
LAST = FIRST + timedelta(days=60)
WINDOW = {"timeMin": "2026-10-20T00:00:00Z", "timeMax": "2026-12-19T00:00:00Z"}

hours = st.integers(0, 40 * 24)
DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("event"), hours, st.integers(1, 30)),
        st.tuples(st.just("days"), st.integers(0, 40), st.integers(1, 3)),
        st.tuples(st.just("series"), hours, st.sampled_from(["DAILY", "WEEKLY"])),
        st.tuples(st.just("move"), st.integers(0, 99), hours),
        st.tuples(st.just("delete"), st.integers(0, 99), st.just(0)),
        st.tuples(st.just("free"), st.integers(0, 99), st.booleans()),
        st.tuples(st.just("series to event"), st.integers(0, 99), st.just(0)),
        st.tuples(st.just("sync"), st.just(0), st.just(0)),
    ),
    max_size=14,
)


class Client:
    """Reads Ada's calendar in pages of three, without a network."""

    def __init__(self, google: GoogleServer) -> None:
        self.google = google
        code = google.oauth.grants.grant(Request(CLIENT, REDIRECT, ()), ADA, [AUTH + "calendar"])
        self.token, _ = google.oauth.grants.redeem(code, CLIENT, REDIRECT, None)

    def ask(self, verb: str, path: str, query: Json, body: Json | None = None) -> Any:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        sent = b"" if body is None else json.dumps(body).encode()
        answer = self.google.handle(verb, f"/calendar/v3/{path}?{urlencode(query)}", headers, sent)
        assert answer is not None
        assert answer.status == 200, answer.body
        return json.loads(answer.body)

    def all(self, **query: Any) -> tuple[list[Json], str]:
        items: list[Json] = []
        page: Json = {"nextPageToken": None}
        while "nextPageToken" in page:
            next_ = {"pageToken": page["nextPageToken"]} if page["nextPageToken"] else {}
            page = self.ask("GET", "calendars/primary/events", {"maxResults": 3, **query, **next_})
            items += page["items"]
        return items, page["nextSyncToken"]


class Copy:
    """What a client has of a calendar, kept up by sync tokens."""

    def __init__(self, client: Client, single: bool) -> None:
        self.client = client
        self.shape = {"singleEvents": "true" if single else "false"}
        first, self.token = client.all(**self.shape, **WINDOW)
        self.events = {one["id"]: one for one in first}

    def sync(self) -> None:
        items, self.token = self.client.all(**self.shape, syncToken=self.token)
        assert len({one["id"] for one in items}) == len(items)
        for one in items:
            self.events.pop(one["id"], None)
            if one["status"] != "cancelled":
                self.events[one["id"]] = one

    def times(self) -> list[tuple[str, str]]:
        return sorted((one["id"], str(one["start"])) for one in self.events.values() if one["status"] != "cancelled")


def do(google: GoogleServer, deed: tuple[str, Any, Any]) -> None:
    people, (what, first, second) = google.people, deed
    begins = FIRST + timedelta(hours=first)
    if what == "event":
        people.insert(ADA, start=begins, end=begins + timedelta(hours=second))
    elif what == "days":
        day = date(2026, 10, 21) + timedelta(days=first)
        people.insert(ADA, start=day, end=day + timedelta(days=second))
    elif what == "series":
        rule = [f"RRULE:FREQ={second};COUNT=3"]
        people.insert(ADA, start=begins, end=begins + timedelta(hours=1), recurrence=rule)
    else:
        listed = list(google.world.calendars[ADA].single(FIRST, LAST))
        whole = [event.resource for event in google.world.calendars[ADA].events.values()]
        choice = sorted({one["id"] for one in listed + whole})
        chosen = choice[first % len(choice)] if choice else "none0"
        if what == "move":
            begins = FIRST + timedelta(hours=second)
            people.edit(ADA, chosen, start=begins, end=begins + timedelta(hours=1))
        elif what == "delete":
            people.delete(ADA, chosen)
        elif what == "free":
            people.edit(ADA, chosen, transparency="transparent" if second else "opaque")
        elif what == "series to event":
            people.edit(ADA, chosen, recurrence=None)


@settings(max_examples=300, deadline=None)
@given(DEEDS)
def test_deltas_full_lists_and_free_busy_agree(deeds: list[tuple[str, Any, Any]]) -> None:
    google = GoogleServer(Clock(START), Mailbox())
    google.people.add_account(ADA)
    google.people.register(CLIENT, "s", [REDIRECT])
    client = Client(google)
    copies = [Copy(client, single=True), Copy(client, single=False)]
    for deed in deeds:
        if deed[0] == "sync":
            for copy in copies:
                copy.sync()
            continue
        try:
            do(google, deed)
        except ApiError as error:
            assert error.status in (400, 404, 410)  # noqa: PT017 - an event that is gone, an instance made a series
    for copy in copies:
        copy.sync()
        fresh = Copy(client, single=copy.shape["singleEvents"] == "true")
        assert copy.times() == fresh.times()
    query = {**WINDOW, "items": [{"id": ADA}]}
    told = client.ask("POST", "freeBusy", {}, query)["calendars"][ADA]["busy"]
    assert [tuple(period.values()) for period in told] == busy(copies[0].events.values())


def busy(events: Any) -> list[tuple[str, str]]:
    """Work busy time out from single events, hour by hour: all of them begin and end on the hour."""
    hours_ = set()
    for one in events:
        if one.get("transparency") == "transparent":
            continue
        start, end = (_instant(one[name]) for name in ("start", "end"))
        while start < end:
            hours_.add(start)
            start += timedelta(hours=1)
    hours_ = {hour for hour in hours_ if FIRST <= hour < LAST}
    starts = sorted(hour for hour in hours_ if hour - timedelta(hours=1) not in hours_)
    ends = sorted(hour + timedelta(hours=1) for hour in hours_ if hour + timedelta(hours=1) not in hours_)
    return [
        (f"{start:%Y-%m-%dT%H:%M:%SZ}", f"{end:%Y-%m-%dT%H:%M:%SZ}") for start, end in zip(starts, ends, strict=True)
    ]


def _instant(value: Json) -> datetime:
    if "date" in value:
        return datetime.fromisoformat(value["date"]).replace(tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)
    return datetime.fromisoformat(value["dateTime"]).astimezone(UTC)
