"""What docs/scale.md says of cost is the sum of its parts, and follows docs/data-model.md."""

import re
from pathlib import Path

import pytest

from benchmarks.cost import PARTS, Part, run

DATA_MODEL = Path(__file__).parents[2] / "docs" / "data-model.md"


def test_a_part_is_amount_times_price() -> None:
    assert Part("mails", 3, 100).dollars == pytest.approx(0.3)


def test_the_sum_is_of_all_parts() -> None:
    lines = {line.name: line.figures["$ for 1,000"] for line in run(True, print)}
    assert lines["all"] == pytest.approx(sum(part.dollars for part in PARTS))
    assert lines["all"] - lines["all but mails"] == pytest.approx(lines["SES, mails"])


def test_a_booking_is_written_as_the_data_model_says() -> None:
    row = re.search(r"^\| book, rate limits and cap on \| (\S+) \| (\S+) \|", DATA_MODEL.read_text(), re.MULTILINE)
    assert row is not None
    reads, writes = (next(part.per_booking for part in PARTS if part.name == f"table, {kind} units") for kind in KINDS)
    assert reads > float(row[1])
    assert writes == pytest.approx(float(row[2]) + 10)


KINDS = ("read", "write")
