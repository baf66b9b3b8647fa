"""Moving and cancelling on the page that mails link to."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from daybook import wiring
from tests.harness import Api, Reply
from tests.integration.browsing import Elements, followed, opened, path, seen, sent, values, words
from tests.integration.scenes import (
    INTRO,
    at,
    book,
    booked,
    cancel,
    change,
    nothing_written,
    publish,
    rows,
    shown,
    take,
)

ELEVEN = "2027-03-01T10:00:00Z"
"""11:00 on the host's clock."""


@pytest.fixture
def booking(studio: Api) -> dict[str, Any]:
    return booked(studio)


class TestMoving:
    def test_offers_what_the_listing_offers(self, studio: Api, booking: dict[str, Any]) -> None:
        query = {"from": "2027-03-01", "to": "2027-03-03", "timezone": "America/New_York"}
        listed = studio.get(
            f"{INTRO}/slots", query={**query, "reschedule_of": booking["id"]}, bearer=booking["manage_token"]
        )
        wanted = [slot["start_utc"] for slot in listed.json["slots"] if slot["start_utc"] != booking["start_utc"]]
        offered = values(seen(studio, booking, step="move"))
        assert offered[: len(wanted)] == wanted
        assert len(offered) <= 60

    def test_leads_through_all_times_and_back(self, studio: Api, booking: dict[str, Any]) -> None:
        first = seen(studio, booking, step="move")
        assert 'rel="prev"' not in first.text
        page, seen_so_far = first, list(values(first))
        for _ in range(3):
            page = self.turn(studio, booking, page, "next")
            assert min(values(page)) > max(seen_so_far)
            seen_so_far += values(page)
        everything = seen_so_far
        for n in range(3):
            page = self.turn(studio, booking, page, "prev")
            assert set(values(page)) <= set(everything), n
        assert values(page) == values(first)

    @staticmethod
    def turn(api: Api, booking: dict[str, Any], page: Reply, rel: str) -> Reply:
        [link] = [each["href"] for each in Elements(page).all("a") if each.get("rel") == rel]
        return opened(api, booking, link)

    def test_begins_today_whatever_date_is_asked_for(self, studio: Api, booking: dict[str, Any]) -> None:
        today = seen(studio, booking, step="move").text
        assert seen(studio, booking, step="move", **{"from": "2001-01-01"}).text == today
        late = seen(studio, booking, step="move", **{"from": "2198-12-31"})
        assert late.status == 200
        assert 'rel="next"' not in late.text

    def test_says_so_where_nothing_is_free(self, studio: Api, booking: dict[str, Any]) -> None:
        change(studio, INTRO, booking_window={"type": "rolling_days", "days": 3})
        reply = seen(studio, booking, step="move", **{"from": "2027-04-10"})
        assert "There are no free times from Saturday" in words(reply)

    def test_moves_and_leads_to_the_new_time(self, studio: Api, booking: dict[str, Any]) -> None:
        reply = sent(studio, booking, "move", start=ELEVEN, reason="Train is late")
        page = followed(studio, booking, reply)
        assert page.status == 200
        assert "Your appointment has been moved." in words(page)
        assert "05:00–05:30" in words(page)
        assert shown(studio, booking)["start_utc"] == ELEVEN
        [_, event] = studio.host("GET", f"/bookings/{booking['id']}/history").json["items"]
        assert (event["event"], event["actor"]["role"]) == ("booking.rescheduled", "attendee")

    def test_gives_a_token_that_lives_as_long_as_the_new_time(self, studio: Api, booking: dict[str, Any]) -> None:
        reply = sent(studio, booking, "move", start=at("10:00", "2027-03-05"))
        studio.clock.now = datetime(2027, 4, 2, tzinfo=UTC)
        assert seen(studio, booking).status == 404
        assert followed(studio, booking, reply).status == 200

    def test_twice_is_as_good_as_once(self, studio: Api) -> None:
        change(studio, INTRO, max_reschedules=1)
        booking = booked(studio)
        first = sent(studio, booking, "move", start=ELEVEN)
        with nothing_written():
            second = sent(studio, booking, "move", start=ELEVEN)
        assert (second.status, second.headers["location"]) == (303, second.headers["location"])
        assert "has been moved" in words(followed(studio, booking, second))
        assert first.status == 303
        refused = sent(studio, booking, "move", start=at("12:00"))
        assert refused.status == 403
        assert "as often as possible" in words(refused)

    def test_to_a_taken_time_is_refused_with_others(self, studio: Api, booking: dict[str, Any]) -> None:
        book(studio, at("11:00"), "eve")
        with nothing_written():
            reply = sent(studio, booking, "move", start=ELEVEN, reason="Late </textarea><b>train")
        assert reply.status == 409
        assert "Late &lt;/textarea&gt;&lt;b&gt;train</textarea>" in reply.text
        assert "Somebody else has just taken this time." in words(reply)
        assert values(reply)[:3] == ["2027-03-01T10:30:00Z", "2027-03-01T11:00:00Z", "2027-03-01T11:30:00Z"]
        assert ELEVEN not in values(reply)
        assert "eve" not in reply.text.lower().replace("every", "")
        assert followed(studio, booking, sent(studio, booking, "move", start=values(reply)[0])).status == 200

    @pytest.mark.parametrize(
        ("start", "said"),
        [(at("20:00"), "cannot be chosen"), (at("10:07"), "cannot be chosen"), ("2027-02-01T09:00:00Z", "has passed")],
    )
    def test_to_what_is_not_offered_is_refused(
        self, studio: Api, booking: dict[str, Any], start: str, said: str
    ) -> None:
        with nothing_written():
            reply = sent(studio, booking, "move", start=start)
        assert reply.status == 422
        assert said in words(reply)
        assert values(reply)

    def test_to_no_time_is_refused(self, studio: Api, booking: dict[str, Any]) -> None:
        assert sent(studio, booking, "move").status == 422
        assert sent(studio, booking, "move", start="soon").status == 422

    def test_a_request_waits_for_the_host_again(self, studio: Api) -> None:
        change(studio, INTRO, requires_confirmation=True)
        booking = booked(studio)
        assert "Waiting for confirmation" in words(seen(studio, booking))
        page = followed(studio, booking, sent(studio, booking, "move", start=ELEVEN))
        assert "Your new time has been requested." in words(page)

    def test_is_closed_after_the_cut_off(self, studio: Api) -> None:
        change(studio, INTRO, reschedule_cutoff_minutes=600)
        booking = booked(studio)
        page = seen(studio, booking, step="move")
        assert "It could be moved until Sunday, 28 February 2027, 18:00 (America/New_York" in words(page)
        assert values(page) == []
        with nothing_written():
            reply = sent(studio, booking, "move", start=ELEVEN)
        assert reply.status == 403
        assert words(reply).count("It could be moved until") == 1

    def test_out_of_a_published_slot_leads_to_another_one(self, studio: Api) -> None:
        slot = publish(studio)
        booking = take(studio, slot).json
        page = seen(studio, booking, step="move")
        assert "There are no free times" in words(page)
        other = publish(studio, at("19:00"))
        assert values(seen(studio, booking, step="move"), "slot") == [other["id"]]
        page = followed(studio, booking, sent(studio, booking, "move", slot=other["id"]))
        assert "13:00–13:30" in words(page)
        assert sent(studio, booking, "move", slot=other["id"]).status == 303
        taken = publish(studio, at("20:00"))
        take(studio, taken, "eve")
        assert sent(studio, booking, "move", slot=taken["id"]).status == 409

    def test_is_closed_once_the_event_type_is_gone(self, studio: Api, booking: dict[str, Any]) -> None:
        [kind] = wiring.catalogue().event_types("acme", "ada")
        wiring.catalogue().remove_event_type("acme", "ada", kind)
        page = seen(studio, booking, step="move")
        assert page.status == 200
        assert "It can no longer be moved here." in words(page)
        assert sent(studio, booking, "move", start=ELEVEN).status == 404
        assert followed(studio, booking, sent(studio, booking, "cancel")).status == 200


