"""Many people want the same time: one gets it, and everybody is told the truth."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from tests.race.books import Audit, starts
from tests.race.crowd import PEOPLE, Crowd, codes, soon

ROUNDS = 100
HALF_HOUR = timedelta(minutes=30)


def test_one_of_fifty_gets_a_slot_a_hundred_times_over(crowd: Crowd, host: str, audit: Callable[[], Audit]) -> None:
    crowd.event_type(host, "intro")
    wanted = [soon() + n * HALF_HOUR for n in range(ROUNDS)]
    for start in wanted:
        replies = crowd.together([partial(crowd.book, host, "intro", start, n) for n in range(PEOPLE)])
        assert codes(replies) == {"201": 1, "slot_taken": PEOPLE - 1}
    assert starts(audit().standing(host)) == wanted
    listed = crowd.host(f"/bookings?host={host}", method="GET").json
    assert {item["start_utc"] for item in listed["items"]} <= {f"{start:%Y-%m-%dT%H:%M:%SZ}" for start in wanted}


@pytest.mark.parametrize("round_", range(5))
def test_unequal_overlaps_have_one_winner(crowd: Crowd, host: str, round_: int) -> None:
    crowd.event_type(host, "hour", duration_minutes=60, slot_interval_minutes=30)
    clocks = [soon(hours=10), soon(hours=10.5)]
    replies = crowd.together([partial(crowd.book, host, "hour", clocks[n % 2], n) for n in range(8)])
    assert codes(replies) == {"201": 1, "slot_taken": 7}


@pytest.mark.parametrize("round_", range(5))
def test_overlaps_across_event_types_have_one_winner(crowd: Crowd, host: str, round_: int) -> None:
    crowd.event_type(host, "hour", duration_minutes=60)
    crowd.event_type(host, "long", duration_minutes=480, slot_interval_minutes=60)  # beyond one expression
    kinds = [("hour", soon(hours=10)), ("long", soon(hours=3))]
    replies = crowd.together([partial(crowd.book, host, *kinds[n % 2], n) for n in range(8)])
    assert codes(replies) == {"201": 1, "slot_taken": 7}


@pytest.mark.parametrize("round_", range(5))
def test_overlaps_only_through_a_buffer_have_one_winner(crowd: Crowd, host: str, round_: int) -> None:
    crowd.event_type(host, "plain")
    crowd.event_type(host, "padded", buffer_before_minutes=15, buffer_after_minutes=15)
    wants = [("plain", soon(hours=10)), ("padded", soon(hours=10.5)), ("plain", soon(hours=11))]
    replies = crowd.together([partial(crowd.book, host, *want, n) for n, want in enumerate(wants)])
    plain = {replies[0].code, replies[2].code}
    assert (plain, replies[1].code) in [({"201"}, "slot_taken"), ({"slot_taken"}, "201")]


@pytest.mark.parametrize("round_", range(5))
def test_a_slot_across_midnight_and_one_after_it_have_one_winner(crowd: Crowd, host: str, round_: int) -> None:
    crowd.event_type(host, "hour", duration_minutes=60, slot_interval_minutes=30)
    crowd.event_type(host, "intro")
    wants = [("hour", soon(hours=23.5)), ("intro", soon(11)), ("hour", soon(hours=23.5)), ("intro", soon(11))]
    replies = crowd.together([partial(crowd.book, host, *want, n) for n, want in enumerate(wants)])
    assert codes(replies) == {"201": 1, "slot_taken": 3}


@pytest.mark.parametrize("round_", range(5))
def test_a_limit_of_one_a_day_lets_one_in(crowd: Crowd, host: str, round_: int) -> None:
    crowd.event_type(host, "intro", limits={"per_day": 1})
    crowd.event_type(host, "short", limits={"minutes_per_day": 45})
    clocks = [soon(hours=9), soon(hours=15)]
    replies = crowd.together(
        [
            partial(crowd.book, host, kind, start + n * HALF_HOUR, n)
            for n, kind in enumerate(("intro", "short"))
            for start in clocks
        ]
    )
    assert codes(replies[:2]) == codes(replies[2:]) == {"201": 1, "limit_reached": 1}


@pytest.mark.parametrize("minutes", [30, 480])
def test_the_same_key_and_body_book_once(crowd: Crowd, host: str, minutes: int) -> None:
    crowd.event_type(host, "intro", duration_minutes=minutes)
    for round_ in range(5):
        send = partial(crowd.book, host, "intro", soon(10 + round_), "one", key=f"the-same-key-{host}-{round_}")
        first = crowd.together([send, send])
        replies = [*first, send(), send(), send()]
        assert {reply.code for reply in first} <= {"201", "request_in_progress"}
        assert [reply.code for reply in replies[2:]] == ["201"] * 3
        assert len({reply.json["id"] for reply in replies if reply.status == 201}) == 1
        other = crowd.book(host, "intro", soon(20), "one", key=f"the-same-key-{host}-{round_}")
        assert other.code == "idempotency_key_reused"


def test_the_same_person_without_a_key_is_told_what_everybody_is(crowd: Crowd, host: str) -> None:
    crowd.event_type(host, "intro")
    send = partial(crowd.book, host, "intro", soon(), "one")
    replies = crowd.together([send] * 5)
    assert codes([*replies, send()]) == {"201": 1, "slot_taken": 5}


def test_what_is_refused_writes_nothing(crowd: Crowd, host: str, audit: Callable[[], Audit]) -> None:
    crowd.event_type(host, "intro")
    wrong = [soon(-1), soon(hours=10.05), soon(hours=10.12)]
    replies = crowd.together([partial(crowd.book, host, "intro", start, n) for start in wrong for n in range(4)])
    assert {reply.status for reply in replies} == {422}
    assert audit().standing(host) == []


def test_ten_people_join_and_five_get_a_seat(crowd: Crowd, host: str, audit: Callable[[], Audit]) -> None:
    crowd.event_type(host, "class", capacity=5)
    for start in (soon() + n * HALF_HOUR for n in range(5)):
        replies = crowd.together([partial(crowd.book, host, "class", start, n) for n in range(8)])
        assert codes(replies) == {"201": 5, "session_full": 3}
        again = crowd.together([partial(crowd.book, host, "class", start, "late")] * 2)
        assert codes(again) == {"session_full": 2}
        seated = [reply.json for reply in replies if reply.status == 201]
        left = crowd.together([partial(crowd.cancel, seat) for seat in seated[:4]])
        assert codes(left) == {"200": 4}
        twice = crowd.together([partial(crowd.book, host, "class", start, "late")] * 2)
        assert codes(twice) == {"201": 1, "exists": 1}
        rest = [seated[4], *(reply.json for reply in twice if reply.status == 201)]
        assert codes(crowd.together([partial(crowd.cancel, seat) for seat in rest])) == {"200": 2}
    assert audit().standing(host) == []
