"""Floods: limits per address and tenant, and a cap on one person's open bookings."""

from datetime import UTC, datetime

import pytest

from daybook import wiring
from tests.harness import Api
from tests.integration.scenes import INTRO, asked, at, book, booked, cancel, change, issue, move, nothing_written, shown

KEY = "idempotency-key-1"


@pytest.fixture
def limited(studio: Api, monkeypatch: pytest.MonkeyPatch):
    """Return what sets limits: per address, per tenant, per e-mail."""

    def limit(*, address: int = 0, tenant: int = 0, email: int = 0) -> None:
        monkeypatch.setenv("DAYBOOK_POSTS_PER_MINUTE_PER_ADDRESS", str(address))
        monkeypatch.setenv("DAYBOOK_POSTS_PER_MINUTE_PER_TENANT", str(tenant))
        monkeypatch.setenv("DAYBOOK_ACTIVE_BOOKINGS_PER_EMAIL", str(email))
        wiring.settings.cache_clear()

    return limit


def starts(count: int) -> list[str]:
    return [at(f"{9 + n // 2:02}:{n % 2 * 30:02}") for n in range(count)]


def test_an_address_is_held_to_its_posts_a_minute(studio: Api, limited) -> None:
    limited(address=2)
    studio.clock.now = datetime(2027, 3, 1, 6, 0, 45, tzinfo=UTC)
    replies = [book(studio, start, f"guest{n}") for n, start in enumerate(starts(3))]
    assert [reply.status for reply in replies] == [201, 201, 429]
    refused = replies[-1]
    assert (refused.code, refused.headers["retry-after"]) == ("rate_limited", "15")
    assert {name: value for name, value in refused.headers.items() if name.startswith("ratelimit")} == {
        "ratelimit-limit": "2",
        "ratelimit-remaining": "0",
        "ratelimit-reset": "15",
    }
    studio.clock.advance(seconds=15)
    assert book(studio, at("10:00"), "later").status == 201


def test_addresses_are_counted_apart_and_ipv6_by_its_64(studio: Api, limited) -> None:
    limited(address=1)
    seen = []
    for n, address in enumerate(
        ["198.51.100.1", "198.51.100.2", "2001:db8:0:1::1", "2001:db8:0:1:ffff::2", "2001:db8:0:2::1", "198.51.100.1"]
    ):
        studio.address = address
        seen.append(book(studio, starts(6)[n], f"guest{n}").status)
    assert seen == [201, 201, 201, 429, 201, 429]


def test_a_forwarded_address_is_not_believed(studio: Api, limited) -> None:
    limited(address=1)
    order = [asked(at("09:00")), asked(at("10:00"))]
    seen = [
        studio.post("/bookings", body, headers={"X-Forwarded-For": f"198.51.100.{n}"}) for n, body in enumerate(order)
    ]
    assert [reply.status for reply in seen] == [201, 429]


def test_a_tenant_is_held_to_its_posts_a_minute_and_no_other(studio: Api, globex: Api, limited) -> None:
    limited(tenant=1)
    assert book(studio, at("09:00")).status == 201
    studio.address = "198.51.100.9"
    assert book(studio, at("10:00")).code == "rate_limited"
    assert book(globex, "2027-03-01T10:00:00Z").status == 201


def test_every_public_write_counts_and_a_read_does_not(studio: Api, limited) -> None:
    booking, other = booked(studio), booked(studio, at("15:00"), "eve")
    limited(address=2)
    assert move(studio, booking, at("11:00")).status == 200
    assert cancel(studio, other).status == 200
    assert [move(studio, booking, at("12:00")).status, cancel(studio, booking).status] == [429, 429]
    assert studio.get(f"/bookings/{booking['id']}", bearer=booking["manage_token"]).status == 200
    assert studio.get(INTRO).status == 200
    assert shown(studio, booking)["start_utc"] == "2027-03-01T10:00:00Z"


def test_a_refused_flood_books_nothing(studio: Api, limited) -> None:
    limited(address=1)
    book(studio, at("09:00"))
    before = studio.host("GET", "/bookings").json
    assert book(studio, at("10:00")).status == 429
    assert studio.host("GET", "/bookings").json == before


def test_key_holders_are_not_the_public(studio: Api, limited) -> None:
    limited(address=1, tenant=1, email=1)
    key = issue(studio, "bookings")
    assert [studio.post("/bookings", asked(start), bearer=key).status for start in starts(3)] == [201, 201, 201]


def test_a_dead_key_is_no_way_around_a_limit(studio: Api, limited) -> None:
    limited(address=1)
    booking = booked(studio)
    for bearer in ("dbk_x_y", "dbk_"):
        assert studio.post("/bookings", asked(at("11:00")), bearer=bearer).status in {401, 429}
        assert cancel(studio, booking, bearer=bearer).status in {401, 404, 429}
    assert shown(studio, booking)["status"] == "confirmed"


class TestTheCapOnOnePersonsOpenBookings:
    def test_counts_what_lies_ahead_and_still_stands(self, studio: Api, limited) -> None:
        limited(email=2)
        first = booked(studio, at("09:00"))
        booked(studio, at("10:00"))
        with nothing_written():
            refused = book(studio, at("11:00"))
        assert (refused.status, refused.code, refused.headers["ratelimit-limit"]) == (429, "too_many_bookings", "2")
        assert int(refused.headers["retry-after"]) > 0
        assert book(studio, at("11:00"), "eve").status == 201
        cancel(studio, first)
        assert book(studio, at("12:00")).status == 201
        studio.clock.advance(hours=6)
        assert book(studio, at("15:00")).status == 201

    def test_knows_an_address_in_any_case(self, studio: Api, limited) -> None:
        limited(email=1)
        booked(studio, at("09:00"))
        body = asked(at("10:00"))
        body["attendee"]["email"] = "BOB@Example.com"
        assert studio.post("/bookings", body).code == "too_many_bookings"

    def test_forgets_requests_that_lapsed(self, studio: Api, limited) -> None:
        limited(email=1)
        change(studio, INTRO, requires_confirmation=True, confirmation_hours=1)
        booked(studio, at("10:00", "2027-03-03"))
        assert book(studio, at("11:00", "2027-03-03")).code == "too_many_bookings"
        studio.clock.advance(hours=1)
        assert book(studio, at("11:00", "2027-03-03")).status == 201

    def test_stands_in_no_repetitions_way(self, studio: Api, limited) -> None:
        limited(email=1)
        first = book(studio, key=KEY)
        assert book(studio, key=KEY).json == first.json
