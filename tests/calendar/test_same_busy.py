"""After any sequence of edits, pushes lost or doubled, and one sweep, the ledger is busy exactly when Google is."""

import os
from contextlib import ExitStack
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import hypothesis.strategies as st
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from local.google.errors import ApiError
from local.google.trouble import Failure, Trouble
from tests.calendar.reader import Reader, reading
from tests.calendar.world import ADA
from tests.fakes.values import NOW

FEW = 30
EXAMPLES = int(os.environ.get("DAYBOOK_CALENDAR_EXAMPLES", FEW))
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
BOB = "bob@example.com"

offsets = st.integers(-2 * 1440, 130 * 1440).map(lambda minutes: minutes * MINUTE)
"""Over both changes of the clocks; series that begin later are told of too late (test_import)."""
lengths = st.sampled_from([0, 1, 5, 30, 61, 24 * 60, 3 * 24 * 60 + 7]).map(lambda minutes: minutes * MINUTE)
looks: Any = st.sampled_from(
    [
        {},
        {},
        {"transparency": "transparent"},
        {"status": "tentative"},
        {"eventType": "workingLocation", "transparency": "transparent"},
        {"eventType": "outOfOffice"},
        {"organizer": {"email": BOB}, "attendees": [{"email": ADA}]},
        {"attendees": [{"email": BOB}]},
    ]
)
rules = st.sampled_from(
    ["DAILY;COUNT=9", "WEEKLY;COUNT=6", "WEEKLY;BYDAY=MO,TH", "MONTHLY;COUNT=3", "DAILY;INTERVAL=3"]
)


