"""Google's pushes: who knows the channel's token is heard, everybody else finds nothing."""

from datetime import timedelta

import pytest

from daybook import calendar_wiring
from daybook.calendar_ports import Watch
from daybook.domain.connection import Channel
from daybook.domain.tokens import secret_digest
from tests.harness import Reply
from tests.integration.calendars import Office
from tests.integration.conftest import Log
from tests.integration.scenes import nothing_written

PATH = "/v1/webhooks/google-calendar"
TOKEN = "t" * 43
CHANNEL = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
CONNECTION = "01ARZ3NDEKTSV4RRFFQ69G5FAW"


@pytest.fixture
def watched(office: Office) -> Office:
    watch(office, "resource-1")
    return office


def watch(office: Office, resource: str) -> None:
    expires_at = office.api.clock() + timedelta(days=7)
    channel = Channel(id=CHANNEL, resource=resource, token_sha256=secret_digest(TOKEN), expires_at=expires_at)
    calendar_wiring.connections().add_watch(Watch(tenant="acme", host="ada", connection=CONNECTION, channel=channel))


def push(office: Office, **changed: str | None) -> Reply:
    headers = {
        "X-Goog-Channel-ID": CHANNEL,
        "X-Goog-Channel-Token": TOKEN,
        "X-Goog-Channel-Expiration": "Mon, 08 Mar 2027 06:00:00 GMT",
        "X-Goog-Resource-ID": "resource-1",
        "X-Goog-Resource-URI": "https://www.googleapis.com/calendar/v3/calendars/x/events",
        "X-Goog-Resource-State": "exists",
        "X-Goog-Message-Number": "42",
    }
    for name, value in changed.items():
        known = next(each for each in headers if each.lower().endswith(name.replace("_", "-")))
        headers[known] = value or ""
        if value is None:
            del headers[known]
    return office.api.call("POST", PATH, headers=headers)


def test_a_change_asks_for_the_connection_to_be_read(watched: Office) -> None:
    with nothing_written():
        reply = push(watched)
    assert (reply.status, reply.text) == (204, "")
    [message] = watched.queued("sync")
    request = message["sync"]
    assert (request["tenant"], request["host"], request["connection"]) == ("acme", "ada", CONNECTION)
    assert request.get("afresh", False) is False


def test_the_same_message_again_asks_once_and_the_next_again(watched: Office) -> None:
    for number in ("42", "42", "43"):
        assert push(watched, message_number=number).status == 204
    assert len(watched.queued("sync")) == 2


def test_the_first_message_of_a_channel_asks_for_nothing(watched: Office) -> None:
    assert push(watched, resource_state="sync", message_number="1").status == 204
    assert watched.queued("sync") == []


@pytest.mark.parametrize("state", ["not_exists", "something_new", None])
def test_any_other_state_is_a_change(watched: Office, state: str | None) -> None:
    assert push(watched, resource_state=state).status == 204
    assert len(watched.queued("sync")) == 1


def test_a_message_that_overtakes_the_answer_to_watch_is_heard(office: Office) -> None:
    watch(office, "")
    assert push(office).status == 204


@pytest.mark.parametrize(
    "changed",
    [
        {"channel_id": None},
        {"channel_id": ""},
        {"channel_id": "x" * 65},
        {"channel_id": f"{CHANNEL}#x"},
        {"channel_id": "01ARZ3NDEKTSV4RRFFQ69G5FAX"},
        {"channel_token": None},
        {"channel_token": ""},
        {"channel_token": TOKEN[:-1]},
        {"channel_token": TOKEN + "t"},
        {"channel_token": secret_digest(TOKEN)},
        {"channel_token": "é" * 43},
        {"resource_id": None},
        {"resource_id": "resource-2"},
        {"message_number": None},
        {"message_number": "-1"},
        {"message_number": "²"},
    ],
    ids=str,
)
def test_who_does_not_know_the_channel_finds_nothing(watched: Office, changed: dict[str, str | None]) -> None:
    stranger = push(watched, channel_id="stranger")
    with nothing_written():
        reply = push(watched, **changed)
    assert (reply.status, reply.text) == (404, stranger.text)
    assert watched.queued("sync") == []


def test_the_body_is_not_looked_at(watched: Office) -> None:
    headers = {
        "X-Goog-Channel-ID": CHANNEL,
        "X-Goog-Channel-Token": TOKEN,
        "X-Goog-Resource-ID": "resource-1",
        "X-Goog-Message-Number": "7",
    }
    for raw in ("{", "x" * 100_000, "\x00"):
        assert watched.api.call("POST", PATH, raw=raw, headers=headers).status == 204


def test_nothing_of_a_channel_is_logged(watched: Office, log: Log) -> None:
    push(watched)
    push(watched, channel_token="wrong")
    for secret in (CHANNEL, TOKEN, "resource-1", CONNECTION, "wrong"):
        assert secret not in log.text


def test_there_is_nothing_else_at_the_address(watched: Office) -> None:
    for method in ("GET", "PUT", "DELETE"):
        assert watched.api.call(method, PATH).status == 405