class TestCancelling:
    def test_asks_once_more(self, studio: Api, booking: dict[str, Any]) -> None:
        first, second = seen(studio, booking), seen(studio, booking, step="cancel")
        assert Elements(first).all("form") == []
        [form] = Elements(second).all("form")
        assert (form["method"], form["action"]) == ("post", booking["id"])
        assert "Really cancel" in words(second)
        assert shown(studio, booking)["status"] == "confirmed"

    def test_gives_no_reason_for_a_move_as_one_for_what_lapsed(self, studio: Api) -> None:
        change(studio, INTRO, requires_confirmation=True, confirmation_hours=1)
        booking = booked(studio)
        page = followed(studio, booking, sent(studio, booking, "move", start=ELEVEN, reason="Train is late"))
        assert "Train is late" not in words(page)
        studio.clock.advance(hours=1)
        lapsed = seen(studio, booking)
        assert "Not confirmed in time" in words(lapsed)
        assert "Train is late" not in words(lapsed)

    def test_cancels_with_the_reason(self, studio: Api, booking: dict[str, Any]) -> None:
        page = followed(studio, booking, sent(studio, booking, "cancel", reason="I am ill.\r\nSorry!"))
        assert "Your appointment has been cancelled." in words(page)
        assert "I am ill." in page.text
        assert shown(studio, booking)["status"] == "cancelled"
        assert "invite.ics" not in page.text
        assert "step=" not in page.text

    def test_twice_is_as_good_as_once(self, studio: Api, booking: dict[str, Any]) -> None:
        assert sent(studio, booking, "cancel").status == 303
        before = rows()
        assert sent(studio, booking, "cancel").status == 303
        assert rows() == before

    def test_after_the_cut_off_is_refused(self, studio: Api) -> None:
        change(studio, INTRO, cancel_cutoff_minutes=600)
        booking = booked(studio)
        with nothing_written():
            reply = sent(studio, booking, "cancel")
        assert reply.status == 403
        assert "It could be cancelled until Sunday, 28 February 2027, 18:00" in words(reply)
        assert "step=cancel" not in reply.text
        assert "step=move" in reply.text

    def test_what_has_begun_is_refused(self, studio: Api, booking: dict[str, Any]) -> None:
        studio.clock.now = datetime(2027, 3, 1, 9, 10, tzinfo=UTC)
        page = seen(studio, booking, step="cancel")
        assert words(page).count("The appointment has begun") == 1
        for action in ({"action": "cancel"}, {"action": "move", "start": ELEVEN}):
            reply = sent(studio, booking, **action)
            assert reply.status == 409
            assert "The appointment has begun" in words(reply)

    def test_what_the_host_cancelled_can_only_be_seen(self, studio: Api, booking: dict[str, Any]) -> None:
        cancel(studio, booking, bearer=studio.key)
        page = seen(studio, booking, step="move")
        assert "Cancelled" in words(page)
        assert Elements(page).all("form") == []
        reply = sent(studio, booking, "move", start=ELEVEN)
        assert (reply.status, "no longer stands" in words(reply)) == (409, True)

    def test_a_request_that_lapsed_reads_so(self, studio: Api) -> None:
        change(studio, INTRO, requires_confirmation=True, confirmation_hours=1)
        booking = booked(studio, at("15:00"))
        studio.clock.advance(hours=2)
        assert "Not confirmed in time" in words(seen(studio, booking))
        assert sent(studio, booking, "cancel").status == 409


class TestFloods:
    @pytest.fixture(autouse=True)
    def _limited(self, booking: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DAYBOOK_POSTS_PER_MINUTE_PER_ADDRESS", "1")
        wiring.settings.cache_clear()

    def test_are_held_back_on_the_page(self, studio: Api, booking: dict[str, Any]) -> None:
        assert sent(studio, booking, "move", start=ELEVEN).status == 303
        reply = sent(studio, booking, "cancel")
        assert (reply.status, int(reply.headers["retry-after"]) > 0) == (429, True)
        assert "too many requests" in words(reply)
        assert shown(studio, booking)["status"] == "confirmed"
        assert seen(studio, booking).status == 200

    def test_no_key_is_a_way_around(self, studio: Api, booking: dict[str, Any]) -> None:
        form = {"token": booking["manage_token"], "action": "move"}
        statuses = [
            studio.call("POST", path(booking), raw=urlencode({**form, "start": start}), bearer=bearer).status
            for start, bearer in ((ELEVEN, studio.key), ("2027-03-01T11:00:00Z", studio.key), (at("13:00"), "dbk_x_y"))
        ]
        assert statuses == [303, 429, 429]
        assert shown(studio, booking)["start_utc"] == ELEVEN
