"""Interval algebra on granules: half-open spans, and the same time as integers with one bit a granule.

A span is `[start, end)` in granules since the epoch. In a bit set, bit 0 is the granule `origin`; 31 days are an
integer of about 9,000 bits, so a shift and an AND decide about a month at once.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache

Span = tuple[int, int]


def merge(spans: Iterable[Span]) -> list[Span]:
    """Return ascending, disjoint spans that cover the same time; touching ones become one, empty ones vanish."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def bits_of(spans: Iterable[Span], *, origin: int, width: int) -> int:
    """Turn spans into at most `width` bits; what lies before or after is cut off."""
    bits = 0
    for start, end in spans:
        first = max(start - origin, 0)
        if first < width:
            bits |= ones(min(end - origin, width) - first) << first
    return bits


def spans_of(bits: int, *, origin: int) -> list[Span]:
    """Turn non-negative bits back into ascending, disjoint spans that do not touch."""
    edges = list(positions(bits ^ bits << 1))
    return [(origin + start, origin + end) for start, end in zip(edges[::2], edges[1::2], strict=True)]


def ones(count: int) -> int:
    """Return `count` set bits from bit 0 on; none if it is negative."""
    return (1 << count) - 1 if count > 0 else 0


def shifted(bits: int, by: int) -> int:
    """Move bits up, or down if `by` is negative."""
    return bits << by if by >= 0 else bits >> -by


def fits(free: int, length: int) -> int:
    """Return the starts of free runs: bit s is set iff bits s … s + length - 1 all are.

    The run known so far doubles with every shift, so a length of n takes about log2(n) steps.
    """
    known = 1
    while known < length:
        step = min(known, length - known)
        free &= free >> step
        known += step
    return free


@lru_cache(maxsize=256)
def every(step: int, count: int) -> int:
    """Return `count` bits, `step` apart, from bit 0 on."""
    return ones(step * count) // ones(step)


def positions(bits: int) -> Iterator[int]:
    """Yield the numbers of the set bits of a non-negative integer, ascending."""
    text = f"{bits:b}"[::-1]
    found = text.find("1")
    while found >= 0:
        yield found
        found = text.find("1", found + 1)
