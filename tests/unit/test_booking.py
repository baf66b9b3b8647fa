"""A booking's life: which step follows which, and who may take it when."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from daybook.domain import errors
from daybook.domain.actor import Actor, Role
from daybook.domain.attendee import Answer, Reply
from daybook.domain.booking import ENDED, PENDING, Booking, Status
from daybook.domain.event_type import GOOGLE_MEET
from tests.fakes import values
from tests.fakes.values import HOUR, NINE, NOW

SECOND = timedelta(seconds=1)
ATTENDEE, HOST = Actor(Role.ATTENDEE), Actor(Role.HOST, "key")
TEN = NINE + HOUR


def booking(status: Status = Status.CONFIRMED, **fields: Any) -> Booking:
    """Return a booking at 09:00; fields of a policy change what was agreed."""
    agreed = {name: fields.pop(name) for name in list(fields) if name in Booking.__slots__ or name == "deadline"}
    deadline = NINE - HOUR if status in PENDING else None
    plain = values.booking("acme", **{"status": status, "deadline": deadline, **agreed})
    return replace(plain, policy=replace(plain.policy, **fields))


def moved(one: Booking, actor: Actor = ATTENDEE, now: datetime = NOW) -> Booking:
    return one.moved(TEN, TEN + one.duration, actor=actor, now=now)


@pytest.mark.parametrize("status", list(Status))
def test_a_booking_blocks_while_it_is_confirmed_or_waits(status: Status) -> None:
    assert booking(status).blocks(NOW) is (status is Status.CONFIRMED or status in PENDING)


@pytest.mark.parametrize("status", sorted(PENDING))
def test_a_pending_one_lapses_at_its_deadline_and_reads_expired(status: Status) -> None:
    one = booking(status)
    just_before = NINE - HOUR - SECOND
    assert (one.lapsed(just_before), one.blocks(just_before), one.seen_at(just_before)) == (False, True, one)
    at_deadline = NINE - HOUR
    assert (one.lapsed(at_deadline), one.blocks(at_deadline)) == (True, False)
    assert one.seen_at(at_deadline).status is Status.EXPIRED


def test_one_that_waits_without_a_deadline_never_lapses() -> None:
    assert not booking(Status.PENDING_PAYMENT, deadline=None).lapsed(NINE + HOUR)


class TestMoving:
    def test_takes_another_time_and_keeps_the_rest(self) -> None:
        one = booking()
        after = moved(one)
        assert (after.start, after.end, after.status) == (TEN, TEN + one.duration, Status.CONFIRMED)
        assert (after.sequence, after.version, after.reschedules, after.updated_at) == (1, 2, 1, NOW)
        assert (after.id, after.uid, after.generation) == (one.id, one.uid, one.generation)

    @pytest.mark.parametrize("status", sorted(ENDED))
    def test_is_for_bookings_that_stand(self, status: Status) -> None:
        with pytest.raises(errors.AlreadyCancelled, match=status):
            moved(booking(status))

    def test_is_not_for_requests_that_lapsed(self) -> None:
        with pytest.raises(errors.AlreadyCancelled, match="expired"):
            moved(booking(Status.PENDING_CONFIRMATION), now=NINE - HOUR)

    @pytest.mark.parametrize("actor", [ATTENDEE, HOST])
    def test_ends_with_the_start(self, actor: Actor) -> None:
        moved(booking(), actor, now=NINE - SECOND)
        with pytest.raises(errors.AlreadyStarted):
            moved(booking(), actor, now=NINE)

    def test_keeps_the_cut_off_to_the_second_unless_the_host_moves(self) -> None:
        one = booking(reschedule_cutoff=HOUR)
        moved(one, now=one.reschedule_by)
        moved(one, HOST, now=one.reschedule_by + SECOND)
        with pytest.raises(errors.CutoffPassed, match="2027-03-01T08:00:00Z"):
            moved(one, now=one.reschedule_by + SECOND)

    def test_is_counted_for_attendees(self) -> None:
        once = moved(booking(max_reschedules=1))
        with pytest.raises(errors.RescheduleLimit):
            moved(once)
        assert moved(once, HOST).reschedules == 2

    def test_of_an_approval_type_asks_again(self) -> None:
        after = moved(booking(requires_confirmation=True, confirmation_time=HOUR))
        assert (after.status, after.deadline) == (Status.PENDING_CONFIRMATION, NOW + HOUR)

    def test_by_the_host_needs_no_new_consent(self) -> None:
        terms: dict[str, Any] = {"requires_confirmation": True, "confirmation_time": HOUR}
        after = moved(booking(**terms), HOST)
        assert (after.status, after.deadline) == (Status.CONFIRMED, None)
        asked = booking(Status.PENDING_CONFIRMATION, **terms)
        assert moved(asked, HOST).status is Status.PENDING_CONFIRMATION


class TestCancelling:
    def test_raises_the_sequence_and_drops_the_deadline(self) -> None:
        after = booking(Status.PENDING_CONFIRMATION).cancelled(actor=ATTENDEE, now=NOW)
        assert (after.status, after.sequence, after.deadline) == (Status.CANCELLED, 1, None)

    def test_keeps_the_cut_off_to_the_second_unless_the_host_cancels(self) -> None:
        one = booking(cancel_cutoff=HOUR)
        one.cancelled(actor=ATTENDEE, now=one.cancel_by)
        one.cancelled(actor=HOST, now=one.cancel_by + SECOND)
        with pytest.raises(errors.CutoffPassed):
            one.cancelled(actor=ATTENDEE, now=one.cancel_by + SECOND)


class TestDeciding:
    @pytest.mark.parametrize("status", [status for status in Status if status is not Status.PENDING_CONFIRMATION])
    def test_is_for_requests_alone(self, status: Status) -> None:
        one = booking(status)
        for step in (one.confirmed, one.declined):
            with pytest.raises(errors.NotPending):
                step(now=NOW)

    def test_makes_a_request_firm_or_ends_it(self) -> None:
        one = booking(Status.PENDING_CONFIRMATION)
        yes, no = one.confirmed(now=NOW), one.declined(now=NOW)
        assert (yes.status, yes.deadline, yes.sequence) == (Status.CONFIRMED, None, 0)
        assert (no.status, no.deadline, no.sequence) == (Status.DECLINED, None, 1)

    def test_comes_too_late_at_the_deadline(self) -> None:
        with pytest.raises(errors.NotPending, match="expired"):
            booking(Status.PENDING_CONFIRMATION).confirmed(now=NINE - HOUR)

    def test_by_nobody_expires_it(self) -> None:
        one = booking(Status.PENDING_CONFIRMATION)
        assert one.expired(now=NINE - HOUR).status is Status.EXPIRED
        with pytest.raises(errors.NotPending):
            one.expired(now=NINE - HOUR - SECOND)


class TestANoShow:
    def test_is_of_a_confirmed_booking_that_has_begun(self) -> None:
        for status in (Status.CONFIRMED, Status.COMPLETED):
            assert booking(status).missed(now=NINE).status is Status.NO_SHOW

    @pytest.mark.parametrize(
        ("status", "refusal"),
        [(status, errors.AlreadyCancelled) for status in sorted(ENDED)]
        + [(status, errors.NotPending) for status in sorted(PENDING)],
    )
    def test_is_of_no_other(self, status: Status, refusal: type[errors.DaybookError]) -> None:
        with pytest.raises(refusal):
            booking(status).missed(now=NINE)

    def test_waits_for_the_start(self) -> None:
        with pytest.raises(errors.NotStarted):
            booking().missed(now=NINE - SECOND)


class TestErasing:
    def test_shows_nobody_and_revokes_every_token_at_once(self) -> None:
        one = booking(answers={"topic": "Tea"}, reason="ill")
        after = one.forgotten(now=NOW)
        assert (after.answers, after.reason, after.attendee_key, after.generation) == ({}, "", "", 2)
        seen = after.seen_at(NOW).attendee
        assert (seen.name, seen.email, seen.timezone) == ("", "", "UTC")
        assert (after.status, after.start, after.sequence, after.counted) == (one.status, one.start, 0, one.counted)

    def test_keeps_the_address_until_the_last_mail_is_out(self) -> None:
        one = booking()
        after = one.forgotten(now=NOW)
        assert (after.attendee, after.erasing) == (one.attendee, True)
        gone = after.erased(now=NOW + HOUR)
        assert (gone.attendee, gone.erasing) == (one.attendee.nobody, False)
        assert (gone.version, gone.updated_at, gone.generation) == (3, NOW + HOUR, 2)


def test_is_completed_once_its_end_has_passed() -> None:
    one = booking()
    with pytest.raises(errors.NotStarted):
        one.completed(now=one.end - SECOND)
    after = one.completed(now=one.end)
    assert (after.status, after.sequence, after.version, after.updated_at) == (Status.COMPLETED, 0, 2, one.end)


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.CONFIRMED])
def test_only_what_is_confirmed_is_completed(status: Status) -> None:
    with pytest.raises(errors.NotPending, match="expired" if status in PENDING else status):
        booking(status).completed(now=NINE + HOUR)


def test_what_mails_and_calendars_say_is_noted_without_a_new_sequence() -> None:
    one = booking()
    reply = Reply(answer=Answer.TENTATIVE, sequence=0, at=NOW, verified=True)
    bounced, answered = one.undeliverable(now=NOW), one.answered(reply, now=NOW)
    assert (bounced.undeliverable_at, bounced.version, bounced.sequence) == (NOW, 2, 0)
    assert (answered.reply, answered.version, answered.sequence) == (reply, 2, 0)


@pytest.mark.parametrize("buffer", ["buffer_before", "buffer_after"])
def test_a_buffer_off_the_grid_has_no_place_in_the_ledger(buffer: str) -> None:
    with pytest.raises(ValueError, match="multiple"):
        _ = booking(**{buffer: timedelta(minutes=7)}).claim


class TestWherePeopleMeet:
    def test_is_what_the_location_says(self) -> None:
        assert (booking(location="Room 1").place, booking(location=None).place) == ("Room 1", "")
        assert not booking(location="Room 1").video

    def test_is_a_video_meeting_once_that_is_made(self) -> None:
        asked = booking(location=GOOGLE_MEET)
        assert (asked.video, asked.place) == (True, "")
        made = asked.met_at("https://meet.google.com/abc", now=asked.updated_at)
        assert (made.place, made.version) == ("https://meet.google.com/abc", asked.version + 1)
