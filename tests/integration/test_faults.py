"""Conflicts, throttling, lost answers and sudden ends: one booking or none, and an honest answer."""

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from daybook import wiring
from daybook.adapters.dynamodb.ledger import DynamoLedger
from tests.harness import TABLE, Api, Reply
from tests.integration.faults import Cut, Fault, Faults, broken, conflict, cut, throttled, unheard, unread
from tests.integration.scenes import at, book, booked, cancel, move, offer, shown
from tests.race.books import Audit

LONG = "long"


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch, studio: Api) -> list[float]:
    """The seconds the ledger would have slept; it does not."""
    naps: list[float] = []
    ledger = DynamoLedger(wiring.client(), TABLE, sleep=naps.append)
    monkeypatch.setattr(wiring, "ledger", cache(lambda: ledger))
    return naps


@pytest.fixture
def faults(naps: list[float]) -> Faults:
    return Faults(wiring.client())


def audit() -> Audit:
    return Audit(wiring.client(), TABLE, "acme")


def assert_one_booking(reply: Reply) -> None:
    """It was made once: one booking, one event, and what is stored adds up."""
    assert reply.status == 201, reply.text
    [booking] = audit().bookings
    assert (booking.id, booking.version) == (reply.json["id"], 1)
    assert audit().violations() == []


def assert_busy(reply: Reply) -> None:
    assert (reply.status, reply.code) == (503, "busy")
    assert int(reply.headers["retry-after"]) > 0


@pytest.mark.parametrize("fault", [conflict, throttled, broken, unheard])
@pytest.mark.parametrize("times", [1, 7])
def test_what_passes_is_tried_again(studio: Api, faults: Faults, naps: list[float], fault: Fault, times: int) -> None:
    faults.before([fault] * times)
    assert_one_booking(book(studio))
    assert len(naps) == times
    assert all(0 <= nap <= min(0.4, 0.025 * 2**attempt) for attempt, nap in enumerate(naps))


@pytest.mark.parametrize("fault", [conflict, throttled, broken, unheard])
def test_what_does_not_pass_is_busy_after_eight_tries(studio: Api, faults: Faults, fault: Fault) -> None:
    faults.before([fault] * 100)
    assert_busy(book(studio))
    assert faults.calls == 8
    assert audit().bookings == []
    assert audit().violations() == []


@pytest.mark.parametrize("remembers", [True, False])
@pytest.mark.parametrize("fault", [unheard, broken])
@pytest.mark.parametrize("minutes", [30, 420])
def test_a_lost_answer_to_what_landed_is_one_booking(
    studio: Api, faults: Faults, fault: Fault, remembers: bool, minutes: int
) -> None:
    offer(studio, LONG, minutes)
    if remembers:
        faults.remember_tokens()
    faults.after([fault])
    assert_one_booking(book(studio, at("09:00"), event_type=LONG))


def test_answers_lost_within_the_sdk_are_one_booking(studio: Api, faults: Faults) -> None:
    faults.lose_answers_within_the_sdk(1)
    assert_one_booking(book(studio))


def test_an_answer_lost_at_the_last_try_is_one_booking(studio: Api, faults: Faults) -> None:
    faults.before([unheard] * 7)
    faults.after([unheard])
    assert_one_booking(book(studio))


def test_a_lost_answer_hides_nobody_elses_booking(studio: Api, faults: Faults) -> None:
    booked(studio, who="eve")
    faults.before([unheard])
    refused = book(studio)
    assert (refused.status, refused.code) == (409, "slot_taken")
    assert len(audit().bookings) == 1


def test_it_is_busy_when_not_even_the_proof_can_be_read(studio: Api, faults: Faults) -> None:
    faults.before([unheard] * 100)
    faults.before([broken] * 100, "GetItem")
    assert_busy(book(studio))


Deed = Callable[[Api, dict[str, Any]], Reply]

DEEDS: dict[str, Deed] = {
    "move": lambda api, booking: move(api, booking, at("10:15")),
    "cancel": cancel,
    "confirm": lambda api, booking: api.host("POST", f"/bookings/{booking['id']}/confirm"),
    "decline": lambda api, booking: api.host("POST", f"/bookings/{booking['id']}/decline"),
}


@pytest.mark.parametrize("name", DEEDS)
@pytest.mark.parametrize("lost", ["before", "after"])
def test_a_change_whose_answer_is_lost_happens_once(studio: Api, faults: Faults, name: str, lost: str) -> None:
    offer(studio, "asked", slot_interval_minutes=15, requires_confirmation=True, limits={"per_day": 3})
    booking = booked(studio, event_type="asked")
    getattr(faults, lost)([unheard])
    changed = DEEDS[name](studio, booking)
    assert changed.status == 200, changed.text
    [stored] = audit().bookings
    assert stored.version == 2
    assert shown(studio, booking)["status"] == changed.json["status"]
    assert audit().violations() == []


@pytest.mark.parametrize(
    ("name", "capacity"), [*((name, 1) for name in ("book", *DEEDS)), ("book", 3), ("move", 3), ("cancel", 3)]
)
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_process_that_dies_leaves_all_or_nothing(
    studio: Api, faults: Faults, name: str, moment: str, capacity: int
) -> None:
    settings = {"capacity": capacity} if capacity > 1 else {"requires_confirmation": True}
    offer(studio, "kind", slot_interval_minutes=15, limits={"per_day": 3, "minutes_per_day": 90}, **settings)
    booking = booked(studio, event_type="kind")
    if capacity > 1:
        booked(studio, who="eve", event_type="kind")
    before = len(audit().standing())
    getattr(faults, moment)([cut])
    with pytest.raises(Cut):
        DEEDS[name](studio, booking) if name in DEEDS else book(studio, at("13:00"), event_type="kind")
    landed = moment == "after"
    assert audit().violations() == []
    change = {"book": 1, "cancel": -1, "decline": -1}.get(name, 0)
    assert len(audit().standing()) == before + change * landed


def test_a_dead_process_is_made_good_by_repeating_with_the_key(studio: Api, faults: Faults) -> None:
    faults.after([cut])
    with pytest.raises(Cut):
        book(studio, key="one-key-for-one-booking")
    assert_one_booking(book(studio, key="one-key-for-one-booking"))


def test_keys_the_table_leaves_unread_are_asked_for_again(studio: Api, faults: Faults) -> None:
    faults.before([unread, unread], "BatchGetItem")
    assert_one_booking(book(studio))


def test_keys_it_never_reads_make_it_busy(studio: Api, faults: Faults, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("daybook.adapters.dynamodb.items.full_jitter", lambda _: 0)
    faults.before([unread] * 100, "BatchGetItem")
    assert_busy(book(studio))
    assert faults.calls == 9


@pytest.mark.parametrize("fault", [throttled, broken, unheard])
@pytest.mark.parametrize("operation", ["BatchGetItem", "Query"])
def test_what_cannot_be_read_is_busy_not_free(studio: Api, faults: Faults, fault: Fault, operation: str) -> None:
    faults.before([fault], operation)
    slots = "/hosts/ada/event-types/intro/slots?from=2027-03-01&to=2027-03-01&timezone=Europe/Berlin"
    assert_busy(studio.get(slots))


@pytest.mark.parametrize("fault", [throttled, broken, unheard])
def test_a_rate_counter_that_fails_lets_nobody_in(
    studio: Api, faults: Faults, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAYBOOK_POSTS_PER_MINUTE_PER_ADDRESS", "5")
    wiring.settings.cache_clear()
    faults.before([fault], "UpdateItem")
    assert_busy(book(studio))
    assert audit().bookings == []
    assert book(studio).status == 201
