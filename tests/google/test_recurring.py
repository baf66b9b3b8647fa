"""Series: wall time through changes of the clocks, instances that differ, what ends with what."""

from datetime import date
from typing import Any

import pytest

from tests.google.desk import ADA, Desk, at, refused, timed

WINDOW = {"timeMin": "2026-10-19T00:00:00Z", "timeMax": "2026-11-16T00:00:00Z"}


def weekly(desk: Desk, *lines: str, **fields: Any) -> str:
    """Mondays at 9 in Berlin; the clocks go back on 25 October."""
    return desk.google.people.insert(
        ADA,
        start=at("2026-10-19T09:00+02:00"),
        end=at("2026-10-19T10:00+02:00"),
        summary="Weekly",
        recurrence=["RRULE:FREQ=WEEKLY;COUNT=4", *lines],
        **fields,
    )


def singles(calendar: Any, **more: Any) -> list[dict[str, Any]]:
    listed = calendar.events().list(calendarId="primary", singleEvents=True, **(WINDOW | more)).execute()
    items: list[dict[str, Any]] = listed["items"]
    return items


def starts(events: list[dict[str, Any]]) -> list[str]:
    return [one["start"].get("dateTime") or one["start"]["date"] for one in events]


def test_a_series_keeps_its_hour_when_the_clocks_change(desk: Desk, calendar: Any) -> None:
    series = weekly(desk)
    found = singles(calendar, orderBy="startTime")
    assert starts(found) == [
        "2026-10-19T09:00:00+02:00",
        "2026-10-26T09:00:00+01:00",
        "2026-11-02T09:00:00+01:00",
        "2026-11-09T09:00:00+01:00",
    ]
    assert [one["id"] for one in found[:2]] == [f"{series}_20261019T070000Z", f"{series}_20261026T080000Z"]
    assert {one["recurringEventId"] for one in found} == {series}
    assert len({one["iCalUID"] for one in found}) == 1
    assert not any("recurrence" in one for one in found)
    (whole,) = calendar.events().list(calendarId="primary", **WINDOW).execute()["items"]
    assert whole["recurrence"] == ["RRULE:FREQ=WEEKLY;COUNT=4"]


def test_a_series_lives_in_its_own_zone(desk: Desk, calendar: Any) -> None:
    body = timed("2026-10-19T09:00:00", "2026-10-19T10:00:00", recurrence=["RRULE:FREQ=WEEKLY;COUNT=3"])
    for name in ("start", "end"):
        body[name]["timeZone"] = "America/New_York"
    calendar.events().insert(calendarId="primary", body=body).execute()
    # New York's clocks go back a week after Berlin's.
    assert [text[11:16] for text in starts(singles(calendar))] == ["15:00", "14:00", "15:00"]


@pytest.mark.parametrize(
    "line",
    [
        "EXDATE:20261026T080000Z",
        "EXDATE;TZID=Europe/Berlin:20261026T090000",
        "EXDATE;VALUE=DATE:20261026",
        "EXDATE;TZID=America/New_York:20261026T040000",
    ],
)
def test_exceptions_to_the_rule_are_left_out(desk: Desk, calendar: Any, line: str) -> None:
    weekly(desk, line)
    assert [text[:10] for text in starts(singles(calendar))] == ["2026-10-19", "2026-11-02", "2026-11-09"]


def test_until_and_additional_dates_count(desk: Desk, calendar: Any) -> None:
    series = weekly(desk)
    rule = ["RRULE:FREQ=WEEKLY;UNTIL=20261026T080000Z", "RDATE;TZID=Europe/Berlin:20261030T090000"]
    desk.google.people.edit(ADA, series, recurrence=rule)
    assert [text[:10] for text in starts(singles(calendar))] == ["2026-10-19", "2026-10-26", "2026-10-30"]


