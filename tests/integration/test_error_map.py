"""Every refusal the API documents, produced once over HTTP."""

from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError

from daybook import wiring
from daybook.edge import problems
from tests.harness import TABLE, Api, Reply
from tests.integration.scenes import INTRO, at, book, booked, cancel, change, issue, move, offer, publish, take
from tests.unit.test_errors import LEAVES

KEY = "idempotency-key-1"
FAR, PAST = "2027-06-07", "2027-02-22"
NEVER_YET = {"calendar_unavailable"}
"""No calendar can be connected yet."""

Producer = Callable[[Api, pytest.MonkeyPatch], Reply]
PRODUCERS: dict[str, Producer] = {}


def produces(code: str) -> Callable[[Producer], Producer]:
    def keep(producer: Producer) -> Producer:
        PRODUCERS[code] = producer
        return producer

    return keep


for code, produce in {
    "malformed": lambda api, _: api.call("POST", "/bookings", raw="{"),
    "validation": lambda api, _: api.post("/bookings", {}),
    "past": lambda api, _: book(api, at("10:00", PAST)),
    "too_soon": lambda api, _: book(api, at("07:30")),
    "outside_window": lambda api, _: book(api, at("10:00", FAR)),
    "outside_hours": lambda api, _: book(api, at("20:00")),
    "not_offered": lambda api, _: book(api, at("10:10")),
    "invalid_local_time": lambda api, _: book(api, "2027-03-01T10:00:00"),
    "unknown_timezone": lambda api, _: api.get("/slots", query={"timezone": "Nowhere"}),
    "range_too_large": lambda api, _: api.get("/slots", query={"from": "2027-03-01", "to": FAR}),
    "unauthenticated": lambda api, _: api.get("/slots", bearer="dbk_x_y"),
    "scope": lambda api, _: api.get("/api-keys", bearer=issue(api, "read")),
    "not_found": lambda api, _: api.get("/hosts/nobody"),
    "method_not_allowed": lambda api, _: api.call("PUT", "/hosts"),
    "exists": lambda api, _: api.host("POST", "/hosts", api.host("GET", "/hosts/ada").json),
    "precondition_failed": lambda api, _: api.host("PATCH", INTRO, {}, headers={"If-Match": '"9"'}),
    "too_large": lambda api, _: api.call("POST", "/bookings", raw=" " * 32769),
    "in_use": lambda api, _: api.host("DELETE", "/hosts/ada/schedules/work"),
}.items():
    produces(code)(produce)


@produces("blocked")
def _blocked(api: Api, _: pytest.MonkeyPatch) -> Reply:
    api.host("POST", "/hosts/ada/blocks", {"date": "2027-03-01"})
    return book(api)


@produces("idempotency_key_reused")
def _reused(api: Api, _: pytest.MonkeyPatch) -> Reply:
    book(api, key=KEY)
    return book(api, at("11:00"), key=KEY)


@produces("request_in_progress")
def _running(api: Api, _: pytest.MonkeyPatch) -> Reply:
    stored = f"T#acme#B#{book(api, key=KEY).json['id']}"
    wiring.client().delete_item(TableName=TABLE, Key={"pk": {"S": stored}, "sk": {"S": "BOOKING"}})
    return book(api, key=KEY)


@produces("cutoff_passed")
def _late(api: Api, _: pytest.MonkeyPatch) -> Reply:
    change(api, INTRO, cancel_cutoff_minutes=1440)
    return cancel(api, booked(api))


@produces("reschedule_limit")
def _moved_enough(api: Api, _: pytest.MonkeyPatch) -> Reply:
    change(api, INTRO, max_reschedules=0)
    return move(api, booked(api), at("11:00"))


@produces("own_slot")
def _own(api: Api, _: pytest.MonkeyPatch) -> Reply:
    return take(api, publish(api), bearer=issue(api, "bookings", host="ada"))


@produces("slot_taken")
def _taken(api: Api, _: pytest.MonkeyPatch) -> Reply:
    booked(api)
    return book(api, who="eve")


@produces("slot_overlap")
def _overlapping(api: Api, _: pytest.MonkeyPatch) -> Reply:
    publish(api)
    return api.host("POST", "/slots", {"host": "ada", "start": at("18:00"), "duration_minutes": 30})


@produces("limit_reached")
def _limited(api: Api, _: pytest.MonkeyPatch) -> Reply:
    change(api, INTRO, limits={"per_day": 1})
    booked(api)
    return book(api, at("11:00"), "eve")


@produces("session_full")
def _full(api: Api, _: pytest.MonkeyPatch) -> Reply:
    offer(api, "class", capacity=2)
    return [book(api, who=who, event_type="class") for who in ("bob", "eve", "zoe")][-1]


@produces("already_cancelled")
def _cancelled(api: Api, _: pytest.MonkeyPatch) -> Reply:
    booking = booked(api)
    cancel(api, booking)
    return move(api, booking, at("11:00"))


@produces("already_started")
def _begun(api: Api, _: pytest.MonkeyPatch) -> Reply:
    booking = booked(api)
    api.clock.advance(hours=3)
    return cancel(api, booking)


@produces("not_pending")
def _decided(api: Api, _: pytest.MonkeyPatch) -> Reply:
    return api.host("POST", f"/bookings/{booked(api)['id']}/confirm", {})


@produces("not_started")
def _ahead(api: Api, _: pytest.MonkeyPatch) -> Reply:
    return api.host("POST", f"/bookings/{booked(api)['id']}/no-show", {})


@produces("rate_limited")
def _flood(api: Api, monkeypatch: pytest.MonkeyPatch) -> Reply:
    monkeypatch.setenv("DAYBOOK_POSTS_PER_MINUTE_PER_ADDRESS", "1")
    wiring.settings.cache_clear()
    return [book(api, at(clock)) for clock in ("10:00", "11:00")][-1]


@produces("too_many_bookings")
def _many(api: Api, monkeypatch: pytest.MonkeyPatch) -> Reply:
    monkeypatch.setenv("DAYBOOK_ACTIVE_BOOKINGS_PER_EMAIL", "1")
    wiring.settings.cache_clear()
    return [book(api, at(clock)) for clock in ("10:00", "11:00")][-1]


@produces("busy")
def _busy(api: Api, monkeypatch: pytest.MonkeyPatch) -> Reply:
    """DynamoDB answers every transaction with a conflict."""

    def conflict(**_: object) -> None:
        answer = {"Error": {"Code": "TransactionConflictException"}, "ResponseMetadata": {"HTTPStatusCode": 400}}
        raise ClientError(answer, "TransactWriteItems")

    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.setattr(wiring.client(), "transact_write_items", conflict)
    return book(api)


def test_every_refusal_has_a_request_that_meets_it() -> None:
    assert PRODUCERS.keys() == {leaf.code for leaf in LEAVES} - NEVER_YET


@pytest.mark.parametrize("leaf", [leaf for leaf in LEAVES if leaf.code in PRODUCERS], ids=lambda leaf: leaf.code)
def test_a_refusal_is_a_problem_with_its_status_and_code(
    studio: Api, monkeypatch: pytest.MonkeyPatch, leaf: type
) -> None:
    reply = PRODUCERS[leaf.code](studio, monkeypatch)
    assert (reply.status, reply.code) == (problems.status_of(leaf), leaf.code), reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json["title"] == leaf.title
    assert reply.json["detail"]
    assert (reply.json["status"], reply.json["request_id"]) == (reply.status, "request-1")
    if reply.status in {429, 503}:
        assert int(reply.headers["retry-after"]) > 0
    if reply.status == 401:
        assert reply.headers["www-authenticate"] == "Bearer"
