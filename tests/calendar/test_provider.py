"""The adapter against the local Google: what it reads, writes, asks for, and what refusals mean to it."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import httplib2
import pytest
from googleapiclient.errors import HttpError

from daybook.adapters.google_calendar import reading
from daybook.adapters.google_calendar.addresses import Addresses
from daybook.adapters.google_calendar.failures import explained
from daybook.domain.consent import ASKED, Right
from daybook.domain.external import Response
from daybook.provider_ports import Found, GrantLost, ProviderDown, Refused, TokenExpired
from local.google.trouble import Failure
from tests.calendar.world import ADA, World, at, entry

NINE, TEN = at("2026-11-02T09:00Z"), at("2026-11-02T10:00Z")
WINDOW = {"since": at("2026-10-18T00:00Z"), "until": at("2027-10-18T00:00Z")}


def read(world: World, token: str | None = None, calendar: str = ADA) -> tuple[list[Found], str]:
    found: list[Found] = []
    last = None
    for changes in world.provider.changes(calendar, token, **WINDOW):
        assert last is None
        found += changes.found
        last = changes.token
    assert last is not None
    return found, last


def test_google_itself_is_where_its_documents_say() -> None:
    assert Addresses.at(None) == Addresses.at("") == Addresses()
    assert Addresses().consent.startswith("https://accounts.google.com/")


def test_consent_brings_who_and_what(world: World) -> None:
    url = world.consent.url(state="s" * 43, verifier="v" * 43, existing=False)
    grant = world.consent.redeem(world.code(url), verifier="v" * 43)
    assert (grant.account, bool(grant.subject), bool(grant.refresh_token)) == (ADA, True, True)
    assert grant.scopes >= {ASKED[Right.MAKE_CALENDAR], ASKED[Right.READ_BUSY], ASKED[Right.LIST_CALENDARS]}


def test_the_right_to_write_into_existing_calendars_is_asked_for_on_wish_alone(world: World) -> None:
    asked = [world.consent.url(state="s" * 43, verifier="v" * 43, existing=wish) for wish in (False, True)]
    assert [quote(ASKED[Right.WRITE_EXISTING], safe="") in url for url in asked] == [False, True]
    assert all("v" * 43 not in url for url in asked), "the verifier stays at home"


def test_consent_may_be_partial(world: World) -> None:
    world.people.withdraw(ADA, world.client_id)
    url = world.consent.url(state="s" * 43, verifier="v" * 43, existing=False)
    grant = world.consent.redeem(world.code(url, without=(ASKED[Right.READ_BUSY],)), verifier="v" * 43)
    assert ASKED[Right.READ_BUSY] not in grant.scopes
    assert ASKED[Right.MAKE_CALENDAR] in grant.scopes


@pytest.mark.parametrize("wrong", ["code", "verifier", "twice"])
def test_a_wrong_code_is_refused(world: World, wrong: str) -> None:
    code = world.code(world.consent.url(state="s" * 43, verifier="v" * 43, existing=False))
    if wrong == "twice":
        world.consent.redeem(code, verifier="v" * 43)
    with pytest.raises(Refused, match="invalid_grant"):
        world.consent.redeem("4/x" if wrong == "code" else code, verifier=("w" if wrong == "verifier" else "v") * 43)


def test_calendars_are_listed_page_by_page(world: World) -> None:
    team = world.people.add_calendar(ADA, "Team", timezone="America/New_York")
    world.google.trouble.page_limit = 1
    found = {one.id: one for one in world.provider.calendars()}
    assert found.keys() == {ADA, team}
    assert (found[ADA].primary, found[ADA].writable, found[ADA].zone.key) == (True, True, "Europe/Berlin")
    assert (found[team].primary, found[team].name, found[team].zone.key) == (False, "Team", "America/New_York")


def test_a_calendar_of_our_own(world: World) -> None:
    made = world.provider.create_calendar("Daybook", ZoneInfo("Europe/Berlin"))
    assert (made.name, made.zone.key, made.writable, made.primary) == ("Daybook", "Europe/Berlin", True, False)
    assert {one.id for one in world.provider.calendars() if one.made} == {made.id}
    assert {one.made for one in world.opened(host="eve").calendars()} == {False}, "another host's"
    for _ in range(2):
        world.provider.delete_calendar(made.id)
    assert made.id not in {one.id for one in world.provider.calendars()}


def test_events_are_read_in_our_terms(world: World) -> None:
    insert = world.people.insert
    plain = insert(ADA, start=NINE, end=TEN)
    day = insert(ADA, start=date(2026, 11, 3), end=date(2026, 11, 5))
    free = insert(ADA, start=NINE, end=TEN, transparency="transparent")
    vague = insert(ADA, start=NINE, end=TEN, status="tentative")
    invited = insert(ADA, start=NINE, end=TEN, organizer={"email": "bob@example.com"}, attendees=[{"email": ADA}])
    world.people.respond(ADA, invited, "declined")
    place = insert(ADA, start=NINE, end=TEN, eventType="workingLocation", transparency="transparent")
    events = {one.id: one.event for one in read(world)[0]}
    assert all(event is not None for event in events.values())
    assert (events[plain].start, events[plain].end) == (NINE, TEN)  # type: ignore[union-attr]
    assert events[plain].start.tzinfo is UTC  # type: ignore[union-attr]
    assert (events[day].start, events[day].end) == (date(2026, 11, 3), date(2026, 11, 5))  # type: ignore[union-attr]
    assert events[free].free  # type: ignore[union-attr]
    assert events[vague].tentative  # type: ignore[union-attr]
    assert events[invited].response is Response.DECLINED  # type: ignore[union-attr]
    assert events[place].free  # type: ignore[union-attr]


def test_changes_come_page_by_page_and_the_token_with_the_last(world: World) -> None:
    ids = [world.people.insert(ADA, start=NINE, end=TEN) for _ in range(5)]
    world.google.trouble.page_limit = 2
    found, token = read(world)
    assert [one.id for one in found] == ids
    assert all(one.etag for one in found)
    world.people.delete(ADA, ids[0])
    world.people.edit(ADA, ids[1], start=TEN, end=TEN + timedelta(hours=1))
    changed, token = read(world, token)
    assert {one.id: one.event and one.event.start for one in changed} == {ids[0]: None, ids[1]: TEN}
    assert read(world, token)[0] == []


def test_occurrences_are_told_from_single_events(world: World) -> None:
    single = world.people.insert(ADA, start=NINE, end=TEN)
    series = world.people.insert(ADA, start=NINE, end=TEN, recurrence=["RRULE:FREQ=DAILY;COUNT=3"])
    assert {one.id: one.series for one in read(world)[0]} == {
        single: False,
        **{f"{series}_2026110{day}T090000Z": True for day in (2, 3, 4)},
    }


def test_an_old_token_says_so(world: World) -> None:
    _, token = read(world)
    world.people.expire_sync_tokens()
    with pytest.raises(TokenExpired):
        read(world, token)


def test_a_calendar_that_is_gone_is_refused(world: World) -> None:
    with pytest.raises(Refused, match="notFound"):
        read(world, calendar="nobody@example.com")


@pytest.mark.parametrize("failure", [*Failure])
def test_what_passes_by_itself_is_told_from_what_does_not(world: World, failure: Failure) -> None:
    world.google.trouble.slow_seconds = 1.5
    world.google.trouble.fail(failure, only="events.list", calls=3)
    with pytest.raises(ProviderDown):
        read(world)


def test_one_more_try_is_made_where_one_was_asked_for(world: World) -> None:
    world.google.trouble.fail(Failure.UNAVAILABLE, only="calendarList.list")
    assert len(world.opened(tries=1).calendars()) == 1


def test_a_dead_grant_is_lost(world: World) -> None:
    provider = world.provider
    provider.calendars()
    world.people.withdraw(ADA, world.client_id)
    with pytest.raises(GrantLost):
        provider.calendars()


def test_trouble_with_tokens_is_no_lost_grant(world: World) -> None:
    for failure in (Failure.INTERNAL, Failure.LOST_REQUEST):
        world.google.trouble.fail(failure, only="oauth.token", calls=5)
        with pytest.raises(ProviderDown):
            world.opened().calendars()
        world.google.trouble = type(world.google.trouble)()


def test_access_tokens_are_shared_by_who_opens_an_account(world: World) -> None:
    asked = world.count("oauth.token")
    for _ in range(3):
        world.providers.open(world.connection).calendars()
    assert world.count("oauth.token") == asked + 1


def test_an_access_token_that_ended_is_renewed(world: World) -> None:
    provider = world.provider
    provider.calendars()
    world.clock.pass_(hours=2)
    assert provider.calendars()


def test_a_booking_becomes_an_event(world: World) -> None:
    made = world.provider.insert(ADA, entry("B1", NINE))
    event = world.people.event(ADA, made.id)
    assert (event["iCalUID"], event["summary"], event["status"]) == ("B1@daybook.example", "Intro", "confirmed")
    assert event["extendedProperties"]["private"]["daybook_booking"] == "B1"
    assert "attendees" not in event
    assert world.google.world.mails == []
    (seen,) = read(world)[0]
    assert (seen.id, seen.etag) == (made.id, made.etag)
    assert seen.event is not None
    assert seen.event.booking == "B1"


def test_another_hosts_booking_is_an_event_like_any_other(world: World) -> None:
    world.provider.insert(ADA, entry("B1", NINE))
    (seen,) = world.opened(host="other").changes(ADA, None, **WINDOW)
    assert [one.event.booking for one in seen.found if one.event] == [None]


@pytest.mark.parametrize("deleted", [False, True])
def test_an_event_that_is_there_already_becomes_the_booking(world: World, deleted: bool) -> None:
    first = world.provider.insert(ADA, entry("B1", NINE))
    if deleted:
        world.people.delete(ADA, first.id)
    again = world.provider.insert(ADA, entry("B1", TEN))
    assert again.id == first.id
    event = world.people.event(ADA, first.id)
    assert (event["status"], event["start"]["dateTime"]) == ("confirmed", "2026-11-02T10:00:00Z")


def test_of_several_events_with_a_uid_ours_is_taken(world: World) -> None:
    """The host lets our event repeat, and moves one occurrence: all of them bear the booking's UID."""
    first = world.provider.insert(ADA, entry("B1", NINE))
    world.people.edit(ADA, first.id, recurrence=["RRULE:FREQ=DAILY;COUNT=3"])
    second = next(one.id for one in world.provider.events(ADA, *(time + timedelta(days=1) for time in (NINE, TEN))))
    world.people.edit(ADA, second, summary="Another day")
    assert world.provider.insert(ADA, entry("B1", NINE, version=2)).id == first.id
    assert world.people.event(ADA, second)["summary"] == "Another day"


