"""DynamoDB's bounds on expressions, which no local engine enforces, held for every length and buffer."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from daybook.adapters.dynamodb import expressions, keys
from daybook.domain.ledger import Claim, LedgerDay, Session, Stake

MOST_OPERATORS = 300
MOST_BYTES = 4096
MINUTE = timedelta(minutes=1)
BUFFERS = [(before, after) for before in (0, 5, 60, 720) for after in (0, 15, 175)]
MORNING = datetime(2199, 12, 31, tzinfo=UTC)  # the longest numbers there are
STARTS = [MORNING + timedelta(hours=hours) for hours in (0, 17, 23.75)]


def operators(expression: str) -> int:
    """Count as AWS does: each comparator, function and logical operator is one."""
    words = re.findall(r"\b(?:NOT|OR|AND|IN|BETWEEN)\b|<>|<=|>=|<|>|=|\w+\(", expression)
    return len(words) - sum(word.endswith("(") and word[:-1] in {"NOT", "OR", "AND"} for word in words)


def stakes(length: int) -> list[Stake]:
    """A booking of its own, a request and a seat, at every start and with every buffer."""
    made = []
    for start in STARTS:
        for before, after in BUFFERS:
            end = start + length * MINUTE
            claim = Claim.of(start, end, before=before * MINUTE, after=after * MINUTE)
            signature = "/".join(["a" * 63, str(length), str(before), str(after)])
            made += [
                Stake("0" * 26, claim),
                Stake("0" * 26, claim, deadline=start, offered=True),
                Stake("0" * 26, claim, signature=signature, capacity=1000),
            ]
    return made


def key(day: int) -> keys.Key:
    return keys.day("acme", "ada", day)


def condition(action: dict[str, Any]) -> str:
    return action["Update"]["ConditionExpression"]


def test_operators_are_counted_as_aws_does() -> None:
    terms = " OR ".join(f"contains(#t,:{n})" for n in range(151))
    assert operators(f"NOT ({terms})") == 302
    assert operators("(#a = :b AND #c < :d) OR (attribute_not_exists(#a) AND NOT (contains(#t,:1)))") == 8


@pytest.mark.parametrize("hours", range(24))
def test_every_claim_fits_one_expression_or_is_compared_and_set(hours: int) -> None:
    for length in range(hours * 60 + 5, hours * 60 + 65, 5):
        for stake in stakes(length):
            for day in stake.claim.days:
                if expressions.terms(stake, day) > expressions.MAX_TERMS:
                    continue
                action = expressions.claim_day(key(day), day, stake)
                assert operators(condition(action)) <= MOST_OPERATORS
                for part in ("ConditionExpression", "UpdateExpression"):
                    assert len(action["Update"][part].encode()) <= MOST_BYTES


def test_six_hours_with_their_buffers_are_checked_without_reading() -> None:
    claim = Claim.of(MORNING, MORNING + 300 * MINUTE, before=0 * MINUTE, after=55 * MINUTE)
    assert expressions.terms(Stake("1", claim), claim.days[0]) <= expressions.MAX_TERMS


def test_a_day_full_of_sessions_can_still_be_rewritten() -> None:
    first = Claim.of(MORNING, MORNING + 5 * MINUTE, before=0 * MINUTE, after=0 * MINUTE)
    [day] = first.days
    sessions = {first.start + n: Session(first.start + n, "class/5/0/0", 2) for n in range(288)}
    known = LedgerDay(day, frozenset(range(288)), sessions=sessions)
    after = known.removed(Stake("1", first, signature="class/5/0/0", capacity=3))
    action = expressions.rewrite_day(key(day), known, after)
    assert operators(condition(action)) <= MOST_OPERATORS
    assert len(condition(action).encode()) <= MOST_BYTES
