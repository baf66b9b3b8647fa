"""What `make run` offers to try: the demo's hosts connect their accounts at the local Google, and stay connected."""

import random
import socket
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import urllib3

from local.google.server import GoogleServer
from local.neighbour import CLIENT_ID, PEOPLE, move_in, neighbour
from local.stack import Options, Stack, running
from tests.local.hosts import Browser
from tests.local.practice import eventually

ADA = "ada@studio.example"
HERE = "127.0.0.1"
NOON = time(11)


def _free_port() -> int:
    """Return a port that is free, as the next one is, and that no client's connection takes: theirs are higher."""
    for port in random.sample(range(20_000, 32_000, 2), 100):
        with suppress(OSError), socket.create_server((HERE, port)), socket.create_server((HERE, port + 1)):
            return port
    raise AssertionError("no two free ports")


def _offered(stack: Stack, http: urllib3.PoolManager, start: datetime) -> bool:
    day = start.date()
    path = f"/v1/demo/hosts/ada/event-types/intro/slots?from={day}&to={day}&timezone=Europe/Berlin"
    answer = http.request("GET", stack.url + path)
    assert answer.status == 200, answer.data
    return any(datetime.fromisoformat(slot["start"]) == start for slot in answer.json()["slots"])


def _workday(clock: time) -> datetime:
    day = datetime.now(ZoneInfo("Europe/Berlin")).date() + timedelta(days=2)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return datetime.combine(day, clock, ZoneInfo("Europe/Berlin"))


def test_ada_connects_on_the_page_and_is_connected_after_a_restart(tmp_path: Path, http: urllib3.PoolManager) -> None:
    options = Options(state=tmp_path, port=_free_port())
    first, second = _workday(time(10)), _workday(NOON)
    with running(options) as stack:
        browser = Browser(http)
        browser.open(stack.connect_url)
        assert "Nothing connected" in browser.page
        assert _offered(stack, http, first)
        assert f'href="{stack.google.calendar_url(ADA)}"' in browser.page
        browser.send(host="ada")
        assert "Ada Lovelace" in browser.page, "the start page names the host"
        browser.send()
        assert browser.address.startswith(stack.google.url)
        browser.send(account=ADA, decision="allow")
        assert (browser.status, ADA in browser.page) == (200, True)
        eventually(lambda: not _offered(stack, http, first))
        google = stack.google.url
    http.clear()  # connections that are kept alive would lead to the old one
    with running(options) as stack:
        assert stack.google.url == google
        browser.open(stack.connect_url)
        assert f"{ADA} <span" in browser.page
        assert _offered(stack, http, second)
        end = second + timedelta(minutes=30)
        stack.google.server.people.insert(ADA, start=second, end=end)
        eventually(lambda: not _offered(stack, http, second))


def test_nobody_else_s_page_can_be_made_to_connect(tmp_path: Path, http: urllib3.PoolManager) -> None:
    with running(Options()) as stack:
        for host in ("nobody", "../slots", ""):
            form = {"host": host}
            answer = http.request_encode_body("POST", stack.connect_url, fields=form, encode_multipart=False)
            assert answer.status == 404
        listed = http.request("GET", stack.outbox_url).data.decode()
        assert 'href="/_local/google"' in listed


def test_ada_has_something_to_do_every_day() -> None:
    now = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
    server = GoogleServer(lambda: now)
    move_in(server, now)
    assert set(server.world.accounts) == set(PEOPLE)
    busy = server.people.busy(ADA, now, now + timedelta(days=3))
    assert [(start.hour, end.hour) for start, end in busy] == [(9, 10)] * 2


def test_a_taken_port_is_made_way_for_and_accounts_move_in_once(tmp_path: Path) -> None:
    memory = tmp_path / "google"
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        with neighbour(memory, "http://127.0.0.1:9", "127.0.0.1", taken) as google:
            assert google.url != f"http://127.0.0.1:{taken}"
            google.server.people.add_account("joan@example.com")
    with neighbour(memory, "http://127.0.0.1:10", "127.0.0.1", 0) as google:
        assert "joan@example.com" in google.server.world.accounts
        [address] = google.server.oauth.grants.clients[CLIENT_ID].redirects
        assert address.startswith("http://127.0.0.1:10/")
