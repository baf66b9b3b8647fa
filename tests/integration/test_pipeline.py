"""What follows a booking: each mail once, in order, none after a cancel; reminders on time; whatever fails."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from daybook import wiring
from tests.harness import START, TABLE, Api, Clock
from tests.integration import pipeline as parts
from tests.integration.pipeline import DUE, MAIL, NEWS, ODD, TIMERS, Died, Pipeline

BOB, ADA = "bob@example.com", "ada@example.com"
NINE, TEN, ELEVEN = (f"2027-03-02T{clock}:00:00+01:00" for clock in ("09", "10", "11"))
SECOND = timedelta(seconds=1)
INVITATIONS = ["0-booked-attendee", "0-booked-host"]


@pytest.fixture
def line(studio: Api, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pipeline]:
    """The pipeline behind `studio`, whose tenant sends no welcome, so that invitations can be counted."""
    settings(welcome=False)
    yield from parts.started(clock, monkeypatch.setenv, monkeypatch.setattr)


def settings(**fields: Any) -> None:
    tenant = wiring.access().tenant("acme")
    assert tenant is not None
    wiring.access().change_tenant(replace(tenant, version=tenant.version + 1, **fields), version=tenant.version)


def book(api: Api, start: str = NINE, *, email: str = BOB, kind: str = "intro", **more: Any) -> dict[str, Any]:
    attendee = {"name": "Bob", "email": email, "timezone": "Europe/Lisbon"}
    reply = api.post("/bookings", {"host": "ada", "event_type": kind, "start": start, "attendee": attendee, **more})
    assert reply.status == 201, reply.text
    booking: dict[str, Any] = reply.json
    return booking


def act(api: Api, booking: dict[str, Any], verb: str, body: Any = None) -> dict[str, Any]:
    reply = api.post(f"/bookings/{booking['id']}/{verb}", body, bearer=booking["manage_token"])
    assert reply.status == 200, reply.text
    changed: dict[str, Any] = reply.json
    return changed


def decide(api: Api, booking: dict[str, Any], verb: str, body: Any = None) -> None:
    assert api.host("POST", f"/bookings/{booking['id']}/{verb}", body or {}).status == 200


def offer(api: Api, slug: str, **fields: Any) -> None:
    body = {"slug": slug, "title": slug.title(), "duration_minutes": 30, **fields}
    assert api.host("POST", "/hosts/ada/event-types", body).status == 201


def log(booking: dict[str, Any]) -> dict[str, str]:
    """Return how far each mail of a booking has come."""
    return {mail.name.text: mail.status for mail in wiring.mails().mails("acme", booking["id"])}


def objects(line: Pipeline, to: str) -> list[dict[str, str]]:
    """Return the plain properties of each calendar object that somebody was sent."""
    return [
        dict(row.split(":", 1) for row in part.get_content().splitlines() if ":" in row)
        for mail in line.mails(to)
        for part in mail.walk()
        if part.get_content_type() == "text/calendar"
    ]


def calendars(line: Pipeline, to: str) -> list[tuple[str, int, str]]:
    """Return METHOD, SEQUENCE and UID of each calendar object that somebody was sent."""
    return [(lines["METHOD"], int(lines["SEQUENCE"]), lines["UID"]) for lines in objects(line, to)]


class TestTheStoryOfABooking:
    def test_is_told_in_four_mails_to_each(self, studio: Api, line: Pipeline) -> None:
        booking = book(studio)
        act(studio, booking, "reschedule", {"start": TEN})
        act(studio, booking, "reschedule", {"start": ELEVEN})
        act(studio, booking, "cancel")
        line.settle()
        uid = booking["ics_uid"]
        story = [("REQUEST", 0, uid), ("REQUEST", 1, uid), ("REQUEST", 2, uid), ("CANCEL", 3, uid)]
        assert (calendars(line, BOB), calendars(line, ADA)) == (story, story)
        assert set(log(booking).values()) == {"delivered"}

    def test_costs_booking_nothing(self, studio: Api, line: Pipeline) -> None:
        """Nothing is queued, scheduled or sent before the stream has been read."""
        book(studio)
        assert not any(line.queues.waiting.values())
        assert (line.provider.calls, line.schedules()) == (0, {})

    def test_creating_availability_sends_nothing(self, studio: Api, line: Pipeline) -> None:
        offer(studio, "other")
        slot = {"host": "ada", "start": "2027-03-06T09:00:00+01:00", "duration_minutes": 30}
        assert studio.host("POST", "/slots", slot).status == 201
        line.settle()
        assert line.provider.sent == []

    def test_of_a_request_has_no_calendar_object_until_it_is_confirmed(self, studio: Api, line: Pipeline) -> None:
        offer(studio, "asked", requires_confirmation=True)
        yes, no = book(studio, kind="asked"), book(studio, TEN, kind="asked", email="eve@example.com")
        line.settle()
        assert calendars(line, BOB) == calendars(line, ADA) == []
        decide(studio, yes, "confirm")
        decide(studio, no, "decline", {"reason": "fully taken"})
        line.settle()
        assert calendars(line, BOB) == calendars(line, ADA) == [("REQUEST", 0, yes["ics_uid"])]
        assert calendars(line, "eve@example.com") == []
        assert line.names("declined") == ["1-declined-attendee", "1-declined-host"]

    def test_orders_by_dtstamp_what_has_one_sequence(self, studio: Api, line: Pipeline) -> None:
        """Confirmed, moved and confirmed again within one second."""
        offer(studio, "asked", requires_confirmation=True)
        booking = book(studio, kind="asked")
        decide(studio, booking, "confirm")
        act(studio, booking, "reschedule", {"start": TEN})
        decide(studio, booking, "confirm")
        line.run()
        for address in (BOB, ADA):
            assert [(each["SEQUENCE"], each["STATUS"], each["DTSTAMP"]) for each in objects(line, address)] == [
                ("0", "CONFIRMED", f"{START:%Y%m%dT%H%M%SZ}"),
                ("1", "TENTATIVE", f"{START + SECOND:%Y%m%dT%H%M%SZ}"),
                ("1", "CONFIRMED", f"{START + 2 * SECOND:%Y%m%dT%H%M%SZ}"),
            ]

    def test_of_a_request_nobody_answers_ends_at_its_deadline(self, studio: Api, line: Pipeline, clock: Clock) -> None:
        offer(studio, "asked", requires_confirmation=True, confirmation_hours=2)
        booking = book(studio, kind="asked")
        line.until(START + timedelta(hours=1, minutes=59))
        assert not line.names("expired")
        line.until(START + timedelta(hours=2, minutes=1))
        assert line.names("expired") == ["1-expired-attendee", "1-expired-host"]
        history = studio.host("GET", f"/bookings/{booking['id']}/history").json["items"]
        assert [(event["event"], event["actor"]["role"]) for event in history][1:] == [("booking.expired", "system")]

    def test_a_host_may_want_no_calendar_object_or_no_mail(self, studio: Api, line: Pipeline) -> None:
        studio.host("PATCH", "/hosts/ada", {"invitations": "plain"})
        book(studio)
        line.settle()
        studio.host("PATCH", "/hosts/ada", {"invitations": "none"})
        book(studio, TEN, email="eve@example.com")
        line.settle()
        assert [mail["To"] for mail in line.mails()] == [BOB, ADA, "eve@example.com"]
        assert (len(calendars(line, BOB)), calendars(line, ADA)) == (1, [])

    @pytest.mark.parametrize("later", ["plain", "none"])
    def test_keeps_true_what_an_earlier_setting_put_into_a_hosts_calendar(
        self, later: str, studio: Api, line: Pipeline
    ) -> None:
        booking = book(studio)
        line.settle()
        studio.host("PATCH", "/hosts/ada", {"invitations": later})
        act(studio, booking, "reschedule", {"start": TEN})
        line.settle()
        act(studio, booking, "cancel")
        line.settle()
        assert [(method, sequence) for method, sequence, _ in calendars(line, ADA)] == [
            ("REQUEST", 0),
            ("REQUEST", 1),
            ("CANCEL", 2),
        ]

    def test_is_told_in_the_tenants_language_to_whoever_chose_none(self, studio: Api, line: Pipeline) -> None:
        settings(language="de")
        book(studio)
        studio.host("PATCH", "/hosts/ada", {"language": "fr"})
        line.settle()
        assert [mail["Content-Language"] for mail in line.mails(BOB) + line.mails(ADA)] == ["de", "fr"]

    def test_a_first_booking_is_welcomed_once(self, studio: Api, line: Pipeline) -> None:
        settings(welcome=True)
        book(studio)
        line.settle()
        book(studio, TEN)
        book(studio, ELEVEN, email="eve@example.com")
        line.settle()
        assert [mail["To"] for mail, tags in line.provider.sent if "welcome" in tags["mail"]] == [
            BOB,
            "eve@example.com",
        ]


class TestReminders:
    def test_come_a_day_and_an_hour_before(self, studio: Api, line: Pipeline, clock: Clock) -> None:
        booking = book(studio, "2027-03-03T09:00:00+01:00")
        start = START.replace(day=3, hour=8)
        times = {}
        for before in (timedelta(hours=24), timedelta(hours=1)):
            line.until(start - before - timedelta(seconds=1))
            count = len(line.names())
            line.until(start - before + timedelta(minutes=1))
            times[before] = line.names()[count:]
        assert list(times.values()) == [["0-reminder_1440-attendee"], ["0-reminder_60-attendee"]]
        assert line.doubled() == []
        assert booking["status"] == "confirmed"

    @pytest.mark.parametrize(("ahead", "expected"), [(300, ["0-reminder_60-attendee"]), (40, [])])
    def test_that_were_due_before_the_booking_are_left_out(
        self, ahead: int, expected: list[str], studio: Api, line: Pipeline, clock: Clock
    ) -> None:
        offer(studio, "soon", minimum_notice_minutes=0)
        clock.now = START.replace(day=2, hour=15) - timedelta(minutes=ahead)
        book(studio, "2027-03-02T16:00:00+01:00", kind="soon")
        line.until(START.replace(day=2, hour=15))
        assert line.names("reminder") == expected

    def test_follow_a_move_and_stop_with_a_cancel(self, studio: Api, line: Pipeline) -> None:
        moved, gone = book(studio), book(studio, TEN, email="eve@example.com")
        line.run()
        act(studio, moved, "reschedule", {"start": "2027-03-04T09:00:00+01:00"})
        act(studio, gone, "cancel")
        line.until(START.replace(day=4, hour=8))
        assert line.names("reminder") == [
            "1-reminder_1440-attendee",
            "1-reminder_60-attendee",
        ]

    def test_of_a_stale_schedule_are_not_sent(self, studio: Api, line: Pipeline) -> None:
        """The schedule could not be dropped: it rings after the cancel, and again after the move."""
        booking = book(studio, "2027-03-04T09:00:00+01:00")
        line.run()
        stale = [text for name, (_, text) in line.schedules().items() if "reminder" in name]
        line.clock.now = START.replace(day=4, hour=7)
        act(studio, booking, "reschedule", {"start": "2027-03-04T11:00:00+01:00"})
        line.run()
        for text in stale * 2:
            line.queues.send_message(QueueUrl=DUE, MessageBody=text)
        line.run()
        act(studio, booking, "cancel")
        line.run()
        for text in stale * 2:
            line.queues.send_message(QueueUrl=DUE, MessageBody=text)
        line.until(START.replace(day=5))
        assert not line.names("reminder")

    def test_that_ring_twice_are_sent_once(self, studio: Api, line: Pipeline) -> None:
        book(studio)
        line.run()
        for moment, text in sorted(line.schedules().values()):
            line.until(moment - timedelta(seconds=1))
            line.clock.now = moment
            line.queues.send_message(QueueUrl=DUE, MessageBody=text)
        line.until(START.replace(day=3))
        assert line.doubled() == []
        assert line.names("reminder") == [
            "0-reminder_1440-attendee",
            "0-reminder_60-attendee",
        ]

    def test_go_to_the_host_who_wants_them(self, studio: Api, line: Pipeline) -> None:
        studio.host("PATCH", "/hosts/ada", {"reminders": True})
        book(studio)
        line.until(START.replace(day=2, hour=8))
        assert line.names("reminder_60") == [
            "0-reminder_60-attendee",
            "0-reminder_60-host",
        ]

    def test_are_those_agreed_at_booking(self, studio: Api, line: Pipeline) -> None:
        offer(studio, "short", reminders_minutes=[30])
        book(studio, kind="short")
        studio.host("PATCH", "/hosts/ada/event-types/short", {"reminders_minutes": []})
        line.until(START.replace(day=2, hour=8))
        assert line.names("reminder") == ["0-reminder_30-attendee"]


class TestAfterTheEnd:
    END = START.replace(day=2, hour=8, minute=30)

    def test_a_booking_is_completed_and_followed_up(self, studio: Api, line: Pipeline) -> None:
        booking = book(studio)
        line.until(self.END + timedelta(minutes=1))
        assert studio.host("GET", f"/bookings/{booking['id']}").json["status"] == "completed"
        assert not line.names("follow_up")
        line.until(self.END + timedelta(minutes=61))
        assert line.names("follow_up") == ["0-follow_up-attendee"]
        assert line.schedules() == {}

    def test_nobody_who_was_missed_is_asked_how_it_was(self, studio: Api, line: Pipeline) -> None:
        booking = book(studio)
        line.until(self.END + timedelta(minutes=10))
        decide(studio, booking, "no-show")
        line.until(self.END + timedelta(hours=3))
        assert not line.names("follow_up")

    def test_a_tenant_may_not_want_it(self, studio: Api, line: Pipeline) -> None:
        settings(follow_up=False)
        book(studio)
        line.until(self.END + timedelta(hours=3))
        assert not line.names("follow_up")


class TestWhateverFails:
    def test_every_record_read_twice_sends_each_mail_once(self, studio: Api, line: Pipeline) -> None:
        booking = book(studio)
        act(studio, booking, "reschedule", {"start": TEN})
        line.settle()
        line.queues._known.clear()  # as after the five minutes in which SQS remembers
        line.pass_on(line.records())
        line.settle()
        assert (sorted(line.names()), line.doubled()) == (
            sorted([*INVITATIONS, "1-rescheduled-attendee", "1-rescheduled-host"]),
            [],
        )

    @pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=str)
    def test_records_in_any_order_leave_everybody_with_the_last_word(
        self, order: tuple[int, ...], studio: Api, line: Pipeline
    ) -> None:
        booking = book(studio)
        act(studio, booking, "reschedule", {"start": TEN})
        act(studio, booking, "cancel")
        records = line.records()
        for number in order:
            line.pass_on([records[number]])
            line.run()
        line.settle(hours=30)
        for recipient in ("attendee", "host"):
            told = [name for name in line.names() if name.endswith(recipient)]
            assert told[-1] == f"2-cancelled-{recipient}"
            assert told == sorted(told)
        assert line.doubled() == []

    def test_a_worker_that_dies_after_the_provider_took_a_mail_sends_no_second(
        self, studio: Api, line: Pipeline
    ) -> None:
        booking = book(studio)
        line.provider.mood = lambda call: "die" if call in (1, 3) else None
        line.settle(hours=2)
        assert sorted(line.names("booked")) == INVITATIONS
        assert {name: log(booking)[name] for name in INVITATIONS} == dict.fromkeys(INVITATIONS, "delivered")
        assert line.doubled() == []

    def test_a_worker_that_dies_before_the_provider_had_a_mail_sends_it_later(
        self, studio: Api, line: Pipeline
    ) -> None:
        book(studio)

        def mood(call: int) -> str | None:
            if call == 1:
                raise Died
            return None

        line.provider.mood = mood
        line.run()
        assert line.names() == []
        line.settle(hours=2)
        assert (sorted(line.names("booked")), line.doubled()) == (INVITATIONS, [])

    def test_a_send_without_an_answer_is_not_repeated_blindly(self, studio: Api, line: Pipeline) -> None:
        book(studio)
        line.provider.mood = lambda call: "silence" if call == 1 else None
        line.settle(hours=2)
        assert (sorted(line.names("booked")), line.doubled()) == (INVITATIONS, [])

    @pytest.mark.parametrize("failure", ["down", "throttle"])
    def test_ten_minutes_without_a_provider_lose_and_double_nothing(
        self, failure: str, studio: Api, line: Pipeline, clock: Clock
    ) -> None:
        back = clock() + timedelta(minutes=10)
        line.provider.mood = lambda _: failure if clock() < back else None
        booking = book(studio)
        line.until(clock() + timedelta(minutes=3))
        act(studio, booking, "reschedule", {"start": TEN})
        line.until(clock() + timedelta(minutes=3))
        assert set(log(booking).values()) == {"failed"}
        act(studio, booking, "cancel")
        line.settle(hours=2)
        assert line.doubled() == []
        for address in (BOB, ADA):
            assert [method for method, *_ in calendars(line, address)] == ["REQUEST", "REQUEST", "CANCEL"]
        assert set(log(booking).values()) == {"delivered"}

    def test_one_booking_that_fails_holds_up_no_other(self, studio: Api, line: Pipeline) -> None:
        line.queues.send_message(QueueUrl=MAIL, MessageBody="no message", MessageGroupId="poison")
        line.queues.send_message(QueueUrl=TIMERS, MessageBody="{}", MessageGroupId="poison")
        line.queues.send_message(QueueUrl=DUE, MessageBody="[]")
        line.queues.send_message(QueueUrl=NEWS, MessageBody="")
        book(studio)
        line.run()
        assert sorted(line.names()) == INVITATIONS
        line.settle(hours=3)
        assert [len(line.queues.put_aside[url]) for url in (MAIL, TIMERS, DUE, NEWS)] == [1, 1, 1, 1]

    def test_a_record_nobody_understands_goes_to_people_at_once(self, studio: Api, line: Pipeline) -> None:
        odd = {"eventName": "INSERT", "dynamodb": {"SequenceNumber": "1", "NewImage": {"sk": {"S": "EVENT#000001"}}}}
        book(studio)
        assert line.pass_on([odd, *line.records()]) == []
        line.run()
        assert len(line.queues.waiting[ODD]) == 1
        assert sorted(line.names()) == INVITATIONS

    def test_a_timer_that_rings_early_waits(self, studio: Api, line: Pipeline) -> None:
        offer(studio, "asked", requires_confirmation=True, confirmation_hours=1)
        booking = book(studio, kind="asked")
        line.run()
        [(_, text)] = line.schedules().values()
        line.queues.send_message(QueueUrl=DUE, MessageBody=text)
        line.run()
        assert studio.host("GET", f"/bookings/{booking['id']}").json["status"] == "pending_confirmation"
        line.settle(hours=2)
        assert studio.host("GET", f"/bookings/{booking['id']}").json["status"] == "expired"


class TestABounce:
    def test_shows_at_the_booking_and_alerts_the_host_once(self, studio: Api, line: Pipeline) -> None:
        booking = book(studio, email="bounce@example.com")
        line.settle()
        act(studio, booking, "reschedule", {"start": TEN})
        line.settle()
        assert line.names("undelivered") == ["0-undelivered-host"]
        shown = studio.host("GET", f"/bookings/{booking['id']}").json
        assert shown["mail_bounced_at"]
        assert log(booking)["0-booked-attendee"] == "bounced"


class TestErasing:
    def test_waits_for_the_cancellation_and_leaves_nothing_of_the_person(
        self, studio: Api, line: Pipeline, clock: Clock
    ) -> None:
        booking = book(studio)
        line.settle()
        back = clock() + timedelta(minutes=10)
        line.provider.mood = lambda _: "down" if clock() < back else None
        assert studio.host("DELETE", f"/bookings/{booking['id']}").status == 204
        assert "bob" not in studio.host("GET", f"/bookings/{booking['id']}").text.lower()
        line.settle(hours=2)
        assert [method for method, *_ in calendars(line, BOB)] == ["REQUEST", "CANCEL"]
        goodbye = line.mails(BOB)[-1].get_body(("plain",))
        assert goodbye is not None
        assert "token=" not in goodbye.get_content()
        assert "bob@" not in str(wiring.client().scan(TableName=TABLE)["Items"]).lower()
        events = [event["event"] for event in studio.host("GET", f"/bookings/{booking['id']}/history").json["items"]]
        assert events == ["booking.booked", "booking.cancelled", "booking.erasure_requested", "booking.erased"]

    def test_does_not_wait_for_a_cancellation_that_was_put_aside(self, studio: Api, line: Pipeline) -> None:
        booking = book(studio)
        line.settle()
        line.provider.mood = lambda _: "down"
        assert studio.host("DELETE", f"/bookings/{booking['id']}").status == 204
        line.settle(hours=2)
        assert [json.loads(each.body)["event"]["deed"] for each in line.queues.put_aside[MAIL]] == ["booking.cancelled"]
        assert "bob@" not in str(wiring.client().scan(TableName=TABLE)["Items"]).lower()

    def test_that_was_put_aside_itself_can_be_asked_for_again(self, studio: Api, line: Pipeline) -> None:
        booking = book(studio)
        line.settle()
        assert studio.host("DELETE", f"/bookings/{booking['id']}").status == 204
        line.pass_on()
        assert len(line.queues.waiting[MAIL]) == 2
        line.queues.waiting[MAIL].clear()
        line.settle()
        assert "bob@" in str(wiring.client().scan(TableName=TABLE)["Items"]).lower()
        assert studio.host("DELETE", f"/bookings/{booking['id']}").status == 204
        line.settle()
        assert "bob@" not in str(wiring.client().scan(TableName=TABLE)["Items"]).lower()
        before = studio.host("GET", f"/bookings/{booking['id']}/history").json["items"]
        assert studio.host("DELETE", f"/bookings/{booking['id']}").status == 204
        assert studio.host("GET", f"/bookings/{booking['id']}/history").json["items"] == before
