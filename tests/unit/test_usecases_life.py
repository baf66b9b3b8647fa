"""A booking's life as its people are told of it: each mail once, with a calendar object where one is called for."""

from datetime import timedelta

import pytest

from daybook.domain.actor import Role
from daybook.domain.mail import Method, Recipient
from daybook.usecases.confirm import confirm
from daybook.usecases.decline import decline
from tests.fakes import values
from tests.fakes.postroom import Postroom
from tests.fakes.scene import studio
from tests.fakes.values import HALF_HOUR, HOUR, NINE, NOW

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
FIRST = {"0-booked-attendee", "0-booked-host", "0-welcome-attendee"}
REMINDER, FOLLOW_UP = "0-reminder_60-attendee", "0-follow_up-attendee"


@pytest.fixture
def room() -> Postroom:
    return Postroom(studio())


class TestABookingsLife:
    @pytest.mark.parametrize("twice", [False, True])
    def test_brings_each_mail_once(self, room: Postroom, twice: bool) -> None:
        room.twice = twice
        booking = room.scene.book()
        room.settle()
        assert set(room.names()) == FIRST
        room.until(NINE - HOUR - MINUTE)
        assert len(room.names()) == 3
        room.until(NINE - HOUR)
        assert room.names()[3:] == [REMINDER]
        room.until(NINE + HALF_HOUR + HOUR)
        assert room.names()[4:] == [FOLLOW_UP]
        assert room.scene.stored(booking).status == "completed"
        room.until(NINE + DAY)
        assert len(room.names()) == 5
        room.require_single()

    @pytest.mark.parametrize("twice", [False, True])
    def test_with_two_moves_and_an_end_is_four_mails_to_each(self, twice: bool) -> None:
        room = Postroom(studio().of_tenant(welcome=False))
        room.twice = twice
        booking = room.scene.book()
        for step in (
            lambda: room.scene.move(room.scene.stored(booking), NINE + HOUR),
            lambda: room.scene.move(room.scene.stored(booking), NINE + 2 * HOUR),
            lambda: room.scene.cancel(room.scene.stored(booking)),
        ):
            room.settle()
            step()
        room.until(NINE + DAY)
        for recipient in Recipient:
            kinds = ("booked", "rescheduled", "rescheduled", "cancelled")
            expected = [f"{sequence}-{kind}-{recipient}" for sequence, kind in enumerate(kinds)]
            assert room.names(recipient) == expected
            assert room.methods(booking, recipient) == [Method.REQUEST] * 3 + [Method.CANCEL]
        room.require_single()

    def test_of_a_request_has_a_calendar_object_once_it_is_agreed(self, room: Postroom) -> None:
        scene = room.scene
        scene.offer("asked", requires_confirmation=True)
        asked = scene.book(event_type="asked")
        room.settle()
        assert "0-request_received-attendee" in room.names()
        confirm(asked, origin=values.origin(Role.HOST), ledger=scene.ports.ledger, bookings=scene.ports.bookings)
        room.until(NINE + DAY)
        sent = room.log(asked)
        objects = {mail.name.text: mail.method for mail in sent.values() if mail.method}
        assert objects == {"0-confirmed-attendee": Method.REQUEST, "0-confirmed-host": Method.REQUEST}
        assert {REMINDER, FOLLOW_UP} <= set(room.names())
        room.require_single()

    @pytest.mark.parametrize("declined", [True, False])
    def test_of_a_request_that_came_to_nothing_puts_nothing_into_calendars(
        self, room: Postroom, declined: bool
    ) -> None:
        scene = room.scene
        scene.offer("asked", requires_confirmation=True, confirmation_time=HOUR)
        asked = scene.book(event_type="asked")
        room.settle()
        if declined:
            decline(
                asked, "away", origin=values.origin(Role.HOST), ledger=scene.ports.ledger, bookings=scene.ports.bookings
            )
        room.until(NOW + HOUR)
        end = "declined" if declined else "expired"
        assert scene.stored(asked).status == end
        assert {f"1-{end}-attendee", f"1-{end}-host"} <= set(room.names())
        room.until(NINE + DAY)
        assert not any(mail.method for mail in room.log(asked).values())
        assert len(room.names()) == 5
        room.require_single()