OURS = {"daybook_host": "acme/ada", "daybook_booking": "B1"}
ALIKE: list[dict[str, Any]] = [
    {"id": "ours", "extendedProperties": {"private": OURS}},
    {"id": "occurrence", "extendedProperties": {"private": OURS}, "recurringEventId": "ours"},
    {"id": "organized", "organizer": {"self": True}},
    {"id": "entered", "creator": {"self": True}, "organizer": {"email": "bookings@daybook.example"}},
    {"id": "another's", "extendedProperties": {"private": {**OURS, "daybook_host": "acme/eve"}}},
    {"id": "mailed", "organizer": {"email": "bookings@daybook.example"}},
]


@pytest.mark.parametrize(
    ("there", "taken"),
    [
        (range(6), "ours"),
        (range(1, 6), "occurrence"),
        (range(2, 6), "organized"),
        ([3, 4, 5], "entered"),
        ([5], "mailed"),
    ],
)
def test_the_event_that_is_ours_is_told_from_others_with_its_uid(there: Sequence[int], taken: str) -> None:
    events = [ALIKE[number] for number in there]
    for known in (events, events[::-1]):
        assert reading.our_event(known, "B1", "acme/ada")["id"] == taken


def test_the_event_of_a_session_is_told_from_others_by_its_own_mark() -> None:
    marks = {"daybook_host": "acme/ada", "daybook_session": "S1"}
    ours = {"id": "ours", "extendedProperties": {"private": marks}, "recurringEventId": "series"}
    others = [one for one in ALIKE if one["id"] not in {"ours", "occurrence"}]
    another = {"id": "another", "extendedProperties": {"private": {**marks, "daybook_session": "S2"}}}
    assert reading.our_event([*others, another, ours], "S1", "acme/ada")["id"] == "ours"


