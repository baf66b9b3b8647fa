"""Push: channels that open, end and are stopped; messages that come, come again, or do not come."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Event, Thread
from typing import Any

import pytest

from local.google.port import serving
from local.google.server import GoogleServer
from tests.google.desk import ADA, AUTH, EVERYTHING, REDIRECT, SECRET, Desk, at, refused

HOOK = "https://hooks.example/google"
WEEK = timedelta(days=7)
Json = dict[str, Any]


def watch(calendar: Any, channel: str = "ch-1", calendar_id: str = "primary", **more: Any) -> Any:
    body = {"id": channel, "type": "web_hook", "address": HOOK, "token": "t0ken", **more}
    return calendar.events().watch(calendarId=calendar_id, body=body)


def enter(desk: Desk, calendar_id: str = ADA) -> str:
    start = at("2026-11-02T10:00+01:00")
    return desk.google.people.insert(calendar_id, start=start, end=start + timedelta(hours=1))


def told(desk: Desk) -> list[str]:
    """Send what is due; return the states of all messages that arrived so far."""
    desk.google.pushes.run()
    return desk.mailbox.states


def test_a_channel_begins_with_sync_and_tells_of_every_change(desk: Desk, calendar: Any) -> None:
    opened = watch(calendar).execute()
    assert opened["resourceUri"] == f"https://www.googleapis.com/calendar/v3/calendars/{ADA}/events?alt=json"
    expires = desk.clock() + WEEK
    assert opened["expiration"] == str(int(expires.timestamp() * 1000)), "a week, unless asked otherwise"
    event = enter(desk)
    calendar.events().patch(calendarId="primary", eventId=event, body={"summary": "Own write"}).execute()
    assert told(desk) == ["sync", "exists", "exists"]
    first, *later = desk.mailbox.headers
    assert first["X-Goog-Channel-ID"] == "ch-1"
    assert first["X-Goog-Channel-Token"] == "t0ken"
    assert first["X-Goog-Resource-ID"] == opened["resourceId"]
    assert first["X-Goog-Resource-URI"] == opened["resourceUri"]
    assert first["X-Goog-Message-Number"] == "1"
    assert parsedate_to_datetime(first["X-Goog-Channel-Expiration"]) == expires
    numbers = [int(one["X-Goog-Message-Number"]) for one in later]
    assert 1 < numbers[0] < numbers[1]
    assert numbers != [2, 3], "they grow, and not by one"


def test_channels_are_per_calendar_and_overlap(desk: Desk, calendar: Any) -> None:
    other = desk.google.people.add_calendar(ADA, "Team")
    watch(calendar, "old").execute()
    watch(calendar, "new").execute()
    watch(calendar, "team", other).execute()
    told(desk)
    enter(desk)
    desk.google.pushes.run()
    assert [one["X-Goog-Channel-ID"] for one in desk.mailbox.headers[3:]] == ["old", "new"]


def test_a_stopped_channel_is_silent_and_only_its_opener_stops_it(desk: Desk, calendar: Any) -> None:
    opened = watch(calendar).execute()
    desk.google.people.register("other", SECRET, [REDIRECT])
    desk.google.people.add_account("bob@example.com")
    stranger = desk.service(email="bob@example.com")
    body = {"id": "ch-1", "resourceId": opened["resourceId"]}
    assert refused(stranger.channels().stop(body=body)) == (404, "channelUnknown")
    assert refused(calendar.channels().stop(body={**body, "resourceId": "x"})) == (404, "channelUnknown")
    assert calendar.channels().stop(body=body).execute() == ""
    enter(desk)
    assert told(desk) == ["sync"]
    assert refused(calendar.channels().stop(body=body)) == (404, "channelUnknown")
    assert refused(watch(calendar)) == (400, "channelIdNotUnique"), "an id is never good twice"


@pytest.mark.parametrize(
    ("asked", "granted"),
    [
        ({"params": {"ttl": "3600"}}, timedelta(hours=1)),
        ({"params": {"ttl": "9999999"}}, timedelta(days=30)),
        ({"expiration": 2000000000000}, timedelta(days=30)),
        (
            {"expiration": "1792400000000"},
            datetime.fromtimestamp(1792400000, UTC) - datetime(2026, 10, 19, 8, tzinfo=UTC),
        ),
        ({"expiration": "2000000000000", "params": {"ttl": "60"}}, timedelta(minutes=1)),
    ],
)
def test_the_stricter_end_counts_and_then_it_is_silent(
    desk: Desk, calendar: Any, asked: Json, granted: timedelta
) -> None:
    opened = watch(calendar, **asked).execute()
    assert opened["expiration"] == str(int((desk.clock() + granted).timestamp() * 1000))
    desk.clock.at += granted - timedelta(seconds=1)
    enter(desk)
    desk.clock.pass_(seconds=1)
    enter(desk)
    assert told(desk) == ["sync", "exists"]


def test_google_may_grant_less(desk: Desk, calendar: Any) -> None:
    desk.google.trouble.longest_channel = timedelta(hours=2)
    for channel, asked in (("a", {}), ("b", {"params": {"ttl": "604800"}})):
        opened = watch(calendar, channel, **asked).execute()
        assert opened["expiration"] == str(int((desk.clock() + timedelta(hours=2)).timestamp() * 1000))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": "no spaces"}, "channelIdInvalid"),
        ({"id": "x" * 65}, "channelIdInvalid"),
        ({"type": "mail"}, "unknownChannelType"),
        ({"address": "http://hooks.example/google"}, "push.webhookUrlNotHttps"),
        ({"address": "http://8.8.8.8/google"}, "push.webhookUrlNotHttps"),
        ({"address": "hooks.example"}, "push.webhookUrlNotHttps"),
        ({"token": "x" * 257}, "channelTokenTooLong"),
        ({"expiration": 1000}, "channelExpirationInvalid"),
    ],
)
def test_a_channel_that_cannot_be_is_refused(calendar: Any, change: Json, reason: str) -> None:
    body = {"id": "ch-1", "type": "web_hook", "address": HOOK} | change
    assert refused(calendar.events().watch(calendarId="primary", body=body)) == (400, reason)


def test_narrow_scopes_may_watch_and_stop(desk: Desk) -> None:
    narrow = desk.service(AUTH + "calendar.events.freebusy")
    opened = watch(narrow).execute()
    narrow.channels().stop(body={"id": "ch-1", "resourceId": opened["resourceId"]}).execute()


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_an_overloaded_receiver_is_asked_again_later(desk: Desk, calendar: Any, status: int) -> None:
    desk.mailbox.answers = [status, status, 200]
    watch(calendar).execute()
    for seconds in (0, 1, 2):
        desk.clock.pass_(seconds=seconds)
        desk.google.pushes.run()
    assert desk.mailbox.states == ["sync"] * 3
    assert len({one["X-Goog-Message-Number"] for one in desk.mailbox.headers}) == 1
    (ended,) = desk.google.pushes.ended
    assert (ended.tries, ended.done) == (3, "delivered")


@pytest.mark.parametrize("status", [301, 400, 401, 404, 410, 429, 501])
def test_any_other_answer_ends_the_message(desk: Desk, calendar: Any, status: int) -> None:
    desk.mailbox.answers = [status]
    watch(calendar).execute()
    for _ in range(5):
        desk.google.pushes.run()
        desk.clock.pass_(minutes=10)
    assert desk.mailbox.states == ["sync"]
    assert desk.google.pushes.ended[0].done == "failed"


def test_messages_get_lost_doubled_late_and_out_of_order_on_request(desk: Desk, calendar: Any) -> None:
    watch(calendar).execute()
    told(desk)
    pushes = desk.google.pushes
    pushes.lose = 2
    enter(desk), enter(desk)
    assert told(desk) == ["sync"]
    pushes.double = 1
    enter(desk)
    assert told(desk) == ["sync", "exists", "exists"]
    pushes.delay = 1
    enter(desk)
    assert len(told(desk)) == 3
    desk.clock.pass_(seconds=30)
    assert len(told(desk)) == 4
    pushes.reorder = 3
    for expected in (4, 4, 7):
        enter(desk)
        assert len(told(desk)) == expected
    numbers = [int(one["X-Goog-Message-Number"]) for one in desk.mailbox.headers[4:]]
    assert numbers == sorted(numbers, reverse=True)
    pushes.all_lost = True
    enter(desk)
    assert len(told(desk)) == 7
    assert [push.done for push in pushes.ended].count("lost") == 3
    assert pushes.waiting == 0


def test_the_first_message_may_come_before_the_answer(desk: Desk, calendar: Any) -> None:
    desk.google.trouble.sync_first = True
    watch(calendar).execute()
    assert desk.mailbox.states == ["sync"]


@pytest.fixture
def receiver() -> Iterator[tuple[str, list[tuple[str, dict[str, str], bytes]], Event]]:
    got: list[tuple[str, dict[str, str], bytes]] = []
    twice = Event()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            got.append((self.path, dict(self.headers.items()), body))
            self.send_response_only(204)
            self.end_headers()
            if len(got) == 2:
                twice.set()

    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/hook", got, twice
        server.shutdown()
        thread.join()


def test_messages_are_real_posts_without_a_body(receiver: tuple[str, list[Any], Event], desk: Desk) -> None:
    address, got, twice = receiver
    google = GoogleServer(lambda: datetime.now(UTC))
    google.people.add_account(ADA)
    google.people.register("daybook.apps.example", SECRET, [REDIRECT])
    with serving(google) as url:
        there = Desk(google, url, desk.clock, desk.mailbox, desk.http, desk.services)  # type: ignore[arg-type]
        calendar = there.service(*EVERYTHING)
        watch(calendar, address=address).execute()
        enter(there)
        assert twice.wait(10)
    assert [(path, headers["X-Goog-Resource-State"], body) for path, headers, body in got] == [
        ("/hook", "sync", b""),
        ("/hook", "exists", b""),
    ]
    assert got[0][1]["User-Agent"].startswith("APIs-Google")


@pytest.mark.parametrize("address", ["http://127.0.0.1:8123/google", "http://localhost/google", "http://192.168.1.5/"])
def test_a_receiver_nearby_needs_no_certificate(calendar: Any, address: str) -> None:
    body = {"id": "ch-1", "type": "web_hook", "address": address}
    assert calendar.events().watch(calendarId="primary", body=body).execute()["id"] == "ch-1"
