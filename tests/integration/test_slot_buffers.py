"""All who share a published slot claim the same time, whatever becomes of its event type meanwhile."""

from typing import Any

from tests.harness import Api
from tests.integration.scenes import at, book, cancel, change, offer, publish, rows, take


def taken_granules() -> set[str]:
    """Return everything any ledger day holds as taken."""
    days = (row for row in rows() if row["sk"]["S"].startswith("DAY#"))
    return {number for day in days for number in day.get("taken", {}).get("NS", ())}


def shared(studio: Api) -> dict[str, Any]:
    offer(studio, "group", capacity=3)
    return publish(studio, at("18:00"), event_type="group", duration_minutes=30)


def test_leaving_gives_back_exactly_what_joining_took(studio: Api) -> None:
    slot = shared(studio)
    first = take(studio, slot, "ann").json
    change(studio, "/hosts/ada/event-types/group", buffer_after_minutes=60)
    second = take(studio, slot, "bea").json
    for booking in (first, second):
        assert cancel(studio, booking).status == 200
    assert taken_granules() == set()


def test_who_moves_in_brings_no_other_buffers(studio: Api) -> None:
    offer(studio, "group", capacity=3, buffer_after_minutes=60)
    early = publish(studio, at("18:00"), event_type="group", duration_minutes=30)
    change(studio, "/hosts/ada/event-types/group", buffer_after_minutes=0)
    late = publish(studio, at("20:00"), event_type="group", duration_minutes=30)
    stays, moves = take(studio, late, "ann").json, take(studio, early, "bea").json
    path = f"/bookings/{moves['id']}/reschedule"
    moved = studio.post(path, {"slot_id": late["id"]}, bearer=moves["manage_token"])
    assert moved.status == 200, moved.text
    assert cancel(studio, stays).status == cancel(studio, moves).status == 200
    assert taken_granules() == set()


def test_a_slot_of_another_event_type_is_no_target(studio: Api) -> None:
    slot = shared(studio)
    other = publish(studio, at("20:00"), duration_minutes=30)
    booking = take(studio, slot).json
    refused = studio.post(
        f"/bookings/{booking['id']}/reschedule", {"slot_id": other["id"]}, bearer=booking["manage_token"]
    )
    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/slot_id")


def test_a_key_too_long_for_the_table_is_unknown(studio: Api) -> None:
    assert studio.get("/slots", bearer=f"dbk_{'a' * 3000}_x").status in {200, 401}
    assert studio.call("GET", "/hosts", bearer=f"dbk_{'a' * 3000}_x").status == 403


def test_a_moved_bookings_token_outlives_the_new_end(studio: Api) -> None:
    booking = book(studio, at("10:00")).json
    moved = studio.post(
        f"/bookings/{booking['id']}/reschedule",
        {"start": "2027-04-26T10:00:00+02:00"},
        bearer=booking["manage_token"],
    ).json
    studio.clock.advance(days=40)
    assert studio.get(f"/bookings/{booking['id']}", bearer=booking["manage_token"]).status == 404
    assert studio.get(f"/bookings/{booking['id']}", bearer=moved["manage_token"]).status == 200
