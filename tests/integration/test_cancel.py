"""Cancelling a booking."""

from datetime import UTC, datetime, timedelta

from tests.harness import Api
from tests.integration.scenes import INTRO, at, book, booked, cancel, change, issue, nothing_written, shown, slots

TEN = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)


def test_a_cancelled_time_is_free_at_once(studio: Api) -> None:
    cancelled = cancel(studio, booked(studio))
    assert (cancelled.status, cancelled.json["status"], cancelled.json["ics_sequence"]) == (200, "cancelled", 1)
    assert "10:00" in slots(studio)
    assert book(studio, who="eve").status == 201


def test_cancelling_twice_answers_as_the_first_time_and_writes_nothing(studio: Api) -> None:
    booking = booked(studio)
    first = cancel(studio, booking)
    with nothing_written():
        second = cancel(studio, booking)
        third = cancel(studio, booking, bearer=studio.key)
    assert second.json == third.json == first.json


def test_a_late_duplicate_never_frees_somebody_elses_time(studio: Api) -> None:
    booking = booked(studio)
    cancel(studio, booking)
    booked(studio, who="eve")
    with nothing_written():
        assert cancel(studio, booking).status == 200
    assert book(studio, who="zoe").code == "slot_taken"


def test_a_duplicate_after_the_start_still_answers_as_the_first_time(studio: Api) -> None:
    booking = booked(studio)
    first = cancel(studio, booking)
    studio.clock.advance(hours=5)
    assert cancel(studio, booking).json == first.json


def test_a_booking_that_has_begun_cannot_be_cancelled(studio: Api) -> None:
    booking = booked(studio)
    studio.clock.now = TEN
    with nothing_written():
        for bearer in (booking["manage_token"], studio.key):
            refused = cancel(studio, booking, bearer=bearer)
            assert (refused.status, refused.code) == (409, "already_started")


def test_the_cut_off_is_kept_to_the_second_by_attendees_and_not_by_hosts(studio: Api) -> None:
    change(studio, INTRO, cancel_cutoff_minutes=120)
    booking, other = booked(studio), booked(studio, at("10:30"), "eve")
    assert booking["cancel_by"] == "2027-03-01T07:00:00Z"
    studio.clock.now = TEN - timedelta(hours=2) + timedelta(seconds=1)
    with nothing_written():
        refused = cancel(studio, booking)
    assert (refused.status, refused.code) == (403, "cutoff_passed")
    assert cancel(studio, booking, bearer=studio.key).status == 200
    studio.clock.now = TEN - timedelta(hours=2) + timedelta(minutes=30)
    assert cancel(studio, other).status == 200


def test_a_cut_off_is_the_one_agreed_upon(studio: Api) -> None:
    booking = booked(studio)
    change(studio, INTRO, cancel_cutoff_minutes=525600)
    assert cancel(studio, booking).status == 200


def test_a_key_needs_the_scope_bookings(studio: Api) -> None:
    booking = booked(studio)
    assert cancel(studio, booking, bearer=issue(studio, "read")).code == "scope"
    assert cancel(studio, booking, bearer=issue(studio, "bookings")).status == 200


def test_buffers_are_given_back_with_the_meeting(studio: Api) -> None:
    change(studio, INTRO, buffer_before_minutes=60, buffer_after_minutes=60)
    before = slots(studio)
    booking = booked(studio, at("12:00"))
    assert slots(studio) == [start for start in before if not "11:00" <= start <= "13:00"]
    cancel(studio, booking)
    assert slots(studio) == before


def test_a_booking_goes_on_blocking_whatever_its_event_type_becomes(studio: Api) -> None:
    """Semantics: a changed schedule or event type never changes an existing booking."""
    booking = booked(studio, at("12:00"))
    change(studio, INTRO, duration_minutes=60, buffer_before_minutes=30)
    change(studio, "/hosts/ada/schedules/work", weekly={"monday": [["12:00", "14:00"]]})
    assert slots(studio) == ["13:00"]
    standing = shown(studio, booking)
    assert (standing["status"], standing["duration_minutes"], standing["version"]) == ("confirmed", 30, 1)
