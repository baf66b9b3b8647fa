"""docs/data-model.md tells the truth: what each request reads and writes, and how large each item is."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import boto3
import pytest

from benchmarks.units import Meter, Metered, size
from daybook import wiring
from daybook.adapters.dynamodb import items, keys
from daybook.domain.actor import Actor, Role
from daybook.domain.event_type import MINUTE
from daybook.domain.history import Origin
from daybook.domain.ledger import Claim
from daybook.domain.mail import Kind, MailName, MailStatus, Recipient
from daybook.domain.timers import Timer, timetable
from daybook.edge.access import remembered_secret, secret_of
from daybook.edge.batches import delay_after
from daybook.usecases.hand_over import Post
from daybook.usecases.record_delivery import News, record_delivery
from daybook.usecases.run_timer import run_timer
from daybook.usecases.send_mail import remind, tell
from daybook.usecases.set_timers import set_timers
from tests.fakes.post import MemoryLetterbox, MemoryMailer, MemoryQueue, MemoryTimers, PlainComposer
from tests.harness import TABLE, Api

DOCUMENT = Path(__file__).parents[2] / "docs" / "data-model.md"
TOLERANCE = 0.1
ATTENDEE = {"name": "Grace Hopper", "email": "grace@example.com", "timezone": "America/New_York"}
ADA, INTRO = "/hosts/ada", "/hosts/ada/event-types/intro"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
OFFICE = {day: [["09:00", "12:00"], ["13:00", "17:00"]] for day in WEEKDAYS}
EVENT_TYPES: Mapping[str, Mapping[str, object]] = {
    "intro": {},
    "limited": {"limits": {"per_day": 4}},
    "asked": {"requires_confirmation": True},
    "class": {"capacity": 5},
}
LIMITS = ("POSTS_PER_MINUTE_PER_ADDRESS", "POSTS_PER_MINUTE_PER_TENANT", "ACTIVE_BOOKINGS_PER_EMAIL")

Units = tuple[Fraction, int, int, int]
"""Read units, write units, these if transactions write to indexes twice, calls of the table."""


class Practice:
    """A host with office hours and six bookings on every weekday of March 2027, and a meter at the table."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.measured: dict[str, Units] = {}
        self._host("POST", "/hosts", slug="ada", name="Ada Lovelace", email="ada@example.com", timezone="Europe/Berlin")
        self._host("POST", f"{ADA}/schedules", id="office", timezone="Europe/Berlin", weekly=OFFICE)
        for slug, more in EVENT_TYPES.items():
            self._host("POST", f"{ADA}/event-types", slug=slug, title="A first talk", duration_minutes=30, **more)
        for number in range(31):
            fill(date(2027, 3, 1) + timedelta(days=number))
        self.meter = Meter(wiring.client(), boto3.client("dynamodb"), TABLE)
        secret_of("acme", api.clock())  # as in a process that has answered before

    def see(self, name: str, method: str, path: str, body: Any = None, **given: Any) -> Any:
        """Send a request and note what it took, the authorizer's part left out."""
        self.meter.calls.clear()
        reply = self.api.call(method, path, body, **given)
        assert reply.status < 300, reply.text
        self._note(name, self.meter.calls["bearer" in given and given["bearer"] == self.api.key :])
        return reply.json if reply.headers.get("content-type") == "application/json" else None

    def book(self, name: str, event_type: str, clock: str, **given: Any) -> Any:
        body = {"host": "ada", "event_type": event_type, "start": f"2027-03-08T{clock}:00+01:00", "attendee": ATTENDEE}
        return self.see(name, "POST", "/bookings", body, **given)

    def work(self, name: str, act: Callable[[], object]) -> None:
        """Do what a worker does and note what it took."""
        self.meter.calls.clear()
        act()
        self._note(name, self.meter.calls)

    def _note(self, name: str, calls: Sequence[Metered]) -> None:
        reads, writes, most = (sum(getattr(call, units) for call in calls) for units in ("reads", "writes", "at_most"))
        self.measured[name] = (reads, writes, most, len(calls))

    def _host(self, method: str, path: str, **body: Any) -> None:
        reply = self.api.host(method, path, body)
        assert reply.status == 201, reply.text


