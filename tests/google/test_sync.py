"""Incremental sync: pages, tokens, what a delta holds, and when everything must be read again."""

from datetime import timedelta
from typing import Any

import pytest

from tests.google.desk import ADA, START, Desk, at, refused, timed

Json = dict[str, Any]


def read(calendar: Any, **parameters: Any) -> tuple[list[Json], str]:
    """Read all pages by hand; only the last has a sync token."""
    items: list[Json] = []
    page_token = None
    while True:
        more = {"pageToken": page_token} if page_token else {}
        page = calendar.events().list(calendarId="primary", **parameters, **more).execute()
        items += page["items"]
        page_token = page.get("nextPageToken")
        assert ("nextSyncToken" in page) is (page_token is None)
        if page_token is None:
            return items, page["nextSyncToken"]


def enter(desk: Desk, count: int = 1) -> list[str]:
    start = at("2026-11-02T10:00+01:00")
    span = timedelta(hours=1)
    return [
        desk.google.people.insert(ADA, start=start + n * span, end=start + (n + 1) * span, summary=f"Nr {n}")
        for n in range(count)
    ]


def test_a_full_sync_comes_in_pages_that_hold_still(desk: Desk, calendar: Any) -> None:
    ids = enter(desk, 5)
    first = calendar.events().list(calendarId="primary", maxResults=2).execute()
    desk.google.people.delete(ADA, ids[3])
    late = enter(desk)[0]
    second = calendar.events().list(calendarId="primary", maxResults=2, pageToken=first["nextPageToken"]).execute()
    third = calendar.events().list(calendarId="primary", maxResults=2, pageToken=second["nextPageToken"]).execute()
    assert [one["id"] for page in (first, second, third) for one in page["items"]] == ids
    # What happened while the pages were read is in the next delta, not lost between them.
    changed, _ = read(calendar, syncToken=third["nextSyncToken"])
    assert {(one["id"], one["status"]) for one in changed} == {(ids[3], "cancelled"), (late, "confirmed")}
    other = calendar.events().list(calendarId="primary", maxResults=3, pageToken=first["nextPageToken"])
    assert refused(other) == (400, "invalid")


def test_pages_may_be_short_or_empty(desk: Desk, calendar: Any) -> None:
    ids = enter(desk, 5)
    desk.google.trouble.page_limit = 2
    desk.google.trouble.empty_first_page = True
    items, _ = read(calendar)
    assert [one["id"] for one in items] == ids
    assert desk.count("events.list") == 4


def test_a_delta_holds_what_changed_and_deleted_events_by_id_alone(desk: Desk, calendar: Any) -> None:
    kept, changed, deleted = enter(desk, 3)
    _, token = read(calendar)
    assert read(calendar, syncToken=token)[0] == []
    desk.google.people.edit(ADA, changed, summary="Changed")
    desk.google.people.delete(ADA, deleted)
    new = calendar.events().insert(calendarId="primary", body=timed("2026-12-01T10:00:00", "2026-12-01T11:00:00"))
    own = new.execute()["id"]
    delta, later = read(calendar, syncToken=token)
    assert {one["id"]: one.get("summary") for one in delta} == {changed: "Changed", deleted: None, own: "Meeting"}
    (tombstone,) = [one for one in delta if one["id"] == deleted]
    assert tombstone.keys() == {"kind", "etag", "id", "status"}
    assert tombstone["status"] == "cancelled"
    assert kept not in {one["id"] for one in delta}
    assert read(calendar, syncToken=later)[0] == []
    assert read(calendar, syncToken=token)[0] == delta, "an old token can be used again"


def test_a_delta_with_pages_wants_the_sync_token_on_each(desk: Desk, calendar: Any) -> None:
    _, token = read(calendar)
    ids = enter(desk, 5)
    delta, _ = read(calendar, syncToken=token, maxResults=2)
    assert [one["id"] for one in delta] == ids


@pytest.mark.parametrize("which", [None, ADA])
def test_an_expired_token_is_410_and_a_full_sync_heals(desk: Desk, calendar: Any, which: str | None) -> None:
    enter(desk)
    _, token = read(calendar)
    desk.google.people.expire_sync_tokens(which)
    assert refused(calendar.events().list(calendarId="primary", syncToken=token)) == (410, "fullSyncRequired")
    items, fresh = read(calendar)
    assert len(items) == 1
    assert read(calendar, syncToken=fresh)[0] == []


def test_tokens_of_another_calendar_and_rubbish_are_410(desk: Desk, calendar: Any) -> None:
    other = desk.google.people.add_calendar(ADA, "Team")
    _, token = read(calendar)
    for wrong in (token[:-4], "rubbish", "bnVsbA"):
        assert refused(calendar.events().list(calendarId="primary", syncToken=wrong)) == (410, "fullSyncRequired")
    assert refused(calendar.events().list(calendarId=other, syncToken=token)) == (410, "fullSyncRequired")


@pytest.mark.parametrize(
    "beside",
    [
        {"timeMin": "2026-11-01T00:00:00Z"},
        {"timeMax": "2026-11-01T00:00:00Z"},
        {"q": "x"},
        {"iCalUID": "x@y"},
        {"orderBy": "updated"},
        {"updatedMin": "2026-10-18T00:00:00Z"},
        {"privateExtendedProperty": "a=b"},
        {"sharedExtendedProperty": "a=b"},
        {"showDeleted": False},
        {"singleEvents": True},
    ],
)
def test_a_sync_token_gets_along_with_few_parameters(calendar: Any, beside: Json) -> None:
    _, token = read(calendar)
    assert refused(calendar.events().list(calendarId="primary", syncToken=token, **beside)) == (400, "badRequest")


