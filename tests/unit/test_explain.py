"""The host's explanation: each rule and what it saw."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from daybook.domain.event_type import NO_TIME, Window, WindowType
from daybook.domain.explain import Explanation, NearBooking, explain
from daybook.domain.ledger import Session, granule_at
from daybook.domain.limits import Count, Counter, Limits, Rules
from daybook.domain.schedule import Block
from daybook.domain.slots import Calendar
from tests.unit.calendars import NOW, WEDNESDAY, at, booked, calendar, hours, schedule

MINUTE = timedelta(minutes=1)


def near(start: datetime, *, id: str = "b1", before=NO_TIME, after=NO_TIME, event_type="other") -> NearBooking:
    end = start + timedelta(hours=1)
    return NearBooking(id=id, start=start, end=end, buffer_before=before, buffer_after=after, event_type=event_type)


TEN = at(10)


def explained(of: Calendar, start: datetime = TEN, *bookings: NearBooking, now: datetime = NOW) -> Explanation:
    return explain(of, start, now=now, bookings=bookings)


def detail(explanation: Explanation, rule: str) -> str:
    return next(check.detail for check in explanation.checks if check.rule == rule)


def failed(explanation: Explanation) -> list[str]:
    return [check.rule for check in explanation.checks if not check.passed]


def test_a_free_start_keeps_every_rule_in_bookings_order() -> None:
    limits = Rules("intro", Limits(per_day=2, minutes_per_day=180, per_week=9), Limits())
    counts = {Counter("intro", "2027-02-03"): Count(frozenset({"x"}), 60)}
    found = explained(calendar(limits=limits, counts=counts))
    assert found.verdict == "available"
    assert failed(found) == []
    assert [check.rule for check in found.checks] == [
        "past",
        "minimum_notice",
        "booking_window",
        "blocks",
        "hours",
        "grid",
        "limits",
        "limits",
        "bookings",
        "calendars",
    ]
    assert detail(found, "limits") == "intro in 2027-02-03: 1 of 2 bookings, 60 of 180 minutes."


def test_time_rules_show_their_bounds_on_the_hosts_clock() -> None:
    window = Window(type=WindowType.ROLLING_DAYS, days=3)
    zone = ZoneInfo("Europe/Berlin")
    of = calendar(window=window, minimum_notice=90 * MINUTE, schedule=schedule("09:00-12:00", zone=zone.key))
    found = explained(of, at(10), now=at(9))
    assert found.verdict == "too_soon"
    assert failed(found) == ["minimum_notice"]
    assert detail(found, "minimum_notice") == "The earliest start is 2027-02-03T11:30+01:00."
    assert (
        detail(found, "booking_window") == "2027-02-03 against 2027-02-03 to 2027-02-06, both inclusive (rolling_days)."
    )
    assert failed(explained(of, at(10), now=at(11))) == ["past", "minimum_notice"]


def test_a_block_is_named() -> None:
    blocks = (Block(id="dentist", start=at(10, 30), end=at(11)), Block(id="trip", day=date(2027, 3, 1)))
    found = explained(calendar(blocks=blocks))
    assert (found.verdict, failed(found)) == ("blocked", ["blocks"])
    assert detail(found, "blocks") == "Meets dentist."


def test_the_hours_that_apply_are_shown() -> None:
    weekly = explained(calendar(), at(20))
    assert (weekly.verdict, failed(weekly)) == ("outside_hours", ["hours", "grid"])
    assert detail(weekly, "hours") == "2027-02-03 goes by weekly hours: 09:00-12:00 (UTC)."
    assert detail(weekly, "grid").startswith("Every 60 minutes; nearest: 2027-02-03T11:00+00:00")
    plan = schedule("09:00-12:00", overrides={WEDNESDAY: hours("16:00-17:00", "13:00-14:00")})
    override = explained(calendar(schedule=plan))
    assert detail(override, "hours") == "2027-02-03 goes by date override: 13:00-14:00, 16:00-17:00 (UTC)."
    shut = explained(calendar(schedule=schedule("09:00-12:00", overrides={WEDNESDAY: ()})))
    assert shut.verdict == "blocked"
    assert detail(shut, "hours") == "2027-02-03 goes by date override: closed (UTC)."


def test_the_grid_shows_its_anchor_and_the_nearest_starts() -> None:
    found = explained(calendar(), at(10, 30))
    assert (found.verdict, failed(found)) == ("not_offered", ["grid"])
    assert detail(found, "grid") == (
        "Every 60 minutes from 2027-02-03T09:00+00:00; nearest: 2027-02-03T10:00+00:00, 2027-02-03T11:00+00:00."
    )
    assert failed(explained(calendar(), at(10, 7))) == ["grid"]
    assert detail(explained(calendar(schedule=schedule())), "grid") == "Every 60 minutes; nearest: none within a day."


def test_a_reached_limit_shows_the_count() -> None:
    limits = Rules("intro", Limits(), Limits(per_week=1))
    counts = {Counter("*", "2027-W05"): Count(frozenset({"x"}), 60)}
    found = explained(calendar(limits=limits, counts=counts))
    assert (found.verdict, failed(found)) == ("limit_reached", ["limits"])
    assert detail(found, "limits") == "* in 2027-W05: 1 of 1 bookings."
    minutes = explained(calendar(limits=Rules("intro", Limits(minutes_per_day=30), Limits())))
    assert detail(minutes, "limits") == "intro in 2027-02-03: 0 of 30 minutes."


def test_a_booking_stands_in_the_way_by_its_meeting_or_by_a_gap() -> None:
    core = explained(calendar(busy=booked(at(10))), at(10), near(at(10), event_type=None))
    assert (core.verdict, failed(core)) == ("fully_booked", ["bookings"])
    assert detail(core, "bookings") == "Booking b1 (published slot) has its meeting then."
    after = explained(calendar(busy=booked(at(9), after=15 * MINUTE)), at(10), near(at(9), after=15 * MINUTE))
    assert detail(after, "bookings") == "Booking b1 (other) needs a gap of 15 minutes, not 0 minutes."
    own = explained(calendar(busy=booked(at(11)), buffer_after=30 * MINUTE), at(10), near(at(11)), near(at(8)))
    assert detail(own, "bookings") == "Booking b1 (other) needs a gap of 30 minutes, not 0 minutes."


def test_the_larger_of_two_facing_buffers_is_the_gap() -> None:
    of = calendar(busy=booked(at(9), after=15 * MINUTE), buffer_before=45 * MINUTE)
    found = explained(of, at(10), near(at(9), after=15 * MINUTE))
    assert detail(found, "bookings") == "Booking b1 (other) needs a gap of 45 minutes, not 0 minutes."


def test_a_booking_that_moves_does_not_stand_in_its_own_way() -> None:
    found = explained(calendar(moving="b1"), at(10), near(at(10)))
    assert found.verdict == "available"
    assert detail(found, "bookings") == "No booking is met."


def test_time_taken_by_nothing_that_was_given_is_still_taken() -> None:
    assert detail(explained(calendar(busy=booked(at(10)))), "bookings") == "Held or unread time."


def test_a_session_with_a_seat_left_is_joined() -> None:
    busy = replace(
        booked(at(10), external=[at(10)]), sessions={granule_at(at(10)): Session(granule_at(at(10)), "intro/60/0/0", 2)}
    )
    found = explained(calendar(capacity=3, busy=busy), at(10), near(at(10)))
    assert found.verdict == "available"
    assert detail(found, "bookings") == "Joins a session with 1 of 3 seats left."
    assert failed(found) == []


def test_another_calendars_time_is_shown_without_its_title() -> None:
    found = explained(calendar(busy=booked(external=[at(8, 30)]), buffer_before=45 * MINUTE), at(10))
    assert (found.verdict, failed(found)) == ("calendar_conflicts", ["calendars"])
    assert (
        detail(found, "calendars")
        == "Of its time, buffers included, is busy: 2027-02-03T09:15+00:00 to 2027-02-03T09:30+00:00."
    )
