"""What the log says, and what it never says."""

import pytest

from daybook import wiring
from tests.harness import Api
from tests.integration.conftest import Log
from tests.integration.scenes import book


def test_a_request_leaves_its_route_status_and_request_id(studio: Api, log: Log) -> None:
    assert book(studio).status == 201
    answered = [line for line in log.lines if line.get("message") == "answered"][-1]
    assert (answered["route"], answered["status"], answered["request_id"]) == (
        "POST /v1/{tenant}/bookings",
        201,
        "request-1",
    )


def test_a_booking_is_counted(studio: Api, log: Log) -> None:
    book(studio)
    assert log.lines[-1]["Booked"] == [1.0]


def test_a_refusal_is_counted_with_its_code(studio: Api, log: Log) -> None:
    book(studio, "2027-03-01T10:07:00+01:00")
    assert (log.lines[-1]["Refused"], log.lines[-1]["code"]) == ([1.0], "not_offered")


def test_a_fault_of_ours_is_told_to_the_log_and_not_to_the_caller(
    studio: Api, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAYBOOK_ACTIVE_BOOKINGS_PER_EMAIL", "many")
    wiring.settings.cache_clear()
    reply = book(studio)
    assert (reply.status, reply.code) == (500, "internal")
    assert reply.json["request_id"] == "request-1"
    assert "many" not in reply.text
    assert [line["message"] for line in log.lines if line.get("level") == "ERROR"] == ["unexpected"]