@pytest.mark.parametrize(
    ("status", "reason", "domain", "error"),
    [
        (403, "dailyLimitExceeded", "usageLimits", ProviderDown),
        (403, "rateLimitExceeded", "", ProviderDown),
        (403, "insufficientPermissions", "global", Refused),
        (404, "notFound", "global", Refused),
    ],
)
def test_any_limit_passes_by_itself(status: int, reason: str, domain: str, error: type[Exception]) -> None:
    body = json.dumps({"error": {"errors": [{"reason": reason, "domain": domain}]}}).encode()
    with pytest.raises(error, match=reason), explained():
        raise HttpError(httplib2.Response({"status": str(status)}), body)


def test_a_patch_puts_right_what_the_host_changed(world: World) -> None:
    made = world.provider.insert(ADA, entry("B1", NINE))
    world.people.edit(ADA, made.id, start=date(2026, 11, 9), end=date(2026, 11, 10), summary="Off", colorId="5")
    world.people.edit(ADA, made.id, attendees=[{"email": "friend@example.com"}])
    patched = world.provider.patch(ADA, made.id, entry("B1", NINE, version=2))
    event = world.people.event(ADA, made.id)
    assert patched.event is not None
    assert (patched.event.start, event["summary"], event["colorId"]) == (NINE, "Intro", "5")
    assert [one["email"] for one in event["attendees"]] == ["friend@example.com"], "whom the host added stays"
    assert world.people.event(ADA, made.id)["extendedProperties"]["private"]["daybook_version"] == "2"


