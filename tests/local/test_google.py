"""Hosts connect, edit and disconnect their calendars: pages, pushes, queues and the API, each in its own process."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import urllib3

from daybook.adapters.dynamodb.connections import DynamoConnections
from local.neighbour import CLIENT_ID, CLIENT_SECRET
from local.stack import Options, Stack, running
from tests.local.hosts import Browser, Host, moment, seconds_until
from tests.local.practice import TENANT, Json, Practice, eventually, invitation, seed

AT_ONCE = 5
"""Seconds within which a change at Google must show, from its push on."""


@pytest.fixture(scope="module")
def practice(http: urllib3.PoolManager) -> Iterator[Practice]:
    with running(Options(seed=seed, enforce_iam=True)) as stack:
        yield Practice(stack, http)


@pytest.fixture(scope="module")
def ada(practice: Practice, http: urllib3.PoolManager) -> Host:
    return Host(practice, http, "ada").connected()


def updates(practice: Practice, booking: Json, recipient: str = "attendee") -> list[tuple[str, int]]:
    """Return method and sequence of each calendar object somebody was sent, in order."""
    found = [invitation(mail) for mail in practice.mails(booking) if mail.way.tags["mail"].endswith(recipient)]
    return [(str(each["METHOD"]), int(each.walk("VEVENT")[0]["SEQUENCE"])) for each in found if each is not None]


def test_a_host_connects_and_sees_what_is_connected(practice: Practice, http: urllib3.PoolManager) -> None:
    host = Host(practice, http, "grace").move_in()
    assert host.connections == []
    browser = host.connect()
    assert browser.status == 200
    assert host.email in browser.page
    eventually(lambda: host.connection["synced_at"])
    seen = host.connection
    assert (seen["account"], seen["state"], seen["problem"]) == (host.email, "connected", None)
    assert seen["busy_from"] == [host.email]
    assert seen["write_to"] == seen["dedicated"] != host.email
    eventually(lambda: all(calendar["pushed_until"] for calendar in host.connection["calendars"]))


def test_a_link_connects_once_and_in_the_browser_that_opened_it(practice: Practice, http: urllib3.PoolManager) -> None:
    host = Host(practice, http, "linus").move_in()
    browser = host.connect()
    stranger = Browser(http)
    stranger.open(browser.address)
    assert stranger.status in (400, 404)
    browser.open(browser.address)
    assert browser.status in (400, 404)
    assert len(host.connections) == 1


def test_who_allows_nothing_connects_nothing(practice: Practice, http: urllib3.PoolManager) -> None:
    host = Host(practice, http, "dora").move_in()
    host.connect(decision="deny")
    assert host.connections == []


def test_what_is_busy_at_google_is_gone_within_seconds_and_comes_back(ada: Host) -> None:
    start = moment(1)
    assert ada.offered(start)
    event = ada.enter(start)
    assert seconds_until(lambda: not ada.offered(start)) < AT_ONCE
    assert ada.try_to_book(start)[0] == 409
    ada.hand("delete", calendar_id=ada.email, event_id=event)
    assert seconds_until(lambda: ada.offered(start)) < AT_ONCE


def test_what_no_push_has_told_of_yet_cannot_be_booked(ada: Host) -> None:
    start = moment(2)
    ada.tell("trouble", pushes={"lose": 10})
    ada.enter(start)
    status, refusal = ada.try_to_book(start)
    ada.tell("trouble")
    assert (status, refusal["code"]) == (409, "slot_taken")
    assert refusal["alternatives"]
    eventually(lambda: not ada.offered(start))


def test_a_lost_push_is_found_by_the_sweep(practice: Practice, ada: Host) -> None:
    start = moment(3)
    eventually(lambda: quiet(ada))
    ada.tell("trouble", pushes={"lose": 10})
    ada.enter(start)
    ada.tell("trouble")
    time.sleep(1)
    assert ada.offered(start)
    let_time_pass(practice.stack, ada, timedelta(minutes=16))
    assert ada.http.request("POST", f"{practice.stack.url}/_local/sweep").status == 204
    assert seconds_until(lambda: not ada.offered(start)) < AT_ONCE


def test_a_booking_is_one_event_with_its_uid(ada: Host) -> None:
    booking = ada.book(moment(4))
    event = ada.entry(booking)
    assert event["calendar_id"] == ada.connection["write_to"]
    assert event["start"]["dateTime"] == moment(4).isoformat().replace("+00:00", "Z")
    assert "alan@example.org" in event["description"]
    assert "attendees" not in event
    assert booking["manage_token"] not in str(event)
    ada.practice.ask("POST", f"/bookings/{booking['id']}/cancel", {}, token=booking["manage_token"])
    eventually(lambda: not ada.entries(booking))


def test_an_answer_of_google_that_is_lost_makes_no_second_event(ada: Host) -> None:
    ada.tell("trouble", fail=[{"failure": "lost answer", "calls": 1, "only": "events.insert"}])
    booking = ada.book(moment(5))
    eventually(lambda: quiet(ada))
    time.sleep(6)
    ada.entry(booking)


def test_who_moves_an_event_moves_the_booking_and_its_attendee_hears_once(practice: Practice, ada: Host) -> None:
    booking = ada.book(moment(6))
    event = ada.entry(booking)
    eventually(lambda: updates(practice, booking) == [("REQUEST", 0)])
    one = {"calendar_id": event["calendar_id"], "event_id": event["id"]}
    to = {"start": moment(7).isoformat(), "end": (moment(7) + timedelta(minutes=5)).isoformat()}
    ada.hand("edit", **one, **to)
    eventually(lambda: start_of(practice, booking) == moment(7), AT_ONCE)
    eventually(lambda: updates(practice, booking) == [("REQUEST", 0), ("REQUEST", 1)])
    assert ada.offered(moment(6))
    time.sleep(3)  # for an echo
    assert updates(practice, booking) == [("REQUEST", 0), ("REQUEST", 1)]
    assert start_of(practice, booking) == moment(7)


def test_who_deletes_an_event_cancels_the_booking_and_its_attendee_hears_once(practice: Practice, ada: Host) -> None:
    booking = ada.book(moment(8))
    event = ada.entry(booking)
    ada.hand("delete", calendar_id=event["calendar_id"], event_id=event["id"])
    eventually(lambda: practice.ask("GET", f"/bookings/{booking['id']}")["status"] == "cancelled", AT_ONCE)
    eventually(lambda: ("CANCEL", 1) in updates(practice, booking))
    time.sleep(3)
    assert updates(practice, booking) == [("REQUEST", 0), ("CANCEL", 1)]
    assert ada.entries(booking) == []


def test_a_move_that_cannot_be_is_put_back_and_the_host_told(practice: Practice, ada: Host) -> None:
    booking = ada.book(moment(9))
    event = ada.entry(booking)
    ada.book(moment(10))
    one = {"calendar_id": event["calendar_id"], "event_id": event["id"]}
    to = {"start": moment(10).isoformat(), "end": (moment(10) + timedelta(minutes=5)).isoformat()}
    ada.hand("edit", **one, **to)
    eventually(lambda: [name for name in practice.names(booking) if "-edit_refused" in name])
    eventually(lambda: ada.entry(booking)["start"]["dateTime"] == event["start"]["dateTime"])
    assert start_of(practice, booking) == moment(9)
    assert [name.rpartition("-")[2] for name in practice.names(booking) if "-edit_refused" in name] == ["host"]
    assert updates(practice, booking) == [("REQUEST", 0)]


def test_listing_asks_google_nothing(practice: Practice, ada: Host) -> None:
    eventually(lambda: quiet(ada))
    ada.tell("forget")
    for number in range(5):
        ada.offered(moment(20 + number))
    day = moment(0).date()
    path = f"/hosts/ada/event-types/talk/days?month={day:%Y-%m}&timezone=UTC"
    practice.ask("GET", path)
    assert calls(ada) == {}


def test_while_google_is_down_others_are_not_and_afterwards_all_is_made_good(
    practice: Practice, http: urllib3.PoolManager, ada: Host
) -> None:
    free, easy = Host(practice, http, "free").move_in(), Host(practice, http, "easy").connected()
    practice.ask("PATCH", "/hosts/easy", {"calendar_policy": "accept_stale"})
    kept, given_up = easy.book(moment(1)), ada.book(moment(11))
    eventually(lambda: quiet(ada) and ada.entries(given_up) and easy.entries(kept))
    ada.tell("trouble", down=True)
    assert free.try_to_book(moment(1))[0] == 201
    status, refusal = ada.try_to_book(moment(12))
    assert (status, refusal["code"]) == (503, "calendar_unavailable")
    status, accepted = easy.try_to_book(moment(2))
    assert status == 201
    practice.ask("POST", f"/bookings/{given_up['id']}/cancel", {})
    practice.ask("POST", f"/bookings/{kept['id']}/reschedule", {"start": moment(3).isoformat()})
    ada.enter(moment(13))
    time.sleep(4)
    ada.tell("trouble")
    eventually(lambda: not ada.offered(moment(13)))
    eventually(lambda: not ada.entries(given_up))
    assert easy.entry(accepted)["start"]["dateTime"] == moment(2).isoformat().replace("+00:00", "Z")
    moved = moment(3).isoformat().replace("+00:00", "Z")
    eventually(lambda: [event["start"]["dateTime"] for event in easy.entries(kept)] == [moved])
    assert ada.try_to_book(moment(12))[0] == 201
    eventually(lambda: [name for name in host_mails(practice, ada) if "unreachable" in name])


def test_who_disconnects_is_forgotten_there_and_here(practice: Practice, http: urllib3.PoolManager) -> None:
    host = Host(practice, http, "lotte").connected()
    host.enter(moment(1))
    booking = host.book(moment(2))
    event = host.entry(booking)
    eventually(lambda: not host.offered(moment(1)))
    server = host.google.server
    assert channels(host)
    practice.ask("DELETE", f"/hosts/{host.slug}/calendars/{host.connection['id']}")
    eventually(lambda: host.connections == [])
    assert channels(host) == []
    assert not [token for token in server.grants.refresh.values() if token.email == host.email]
    assert host.offered(moment(1))
    assert [each["id"] for each in host.entries(booking)] == [event["id"]]


def test_who_takes_the_right_away_is_told_and_left_alone(practice: Practice, http: urllib3.PoolManager) -> None:
    host = Host(practice, http, "mary").connected()
    host.enter(moment(1))
    eventually(lambda: not host.offered(moment(1)))
    host.hand("withdraw", email=host.email, client_id=CLIENT_ID)
    assert host.try_to_book(moment(2))[0] == 503
    eventually(lambda: host.connection["state"] == "broken")
    eventually(lambda: [name for name in host_mails(practice, host) if "lost" in name])
    assert not host.offered(moment(1)), "what nobody knows any more is not free"
    host.tell("forget")
    assert host.try_to_book(moment(2))[0] == 503
    time.sleep(2)
    assert calls(host) == {}
    host.connect()
    eventually(lambda: host.connection["state"] == "connected")
    assert host.try_to_book(moment(2))[0] == 201


def test_no_log_has_a_token_a_code_or_a_secret(practice: Practice, ada: Host) -> None:
    """The last test: all others have left their lines."""
    grants = ada.google.server.grants
    codes = [token for token in (*grants.access, *grants.refresh) if len(token) > 20]
    assert codes
    text = practice.stack.log.read_text()
    assert "GET /v1/oauth/google/callback" in text
    assert [secret for secret in (*codes, CLIENT_SECRET, "code=4", "refresh_token") if secret in text] == []
    assert '"level":"ERROR"' not in text


def start_of(practice: Practice, booking: Json) -> datetime:
    return datetime.fromisoformat(practice.ask("GET", f"/bookings/{booking['id']}")["start"])


def host_mails(practice: Practice, host: Host) -> list[str]:
    return [mail.way.tags["mail"] for mail in practice.stack.outbox.mails() if host.email in mail.way.to]


def channels(host: Host) -> list[str]:
    server = host.google.server
    with server.people.lock:
        return [one.id for one in server.channels.open(server.world) if one.email == host.email]


def calls(host: Host) -> dict[str, int]:
    found: dict[str, int] = host.http.request("GET", f"{host.google.url}/_google/calls").json()["methods"]
    return found


def quiet(host: Host) -> bool:
    """Tell whether Google has been asked nothing for a second."""
    before = len(host.google.server.calls)
    time.sleep(1)
    return len(host.google.server.calls) == before


def let_time_pass(stack: Stack, host: Host, period: timedelta) -> None:
    """Make a connection look as if it had been read so much longer ago."""
    connections = DynamoConnections(stack.engine.dynamodb(), stack.table)
    known = connections.connection(TENANT, host.slug, host.connection["id"])
    assert known is not None
    assert known.synced_at is not None
    now = datetime.now(UTC)
    assert known.due_at > now
    connections.note(replace(known, synced_at=known.synced_at - period, due_at=known.due_at - period))
