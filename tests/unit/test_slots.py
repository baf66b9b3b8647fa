"""Which starts are listed, and how booking refuses the others."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from daybook.domain.errors import Blocked, Invalid, NotOffered, OutsideHours, OutsideWindow, Past, TooSoon
from daybook.domain.event_type import Window, WindowType
from daybook.domain.ledger import Session, granule_at
from daybook.domain.limits import Count, Counter, Limits, Rules
from daybook.domain.reasons import Reason
from daybook.domain.schedule import Block
from daybook.domain.slots import (
    Calendar,
    days_needed,
    list_slots,
    list_unavailable,
    nearest_starts,
    next_starts,
    opening_hours,
    require_open,
)
from tests.unit.calendars import (
    NOW,
    TERMS,
    UTC_ZONE,
    WEDNESDAY,
    at,
    booked,
    calendar,
    hours,
    schedule,
    whole_day,
)

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def listed(of: Calendar, *, now: datetime = NOW, day: date = WEDNESDAY) -> list[str]:
    return [f"{slot.start:%H:%M}" for slot in list_slots(of, first=day, last=day, viewer=UTC_ZONE, now=now)]


def refused(of: Calendar, *, now: datetime = NOW) -> dict[str, str]:
    rows = list_unavailable(of, first=WEDNESDAY, last=WEDNESDAY, viewer=UTC_ZONE, now=now)
    return {f"{start:%H:%M}": reason.value for start, reason in rows}


class TestListing:
    def test_a_slot_has_its_end_and_its_seats(self) -> None:
        (slot, *_) = list_slots(calendar(), first=WEDNESDAY, last=WEDNESDAY, viewer=UTC_ZONE, now=NOW)
        assert slot == (at(9), at(10), 1)

    def test_a_start_at_now_is_offered_without_notice_and_one_before_is_not(self) -> None:
        assert listed(calendar(), now=at(9)) == ["09:00", "10:00", "11:00"]
        assert listed(calendar(), now=at(9) + timedelta(seconds=1)) == ["10:00", "11:00"]

    def test_notice_is_inclusive(self) -> None:
        assert listed(calendar(minimum_notice=HOUR), now=at(9)) == ["10:00", "11:00"]

    def test_a_block_takes_starts_without_moving_the_grid(self) -> None:
        block = Block(id="b", start=at(9, 20), end=at(9, 25))
        assert listed(calendar(blocks=(block,), duration=30 * MINUTE, slot_interval=20 * MINUTE)) == [
            "09:40",
            "10:00",
            "10:20",
            "10:40",
            "11:00",
            "11:20",
        ]

    def test_a_whole_day_block_is_a_date_of_the_host_not_of_the_schedule(self) -> None:
        of = calendar(schedule=schedule("09:00-23:00"), blocks=(whole_day(WEDNESDAY),), slot_interval=6 * HOUR)
        assert listed(of) == []
        assert listed(replace(of, host_zone=ZoneInfo("America/New_York"))) == []
        assert listed(replace(of, host_zone=ZoneInfo("Pacific/Kiritimati"))) == ["15:00", "21:00"]

    def test_a_block_far_away_costs_nothing(self) -> None:
        ages = Block(id="ages", start=at(11), end=datetime(9999, 1, 1, tzinfo=UTC))
        assert listed(calendar(blocks=(whole_day(date.min), whole_day(date.max), ages))) == ["09:00", "10:00"]

    def test_own_buffers_keep_other_meetings_away(self) -> None:
        busy = booked(at(10), external=[at(13)])
        of = calendar(schedule=schedule("07:00-16:00"), busy=busy)
        assert listed(of) == ["07:00", "08:00", "09:00", "11:00", "12:00", "14:00", "15:00"]
        assert listed(replace(of, terms=replace(of.terms, buffer_after=5 * MINUTE))) == [
            "07:00",
            "08:00",
            "11:00",
            "14:00",
            "15:00",
        ]
        assert listed(replace(of, terms=replace(of.terms, buffer_before=5 * MINUTE))) == [
            "07:00",
            "08:00",
            "09:00",
            "12:00",
            "15:00",
        ]

    def test_hours_across_midnight_are_one_stretch_with_two_anchors(self) -> None:
        night = calendar(schedule=schedule("00:00-00:30", "23:15-24:00"), duration=HOUR, slot_interval=30 * MINUTE)
        assert listed(night) == ["23:15"]

    def test_time_that_was_not_read_is_not_free(self) -> None:
        unread = calendar(covered=range(0))
        assert listed(unread) == []
        assert set(refused(unread).values()) == {"fully_booked"}

    def test_a_limit_closes_its_schedule_local_date(self) -> None:
        limits = Rules("intro", Limits(per_day=1), Limits())
        counts = {Counter("intro", "2027-02-03"): Count(frozenset({"b1"}), 60)}
        assert listed(calendar(limits=limits, counts=counts)) == []
        assert listed(calendar(limits=limits, counts=counts), day=WEDNESDAY + timedelta(days=1)) != []
        assert listed(calendar(limits=limits, counts=counts, moving="b1")) == ["09:00", "10:00", "11:00"]

    def test_a_hosts_limit_counts_over_all_event_types(self) -> None:
        limits = Rules("intro", Limits(), Limits(minutes_per_day=90))
        counts = {Counter("*", "2027-02-03"): Count(frozenset({"b1"}), 45)}
        assert refused(calendar(limits=limits, counts=counts)) == dict.fromkeys(
            ["09:00", "10:00", "11:00"], "limit_reached"
        )

    def test_a_date_the_viewers_zone_skipped_is_empty(self) -> None:
        skipped = date(2011, 12, 30)
        apia = ZoneInfo("Pacific/Apia")
        assert list_slots(calendar(), first=skipped, last=skipped, viewer=apia, now=NOW) == []
        assert opening_hours(calendar(), skipped, skipped, apia) == {skipped: []}


class TestUnavailable:
    def test_each_start_has_the_first_reason_in_bookings_order(self) -> None:
        of = calendar(
            schedule=schedule("08:00-15:00"),
            busy=booked(at(12), external=[at(13)]),
            minimum_notice=2 * HOUR,
            blocks=(Block(id="b", start=at(11), end=at(12)),),
        )
        assert refused(of, now=at(8, 30)) == {
            "08:00": "past",
            "09:00": "too_soon",
            "10:00": "too_soon",
            "11:00": "blocked",
            "12:00": "fully_booked",
            "13:00": "calendar_conflicts",
        }
        assert listed(of, now=at(8, 30)) == ["14:00"]

    def test_starts_outside_the_window_say_so(self) -> None:
        window = Window(type=WindowType.ROLLING_DAYS, days=3)
        assert set(refused(calendar(window=window)).values()) == {"outside_window"}


class TestSeats:
    def session(self, seats: int, signature: str = "intro/60/0/0") -> Calendar:
        of = calendar(capacity=3, schedule=schedule("09:00-12:00"), slot_interval=30 * MINUTE)
        busy = replace(booked(at(10)), sessions={granule_at(at(10)): Session(granule_at(at(10)), signature, seats)})
        return replace(of, busy=busy)

    def seats(self, of: Calendar) -> dict[str, int]:
        slots = list_slots(of, first=WEDNESDAY, last=WEDNESDAY, viewer=UTC_ZONE, now=NOW)
        return {f"{slot.start:%H:%M}": slot.seats_left for slot in slots}

    def test_a_session_is_joined_at_its_start_alone(self) -> None:
        assert self.seats(self.session(2)) == {"09:00": 3, "10:00": 1, "11:00": 3}

    def test_a_full_session_is_gone(self) -> None:
        assert self.seats(self.session(3)) == {"09:00": 3, "11:00": 3}

    def test_another_kind_of_session_is_a_meeting_like_any_other(self) -> None:
        assert self.seats(self.session(1, "intro/30/0/0")) == {"09:00": 3, "11:00": 3}

    def test_without_seats_a_session_is_not_joined(self) -> None:
        assert "10:00" not in listed(replace(self.session(1), terms=TERMS))


class TestNeighbours:
    def test_the_ledger_days_of_a_range_include_own_buffers_and_durations(self) -> None:
        plain = days_needed(WEDNESDAY, WEDNESDAY, UTC_ZONE, TERMS)
        assert len(plain) == 2
        wide = replace(TERMS, buffer_before=24 * HOUR, buffer_after=24 * HOUR, duration=24 * HOUR)
        assert days_needed(WEDNESDAY, WEDNESDAY, UTC_ZONE, wide) == range(plain.start - 1, plain.stop + 1)
        short = replace(TERMS, duration=5 * MINUTE)
        assert len(days_needed(WEDNESDAY, WEDNESDAY, UTC_ZONE, short)) == 1

    def test_the_next_starts_are_later_free_ones(self) -> None:
        of = calendar(busy=booked(at(10)))
        next_day = WEDNESDAY + timedelta(days=1)
        assert next_starts(of, at(9), now=NOW) == [at(11), at(9, day=next_day), at(10, day=next_day)]
        assert next_starts(of, at(9), 1, now=NOW) == [at(11)]

    def test_a_date_that_comes_again_after_midnight_is_seen(self) -> None:
        # St. John's went back from 00:01 to 23:01 of the day before; at 02:30 UTC it already read the 7th.
        of = calendar(
            schedule=schedule("23:00-24:00", zone="America/St_Johns"),
            duration=30 * MINUTE,
            slot_interval=30 * MINUTE,
            covered=range(14_000, 15_000),
        )
        after = datetime(2010, 11, 7, 2, 29, tzinfo=UTC)
        assert next_starts(of, after, 1, now=after) == [datetime(2010, 11, 7, 2, 35, tzinfo=UTC)]

    def test_the_next_starts_end_where_nothing_was_read(self) -> None:
        day = granule_at(at(0)) // 288
        assert next_starts(calendar(covered=range(day, day + 1)), at(9), now=NOW) == [at(10), at(11)]
        assert next_starts(calendar(covered=range(0)), at(9), now=NOW) == []

    def test_the_nearest_starts_lie_on_either_side(self) -> None:
        assert nearest_starts(calendar(), at(10, 7)) == [at(10), at(11)]
        assert nearest_starts(calendar(), at(10)) == [at(9), at(10)]
        assert nearest_starts(calendar(schedule=schedule()), at(10)) == []


class TestOpeningHours:
    def test_hours_are_cut_at_the_viewers_midnight_and_by_blocks(self) -> None:
        of = calendar(schedule=schedule("14:00-20:00"), blocks=(Block(id="b", start=at(16), end=at(17)),))
        found = opening_hours(of, WEDNESDAY, WEDNESDAY, ZoneInfo("Asia/Karachi"))
        assert found == {WEDNESDAY: [("00:00", "01:00"), ("19:00", "21:00"), ("22:00", "24:00")]}

    def test_a_closed_day_is_named_too(self) -> None:
        assert opening_hours(calendar(blocks=(whole_day(WEDNESDAY),)), WEDNESDAY, WEDNESDAY, UTC_ZONE) == {
            WEDNESDAY: []
        }

    def test_repeated_hours_are_named_once(self) -> None:
        zone, day = ZoneInfo("America/New_York"), date(2027, 11, 7)
        of = calendar(schedule=schedule("00:30-03:00", zone=zone.key))
        assert opening_hours(of, day, day, zone) == {day: [("00:30", "03:00")]}


class TestRequireOpen:
    def test_now_itself_is_not_past(self) -> None:
        require_open(calendar(), at(10), now=at(10))

    @pytest.mark.parametrize("start", [at(9), at(10), at(11)])
    def test_a_listed_start_is_accepted_whatever_is_booked(self, start: datetime) -> None:
        require_open(calendar(busy=booked(at(9), at(10), at(11))), start, now=NOW)

    @pytest.mark.parametrize(
        ("error", "start", "changes"),
        [
            (Past, at(9), {}),
            (TooSoon, at(10), {"minimum_notice": 61 * MINUTE}),
            (OutsideWindow, at(10, day=date(2027, 2, 5)), {}),
            (Blocked, at(11), {"blocks": (Block(id="b", start=at(11, 55), end=at(13)),)}),
            (Blocked, at(20), {"blocks": (whole_day(WEDNESDAY),)}),
            (Blocked, at(11), {"schedule": schedule("09:00-12:00", overrides={WEDNESDAY: ()})}),
            (OutsideHours, at(20), {"schedule": schedule("09:00-12:00", overrides={WEDNESDAY: ()})}),
            (OutsideHours, at(11, 5), {}),
            (OutsideHours, at(10), {"schedule": schedule("09:00-12:00", overrides={WEDNESDAY: hours("11:00-12:00")})}),
            (NotOffered, at(10, 30), {}),
            (NotOffered, at(10, 7), {}),
            (NotOffered, at(10) + timedelta(seconds=1), {}),
        ],
    )
    def test_each_rule_refuses_with_its_own_error(
        self, error: type[Invalid], start: datetime, changes: dict[str, object]
    ) -> None:
        window = Window(type=WindowType.ROLLING_DAYS, days=1)
        with pytest.raises(error) as refusal:
            require_open(calendar(window=window, **changes), start, now=at(9) + timedelta(seconds=1))
        assert type(refusal.value) is error

    def test_the_first_rule_in_order_decides(self) -> None:
        of = calendar(
            minimum_notice=HOUR,
            window=Window(type=WindowType.DATE_RANGE, last=date(2027, 2, 2)),
            blocks=(whole_day(WEDNESDAY),),
            schedule=schedule("09:00-12:00", overrides={WEDNESDAY: hours("13:00-13:30")}),
        )
        ignored: set[Reason] = set()
        found = []
        for reason in (Reason.PAST, Reason.TOO_SOON, Reason.OUTSIDE_WINDOW, Reason.BLOCKED, Reason.NO_SERVICE_HOURS):
            with pytest.raises(Invalid) as refusal:
                require_open(of, at(10, 1), now=at(10, 2), ignore=frozenset(ignored))
            found.append(refusal.value.code)
            ignored.add(reason)
        assert found == ["past", "too_soon", "outside_window", "blocked", "outside_hours"]
        require_open(of, at(10), now=at(10, 2), ignore=frozenset(ignored))

    def test_a_host_may_ignore_hours_and_grid_but_not_the_five_minutes(self) -> None:
        ignore = frozenset({Reason.NO_SERVICE_HOURS})
        require_open(calendar(), at(20), now=NOW, ignore=ignore)
        require_open(calendar(), at(10, 5), now=NOW, ignore=ignore)
        with pytest.raises(NotOffered):
            require_open(calendar(), at(10, 7), now=NOW, ignore=ignore)

    @pytest.mark.parametrize(
        ("start", "advice"),
        [
            (at(8), "60 minutes"),
            (at(10, 30), "2027-02-03T10:00:00Z or 2027-02-03T11:00:00Z"),
            (datetime(2027, 2, 2, 9, tzinfo=UTC), "from 2027-02-03 to 2027-02-13, in UTC"),
        ],
    )
    def test_a_refusal_says_what_to_change(self, start: datetime, advice: str) -> None:
        window = Window(type=WindowType.DATE_RANGE, first=WEDNESDAY, last=date(2027, 2, 13))
        with pytest.raises(Invalid, match=advice):
            require_open(calendar(window=window), start, now=NOW)

    def test_without_any_start_nearby_the_list_is_named(self) -> None:
        closed = calendar(schedule=schedule())
        with pytest.raises(NotOffered, match="listed"):
            require_open(closed, at(10, 7), now=NOW, ignore=frozenset({Reason.NO_SERVICE_HOURS}))
