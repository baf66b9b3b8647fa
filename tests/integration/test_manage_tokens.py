"""Manage tokens: what opens a booking, and that everything else looks the same from outside."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from daybook import wiring
from daybook.adapters.dynamodb import keys
from tests.harness import TABLE, Api
from tests.integration.scenes import at, booked, move, nothing_written

END = datetime(2027, 3, 1, 9, 30, tzinfo=UTC)


def requests(api: Api, booking: str, token: str | None) -> list[Any]:
    """Send everything a manage token opens."""
    path = f"/bookings/{booking}"
    return [
        api.get(path, bearer=token),
        api.get(f"{path}/invite.ics", bearer=token),
        api.get(f"{path}/invite.ics", query={"token": token or ""}),
        api.post(f"{path}/cancel", bearer=token),
        api.post(f"{path}/reschedule", {"start": at("11:00")}, bearer=token),
        api.get(
            "/hosts/ada/event-types/intro/slots",
            query={"from": "2027-03-01", "to": "2027-03-01", "timezone": "UTC", "reschedule_of": booking},
            bearer=token,
        ),
    ]


def resealed(token: str, at_byte: int) -> str:
    """Change one byte of a token."""
    raw = bytearray(urlsafe_b64decode(token.removeprefix("dbm_") + "=="))
    raw[at_byte] ^= 1
    return "dbm_" + urlsafe_b64encode(raw).decode().rstrip("=")


def test_all_wrong_tokens_get_the_same_answer(studio: Api, globex: Api) -> None:
    booking, other = booked(studio), booked(studio, at("12:00"), "eve")
    foreign = booked(globex, "2027-03-01T10:00:00Z")
    token = booking["manage_token"]
    wrong = [
        None,
        "",
        "dbm_",
        "dbm_wrong",
        "dbm_" + "é" * 40,
        "wrong",
        token[:-1],
        token[:20],
        token.removeprefix("dbm_"),
        token + "AAAA",
        other["manage_token"],
        foreign["manage_token"],
        *(resealed(token, n) for n in (0, 3, 4, 11, 12, -1)),
    ]
    unknown = requests(studio, "00000000000000000000000000", token)
    with nothing_written():
        for one in wrong:
            for reply, same in zip(requests(studio, booking["id"], one), unknown, strict=True):
                assert (reply.status, reply.text) == (404, same.text), one
    assert studio.get(f"/bookings/{booking['id']}", bearer=token).status == 200


def test_it_opens_no_booking_of_another_tenant_with_the_same_id(studio: Api, globex: Api) -> None:
    booking = booked(studio)
    assert {reply.status for reply in requests(globex, booking["id"], booking["manage_token"])} == {404}


def test_it_lives_until_30_days_after_the_end(studio: Api) -> None:
    booking = booked(studio)
    studio.clock.now = END + timedelta(days=30) - timedelta(seconds=1)
    assert studio.get(f"/bookings/{booking['id']}", bearer=booking["manage_token"]).status == 200
    studio.clock.advance(seconds=1)
    assert studio.get(f"/bookings/{booking['id']}", bearer=booking["manage_token"]).status == 404


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_may_be_written_in_any_case(studio: Api, scheme: str) -> None:
    booking = booked(studio)
    headers = {"Authorization": f"{scheme} {booking['manage_token']}"}
    assert studio.get(f"/bookings/{booking['id']}", headers=headers).status == 200
    headers = {"Authorization": f"Basic {booking['manage_token']}"}
    assert studio.get(f"/bookings/{booking['id']}", headers=headers).status == 404


def test_the_links_of_a_booking_carry_it(studio: Api) -> None:
    booking = booked(studio)
    path = f"https://api.example.com/v1/acme/bookings/{booking['id']}"
    assert booking["links"]["self"] == path
    assert booking["links"]["invite"] == f"{path}/invite.ics?token={booking['manage_token']}"


def test_it_is_shown_to_who_books_or_moves_and_not_when_the_booking_is_shown(studio: Api) -> None:
    booking = booked(studio)
    shown = studio.get(f"/bookings/{booking['id']}", bearer=booking["manage_token"])
    moved = move(studio, booking, at("11:00"))
    assert "manage_token" not in shown.json
    assert "manage_token" in moved.json


def test_a_secret_that_was_replaced_is_believed_for_minutes_only(studio: Api) -> None:
    before = booked(studio)
    assert studio.get(f"/bookings/{before['id']}", bearer=before["manage_token"]).status == 200
    row = {**keys.secret("acme"), "secret": {"B": b"another" * 5}}
    wiring.client().put_item(TableName=TABLE, Item=row)
    assert studio.get(f"/bookings/{before['id']}", bearer=before["manage_token"]).status == 200
    studio.clock.advance(minutes=5)
    after = booked(studio, at("12:00"), "eve")
    assert studio.get(f"/bookings/{before['id']}", bearer=before["manage_token"]).status == 404
    assert studio.get(f"/bookings/{after['id']}", bearer=after["manage_token"]).status == 200
