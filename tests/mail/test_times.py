"""Times as people read them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from daybook.adapters.mail.catalogue import language_for
from daybook.adapters.mail.times import Clock

BERLIN = ZoneInfo("Europe/Berlin")


def clock(tag: str = "en", zone: str = "Europe/Berlin") -> Clock:
    return Clock(ZoneInfo(zone), language_for(tag).locale)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("en", "Tuesday, 1 December 2026, 14:00–14:30 (Europe/Berlin, GMT+01:00)"),
        ("en-GB", "Tuesday, 1 December 2026, 14:00–14:30 (Europe/Berlin, GMT+01:00)"),
        ("en-US", "Tuesday, December 1, 2026, 2:00\u00a0– 2:30\u00a0PM (Europe/Berlin, GMT+01:00)"),
        ("fr-CA", "mardi 1 décembre 2026, 14 h 00\u00a0– 14 h 30 (Europe/Berlin, UTC+01:00)"),
    ],
)
def test_a_span_says_date_times_zone_and_offset(tag: str, expected: str) -> None:
    assert clock(tag).span(at("2026-12-01T13:00Z"), at("2026-12-01T13:30Z")) == expected


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (
            "2026-12-01T22:30Z",
            "2026-12-02T00:00Z",
            "Tuesday, 1 December 2026, 23:30\u00a0– Wednesday, 2 December 2026, 01:00 (Europe/Berlin, GMT+01:00)",
        ),
        (
            "2026-10-25T00:30Z",
            "2026-10-25T01:30Z",
            "Sunday, 25 October 2026, 02:30 (Europe/Berlin, GMT+02:00)\u00a0– "
            "Sunday, 25 October 2026, 02:30 (Europe/Berlin, GMT+01:00)",
        ),
        (
            "2027-03-28T00:30Z",
            "2027-03-28T01:30Z",
            "Sunday, 28 March 2027, 01:30 (Europe/Berlin, GMT+01:00)\u00a0– "
            "Sunday, 28 March 2027, 03:30 (Europe/Berlin, GMT+02:00)",
        ),
        ("2026-12-01T09:00Z", "2026-12-01T09:00Z", "Tuesday, 1 December 2026, 10:00 (Europe/Berlin, GMT+01:00)"),
    ],
)
def test_both_ends_are_said_in_full_where_date_or_offset_differ(start: str, end: str, expected: str) -> None:
    assert clock().span(at(start), at(end)) == expected


@pytest.mark.parametrize(
    ("zone", "offset"),
    [
        ("Asia/Kathmandu", "GMT+05:45"),
        ("America/St_Johns", "GMT-03:30"),
        ("UTC", "GMT+00:00"),
        ("Pacific/Kiritimati", "GMT+14:00"),
    ],
)
def test_the_zone_is_named_with_its_offset_on_that_day(zone: str, offset: str) -> None:
    start = at("2026-12-01T13:00Z")
    assert clock(zone=zone).span(start, start + timedelta(minutes=30)).endswith(f"({zone}, {offset})")


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [
        (timedelta(minutes=1), "in 1 minute"),
        (timedelta(minutes=90), "in 90 minutes"),
        (timedelta(hours=1), "in 1 hour"),
        (timedelta(hours=24), "in 24 hours"),
        (timedelta(hours=36), "in 36 hours"),
        (timedelta(days=2), "in 2 days"),
        (timedelta(days=7), "in 7 days"),
    ],
)
def test_how_soon_is_never_rounded(ahead: timedelta, expected: str) -> None:
    assert clock().ahead(ahead) == expected


def test_how_soon_in_other_languages() -> None:
    assert [clock(tag).ahead(timedelta(hours=24)) for tag in ("de", "es", "fr")] == [
        "in 24 Stunden",
        "dentro de 24 horas",
        "dans 24 heures",
    ]


def test_a_subject_has_the_short_form() -> None:
    assert clock().short(at("2026-12-01T13:00Z")) == "1 Dec 2026, 14:00"
    assert clock("en-US").short(at("2026-12-01T13:00Z")) == "Dec 1, 2026, 2:00\u00a0PM"
    assert clock("de").short(at("2026-12-01T13:00Z")) == "01.12.2026, 14:00"
