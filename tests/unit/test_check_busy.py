"""Looking into calendars: all of them, beside each other, and no longer than somebody waits."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from daybook.domain.connection import Calendar, Connection
from daybook.domain.errors import CalendarUnavailable
from daybook.domain.external import ExternalEvent
from daybook.domain.host import CalendarPolicy
from daybook.domain.ledger import granule_at
from daybook.domain.notice import Notice
from daybook.provider_ports import Found, GrantLost, ProviderDown, Refused
from daybook.usecases.check_busy import Ports, check_busy
from tests.fakes.scene import ACME, Scene, studio
from tests.fakes.values import HALF_HOUR, NINE, NOW

TEN = NINE + timedelta(hours=1)
SPAN = (granule_at(NINE), granule_at(NINE + HALF_HOUR))
PATIENCE = timedelta(seconds=1.8)

Answer = Sequence[ExternalEvent] | Exception | Callable[[], Any]


@dataclass
class Accounts:
    """`provider_ports.Providers`: what each calendar answers."""

    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, datetime, datetime]] = field(default_factory=list)
    opened: int = 0

    def open(self, connection: Connection) -> "Accounts":
        self.opened += 1
        return self

    def events(self, calendar: str, start: datetime, end: datetime) -> list[Found]:
        self.asked.append((calendar, start, end))
        answer = self.answers.get(calendar, ())
        if isinstance(answer, Exception):
            raise answer
        found = answer() if callable(answer) else answer
        return [Found(id=str(number), event=event) for number, event in enumerate(found or ())]


@dataclass
class Heard:
    """Who was asked to read or to write to the host."""

    synced: list[str] = field(default_factory=list)
    told: list[Notice] = field(default_factory=list)

    def put(self, *names: Any, **_: Any) -> None:
        if isinstance(names[0], Notice):
            self.told.append(names[0])
        else:
            self.synced.append(names[2])


@dataclass
class Desk:
    scene: Scene
    accounts: Accounts = field(default_factory=Accounts)
    heard: Heard = field(default_factory=Heard)

    def connect(self, name: str, *calendars: str, **fields: Any) -> Connection:
        berlin = ZoneInfo("Europe/Berlin")
        plain: dict[str, Any] = {
            "account": "ada@example.com",
            "subject": name,
            "sealed_token": "",
            "calendars": tuple(Calendar(id=one, name=one, zone=berlin) for one in calendars),
            "busy_from": frozenset(calendars),
            "due_at": NOW,
            "created_at": NOW,
            "updated_at": NOW,
        }
        made = Connection(tenant=ACME, host="ada", id=name, **{**plain, **fields})
        self.scene.ports.connections.put(made, version=None)
        return made

    def check(self, patience: timedelta = PATIENCE) -> bool:
        ports = Ports(
            catalogue=self.scene.ports.catalogue,
            connections=self.scene.ports.connections,
            providers=self.accounts,  # type: ignore[arg-type]
            sync=self.heard,
            notices=self.heard,
        )
        return check_busy(ACME, "ada", SPAN, ports=ports, patience=patience, now=NOW)


@pytest.fixture
def desk() -> Desk:
    return Desk(studio())


def meeting(start: datetime = NINE, end: datetime = TEN, **fields: Any) -> ExternalEvent:
    return ExternalEvent(start=start, end=end, **fields)


def test_every_chosen_calendar_is_asked_about_the_span_by_a_connection_of_its_own(desk: Desk) -> None:
    desk.connect("C1", "a", "b")
    desk.connect("C2", "c")
    desk.connect("C3")
    assert desk.check() is False
    assert sorted(desk.accounts.asked) == [(name, NINE, NINE + HALF_HOUR) for name in "abc"]
    assert desk.accounts.opened == 3
    assert (desk.heard.synced, desk.heard.told) == ([], [])


@pytest.mark.parametrize(
    ("event", "busy"),
    [
        (meeting(), True),
        (meeting(NINE - HALF_HOUR, NINE), False),
        (meeting(NINE - HALF_HOUR, NINE + timedelta(minutes=1)), True),
        (meeting(NINE + HALF_HOUR, TEN), False),
        (meeting(booking="B1"), False),
        (meeting(free=True), False),
        (meeting(date(2027, 3, 1), date(2027, 3, 2)), True),
        (meeting(date(2027, 3, 2), date(2027, 3, 3)), False),
        (meeting(date.min, date.max), True),
        (meeting(date(2027, 3, 2), date.max), False),
    ],
    ids=str,
)
def test_what_blocks_and_meets_it_is_busy(desk: Desk, event: ExternalEvent, busy: bool) -> None:
    assert NINE.date() == date(2027, 3, 1)
    desk.connect("C1", "a")
    desk.accounts.answers["a"] = [event]
    assert desk.check() is busy


def test_busy_is_said_at_once_and_its_connection_read(desk: Desk) -> None:
    desk.connect("C1", "a")
    desk.connect("C2", "b", "c")
    desk.accounts.answers = {"a": ProviderDown(), "b": [meeting()]}
    assert desk.check() is True
    assert desk.heard.synced == ["C2"]
    assert desk.heard.told == []


@pytest.fixture
def stuck() -> Iterator[Callable[[], None]]:
    """What never answers while the test runs."""
    end = threading.Event()
    yield lambda: end.wait(10) and None
    end.set()


def test_nobody_waits_longer_than_asked(desk: Desk, stuck: Callable[[], None]) -> None:
    desk.connect("C1", "a", "b")
    desk.accounts.answers["b"] = stuck
    begun = monotonic()
    with pytest.raises(CalendarUnavailable):
        desk.check(timedelta(seconds=0.2))
    assert monotonic() - begun < 2
    assert [notice.connection for notice in desk.heard.told] == ["C1"]


def test_busy_elsewhere_is_said_while_another_calendar_hangs(desk: Desk, stuck: Callable[[], None]) -> None:
    desk.connect("C1", "a", "b")
    desk.accounts.answers = {"a": stuck, "b": [meeting()]}
    begun = monotonic()
    assert desk.check(timedelta(seconds=5)) is True
    assert monotonic() - begun < 4


@pytest.mark.parametrize(
    ("error", "synced"), [(ProviderDown(), []), (GrantLost(), ["C1"]), (Refused("notFound"), ["C1"])], ids=repr
)
def test_no_answer_is_unknown_and_what_will_not_pass_by_itself_is_looked_into(
    desk: Desk, error: Exception, synced: list[str]
) -> None:
    desk.connect("C1", "a", "b")
    desk.accounts.answers["b"] = error
    with pytest.raises(CalendarUnavailable):
        desk.check()
    assert desk.heard.synced == synced
    assert len(desk.heard.told) == 1


def test_faults_of_ours_are_not_taken_for_googles(desk: Desk) -> None:
    desk.connect("C1", "a")
    desk.accounts.answers["a"] = KeyError("start")
    with pytest.raises(KeyError):
        desk.check()


def test_broken_is_unknown_without_asking_and_leaving_is_over(desk: Desk) -> None:
    broken = desk.connect("C1", "a")
    desk.scene.ports.connections.put(broken.broken("invalid_grant", now=NOW), version=1)
    with pytest.raises(CalendarUnavailable):
        desk.check()
    again = replace(broken, version=3)
    desk.scene.ports.connections.put(again, version=2)
    desk.scene.ports.connections.put(again.leaving(now=NOW), version=3)
    assert desk.check() is False
    assert desk.accounts.asked == []
    assert desk.heard.told == []


def test_who_accepts_stale_times_is_not_warned() -> None:
    desk = Desk(studio(calendar_policy=CalendarPolicy.ACCEPT_STALE))
    desk.connect("C1", "a")
    desk.accounts.answers["a"] = ProviderDown()
    with pytest.raises(CalendarUnavailable):
        desk.check()
    assert desk.heard.told == []