def test_one_instance_can_move_or_go_and_the_rest_stays(desk: Desk, calendar: Any) -> None:
    series = weekly(desk)
    second, third = f"{series}_20261026T080000Z", f"{series}_20261102T080000Z"
    desk.google.people.edit(ADA, second, start=at("2026-10-27T15:00+01:00"), end=at("2026-10-27T16:00+01:00"))
    calendar.events().delete(calendarId="primary", eventId=third).execute()
    assert sorted(starts(singles(calendar))) == [
        "2026-10-19T09:00:00+02:00",
        "2026-10-27T15:00:00+01:00",
        "2026-11-09T09:00:00+01:00",
    ]
    moved = calendar.events().get(calendarId="primary", eventId=second).execute()
    assert moved["originalStartTime"]["dateTime"] == "2026-10-26T09:00:00+01:00"
    assert refused(calendar.events().delete(calendarId="primary", eventId=third)) == (410, "deleted")
    plain = calendar.events().list(calendarId="primary").execute()["items"]
    assert [(one["id"], one["status"]) for one in plain] == [
        (series, "confirmed"),
        (second, "confirmed"),
        (third, "cancelled"),
    ], "cancelled instances show where series do"
    window = {"timeMax": "2026-12-01T00:00:00Z"}
    found = calendar.events().instances(calendarId="primary", eventId=series, **window).execute()["items"]
    assert [one["id"] for one in found if one["status"] == "confirmed"] == [
        f"{series}_20261019T070000Z",
        second,
        f"{series}_20261109T080000Z",
    ]


def test_an_instance_that_the_series_does_not_have_is_not_found(desk: Desk, calendar: Any) -> None:
    series = weekly(desk)
    for wrong in (f"{series}_20261027T080000Z", f"{series}_20261026T070000Z", "n0ne_20261026T080000Z"):
        assert refused(calendar.events().get(calendarId="primary", eventId=wrong)) == (404, "notFound")


def test_a_deleted_series_takes_its_instances_along(desk: Desk, calendar: Any) -> None:
    series = weekly(desk)
    desk.google.people.edit(ADA, f"{series}_20261026T080000Z", summary="Special")
    desk.google.people.delete(ADA, series)
    assert singles(calendar) == []
    cancelled = singles(calendar, showDeleted=True)
    assert {one["status"] for one in cancelled} == {"cancelled"}
    assert series not in {one["id"] for one in cancelled}


def test_a_moved_series_forgets_the_instances_that_no_longer_are(desk: Desk, calendar: Any) -> None:
    series = weekly(desk)
    desk.google.people.edit(ADA, f"{series}_20261026T080000Z", summary="Special")
    desk.google.people.edit(ADA, series, start=at("2026-10-20T09:00+02:00"), end=at("2026-10-20T10:00+02:00"))
    found = singles(calendar)
    assert [text[:10] for text in starts(found)] == ["2026-10-20", "2026-10-27", "2026-11-03", "2026-11-10"]
    assert {one["summary"] for one in found} == {"Weekly"}


def test_all_day_series_have_dates(desk: Desk, calendar: Any) -> None:
    series = desk.google.people.insert(
        ADA, start=date(2026, 10, 24), end=date(2026, 10, 26), recurrence=["RRULE:FREQ=WEEKLY;COUNT=2"]
    )
    found = singles(calendar)
    assert [(one["start"], one["end"]) for one in found] == [
        ({"date": "2026-10-24"}, {"date": "2026-10-26"}),
        ({"date": "2026-10-31"}, {"date": "2026-11-02"}),
    ]
    assert [one["id"] for one in found] == [f"{series}_20261024", f"{series}_20261031"]
    assert found[1]["originalStartTime"] == {"date": "2026-10-31"}


def test_a_series_needs_a_zone_and_one_without_end_is_cut_somewhere(calendar: Any) -> None:
    body = timed("2026-10-19T09:00:00Z", "2026-10-19T10:00:00Z", recurrence=["RRULE:FREQ=DAILY"])
    assert refused(calendar.events().insert(calendarId="primary", body=body)) == (400, "required")
    for name in ("start", "end"):
        body[name]["timeZone"] = "Europe/Berlin"
    calendar.events().insert(calendarId="primary", body=body).execute()
    listed = calendar.events().list(calendarId="primary", singleEvents=True, maxResults=2500).execute()["items"]
    assert 700 < len(listed) < 740
