"""Booking asks a connected host's calendars once more; nobody else pays for that, and listing never asks."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from daybook import calendar_wiring, wiring
from daybook.domain.connection import Connection
from local.google.trouble import Failure, Trouble
from tests.harness import ROOT, Api
from tests.integration.browsing import sent, words
from tests.integration.calendars import CLIENT, GMAIL, Office, Workers
from tests.integration.conftest import Log
from tests.integration.scenes import INTRO, at, book, booked, change, move, nothing_written, publish, shown, slots, take

TEN, ELEVEN = at("10:00"), at("11:00")
FAR = "2028-03-06"
"""A Monday more than 366 days ahead."""
NEXT = ["2027-03-01T09:30:00Z", "2027-03-01T10:00:00Z", "2027-03-01T10:30:00Z"]


@pytest.fixture
def connection(office: Office, workers: Workers) -> Connection:
    found = office.connect()
    office.queued("sync")
    return found


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def enter(office: Office, start: str, end: str, calendar: str = GMAIL, **fields: Any) -> str:
    """Let Ada enter an event of which no push has told us."""
    return office.google.people.insert(calendar, start=moment(start), end=moment(end), **fields)


@contextmanager
def table_calls() -> Iterator[list[str]]:
    """Collect what the table is asked meanwhile."""
    calls: list[str] = []
    events = wiring.client().meta.events

    def note(model: Any, **_: Any) -> None:
        calls.append(model.name)

    events.register("before-call.dynamodb", note)
    try:
        yield calls
    finally:
        events.unregister("before-call.dynamodb", note)


def endless(api: Api) -> None:
    change(api, INTRO, booking_window={"type": "unlimited"})


class TestAHostWithoutCalendars:
    def test_offers_what_lies_years_ahead(self, office: Office) -> None:
        endless(office.api)
        assert slots(office.api, FAR) != []
        assert book(office.api, at("10:00", FAR)).status == 201

    def test_pays_two_round_trips_and_asks_nobody(self, office: Office, workers: Workers) -> None:
        with table_calls() as calls:
            booked(office.api)
        assert calls == ["BatchGetItem", "TransactWriteItems"]
        assert (workers.asked, office.asked()) == ([], 0)

    def test_loads_nothing_for_it(self) -> None:
        """A process of its own, for here everything is loaded already."""
        script = """
import sys
from tests import conftest
from moto import mock_aws
with mock_aws():
    from daybook import calendar_wiring, wiring
    from tests.harness import START, TABLE, Api, Clock, table_properties
    from tools.tenant import provision
    wiring.client().create_table(TableName=TABLE, **table_properties())
    key = provision(wiring.client(), TABLE, name="Acme", slug="acme", email="a@example.com", now=START)
    from tests.fakes import values
    catalogue = wiring.catalogue()
    catalogue.add_host("acme", values.host())
    catalogue.put_schedule("acme", "ada", values.schedule(), version=None)
    catalogue.put_event_type("acme", "ada", values.event_type("intro"), version=None)
    before = set(sys.modules)
    from public.book import handler
    from public.reschedule import handler as reschedule
    import json
    from tests.harness import Context
    wiring.now = lambda: START
    body = {"host": "ada", "event_type": "intro", "start": "2027-03-01T10:00:00Z",
            "attendee": {"name": "Bob", "email": "bob@example.com", "timezone": "UTC"}}
    event = Api("acme", key, Clock(START))._event("POST", "/v1/acme/bookings", "POST /v1/{tenant}/bookings")
    event |= {"body": json.dumps(body), "pathParameters": {"tenant": "acme"}}
    answer = handler(event, Context())
    assert answer["statusCode"] == 201, answer
