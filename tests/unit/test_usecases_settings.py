"""Counters that follow changed limits, lists that go on, and the doors that keep floods out."""

import threading
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from daybook.domain.actor import Role
from daybook.domain.booking import Booking
from daybook.domain.errors import LimitReached, PreconditionFailed, TooManyBookings, TooManyRequests
from daybook.domain.event_type import Defaults
from daybook.domain.limits import Count, Counter, Limits
from daybook.domain.schedule import Block
from daybook.usecases.admission import WINDOW, Admit, Quotas, attendee_key, begin_admission
from daybook.usecases.confirm import confirm
from daybook.usecases.list_bookings import BookingsQuery, Filter, list_bookings
from daybook.usecases.manage_blocks import KEPT, put_block
from daybook.usecases.manage_event_types import change_event_type
from daybook.usecases.manage_hosts import change_host
from daybook.usecases.manage_schedules import change_schedule
from daybook.usecases.recount import recount
from tests.fakes import values
from tests.fakes.ports import interrupted
from tests.fakes.scene import ACME, HOST_KEY, Scene, studio
from tests.fakes.values import HOUR, NINE, NOW, SECRET

DAY = timedelta(days=1)
MONDAY = Counter("intro", "2027-03-01")


@pytest.fixture
def scene() -> Scene:
    return studio()


def counted(scene: Scene, counter: Counter = MONDAY) -> frozenset[str]:
    return scene.ports.ledger.counts(ACME, "ada", [counter]).get(counter, Count()).bookings


def limit(scene: Scene, **limits: int) -> None:
    """Change what `intro` may be booked."""
    ports = scene.ports
    before = ports.catalogue.event_types(ACME, "ada")[-1]
    change_event_type(
        ACME,
        scene.ada,
        before,
        replace(before, limits=Limits(**limits), version=before.version + 1),
        catalogue=ports.catalogue,
        ledger=ports.ledger,
        bookings=ports.bookings,
        now=scene.now,
    )


class TestRecounting:
    def test_a_new_limit_counts_what_was_booked_before(self, scene: Scene) -> None:
        first = scene.book()
        scene.cancel(scene.book(NINE + HOUR, "eve"))
        limit(scene, per_day=1)
        assert counted(scene) == {first.id}
        with pytest.raises(LimitReached):
            scene.book(NINE + 2 * HOUR, "zoe")

    def test_a_limit_taken_away_leaves_the_counters_empty(self, scene: Scene) -> None:
        limit(scene, per_day=1)
        scene.book()
        limit(scene)
        assert counted(scene) == frozenset()
        scene.book(NINE + HOUR, "eve")
        limit(scene, per_day=1)
        assert len(counted(scene)) == 2

    def test_a_recounted_booking_can_still_be_cancelled_and_makes_room(self, scene: Scene) -> None:
        first = scene.book()
        limit(scene, per_day=1)
        scene.cancel(first)
        assert counted(scene) == frozenset()
        scene.book(NINE, "eve")

    def test_a_hosts_new_limit_counts_all_event_types(self, scene: Scene) -> None:
        scene.offer("other")
        pair = {scene.book().id, scene.book(NINE + HOUR, "eve", event_type="other").id}
        ports, before = scene.ports, scene.ada
        after = replace(before, defaults=Defaults(limits=Limits(per_week=2)), version=before.version + 1)
        given = {"catalogue": ports.catalogue, "ledger": ports.ledger, "bookings": ports.bookings, "now": NOW}
        change_host(ACME, before, after, **given)
        assert counted(scene, Counter("*", "2027-W09")) == pair
        with pytest.raises(PreconditionFailed):
            change_host(ACME, before, after, **given)

    def test_another_zone_counts_by_its_own_dates(self, scene: Scene) -> None:
        limit(scene, per_day=1)
        first = scene.book(NINE.replace(hour=16))
        ports, ada = scene.ports, scene.ada
        moved = replace(ada.schedules["work"], zone=ZoneInfo("Asia/Tokyo"), version=2)
        change_schedule(
            ACME,
            ada,
            ada.schedules["work"],
            moved,
            catalogue=ports.catalogue,
            ledger=ports.ledger,
            bookings=ports.bookings,
            now=NOW,
        )
        assert counted(scene) == frozenset()
        assert counted(scene, Counter("intro", "2027-03-02")) == {first.id}

    def test_a_booking_that_moves_meanwhile_is_counted_where_it_went(self, scene: Scene) -> None:
        first = scene.book()
        scene.ports = scene.disturbed("recount", lambda: scene.move(first, NINE + DAY))
        limit(scene, per_day=1)
        assert counted(scene) == frozenset()
        assert counted(scene, Counter("intro", "2027-03-02")) == {first.id}

    def test_a_booking_that_is_confirmed_meanwhile_is_counted_all_the_same(self, scene: Scene) -> None:
        asked = scene.offer("asked", requires_confirmation=True)
        pending, ports = scene.book(event_type="asked"), scene.ports
        scene.change(asked, limits=Limits(per_day=1))

        def accept() -> None:
            confirm(pending, origin=values.origin(Role.HOST), ledger=ports.ledger, bookings=ports.bookings)

        disturbed = scene.disturbed("recount", accept)
        recount(ACME, "ada", catalogue=ports.catalogue, ledger=disturbed.ledger, bookings=ports.bookings, now=NOW)
        assert counted(scene, Counter("asked", "2027-03-01")) == {pending.id}

    def test_more_bookings_than_a_page_holds_are_all_counted(self, scene: Scene) -> None:
        for n in range(120):
            scene.book(NINE.replace(hour=0) + DAY + n * HOUR, caller=HOST_KEY)
        limit(scene, per_month=200)
        assert len(counted(scene, Counter("intro", "2027-03"))) == 120