def test_a_filtered_list_gives_no_token_but_a_window_does(desk: Desk, calendar: Any) -> None:
    enter(desk)
    for filters in ({"q": "Nr"}, {"singleEvents": True, "orderBy": "startTime"}, {"privateExtendedProperty": "a=b"}):
        assert "nextSyncToken" not in calendar.events().list(calendarId="primary", **filters).execute()
    items, token = read(calendar, timeMin="2026-12-01T00:00:00Z")
    assert items == []
    (outside,) = enter(desk)
    assert [one["id"] for one in read(calendar, syncToken=token)[0]] == [outside], "changes come whatever the window"


def test_updated_min_reaches_back_four_weeks(desk: Desk, calendar: Any) -> None:
    _, gone = enter(desk, 2)
    desk.clock.pass_(hours=1)
    desk.google.people.delete(ADA, gone)
    listing = calendar.events().list
    since = (START + timedelta(minutes=30)).isoformat()
    found = listing(calendarId="primary", updatedMin=since).execute()["items"]
    assert [(one["id"], one["status"]) for one in found] == [(gone, "cancelled")]
    desk.clock.pass_(days=28)
    assert refused(listing(calendarId="primary", updatedMin=since)) == (410, "updatedMinTooLongAgo")


def series(desk: Desk, rule: str = "RRULE:FREQ=WEEKLY;COUNT=3") -> str:
    start, end = at("2026-10-19T09:00+02:00"), at("2026-10-19T10:00+02:00")
    return desk.google.people.insert(ADA, start=start, end=end, recurrence=[rule])


def statuses(items: list[Json]) -> dict[str, str]:
    return {one["id"].partition("_")[2]: one["status"] for one in items}


def test_expanded_sync_tells_of_every_instance_of_a_series(desk: Desk, calendar: Any) -> None:
    _, token = read(calendar, singleEvents=True)
    made = series(desk)
    delta, token = read(calendar, singleEvents=True, syncToken=token)
    there = ["20261019T070000Z", "20261026T080000Z", "20261102T080000Z"]
    assert statuses(delta) == dict.fromkeys(there, "confirmed")
    desk.google.people.delete(ADA, f"{made}_{there[1]}")
    delta, token = read(calendar, singleEvents=True, syncToken=token)
    assert statuses(delta) == {there[1]: "cancelled"}
    assert delta[0]["recurringEventId"] == made
    assert delta[0]["originalStartTime"]["dateTime"] == "2026-10-26T09:00:00+01:00"
    desk.google.people.edit(ADA, made, recurrence=["RRULE:FREQ=WEEKLY;COUNT=2"])
    delta, token = read(calendar, singleEvents=True, syncToken=token)
    assert statuses(delta) == {there[0]: "confirmed", there[2]: "cancelled"}
    desk.google.people.delete(ADA, made)
    delta, _ = read(calendar, singleEvents=True, syncToken=token)
    assert statuses(delta) == {there[0]: "cancelled", there[1]: "cancelled"}


def test_expanded_sync_is_silent_on_deleted_instances_half_a_year_ahead(desk: Desk, calendar: Any) -> None:
    made = series(desk, "RRULE:FREQ=MONTHLY;COUNT=12")
    items, token = read(calendar, singleEvents=True)
    assert len(items) == 12
    desk.google.people.delete(ADA, made)
    delta, _ = read(calendar, singleEvents=True, syncToken=token)
    # As seen in googleapis/google-api-ruby-client#860: who expands must read everything anew now and then.
    assert len(delta) == 7
    unexpanded, _ = read(calendar)
    assert unexpanded == []


def test_expanded_sync_keeps_to_the_window_it_began_with(desk: Desk, calendar: Any) -> None:
    window = {"timeMin": "2026-10-20T00:00:00Z", "timeMax": "2026-10-30T00:00:00Z"}
    _, token = read(calendar, singleEvents=True, **window)
    series(desk)
    delta, token = read(calendar, singleEvents=True, syncToken=token)
    assert statuses(delta) == {"20261026T080000Z": "confirmed"}
    assert read(calendar, singleEvents=True, syncToken=token)[0] == []


def test_an_event_that_becomes_a_series_is_replaced_by_its_instances(desk: Desk, calendar: Any) -> None:
    (event,) = enter(desk)
    _, token = read(calendar, singleEvents=True)
    desk.google.people.edit(ADA, event, recurrence=["RRULE:FREQ=WEEKLY;COUNT=2"])
    delta, token = read(calendar, singleEvents=True, syncToken=token)
    assert {one["id"]: one["status"] for one in delta} == {
        event: "cancelled",
        f"{event}_20261102T090000Z": "confirmed",
        f"{event}_20261109T090000Z": "confirmed",
    }
    desk.google.people.edit(ADA, event, recurrence=None)
    delta, _ = read(calendar, singleEvents=True, syncToken=token)
    assert {one["id"]: one["status"] for one in delta} == {
        event: "confirmed",
        f"{event}_20261102T090000Z": "cancelled",
        f"{event}_20261109T090000Z": "cancelled",
    }


def test_a_moved_series_cancels_its_changed_instances_for_those_who_do_not_expand(desk: Desk, calendar: Any) -> None:
    made = series(desk)
    second = f"{made}_20261026T080000Z"
    desk.google.people.edit(ADA, second, summary="Special")
    items, token = read(calendar)
    assert [one["id"] for one in items] == [made, second]
    desk.google.people.edit(ADA, made, start=at("2026-10-20T09:00+02:00"), end=at("2026-10-20T10:00+02:00"))
    delta, _ = read(calendar, syncToken=token)
    assert {one["id"]: one["status"] for one in delta} == {made: "confirmed", second: "cancelled"}