@pytest.mark.parametrize("how", ["deleted", "notFound"])
def test_a_patch_of_what_is_gone_is_refused(world: World, how: str) -> None:
    made = world.provider.insert(ADA, entry("B1", NINE))
    world.people.delete(ADA, made.id)
    assert world.provider.event(ADA, made.id) is None
    with pytest.raises(Refused, match=how):
        world.provider.patch(ADA, made.id if how == "deleted" else "0" * 26, entry("B1", NINE))
    assert world.provider.event(ADA, "0" * 26) is None


def test_deleting_twice_is_deleting(world: World) -> None:
    made = world.provider.insert(ADA, entry("B1", NINE))
    for event in (made.id, made.id, "0" * 26):
        world.provider.delete(ADA, event, tell_guests=True)
    assert world.people.event(ADA, made.id)["status"] == "cancelled"


def test_guests_of_a_session_are_who_sits_there_and_see_none_of_each_other(world: World) -> None:
    bob, eve, kim = ((f"{who.lower()}@example.com", who) for who in ("Bob", "Eve", "Kim"))
    shared: dict[str, Any] = {"shared": True}
    made = world.provider.insert(ADA, entry("S1", NINE, guests=(bob, eve), **shared))
    world.people.respond(ADA, made.id, "accepted", who=eve[0])
    world.provider.patch(ADA, made.id, entry("S1", NINE, guests=(eve, kim), **shared))
    event = world.people.event(ADA, made.id)
    answers = {one["email"]: one["responseStatus"] for one in event["attendees"]}
    assert answers == {eve[0]: "accepted", kim[0]: "needsAction"}
    assert event["guestsCanSeeOtherGuests"] is False
    before = len(world.google.world.mails)
    world.provider.patch(ADA, made.id, entry("S1", NINE, guests=(eve,), tells=False, **shared))
    world.provider.patch(ADA, made.id, entry("S1", NINE, guests=(), **shared))
    assert world.people.event(ADA, made.id).get("attendees", []) == []
    assert len(world.google.world.mails) == before


def test_an_event_of_a_session_is_known_for_ours(world: World) -> None:
    made = world.provider.insert(ADA, entry("S1", NINE, shared=True))
    assert world.people.event(ADA, made.id)["extendedProperties"]["private"]["daybook_session"] == "S1"
    [found] = world.provider.events(ADA, NINE, TEN)
    assert found.event
    assert found.event.booking == "S1"