print(*sorted(name for name in set(sys.modules) - before if name.startswith("daybook")))
"""
        environment = {"PYTHONPATH": f"{ROOT}/layers/core:{ROOT}/functions:{ROOT}", "PATH": ""}
        ran = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, env=environment, check=False
        )
        assert ran.returncode == 0, ran.stderr
        loaded = ran.stdout.splitlines()[-1].split()
        assert "daybook.usecases.book" in loaded
        heavy = ("calendar", "check_busy", "google", "connection", "notice", "snapshot", "mail", "queues")
        assert [name for name in loaded if any(word in name for word in heavy)] == []


class TestAConnectedHost:
    def test_offers_nothing_beyond_what_calendars_are_read_for(self, office: Office, connection: Connection) -> None:
        endless(office.api)
        assert slots(office.api, FAR) == []
        assert book(office.api, at("10:00", FAR)).code == "outside_window"

    def test_is_asked_once_about_the_very_time(self, office: Office, connection: Connection, workers: Workers) -> None:
        with table_calls() as calls:
            booked(office.api)
        start = int(moment(TEN).timestamp()) // 300
        assert workers.asked == [{"tenant": "acme", "host": "ada", "start": start, "end": start + 6}]
        assert calls == ["BatchGetItem", "Query", "TransactWriteItems"]  # the worker's own read between

    def test_busy_time_nobody_told_us_of_is_taken(self, office: Office, connection: Connection) -> None:
        enter(office, at("10:15"), at("10:20"))
        assert "10:00" in slots(office.api)
        with nothing_written():
            reply = book(office.api)
        assert (reply.status, reply.code) == (409, "slot_taken")
        assert reply.json["alternatives"] == NEXT
        [message] = office.queued("sync")
        assert message["sync"]["connection"] == connection.id
        assert booked(office.api, ELEVEN)

    def test_buffers_count_and_what_touches_does_not(self, office: Office, connection: Connection) -> None:
        enter(office, at("11:00"), at("12:00"))
        assert booked(office.api, at("10:30"))
        change(office.api, "/hosts/ada/event-types/intro", buffer_after_minutes=15)
        enter(office, at("14:40"), at("14:50"))
        assert book(office.api, at("14:00"), "eve").status == 409
        assert book(office.api, at("13:30"), "eve").status == 201

    @pytest.mark.parametrize(
        "fields",
        [
            {"transparency": "transparent"},
            {"attendees": [{"email": GMAIL, "responseStatus": "declined"}], "organizer": {"email": "x@gmail.example"}},
        ],
        ids=["free", "declined"],
    )
    def test_what_does_not_block_does_not_block(
        self, office: Office, connection: Connection, fields: dict[str, Any]
    ) -> None:
        enter(office, TEN, ELEVEN, **fields)
        assert booked(office.api)

    def test_tentative_time_blocks_unless_the_host_says_otherwise(self, office: Office, connection: Connection) -> None:
        enter(office, TEN, ELEVEN, status="tentative")
        assert book(office.api).status == 409
        assert office.api.host("PATCH", office.path(connection), {"unsettled_block": False}).status == 200
        assert booked(office.api)

    def test_only_calendars_that_were_chosen_are_asked(self, office: Office, connection: Connection) -> None:
        family = office.google.people.add_calendar(GMAIL, "Family")
        enter(office, TEN, ELEVEN, calendar=family)
        assert booked(office.api)
        office.connect()
        office.api.host("PATCH", office.path(connection), {"busy_from": [GMAIL, family]})
        enter(office, at("12:00"), at("13:00"), calendar=family)
        assert book(office.api, at("12:00"), "eve").status == 409

    def test_an_event_of_all_day_blocks_the_day_of_its_calendar(self, office: Office, connection: Connection) -> None:
        day = datetime(2027, 3, 2, tzinfo=UTC).date()
        office.google.people.insert(GMAIL, start=day, end=day.replace(day=3))
        assert book(office.api, at("09:00", "2027-03-02")).status == 409
        assert booked(office.api, at("09:00", "2027-03-03"))

    def test_our_own_events_never_block(self, office: Office, connection: Connection) -> None:
        """The event of the booking that moves, too: it still stands where the booking was."""
        booking = booked(office.api)
        ours = {"daybook_booking": booking["id"], "daybook_version": "1", "daybook_host": "acme/ada"}
        choice = {"busy_from": [GMAIL, connection.dedicated]}
        assert office.api.host("PATCH", office.path(connection), choice).status == 200
        assert connection.dedicated
        enter(office, TEN, at("10:30"), connection.dedicated, extendedProperties={"private": ours})
        assert move(office.api, booking, at("10:15")).status == 422
        change(office.api, "/hosts/ada/event-types/intro", slot_interval_minutes=15)
        assert move(office.api, booking, at("10:15")).status == 200

    def test_moving_onto_busy_time_is_refused_on_the_page_too(self, office: Office, connection: Connection) -> None:
        booking = booked(office.api)
        enter(office, ELEVEN, at("11:30"))
        assert move(office.api, booking, ELEVEN).code == "slot_taken"
        page = sent(office.api, booking, "move", start="2027-03-01T10:00:00Z")
        assert (page.status, "Somebody else has just taken this time" in words(page)) == (409, True)
        assert shown(office.api, booking)["start"] == booking["start"]

    def test_published_slots_are_asked_about_as_well(self, office: Office, connection: Connection) -> None:
        slot = publish(office.api)
        enter(office, at("18:10"), at("18:15"))
        assert take(office.api, slot).code == "slot_taken"

    def test_hosts_themselves_are_refused_alike(self, office: Office, connection: Connection) -> None:
        enter(office, TEN, ELEVEN)
        assert book(office.api, bearer=office.api.key).status == 409


class TestListing:
    def test_asks_nobody(self, office: Office, connection: Connection, workers: Workers) -> None:
        asked = office.asked()
        assert slots(office.api, last="2027-03-31")
        query = {"month": "2027-03", "timezone": "UTC"}
        assert office.api.get("/hosts/ada/event-types/intro/days", query=query).status == 200
        assert office.api.get("/slots").status == 200
        assert office.api.host("GET", "/hosts/ada/calendars").status == 200
        assert (office.asked(), workers.asked) == (asked, [])


class TestWithoutAnAnswer:
    @pytest.mark.parametrize("failure", [Failure.INTERNAL, Failure.LOST_REQUEST, Failure.RATE_LIMIT])
    def test_a_strict_host_is_not_booked_and_told_once_a_day(
        self, office: Office, connection: Connection, failure: Failure
    ) -> None:
        office.google.trouble.fail(failure, calls=9)
        with nothing_written():
            reply = book(office.api)
            assert book(office.api, ELEVEN).status == 503
        assert (reply.status, reply.code) == (503, "calendar_unavailable")
        assert reply.headers["retry-after"]
        [message] = office.queued("mail")
        notice = message["notice"]
        assert (notice["kind"], notice["connection"]) == ("calendar_unreachable", connection.id)
        office.google.trouble = Trouble()
        assert booked(office.api)

    def test_a_host_who_accepts_that_is_booked_and_not_told(self, office: Office, connection: Connection) -> None:
        change(office.api, "/hosts/ada", calendar_policy="accept_stale")
        office.google.trouble.fail(Failure.INTERNAL, calls=9)
        assert booked(office.api)
        assert office.queued("mail") == []

    def test_the_page_says_so_and_keeps_the_time(self, office: Office, connection: Connection) -> None:
        booking = booked(office.api)
        office.google.trouble.fail(Failure.INTERNAL, calls=9)
        page = sent(office.api, booking, "move", start="2027-03-01T10:00:00Z")
        assert (page.status, "cannot be read right now" in words(page)) == (503, True)

    def test_a_slow_calendar_is_not_waited_for(self, office: Office, connection: Connection) -> None:
        office.google.trouble.slow_seconds = 3
        office.google.trouble.fail(Failure.SLOW, calls=9)
        begun = datetime.now(UTC)
        assert book(office.api).code == "calendar_unavailable"
        assert (datetime.now(UTC) - begun).total_seconds() < 2.8

    def test_a_grant_that_is_gone_is_looked_into(self, office: Office, connection: Connection) -> None:
        office.google.people.withdraw(GMAIL, CLIENT)
        assert book(office.api).code == "calendar_unavailable"
        assert len(office.queued("sync")) == 1

    def test_a_broken_connection_is_unknown_not_free(self, office: Office, connection: Connection) -> None:
        broken = connection.broken("invalid_grant", now=office.api.clock())
        calendar_wiring.connections().put(broken, version=connection.version)
        assert book(office.api).code == "calendar_unavailable"
        assert office.queued("mail") == []  # the host heard of it when it broke
        change(office.api, "/hosts/ada", calendar_policy="accept_stale")
        assert booked(office.api)

    def test_one_calendar_that_says_busy_is_enough(self, office: Office, connection: Connection) -> None:
        office.google.people.add_account("eve@gmail.example")
        office.came_back(email="eve@gmail.example")
        enter(office, TEN, ELEVEN)
        office.google.people.withdraw("eve@gmail.example", CLIENT)
        assert book(office.api).code == "slot_taken"
        assert book(office.api, at("14:00")).code == "calendar_unavailable"

    def test_hosts_without_calendars_notice_nothing(self, office: Office, connection: Connection, globex: Api) -> None:
        office.google.trouble.fail(Failure.INTERNAL, calls=99)
        assert booked(globex)

    def test_a_disconnected_calendar_is_not_asked(
        self, office: Office, connection: Connection, workers: Workers
    ) -> None:
        office.api.host("DELETE", office.path(connection))
        enter(office, TEN, ELEVEN)
        assert booked(office.api)
        assert workers.asked == []


def test_nothing_of_calendars_is_logged(office: Office, connection: Connection, log: Log) -> None:
    enter(office, TEN, ELEVEN, summary="Secret meeting")
    book(office.api)
    office.google.trouble.fail(Failure.INTERNAL, calls=9)
    book(office.api, ELEVEN)
    for secret in ("Secret meeting", "gmail", *office.google.oauth.grants.access):
        assert secret not in log.text
    metrics = json.loads(log.text.splitlines()[-1])
    assert metrics["service"] == "daybook"
