"""The worked cases of the scheduling rules: any `slots*.json` and `month*.json` in this folder."""

from collections import defaultdict

import pytest

from daybook.domain.days import list_days
from daybook.domain.slots import list_slots
from tests.conformance.cases import Case, calendars, load, moment, query


def offered(case: Case) -> list[str]:
    """Return the starts on offer: of any host for round robin, of all of them for a collective meeting."""
    first, last, viewer = query(case)
    now = moment(case["now"])
    per_host = [
        {slot.start for slot in list_slots(each, first=first, last=last, viewer=viewer, now=now)}
        for each in calendars(case)
    ]
    join = set.intersection if case.get("assignment") == "collective" else set.union
    return [f"{start:%Y-%m-%dT%H:%M:%SZ}" for start in sorted(join(*per_host))]


def by_viewer_date(case: Case, starts: list[str]) -> dict[str, list[str]]:
    days = defaultdict(list)
    for start in starts:
        local = moment(start).astimezone(query(case)[2])
        days[local.date().isoformat()].append(local.isoformat()[11:16] + local.isoformat()[19:])
    return dict(days)


@pytest.mark.parametrize("case", load("slots*.json"), ids=lambda case: case["id"])
def test_slots_are_those_of_the_case(case: Case) -> None:
    starts = offered(case)
    if not case.get("strict", True) and starts in case.get("also_acceptable", []):
        return
    assert starts == case["expected_slots_utc"]
    assert by_viewer_date(case, starts) == case.get("expected_by_viewer_date", by_viewer_date(case, starts))


@pytest.mark.parametrize("case", load("month*.json"), ids=lambda case: case["id"])
def test_days_are_those_of_the_case(case: Case) -> None:
    first, last, viewer = query(case)
    days = list_days(calendars(case)[0], first=first, last=last, viewer=viewer, now=moment(case["now"]))
    assert {day.date.isoformat(): day.reason or str(day.slots) for day in days} == case["expected_days"]
