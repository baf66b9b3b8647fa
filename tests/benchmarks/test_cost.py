"""What docs/scale.md says of cost and load follows docs/data-model.md, README.md and the template."""

import re
from pathlib import Path

import pytest

from benchmarks import cost, load
from benchmarks.cost import GIGABYTE, Part, documented, parts
from daybook.domain.event_type import DEFAULT_REMINDERS
from tools.routes import template

README = (Path(__file__).parents[2] / "README.md").read_text()
SCALE = (Path(__file__).parents[2] / "docs" / "scale.md").read_text()


@pytest.fixture
def amounts() -> dict[str, float]:
    return {part.name: part.per_booking for part in parts()}


def test_a_part_is_amount_times_price() -> None:
    assert Part("mails", 3, 100).dollars == pytest.approx(0.3)


def test_the_sum_is_of_all_parts() -> None:
    lines = {line.name: line.figures for line in cost.run(True, print)}
    total = lines.pop("all")["$ for 1,000"]
    rest = lines.pop("all but mails")["$ for 1,000"]
    dollars = {name: figures["each booking"] * figures["$ a million"] / 1000 for name, figures in lines.items()}
    assert total == pytest.approx(sum(dollars.values()))
    assert rest == pytest.approx(total - 5.4 * 100 / 1000)
    assert sum(figures["%"] for figures in lines.values()) == pytest.approx(100)


def test_units_are_what_a_booking_and_all_around_it_takes(amounts: dict[str, float]) -> None:
    """Worked out by hand from the table of docs/data-model.md."""
    assert documented("Units")["book, rate limits and cap on"] == [3.5, 11, 14, 5]
    views, changes, telling = 5 * 4 + 2 * 3, 0.1 * 5 + 0.1 * 1, 1.2 * 6.5
    assert amounts["table, read units"] == pytest.approx(views + 3.5 + changes + telling + 1.2 + 2 * 6 + 6 + 1)
    changes, mails = 0.1 * 16 + 0.1 * 9, 1.2 * 4 + 3 * 2
    assert amounts["table, write units"] == pytest.approx(11 + changes + mails + 2 * 5.4 + 5)


def test_every_step_of_a_booking_is_documented() -> None:
    assert cost.STEPS.keys() <= documented("Units").keys()
    assert cost.ITEMS.keys() <= documented("Sizes").keys()


def test_mails_and_timers_are_those_of_an_untouched_event_type(amounts: dict[str, float]) -> None:
    """Two mails of the booking and of each change, the reminders, the follow-up; a timer each, and the completion."""
    later = len(DEFAULT_REMINDERS) + 1
    assert amounts["SES, mails"] == pytest.approx(2 * 1.2 + later)
    assert amounts["Scheduler, timers that rang"] == later + 1


def test_what_is_kept_is_paid_for_twice_where_it_can_be_recovered(amounts: dict[str, float]) -> None:
    table = template()["Resources"]["Table"]["Properties"]
    assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    kept = (983 + 100 + 2.2 * (451 + 100) + 5.4 * (332 + 100) + 3 * (116 + 100)) / GIGABYTE * 60
    assert amounts["table, GB-months of five years"] == pytest.approx(kept)
    assert amounts["table, the same for point-in-time recovery"] == pytest.approx(kept)


def test_functions_and_logs_are_as_the_readme_assumes(amounts: dict[str, float]) -> None:
    said = re.search(
        r"\((\d+) ms\s+at (\d+) MB\).*?\((\d+) KB a\s+request, (\d+) KB a\s+run of a worker\)", README, re.DOTALL
    )
    assert said is not None
    seconds, gigabytes = int(said[1]) / 1000, int(said[2]) / 1024
    assert amounts["Lambda, GB-seconds on arm64"] == pytest.approx(amounts["Lambda, requests"] * seconds * gigabytes)
    assert [int(said[3]) * 1000, int(said[4]) * 1000] == [cost.REQUEST_LOG, cost.WORKER_LOG]
    workers = amounts["Lambda, requests"] - amounts["HTTP API, requests"]
    assert amounts["logs, GB"] == pytest.approx((8.2 * 2 + workers * 1) / 1e6)
    assert template()["Globals"]["Function"]["MemorySize"] == int(said[2])


def test_every_queue_of_a_booking_is_counted() -> None:
    """A message each of the booking, its change, its timers, and two of each mail: sent, received, deleted."""
    assert {part.name: part.per_booking for part in parts()}["SQS, requests"] == pytest.approx(
        3 * (1.2 + 3 + 1.2 + 4 + 2 * 5.4)
    )
    assert all(template()["Resources"][name]["Type"] == "AWS::SQS::Queue" for name in cost.MESSAGES)


def test_a_rate_is_the_limit_by_what_a_booking_takes(amounts: dict[str, float]) -> None:
    lines = {line.name: line.figures for line in load.run(True, print)}
    writes = lines["table, write units"]
    assert writes["bookings/s"] == pytest.approx(4000 / amounts["table, write units"])
    assert writes["then bookings/s"] == pytest.approx(10 * writes["bookings/s"])
    assert writes["a million hosts at peak"] == pytest.approx(amounts["table, write units"] * 4e6 / 86400 * 5)
    assert lines["gateway, month views"]["bookings/s"] == 50 / 5


def rounded(value: float) -> str:
    """Spell two digits that count."""
    return f"{float(f'{value:.2g}'):,.0f}"


def test_the_page_says_what_was_worked_out() -> None:
    units, total = cost.units(), sum(part.dollars for part in parts())
    mails = next(part.dollars for part in parts() if part.name == "SES, mails")
    a_day = load.HOSTS * load.BOOKINGS_A_DAY
    gigabytes = cost.bytes_kept() * a_day / GIGABYTE
    for said in (
        f"Mail is {rounded(mails / total * 100)} % of it",
        f"{rounded(4000 / units[1])} bookings a second by writes, {rounded(12000 / units[0])} by reads",
        f"{rounded(units[1] * load.AT_PEAK)} write and {rounded(units[0] * load.AT_PEAK)} read units a second",
        f"{rounded(10_000_000 / cost.TIMERS)} future bookings",
        f"{rounded(gigabytes)} GB a day, {rounded(gigabytes * 365 * 5 / 1000)} TB in five years",
        f"some ${rounded(gigabytes * 365 * 5 * 0.45)} a month",
        f"{rounded(cost.MAILS * a_day / 1e6)} million a day, {rounded(cost.MAILS * load.AT_PEAK)} a second",
        f"{rounded(cost.TIMERS * a_day * 14 / 1e6)} million schedules",
        f"about ${rounded(total * a_day / 1000)} a day, of which SES takes ${rounded(mails * a_day / 1000)}",
    ):
        assert said in SCALE, said
