"""Queues and the bus: what is put in, in which order, and what is said to be lost."""

import json
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from daybook.adapters.bus import EventBus
from daybook.adapters.messages import parse, plain
from daybook.adapters.queues import EventQueue, TimerLetterbox
from daybook.domain.history import Deed, Event
from daybook.domain.timers import Timer, TimerKind
from tests.fakes import values
from tests.fakes.aws import Answer, Recorder
from tests.fakes.values import NINE

URL = "https://sqs.eu-central-1.amazonaws.com/123456789012/mail.fifo"


def event(booking: str = "B1", version: int = 1) -> Event:
    made = values.booking("acme", booking, version=version)
    return values.step(Deed.BOOKED, None, made)


def failed(*numbers: int) -> Answer:
    return {"Failed": [{"Id": str(n), "Code": "InternalError", "SenderFault": False} for n in numbers]}


def put(events: list[Event], *answers: Answer) -> tuple[list[Event], list[list[Event]]]:
    """Put events; return those that were lost, and what each call carried."""
    client = Recorder("sqs", {"send_message_batch": list(answers or ({},))})
    lost = EventQueue(client, URL).put(events)
    calls = client.given("send_message_batch")
    return list(lost), [[told(entry) for entry in call["Entries"]] for call in calls]


def told(entry: dict[str, Any]) -> Event:
    found = parse(entry["MessageBody"])
    assert isinstance(found, Event)
    return found


class TestAQueue:
    def test_gets_an_event_in_its_bookings_group(self) -> None:
        client = Recorder("sqs")
        assert EventQueue(client, URL).put([event("B1", 3)]) == []
        [call] = client.given("send_message_batch")
        [entry] = call["Entries"]
        assert call["QueueUrl"] == URL
        assert (entry["MessageGroupId"], entry["MessageDeduplicationId"]) == ("B1", "B1-3")
        assert told(entry) == event("B1", 3)

    def test_gets_nothing_where_there_is_nothing(self) -> None:
        assert put([]) == ([], [])

    def test_gets_them_in_tens(self) -> None:
        events = [event(f"B{number}") for number in range(23)]
        lost, calls = put(events)
        assert lost == []
        assert [len(call) for call in calls] == [10, 10, 3]
        assert [one for call in calls for one in call] == events

    def test_gets_one_of_a_booking_in_a_call_so_that_none_overtakes(self) -> None:
        events = [event("B1", 1), event("B1", 2), event("B2", 1), event("B1", 3), event("B2", 2)]
        lost, calls = put(events)
        assert lost == []
        assert calls == [[event("B1", 1), event("B2", 1)], [event("B1", 2), event("B2", 2)], [event("B1", 3)]]

    def test_does_not_get_what_follows_a_lost_one_of_its_booking(self) -> None:
        events = [event("B1", 1), event("B2", 1), event("B1", 2), event("B2", 2), event("B1", 3)]
        lost, calls = put(events, failed(0), {})
        assert sorted(lost, key=lambda one: one.version) == [event("B1", 1), event("B1", 2), event("B1", 3)]
        assert calls == [[event("B1", 1), event("B2", 1)], [event("B2", 2)]]

    def test_loses_by_the_entrys_number_in_its_own_call(self) -> None:
        events = [event(f"B{number}") for number in range(12)]
        lost, _ = put(events, {}, failed(1))
        assert lost == [events[11]]

    def test_that_cannot_be_reached_says_so(self) -> None:
        with pytest.raises(ReadTimeoutError):
            put([event()], ReadTimeoutError(endpoint_url=URL))


def test_a_timer_that_rang_is_put_behind_what_its_booking_has_waiting() -> None:
    timer = Timer(
        tenant="acme", booking="B1", kind=TimerKind.REMINDER, ahead=timedelta(minutes=60), at=NINE, sequence=2
    )
    client = Recorder("sqs")
    TimerLetterbox(client, URL).put(timer)
    [call] = client.given("send_message")
    assert (call["QueueUrl"], call["MessageGroupId"]) == (URL, "B1")
    assert call["MessageDeduplicationId"] == "B1-reminder-60-2"
    assert parse(call["MessageBody"]) == timer


class TestTheBus:
    def publish(self, events: list[Event], *answers: Answer) -> tuple[list[Event], list[list[dict[str, Any]]]]:
        client = Recorder("events", {"put_events": list(answers)})
        lost = EventBus(client, "daybook-test").put(events)
        return list(lost), [call["Entries"] for call in client.given("put_events")]

    def test_carries_the_plain_event_under_its_name(self) -> None:
        one = event("B1", 2)
        lost, [[entry]] = self.publish([one], {"Entries": [{"EventId": "1"}]})
        assert lost == []
        assert json.loads(entry.pop("Detail")) == plain(one)
        assert entry == {
            "EventBusName": "daybook-test",
            "Source": "daybook",
            "DetailType": "booking.booked",
            "Resources": [],
            "Time": one.at,
        }

    def test_takes_tens_and_says_which_it_lost(self) -> None:
        events = [event(f"B{number}") for number in range(12)]
        fine: dict[str, Any] = {"EventId": "1"}
        refused: dict[str, Any] = {"ErrorCode": "ThrottlingException", "ErrorMessage": "later"}
        first = {"FailedEntryCount": 1, "Entries": [fine] * 3 + [refused] + [fine] * 6}
        lost, calls = self.publish(events, first, {"FailedEntryCount": 1, "Entries": [fine, refused]})
        assert [len(call) for call in calls] == [10, 2]
        assert lost == [events[3], events[11]]

    def test_is_not_called_for_nothing(self) -> None:
        assert self.publish([], {"Entries": []}) == ([], [])