class TestListingBookings:
    def ids(self, scene: Scene, status: Filter | None, limit: int = 2, **query: datetime) -> list[str]:
        found: list[Booking] = []
        cursor: str | None = None
        while True:
            asked = BookingsQuery(tenant=ACME, status=status, limit=limit, cursor=cursor, **query)
            page, cursor = list_bookings(asked, bookings=scene.ports.bookings, now=scene.now)
            assert len(page) <= limit
            found += page
            if cursor is None:
                return [one.id for one in found]

    @pytest.mark.parametrize("limit", [1, 2, 50])
    def test_filters_by_what_bookings_are_by_now(self, scene: Scene, limit: int) -> None:
        scene.offer("asked", requires_confirmation=True, confirmation_time=DAY)
        past, cancelled = scene.book(), scene.book(NINE + HOUR, "eve")
        lapsed = scene.book(NINE + 2 * DAY, "zoe", event_type="asked")
        scene.cancel(cancelled)
        scene.now = NINE + DAY
        pending = scene.book(NINE + 2 * DAY + HOUR, "kim", event_type="asked")
        upcoming = scene.book(NINE + 3 * DAY, "kim")
        assert self.ids(scene, Filter.UPCOMING, limit) == [upcoming.id]
        assert self.ids(scene, Filter.PENDING, limit) == [pending.id]
        assert self.ids(scene, Filter.PAST, limit) == [past.id]
        assert self.ids(scene, Filter.CANCELLED, limit) == [cancelled.id, lapsed.id]
        assert len(self.ids(scene, None, limit)) == 5

    def test_shows_the_latest_of_the_past_first(self, scene: Scene) -> None:
        ids = [scene.book(NINE + n * HOUR).id for n in range(4)]
        scene.now = NINE + DAY
        assert self.ids(scene, Filter.PAST) == ids[::-1]


class TestAdmission:
    def begin(self, scene: Scene, *, address: str = "192.0.2.1", **quotas: int) -> Admit:
        ports = scene.ports
        return begin_admission(
            ACME,
            address,
            quotas=Quotas(**quotas),
            access=ports.access,
            bookings=ports.bookings,
            now=scene.now,
            attendee=lambda: attendee_key(SECRET, "Bob@example.com"),
        )

    def test_without_quotas_starts_nothing(self, scene: Scene) -> None:
        before = threading.active_count()
        self.begin(scene)()
        assert threading.active_count() == before

    def test_counts_each_address_by_the_minute(self, scene: Scene) -> None:
        for _ in range(2):
            self.begin(scene, posts_per_address=2)()
        with pytest.raises(TooManyRequests) as refusal:
            self.begin(scene, posts_per_address=2)()
        assert refusal.value.limit == 2
        assert WINDOW <= refusal.value.retry_after <= WINDOW + timedelta(seconds=1)
        self.begin(scene, posts_per_address=2, address="192.0.2.2")()
        scene.advance(WINDOW)
        self.begin(scene, posts_per_address=2)()

    def test_counts_a_tenant_whatever_the_address(self, scene: Scene) -> None:
        self.begin(scene, posts_per_tenant=1)()
        with pytest.raises(TooManyRequests):
            self.begin(scene, posts_per_tenant=1, address="192.0.2.2")()

    def test_caps_a_persons_open_bookings_until_one_is_over(self, scene: Scene) -> None:
        first = scene.book()
        assert first.attendee_key == attendee_key(SECRET, "Bob@example.com")
        self.begin(scene, active_per_email=2)()
        with pytest.raises(TooManyBookings):
            self.begin(scene, active_per_email=1)()
        scene.cancel(first, role=Role.HOST)
        self.begin(scene, active_per_email=1)()

    def test_runs_beside_the_read_and_waits_for_the_verdict(self, scene: Scene) -> None:
        going, begun = threading.Event(), threading.Event()

        def slow() -> None:
            begun.set()
            assert going.wait(5)

        access = interrupted(scene.ports.access, "hit", slow)
        scene.ports = replace(scene.ports, access=access)
        admit = self.begin(scene, posts_per_address=1)
        assert begun.wait(5)
        booked = scene.book(admit=lambda: (going.set(), admit())[1])
        assert booked.start == NINE

    def test_an_error_behind_the_door_comes_out_of_it(self, scene: Scene) -> None:
        def broken() -> None:
            raise ConnectionError

        scene.ports = replace(scene.ports, access=interrupted(scene.ports.access, "hit", broken))
        admit = self.begin(scene, posts_per_address=1)
        with pytest.raises(ConnectionError):
            admit()


def test_a_new_block_drops_those_that_are_over_everywhere(scene: Scene) -> None:
    days = (NOW - KEPT - DAY - timedelta(seconds=1), NOW - DAY, NOW + DAY)
    for number, moment in enumerate(days):
        put_block(ACME, scene.ada, Block(id=f"B{number}", day=moment.date()), catalogue=scene.ports.catalogue, now=NOW)
    last = Block(id="B3", start=NINE, end=NINE + HOUR)
    assert put_block(ACME, scene.ada, last, catalogue=scene.ports.catalogue, now=NOW + 3 * DAY) == last
    assert set(scene.ada.blocks) == {"B2", "B3"}
