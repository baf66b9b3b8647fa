"""Booking, told without HTTP or a table: what is read, what is claimed, what a repetition gets."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from daybook.domain.booking import Booking, Status
from daybook.domain.caller import Caller
from daybook.domain.errors import (
    Exists,
    IdempotencyKeyReused,
    LimitReached,
    NotFound,
    NotOffered,
    OutsideHours,
    Past,
    RequestInProgress,
    SessionFull,
    SlotTaken,
    TooManyRequests,
    TooSoon,
    ValidationFailed,
)
from daybook.domain.event_type import Defaults, Question
from daybook.domain.history import Deed
from daybook.domain.limits import Limits
from daybook.ports import Record
from daybook.usecases.admission import attendee_key
from daybook.usecases.idempotency import LIFE, Repeatable
from tests.fakes.ports import overheard
from tests.fakes.scene import ACME, HOST_KEY, Scene, studio
from tests.fakes.values import HALF_HOUR, HOUR, NINE, NOW, SECRET, slot

KEY = "0123456789abcdef"
DAY = timedelta(days=1)


@pytest.fixture
def scene() -> Scene:
    return studio()


def refused(detail: str = "Wait.") -> None:
    raise TooManyRequests(detail, limit=1, retry_after=HOUR)


def test_a_booking_keeps_what_was_agreed(scene: Scene) -> None:
    scene.offer("long", duration=HOUR, buffer_after=HOUR, limits=Limits(per_day=3), cancel_cutoff=DAY)
    booked = scene.book(event_type="long")
    assert scene.stored(booked) == booked
    assert (booked.status, booked.start, booked.end) == (Status.CONFIRMED, NINE, NINE + HOUR)
    assert (booked.buffer_after, booked.policy.cancel_cutoff) == (HOUR, DAY)
    assert [(counter.scope, counter.period) for counter in booked.counted] == [("long", "2027-03-01")]
    assert booked.attendee_key == attendee_key(SECRET, "BOB@example.com")
    assert booked.uid == f"{booked.id.lower()}.acme@daybook.example"
    assert [event.deed for event in scene.ports.bookings.history(ACME, booked.id)] == [Deed.BOOKED]


def test_booking_takes_one_read_and_one_transaction(scene: Scene) -> None:
    calls: list[str] = []
    scene.book(key=KEY, ports=overheard(scene.ports, calls))
    assert calls == ["catalogue.context", "ledger.claim"]


def test_a_repetition_takes_one_read_more_and_no_transaction(scene: Scene) -> None:
    first = scene.book(key=KEY)
    calls: list[str] = []
    assert scene.book(key=KEY, ports=overheard(scene.ports, calls)) == first
    assert calls == ["catalogue.context", "bookings.booking"]


def test_a_repetition_shows_the_booking_as_it_stands_by_now(scene: Scene) -> None:
    cancelled = scene.cancel(scene.book(key=KEY))
    assert scene.book(key=KEY) == cancelled


def test_a_repetition_is_answered_even_past_quota_and_start(scene: Scene) -> None:
    first = scene.book(key=KEY)
    scene.advance(timedelta(hours=10))
    assert scene.book(key=KEY, admit=refused) == first


def test_a_key_serves_one_body_for_a_day(scene: Scene) -> None:
    scene.book(key=KEY)
    with pytest.raises(IdempotencyKeyReused):
        scene.book(NINE + HOUR, key=KEY)
    scene.advance(LIFE)
    assert scene.book(NINE + DAY + HOUR, key=KEY).start == NINE + DAY + HOUR


def test_the_same_key_of_two_people_is_two_keys(scene: Scene) -> None:
    assert scene.book(key=KEY).id != scene.book(NINE + HOUR, "eve", key=KEY).id


def test_a_parallel_duplicate_gets_the_first_ones_booking(scene: Scene) -> None:
    first: list[Booking] = []
    ports = scene.disturbed("claim", lambda: first.append(scene.book(key=KEY)))
    assert scene.book(key=KEY, ports=ports) == first[0]
    assert scene.ports.bookings.bookings(ACME, ["ID001", "ID002"]) == first


def test_a_record_whose_booking_cannot_be_found_asks_to_come_again(scene: Scene) -> None:
    orphan = Repeatable(key=KEY, caller="bob", body={"start": NINE.isoformat()}).record("gone", NOW)
    ports = scene.disturbed("claim", lambda: remember(scene, orphan))
    with pytest.raises(RequestInProgress):
        scene.book(key=KEY, ports=ports)


def remember(scene: Scene, record: Record) -> None:
    """Leave a record, as a request does that leads to something else."""
    scene.ports.ledger.publish(slot(ACME, start=NINE + DAY), record=record)


def test_ten_at_once_get_one_booking_and_nine_refusals(scene: Scene) -> None:
    def attempt(number: int) -> bool:
        try:
            return bool(scene.book(NINE, f"p{number}"))
        except SlotTaken:
            return False

    with ThreadPoolExecutor(10) as crowd:
        assert sum(crowd.map(attempt, range(10))) == 1


def test_a_taken_start_names_the_next_three(scene: Scene) -> None:
    scene.book(NINE)
    scene.book(NINE + 2 * HALF_HOUR)
    with pytest.raises(SlotTaken) as refusal:
        scene.book(NINE, "eve")
    assert refusal.value.alternatives == tuple(NINE + n * HALF_HOUR for n in (1, 3, 4))


def test_alternatives_lie_within_a_fortnight_and_in_open_hours(scene: Scene) -> None:
    last = NINE.replace(hour=16, minute=30) + 4 * DAY
    scene.book(last)
    with pytest.raises(SlotTaken) as refusal:
        scene.book(last, "eve")
    monday = NINE + 7 * DAY
    assert refusal.value.alternatives == (monday, monday + HALF_HOUR, monday + HOUR)


def test_what_a_lapsed_request_held_is_an_alternative(scene: Scene) -> None:
    scene.offer("asked", requires_confirmation=True, confirmation_time=HOUR)
    scene.book(NINE + HALF_HOUR, event_type="asked")
    scene.book(NINE)
    scene.advance(HOUR)
    with pytest.raises(SlotTaken) as refusal:
        scene.book(NINE, "eve")
    assert refusal.value.alternatives[0] == NINE + HALF_HOUR


@pytest.mark.parametrize(
    ("start", "refusal"),
    [
        (NOW - HOUR, Past),
        (NOW + HALF_HOUR, TooSoon),
        (NINE.replace(hour=17), OutsideHours),
        (NINE + timedelta(minutes=10), NotOffered),
    ],
)
def test_a_start_no_list_would_show_is_refused_before_anything_is_written(
    scene: Scene, start: datetime, refusal: type[Exception]
) -> None:
    calls: list[str] = []
    with pytest.raises(refusal):
        scene.book(start, ports=overheard(scene.ports, calls))
    assert calls == ["catalogue.context"]


def test_a_host_may_book_outside_hours_but_not_over_a_booking(scene: Scene) -> None:
    evening = NINE.replace(hour=20)
    booked = scene.book(evening, caller=HOST_KEY)
    assert booked.start == evening
    with pytest.raises(SlotTaken):
        scene.book(evening, "eve", caller=HOST_KEY)
    with pytest.raises(Past):
        scene.book(NOW - HOUR, caller=HOST_KEY)


def test_answers_must_fit_the_questions(scene: Scene) -> None:
    questions = (Question(id="why", label="Why?", required=True), Question(id="how", label="How?"))
    scene.offer("asking", questions=questions)
    for answers in ({}, {"why": "  "}, {"why": "x", "who": "y"}):
        with pytest.raises(ValidationFailed):
            scene.book(event_type="asking", answers=answers)
    assert scene.book(event_type="asking", answers={"why": "x"}).answers == {"why": "x"}


@pytest.mark.parametrize("caller", [None, HOST_KEY])
def test_a_host_is_not_an_attendee(caller: Caller | None) -> None:
    scene = studio(email="ADA@example.com")
    with pytest.raises(ValidationFailed, match="not an attendee") as refusal:
        scene.book(who="ada", caller=caller)
    assert [error.pointer for error in refusal.value.errors] == ["/attendee/email"]
    assert scene.ports.bookings.by_host(ACME, "ada", since=None, until=None, cursor=None, limit=9).ids == []


@pytest.mark.parametrize("event_type", ["other", ""])
def test_what_does_not_exist_is_not_found(scene: Scene, event_type: str) -> None:
    with pytest.raises(NotFound):
        scene.book(event_type=event_type)


def test_who_is_not_admitted_writes_nothing(scene: Scene) -> None:
    calls: list[str] = []
    with pytest.raises(TooManyRequests):
        scene.book(admit=refused, ports=overheard(scene.ports, calls))
    assert calls == ["catalogue.context"]


def test_limits_of_event_type_and_host_hold_together() -> None:
    scene = studio(defaults=Defaults(limits=Limits(per_day=2)))
    scene.offer("rare", limits=Limits(per_day=1))
    scene.book(NINE, event_type="rare")
    with pytest.raises(LimitReached):
        scene.book(NINE + HOUR, "eve", event_type="rare")
    scene.book(NINE + HOUR, "eve")
    with pytest.raises(LimitReached):
        scene.book(NINE + 2 * HOUR, "zoe")


def test_a_class_fills_up_and_takes_nobody_twice(scene: Scene) -> None:
    scene.offer("class", capacity=2)
    scene.book(event_type="class")
    with pytest.raises(Exists):
        scene.book(event_type="class")
    scene.book(NINE, "eve", event_type="class")
    with pytest.raises(SessionFull):
        scene.book(NINE, "zoe", event_type="class")


def test_a_request_waits_for_the_host_and_lapses(scene: Scene) -> None:
    scene.offer("asked", requires_confirmation=True, confirmation_time=HOUR)
    requested = scene.book(event_type="asked")
    assert (requested.status, requested.deadline) == (Status.PENDING_CONFIRMATION, NOW + HOUR)
    with pytest.raises(SlotTaken):
        scene.book(NINE, "eve")
    scene.advance(HOUR)
    scene.book(NINE, "eve")
    assert scene.stored(requested).status is Status.EXPIRED


def test_a_record_holds_neither_key_nor_person(scene: Scene) -> None:
    scene.book(key=KEY)
    name = Repeatable(key=KEY, caller="bob", body={}).name
    record = scene.ports.catalogue.context(ACME, "ada", None, record=name).record
    assert isinstance(record, Record)
    assert not any(text in repr(record) for text in (KEY, "bob", "example.com"))