class Edits(RuleBasedStateMachine):
    """Ada and everybody who shares her calendars, while Daybook looks on as well as it can."""

    events = Bundle("events")

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.reader: Reader = self.stack.enter_context(reading())

    @initialize()
    def calendars(self) -> None:
        add = self.reader.people.add_calendar
        self.names = [ADA, *(add(ADA, zone, timezone=zone) for zone in ZONES[1:])]
        self.reader.office.change(busy_from=frozenset(self.names))
        self.reader.ask(afresh=True)
        self.reader.settle()

    @rule(target=events, where=st.integers(0, 2), offset=offsets, length=lengths, look=looks)
    def enter(self, where: int, offset: timedelta, length: timedelta, look: Any) -> Any:
        start = NOW + offset
        return self._insert(where, start=start, end=start + length, **look)

    @rule(target=events, where=st.integers(0, 2), day=st.integers(-3, 130), days=st.integers(1, 9))
    def enter_days(self, where: int, day: int, days: int) -> Any:
        first = date(2027, 3, 1) + day * DAY
        return self._insert(where, start=first, end=first + days * DAY)

    @rule(target=events, where=st.integers(0, 2), offset=offsets, rule=rules, zone=st.sampled_from(ZONES))
    def enter_series(self, where: int, offset: timedelta, rule: str, zone: str) -> Any:
        start = (NOW + offset).astimezone(ZoneInfo(zone))
        return self._insert(where, start=start, end=start + 45 * MINUTE, recurrence=[f"RRULE:FREQ={rule}"])

    @rule(event=events, offset=offsets, length=lengths)
    def move(self, event: tuple[str, str], offset: timedelta, length: timedelta) -> None:
        start = NOW + offset
        self._try(self.reader.people.edit, event, start=start, end=start + length)

    @rule(event=events, day=st.integers(-3, 130))
    def make_whole_days(self, event: tuple[str, str], day: int) -> None:
        first = date(2027, 3, 1) + day * DAY
        self._try(self.reader.people.edit, event, start=first, end=first + DAY)

    @rule(
        event=events,
        look=st.sampled_from([{"transparency": "transparent"}, {"transparency": "opaque"}, {"summary": "x"}]),
    )
    def change(self, event: tuple[str, str], look: Any) -> None:
        self._try(self.reader.people.edit, event, **look)

    @rule(event=events, answer=st.sampled_from(["accepted", "declined", "tentative"]))
    def answer(self, event: tuple[str, str], answer: str) -> None:
        self._try(self.reader.people.respond, event, answer, who=ADA)

    @rule(event=events, rule=rules)
    def cut(self, event: tuple[str, str], rule: str) -> None:
        calendar, name = event
        known = self.reader.office.world.google.world.calendars[calendar].events[name].resource
        if known.get("recurrence"):
            self._try(self.reader.people.edit, event, recurrence=[f"RRULE:FREQ={rule}"])

    @rule(event=events, which=st.integers(0, 5), offset=st.none() | offsets)
    def touch_occurrence(self, event: tuple[str, str], which: int, offset: timedelta | None) -> None:
        """Delete one occurrence of a series, or move it."""
        calendar, name = event
        known = self.reader.office.world.google.world.calendars[calendar]
        single = [one["id"] for one in known.single(NOW, NOW + 200 * DAY) if one.get("recurringEventId") == name]
        if which >= len(single):
            return
        if offset is None:
            self._try(self.reader.people.delete, (calendar, single[which]))
        else:
            start = NOW + offset
            self._try(self.reader.people.edit, (calendar, single[which]), start=start, end=start + 25 * MINUTE)

    @rule(event=consumes(events))
    def delete(self, event: tuple[str, str]) -> None:
        self._try(self.reader.people.delete, event)

    @rule(day=st.integers(0, 4), hour=st.integers(9, 16), to_ada=st.booleans())
    def book(self, day: int, hour: int, to_ada: bool) -> None:
        """Somebody books; the event is in a calendar that blocks, or in one of its own."""
        office = self.reader.office
        place = ADA if to_ada else office.calendar
        if office.connection.write_to != place:
            office.change(write_to=place)
        start = NOW.replace(hour=hour) + (7 + day) * DAY
        try:
            office.scene.book(start, f"guest{len(office.room.events())}")
        except Exception:
            return
        office.room.settle()

    @rule(lose=st.integers(0, 2), double=st.integers(0, 2), reorder=st.sampled_from([0, 2]))
    def disturb(self, lose: int, double: int, reorder: int) -> None:
        self.reader.office.world.google.pushes.disturb(lose=lose, double=double, reorder=reorder)

    @rule(
        failure=st.sampled_from([Failure.UNAVAILABLE, Failure.USER_RATE_LIMIT, Failure.INTERNAL]),
        calls=st.integers(1, 3),
    )
    def fail(self, failure: Failure, calls: int) -> None:
        self.reader.office.world.google.trouble.fail(failure, calls=calls)

    @rule(limit=st.sampled_from([1, 3, None]))
    def shorten_pages(self, limit: int | None) -> None:
        self.reader.office.world.google.trouble.page_limit = limit

    @rule()
    def expire_tokens(self) -> None:
        self.reader.people.expire_sync_tokens()

    @rule()
    def work(self) -> None:
        self.reader.settle()

    @rule(hours=st.sampled_from([1, 5, 30]))
    def pass_(self, hours: int) -> None:
        self.reader.office.scene.now += timedelta(hours=hours)

    @rule()
    def sweep(self) -> None:
        """Then nothing may differ, whatever came before."""
        google = self.reader.office.world.google
        google.trouble = Trouble(page_limit=google.trouble.page_limit)
        google.pushes.disturb()
        self.reader.office.room.until(self.reader.now + timedelta(minutes=16))
        self.reader.sweep()
        self.reader.settle()
        assert self.reader.in_ledger() == self.reader.in_google()

    @invariant()
    def bookings_stand(self) -> None:
        """Nothing that happens to other events moves or cancels a booking."""
        assert {event.deed.value for event in self.reader.office.room.events()} <= {
            "booking.booked",
            "booking.completed",
        }

    def teardown(self) -> None:
        try:
            self.sweep()
        finally:
            self.stack.close()

    def _insert(self, where: int, **fields: Any) -> Any:
        try:
            return self.names[where], self.reader.people.insert(self.names[where], **fields)
        except ApiError:
            return multiple()

    def _try(self, hand: Any, event: tuple[str, str], *given: Any, **fields: Any) -> None:
        """Do what a person tries; what Google refuses them has not happened."""
        try:
            hand(*event, *given, **fields)
        except ApiError:
            return


TestEdits = Edits.TestCase
TestEdits.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=25,
    deadline=None,
    derandomize=EXAMPLES == FEW,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
)
