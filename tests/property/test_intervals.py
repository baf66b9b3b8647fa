"""The algebra of spans and bits, against the plainest way to say the same."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from daybook.domain.intervals import bits_of, every, fits, merge, ones, positions, shifted, spans_of

ORIGIN = 1000
SPANS = st.lists(st.tuples(st.integers(ORIGIN, ORIGIN + 80), st.integers(ORIGIN, ORIGIN + 80)), max_size=8)
BITS = st.integers(0, 2**90)


def granules(spans: list[tuple[int, int]]) -> set[int]:
    return {granule for start, end in spans for granule in range(start, end)}


@given(SPANS)
def test_merge_covers_the_same_time_with_gaps_between(spans: list[tuple[int, int]]) -> None:
    merged = merge(spans)
    assert granules(merged) == granules(spans)
    assert all(end < start for (_, end), (start, _) in pairwise(merged))
    assert merge(merged) == merged


@given(SPANS)
def test_spans_and_bits_say_the_same(spans: list[tuple[int, int]]) -> None:
    bits = bits_of(spans, origin=ORIGIN, width=80)
    assert {ORIGIN + position for position in positions(bits)} == granules(spans)
    assert spans_of(bits, origin=ORIGIN) == merge(spans)


@given(SPANS, st.integers(0, 90), st.integers(0, 90))
def test_bits_leave_out_what_lies_before_or_after(spans: list[tuple[int, int]], later: int, width: int) -> None:
    whole = bits_of(spans, origin=ORIGIN, width=80)
    assert bits_of(spans, origin=ORIGIN + later, width=width) == whole >> later & ones(width)


@given(BITS, st.integers(1, 40))
def test_fits_finds_every_start_of_a_free_run(free: int, length: int) -> None:
    starts = [n for n in range(91) if all(free >> n + k & 1 for k in range(length))]
    assert list(positions(fits(free, length))) == starts


@given(st.integers(1, 20), st.integers(0, 20))
def test_every_sets_bits_a_step_apart(step: int, count: int) -> None:
    assert list(positions(every(step, count))) == [step * n for n in range(count)]


@given(BITS, st.integers(-30, 30))
def test_shifted_moves_either_way(bits: int, by: int) -> None:
    assert {n + by for n in positions(bits) if n + by >= 0} == set(positions(shifted(bits, by)))


@given(st.integers(-3, 100))
def test_ones_are_as_many_as_asked(count: int) -> None:
    assert ones(count).bit_count() == max(count, 0) == ones(count).bit_length()