def test_an_event_whose_id_is_lost_is_deleted_by_its_uid(world: World) -> None:
    kept = world.provider.insert(ADA, entry("B1", NINE))
    world.provider.insert(ADA, entry("S1", TEN, uid="session@daybook.example"))
    for _ in range(2):
        world.provider.delete_by_uid(ADA, "session@daybook.example", tell_guests=False)
    assert [one.id for one in world.provider.events(ADA, NINE, at("2026-11-02T12:00Z"))] == [kept.id]


def test_guests_are_invited_once_and_answer_for_themselves(world: World) -> None:
    guests = (("bob@example.com", "Bob"),)
    made = world.provider.insert(ADA, entry("B1", NINE, guests=guests))
    world.people.respond(ADA, made.id, "accepted", who="bob@example.com")
    world.provider.patch(ADA, made.id, entry("B1", TEN, guests=guests))
    (bob,) = world.people.event(ADA, made.id)["attendees"]
    assert (bob["email"], bob["responseStatus"]) == ("bob@example.com", "accepted")
    assert [(mail.kind, mail.to) for mail in world.google.world.mails] == [
        ("invitation", "bob@example.com"),
        ("update", "bob@example.com"),
    ]
    world.provider.patch(ADA, made.id, entry("B1", TEN, guests=()))
    assert world.people.event(ADA, made.id).get("attendees", []) == [], "who is forgotten is no guest"


def test_a_meeting_is_made_once(world: World) -> None:
    made = world.provider.insert(ADA, entry("B1", NINE, meeting=True))
    assert made.meeting_url == ""
    world.clock.pass_(seconds=3)
    there = world.provider.event(ADA, made.id)
    assert there is not None
    assert there.meeting_url.startswith("https://meet.google.com/")
    patched = world.provider.patch(ADA, made.id, entry("B1", TEN, version=2, meeting=True))
    assert patched.meeting_url == there.meeting_url


def test_a_meeting_that_failed_is_asked_for_again(world: World) -> None:
    world.google.trouble.meet_fails = True
    made = world.provider.insert(ADA, entry("B1", NINE, meeting=True))
    world.clock.pass_(seconds=3)
    world.provider.event(ADA, made.id)
    world.google.trouble.meet_fails = False
    world.provider.patch(ADA, made.id, entry("B1", NINE, version=2, meeting=True))
    world.clock.pass_(seconds=3)
    there = world.provider.event(ADA, made.id)
    assert there is not None
    assert there.meeting_url


def test_a_channel_is_what_google_granted(world: World) -> None:
    world.google.trouble.longest_channel = timedelta(days=3)
    channel = world.provider.watch(ADA, "channel-1", token="t" * 43, ttl=timedelta(days=30))
    assert channel.expires_at == world.clock() + timedelta(days=3)
    assert channel.resource
    world.provider.stop(channel)
    world.provider.stop(channel)
    assert world.google.channels.open(world.google.world) == []


def test_a_grant_is_given_back(world: World) -> None:
    provider = world.provider
    provider.revoke()
    provider.revoke()
    with pytest.raises(GrantLost):
        world.opened().calendars()


@pytest.fixture(autouse=True)
def _no_client_talk(caplog: pytest.LogCaptureFixture) -> Iterator[Any]:
    """Nothing the client says of its own accord names a person's calendar."""
    yield
    assert ADA not in caplog.text


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (
            {"start": {"dateTime": "2027-03-01T09:00:00Z"}, "end": {"dateTime": "9999-12-31T23:59:59-08:00"}},
            (at("2027-03-01T09:00Z"), datetime.max.replace(tzinfo=UTC)),
        ),
        ({"start": {"date": "2027-03-01"}, "end": {"date": "10000-01-01"}}, (date(2027, 3, 1), date.max)),
        ({"start": {"date": "0000-03-01"}, "end": {"date": "2027-03-01"}}, (date.min, date(2027, 3, 1))),
        ({"end": {"dateTime": "2027-03-01T09:00:00Z"}}, (datetime.min.replace(tzinfo=UTC), at("2027-03-01T09:00Z"))),
        ({}, (date.min, date.max)),
    ],
)
def test_times_that_cannot_be_read_are_as_far_off_as_can_be(times: Any, expected: Any) -> None:
    event = reading.found({"id": "e", **times}, "acme/ada").event
    assert event is not None
    assert (event.start, event.end) == expected
