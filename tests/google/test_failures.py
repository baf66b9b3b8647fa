"""Failures on request: what the official client retries, what is lost before the call and what after it."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from local.google.trouble import Failure, Trouble
from tests.google.desk import Desk, refused, timed

TEN = timed("2026-12-01T10:00:00", "2026-12-01T10:30:00")


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (Failure.INTERNAL, (500, "backendError")),
        (Failure.UNAVAILABLE, (503, "backendError")),
        (Failure.RATE_LIMIT, (403, "rateLimitExceeded")),
        (Failure.USER_RATE_LIMIT, (403, "userRateLimitExceeded")),
        (Failure.QUOTA, (403, "quotaExceeded")),
        (Failure.TOO_MANY, (429, "rateLimitExceeded")),
    ],
)
def test_the_next_calls_fail_as_told_and_change_nothing(
    desk: Desk, calendar: Any, failure: Failure, expected: tuple[int, str]
) -> None:
    desk.google.trouble.fail(failure, calls=2, only="events.insert")
    insert = calendar.events().insert(calendarId="primary", body=TEN)
    assert calendar.events().list(calendarId="primary").execute()["items"] == []
    assert refused(insert) == expected
    assert refused(insert) == expected
    insert.execute()
    assert len(calendar.events().list(calendarId="primary").execute()["items"]) == 1


@pytest.mark.parametrize("failure", [Failure.INTERNAL, Failure.TOO_MANY, Failure.RATE_LIMIT])
def test_the_official_client_retries_what_passes(
    desk: Desk, calendar: Any, failure: Failure, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = calendar.events().list(calendarId="primary")
    monkeypatch.setattr(request, "_sleep", lambda _: None)
    desk.google.trouble.fail(failure, calls=2)
    request.execute(num_retries=2)
    assert [call.status for call in desk.google.calls if call.method == "events.list"][-1] == 200
    assert desk.count("events.list") == 3


def test_all_of_google_can_be_down(desk: Desk, calendar: Any) -> None:
    desk.google.trouble.down = True
    assert refused(calendar.events().list(calendarId="primary")) == (503, "backendError")
    assert desk.token(grant_type="refresh_token", refresh_token="x")[0] == 503
    desk.google.trouble = Trouble()
    calendar.events().list(calendarId="primary").execute()


@pytest.mark.parametrize(("failure", "there"), [(Failure.LOST_REQUEST, 0), (Failure.LOST_ANSWER, 1)])
def test_a_call_can_be_lost_before_or_after_it_was_carried_out(
    desk: Desk, calendar: Any, failure: Failure, there: int
) -> None:
    desk.google.trouble.fail(failure, only="events.insert", calls=2)  # httplib2 tries a second time by itself
    with pytest.raises(OSError, match="closed"):
        calendar.events().insert(calendarId="primary", body={**TEN, "iCalUID": "x@daybook.example"}).execute()
    assert len(calendar.events().list(calendarId="primary").execute()["items"]) == there


def test_an_answer_can_be_slow(desk: Desk, calendar: Any) -> None:
    desk.google.trouble.slow_seconds = 0.2
    desk.google.trouble.fail(Failure.SLOW)
    began = time.monotonic()
    calendar.events().insert(calendarId="primary", body=TEN).execute()
    assert time.monotonic() - began >= 0.2


def test_many_at_once_make_one_event_of_one_uid(desk: Desk) -> None:
    services = [desk.service() for _ in range(4)]
    body = {**TEN, "iCalUID": "x@daybook.example"}

    def insert(service: Any) -> int:
        try:
            service.events().insert(calendarId="primary", body=body).execute()
        except Exception as error:
            return int(error.status_code)  # type: ignore[attr-defined]
        return 200

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(insert, services)) == [200, 409, 409, 409]


def test_every_call_is_counted(desk: Desk, calendar: Any) -> None:
    calendar.events().list(calendarId="primary").execute()
    calendar.events().insert(calendarId="primary", body=TEN).execute()
    assert [(call.method, call.status) for call in desk.google.calls[-2:]] == [
        ("events.list", 200),
        ("events.insert", 200),
    ]
    assert desk.google.calls[-1].email == "ada@example.com"
