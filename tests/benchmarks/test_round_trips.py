"""Calls and units are measured as the template ships Daybook, and judged where the budget is about them."""

import os
from collections.abc import Iterator

import pytest

from benchmarks import round_trips
from benchmarks.measure import Line
from tests.conftest import forget_clients


@pytest.fixture(scope="module")
def lines() -> Iterator[dict[str, Line]]:
    from daybook import wiring

    before, now = dict(os.environ), wiring.now
    forget_clients()
    yield {line.name: line for line in round_trips.run(True, lambda _: None)}
    os.environ.clear()
    os.environ.update(before)
    wiring.now = now
    forget_clients()


def test_the_template_switches_on_what_is_measured() -> None:
    shipped = round_trips.shipped()
    assert set(shipped) == set(round_trips.QUOTAS)
    assert all(int(most) > 0 for most in shipped.values())


def test_one_limit_and_the_quotas_keep_to_the_budget(lines: dict[str, Line]) -> None:
    units = lines["book, one limit: units"]
    assert (units.budget, units.kept, units.figures) == (14, True, {"write units with indexes": 13})
    assert [name for name, line in lines.items() if line.judged == "write units with indexes"] == [units.name]


def test_each_quota_is_one_call_beside_the_request(lines: dict[str, Line]) -> None:
    """So that none takes longer than what it runs beside; the tenant's secret, which one needs, has been read here."""
    for name in ("book", "book, one limit", "book, one limit and an Idempotency-Key"):
        figures = lines[name].figures
        assert (figures["calls one after the other"], figures["calls beside"]) == (2, len(round_trips.QUOTAS))
        assert lines[name].kept


def test_who_does_not_remember_the_secret_reads_it_beside_the_request(lines: dict[str, Line]) -> None:
    figures = lines["book, nothing remembered"].figures
    assert (figures["calls one after the other"], figures["calls beside"]) == (2, len(round_trips.QUOTAS) + 1)


def test_whether_transactions_write_indexes_twice_is_left_open(lines: dict[str, Line]) -> None:
    figures = [
        (line.figures["write units with indexes"], line.figures["at most"])
        for line in lines.values()
        if "at most" in line.figures
    ]
    assert figures == [(0, 0), (11, 14), (11, 14), (13, 16), (15, 18)]


def test_a_month_of_six_bookings_a_day_is_read_within_its_budget(lines: dict[str, Line]) -> None:
    units = lines["month view, 6 bookings each weekday: units"]
    assert (units.budget, units.kept) == (4, True)
