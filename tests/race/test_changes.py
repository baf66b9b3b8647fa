"""Bookings that move, end and are decided on while others do the same."""

from collections.abc import Callable
from functools import partial

import pytest

from tests.race.books import Audit, starts
from tests.race.crowd import Crowd, codes, soon

ROUNDS = 8


def test_two_move_onto_one_slot_and_the_loser_stays(crowd: Crowd, host: str, audit: Callable[[], Audit]) -> None:
    crowd.event_type(host, "intro")
    for day in range(10, 10 + ROUNDS):
        old = [soon(day, hours=9), soon(day, hours=10)]
        bookings = [crowd.booked(host, "intro", start, n) for n, start in enumerate(old)]
        wanted = soon(day, hours=15)
        replies = crowd.together([partial(crowd.move, booking, wanted) for booking in bookings])
        assert codes(replies) == {"200": 1, "slot_taken": 1}
        loser = [reply.status for reply in replies].index(409)
        here = [one.start for one in audit().standing(host) if one.start.date() == wanted.date()]
        assert sorted(here) == [old[loser], wanted]
        freed = old[1 - loser]
        assert crowd.book(host, "intro", freed, "next").status == 201


def test_swaps_lose_nothing(crowd: Crowd, host: str, audit: Callable[[], Audit]) -> None:
    crowd.event_type(host, "intro")
    clocks = [soon(hours=9), soon(hours=9.5), soon(hours=10)]
    bookings = [crowd.booked(host, "intro", start, n) for n, start in enumerate(clocks)]
    for turn in range(ROUNDS):
        wanted = [clocks[(n + turn) % 3] for n in range(3)]
        replies = crowd.together([partial(crowd.move, *pair) for pair in zip(bookings, wanted, strict=True)])
        assert {reply.code for reply in replies} <= {"200", "slot_taken"}
        assert len(set(starts(audit().standing(host)))) == 3
    assert {one.id for one in audit().standing(host)} == {booking["id"] for booking in bookings}


def test_a_move_sent_twice_at_once_answers_alike(crowd: Crowd, host: str) -> None:
    crowd.event_type(host, "intro")
    for day in range(10, 10 + ROUNDS):
        booking = crowd.booked(host, "intro", soon(day, hours=9))
        key = f"moving-once-{booking['id']}" if day % 2 else None
        send = partial(crowd.move, booking, soon(day, hours=9.5), key=key)
        replies = crowd.together([send, send])
        assert {reply.code for reply in replies} <= {"200", "request_in_progress"}
        again = send()
        assert (again.code, again.json["ics_sequence"]) == ("200", 1)


def test_moves_and_cancellations_of_one_booking_end_in_one_of_them(crowd: Crowd, host: str) -> None:
    crowd.event_type(host, "intro")
    for day in range(10, 10 + ROUNDS):
        booking = crowd.booked(host, "intro", soon(day, hours=9))
        deeds = [partial(crowd.cancel, booking), partial(crowd.move, booking, soon(day, hours=12))]
        cancelled, moved = crowd.together(deeds)
        assert cancelled.code == "200"
        assert moved.code in {"200", "already_cancelled"}
        at_either = [crowd.book(host, "intro", soon(day, hours=hours), "next") for hours in (9, 12)]
        assert codes(at_either) == {"201": 2}


def test_a_late_second_cancellation_frees_nobody_elses_time(
    crowd: Crowd, host: str, audit: Callable[[], Audit]
) -> None:
    crowd.event_type(host, "intro")
    for day in range(10, 10 + ROUNDS):
        start = soon(day, hours=9)
        booking = crowd.booked(host, "intro", start)
        first = crowd.together([partial(crowd.cancel, booking)] * 3)
        assert codes(first) == {"200": 3}
        deeds = [
            partial(crowd.cancel, booking),
            partial(crowd.cancel, booking),
            partial(crowd.book, host, "intro", start, "next"),
        ]
        *late, taken = crowd.together(deeds)
        assert taken.status == 201
        assert all(reply.json == first[0].json for reply in late)
        assert crowd.cancel(booking).json == first[0].json
        assert crowd.book(host, "intro", start, "third").code == "slot_taken"
    assert len(audit().standing(host)) == ROUNDS


def test_a_cancelled_time_goes_to_one_of_those_who_wait(crowd: Crowd, host: str) -> None:
    crowd.event_type(host, "intro")
    for day in range(10, 10 + ROUNDS):
        start = soon(day, hours=9)
        booking = crowd.booked(host, "intro", start)
        deeds = [partial(crowd.book, host, "intro", start, n) for n in range(6)]
        cancelled, *replies = crowd.together([partial(crowd.cancel, booking), *deeds])
        assert cancelled.status == 200
        assert {reply.code for reply in replies} <= {"201", "slot_taken"}
        assert codes(replies).get("201", 0) <= 1


def test_a_request_is_confirmed_declined_or_cancelled_once(crowd: Crowd, host: str) -> None:
    crowd.event_type(host, "asked", requires_confirmation=True)
    for day in range(10, 10 + ROUNDS):
        booking = crowd.booked(host, "asked", soon(day, hours=9))
        path = f"/bookings/{booking['id']}"
        deeds = [partial(crowd.host, f"{path}/{verb}") for verb in ("confirm", "decline", "confirm", "decline")]
        replies = crowd.together(deeds)
        assert codes(replies) == {"200": 1, "not_pending": 3}
        winner = next(reply.json["status"] for reply in replies if reply.status == 200)
        taken = crowd.book(host, "asked", soon(day, hours=9), "next").code
        assert (winner, taken) in [("confirmed", "slot_taken"), ("declined", "201")]


def test_overlapping_slots_are_published_once(crowd: Crowd, host: str) -> None:
    for day in range(10, 10 + ROUNDS):
        clocks = [soon(day, hours=9), soon(day, hours=9.25), soon(day, hours=9), soon(day, hours=9.25)]
        replies = crowd.together([partial(crowd.publish, host, start) for start in clocks])
        assert codes(replies) == {"201": 1, "slot_overlap": 3}


def test_a_published_slot_goes_to_one(crowd: Crowd, host: str) -> None:
    crowd.event_type(host, "intro")
    for day in range(10, 10 + ROUNDS):
        slot = crowd.publish(host, soon(day, hours=9)).json
        deeds = [partial(crowd.take, slot, n) for n in range(6)]
        replies = crowd.together([*deeds, partial(crowd.book, host, "intro", soon(day, hours=9), "other")])
        assert codes(replies) == {"201": 1, "slot_taken": 6}


@pytest.mark.parametrize("capacity", [1, 3])
def test_a_slot_is_booked_or_withdrawn(crowd: Crowd, host: str, capacity: int) -> None:
    for day in range(10, 10 + ROUNDS):
        slot = crowd.publish(host, soon(day, hours=9), capacity=capacity).json
        takers = [partial(crowd.take, slot, n) for n in range(2)]
        *taken, withdrawn = crowd.together([*takers, partial(crowd.host, f"/slots/{slot['id']}", method="DELETE")])
        won = codes(taken).get("201", 0)
        assert (withdrawn.code, won) in [("204", 0)] + [("in_use", count) for count in range(1, capacity + 1)]