def fill(day: date) -> None:
    """Write six half-hour bookings with buffers of a quarter into a weekday's ledger day, after office hours."""
    if day.weekday() > 4:
        return
    quarter = timedelta(minutes=15)
    first = datetime.fromisoformat(f"{day}T16:00:00+00:00")
    starts = [first + n * 3 * quarter for n in range(6)]
    claims = [Claim.of(start, start + 2 * quarter, before=quarter, after=quarter) for start in starts]
    [number] = claims[0].days
    taken = frozenset[int]().union(*(claim.elements(number) for claim in claims))
    item = {**keys.day("acme", "ada", number), "taken": items.number_set(taken), "ttl": {"N": "1840000000"}}
    wiring.client().put_item(TableName=TABLE, Item=item)


@pytest.fixture
def practice(api: Api) -> Practice:
    return Practice(api)


@pytest.fixture
def limits(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    """Switch on what the template switches on, for the rest of the day."""
    for limit in LIMITS:
        monkeypatch.setenv(f"DAYBOOK_{limit}", "100")
    wiring.settings.cache_clear()


def attend(practice: Practice) -> None:
    see, book = practice.see, practice.book
    week, month = ("from=2027-03-08&to=2027-03-14", "month=2027-03")
    see("list slots, a week", "GET", f"{INTRO}/slots?{week}&timezone=Europe/Berlin")
    see("list days, a month", "GET", f"{INTRO}/days?{month}&timezone=Europe/Berlin")
    limited = f"{ADA}/event-types/limited/days"
    see("list days, a month, with a daily limit", "GET", f"{limited}?{month}&timezone=Europe/Berlin")
    booking = book("book", "intro", "09:00")
    keyed = {"headers": {"Idempotency-Key": "0123456789abcdef"}}
    book("book, with an Idempotency-Key", "intro", "09:30", **keyed)
    book("book, repeated with its key", "intro", "09:30", **keyed)
    book("book, with a daily limit", "limited", "10:00")
    book("take a seat", "class", "11:00")
    path, token = f"/bookings/{booking['id']}", booking["manage_token"]
    remembered_secret.cache_clear()
    see("show a booking, nothing remembered", "GET", path, bearer=token)
    see("show a booking", "GET", path, bearer=token)
    see("move within a day", "POST", f"{path}/reschedule", {"start": "2027-03-08T13:00:00+01:00"}, bearer=token)
    see("move to another day", "POST", f"{path}/reschedule", {"start": "2027-03-09T09:00:00+01:00"}, bearer=token)
    see("cancel", "POST", f"{path}/cancel", {}, bearer=token)


def decide(practice: Practice) -> None:
    see, key = practice.see, practice.api.key
    request = practice.book("ask for a booking", "asked", "10:30")
    see("confirm", "POST", f"/bookings/{request['id']}/confirm", {}, bearer=key)
    slot = {"host": "ada", "start": "2027-03-10T07:00:00+01:00", "duration_minutes": 45}
    published = see("publish a slot", "POST", "/slots", slot, bearer=key)
    see("list published slots, one host", "GET", "/slots?from=2027-03-08&to=2027-03-14")
    see("book a published slot", "POST", f"/slots/{published['id']}/book", {"attendee": ATTENDEE})
    see("explain a start, five bookings near", "GET", f"{INTRO}/explain?start=2027-03-08T09:00:00%2B01:00", bearer=key)
    see("list six bookings", "GET", "/bookings?host=ada", bearer=key)


def withstand(practice: Practice) -> None:
    """Book and change with what the template switches on; let the workers follow one booking."""
    see, book = practice.see, practice.book
    remembered_secret.cache_clear()
    booking = book("book, rate limits and cap on, nothing remembered", "intro", "14:00")
    book("book, these and a daily limit", "limited", "15:00")
    keyed = {"headers": {"Idempotency-Key": "fedcba9876543210"}}
    book("book, these and an Idempotency-Key", "limited", "16:00", **keyed)
    follow(practice, booking["id"])
    other = book("book, rate limits and cap on", "intro", "14:30")
    path, token = f"/bookings/{other['id']}", other["manage_token"]
    start = {"start": "2027-03-09T11:00:00+01:00"}
    see("move to another day, rate limits on", "POST", f"{path}/reschedule", start, bearer=token)
    see("cancel, rate limits on", "POST", f"{path}/cancel", {}, bearer=token)


def follow(practice: Practice, booking: str) -> None:
    """Do what follows a booking, up to its end, as the workers do."""
    catalogue, bookings, ledger, log = wiring.catalogue(), wiring.bookings(), wiring.ledger(), wiring.mails()
    post = Post(log=log, composer=PlainComposer(), mailer=MemoryMailer(), base_url="https://book.example.com")
    [booked] = bookings.history("acme", booking)
    found = bookings.booking("acme", booking)
    assert found is not None
    timers = {timer.name: timer for timer in timetable(found, since=booked.at)}

    def late(timer: Timer) -> Origin:
        return Origin(Actor(Role.SYSTEM), timer.at, "message-1")

    def reminded(timer: Timer) -> None:
        remind(timer, catalogue=catalogue, bookings=bookings, post=post, now=timer.at)

    def heard(status: MailStatus) -> None:
        name = MailName(0, Kind.BOOKED, Recipient.ATTENDEE)
        news = News(tenant="acme", booking=booking, name=name, status=status, message_id="1")
        record_delivery(news, origin=late(timers["completion"]), log=log, bookings=bookings, ledger=ledger)

    now = booked.at
    practice.work(
        "tell of a booking, two mails",
        lambda: tell(booked, catalogue=catalogue, bookings=bookings, post=post, now=now),
    )
    practice.work("set its timers", lambda: set_timers(booked, bookings=bookings, timers=MemoryTimers()))
    practice.work("hear that a mail was sent", lambda: heard(MailStatus.SENT))
    practice.work("hear that a mail arrived", lambda: heard(MailStatus.DELIVERED))
    practice.work("remind, one mail", lambda: reminded(timers["reminder-60"]))
    ring = timers["completion"]
    box = MemoryLetterbox(MemoryQueue(lambda: ring.at, rest=delay_after, visibility=6 * MINUTE, expected=()))
    practice.work(
        "complete",
        lambda: run_timer(ring, origin=late(ring), bookings=bookings, ledger=ledger, letterbox=box),
    )
    practice.work("follow up, one mail", lambda: reminded(timers["follow_up"]))


def documented(heading: str) -> Iterator[list[str]]:
    """Yield the rows of the table below a heading of docs/data-model.md."""
    section = DOCUMENT.read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    for row in re.findall(r"^\| (.+) \|$", section, re.MULTILINE)[1:]:
        yield [cell.strip() for cell in row.split(" | ")]


@pytest.mark.parametrize(
    ("value", "length"),
    [
        ({"S": "é"}, 2),
        ({"N": "1840000000"}, 3),
        ({"N": "-12.5"}, 4),
        ({"B": b"123"}, 3),
        ({"BOOL": True}, 1),
        ({"NS": ["1", "100", "12"]}, 6),
        ({"SS": ["ab", "c"]}, 3),
        ({"L": []}, 3),
        ({"M": {"a": {"S": "bc"}, "d": {"L": [{"N": "7"}]}}}, 3 + 4 + 8),
    ],
)
def test_sizes_follow_the_documented_rules(value: Any, length: int) -> None:
    assert size({"name": value}) == len("name") + length


def test_each_request_takes_the_units_the_document_names(practice: Practice, request: pytest.FixtureRequest) -> None:
    attend(practice)
    decide(practice)
    request.getfixturevalue("limits")
    withstand(practice)
    said = {
        name: (Fraction(reads), int(writes), int(most), int(calls))
        for name, reads, writes, most, calls in documented("Units")
    }
    assert practice.measured == said


def test_each_item_is_as_large_as_the_document_says(practice: Practice, limits: None) -> None:
    attend(practice)
    decide(practice)
    follow(practice, practice.book("book, rate limits and cap on", "intro", "14:00")["id"])
    unmetered = boto3.client("dynamodb")
    stored = unmetered.scan(TableName=TABLE)["Items"]
    stored += unmetered.scan(TableName=TABLE, IndexName="by-host")["Items"]
    found: dict[str, list[int]] = {}
    for item in stored:
        kind = "index entry" if "host_pk" in item and len(item) == 4 else item["sk"]["S"].partition("#")[0]
        found.setdefault(kind, []).append(size(item))
    said = {kind.strip("`").partition("#")[0]: int(length) for kind, length in documented("Sizes")}
    assert said.keys() == found.keys()
    wrong = {kind: max(found[kind]) for kind, length in said.items() if abs(max(found[kind]) / length - 1) > TOLERANCE}
    assert wrong == {}
