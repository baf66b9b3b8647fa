"""Terms: an event type with every gap filled."""

from dataclasses import replace
from datetime import timedelta

import pytest

from daybook.domain.event_type import DEFAULT_WINDOW, Defaults, Terms, Window, WindowType, terms_of
from daybook.domain.limits import Limits
from tests.fakes import values
from tests.fakes.values import HALF_HOUR, HOUR

NONE = timedelta(0)
FIELDS = ["buffer_before", "buffer_after", "minimum_notice"]


def test_without_anything_daybooks_own_defaults_hold() -> None:
    terms = terms_of(values.event_type(), Defaults())
    assert (terms.slot_interval, terms.minimum_notice, terms.window) == (HALF_HOUR, HOUR, DEFAULT_WINDOW)
    assert (terms.buffer_before, terms.buffer_after, terms.capacity, terms.slot) == (NONE, NONE, 1, None)


@pytest.mark.parametrize("field", FIELDS)
def test_the_hosts_default_fills_a_gap_and_a_zero_is_no_gap(field: str) -> None:
    defaults = Defaults(**{field: HALF_HOUR})
    assert getattr(terms_of(values.event_type(), defaults), field) == HALF_HOUR
    assert getattr(terms_of(values.event_type(**{field: NONE}), defaults), field) == NONE


def test_a_window_is_the_types_own_or_the_hosts() -> None:
    own, default = Window(days=3), Window(type=WindowType.UNLIMITED)
    assert terms_of(values.event_type(window=own), Defaults(window=default)).window == own
    assert terms_of(values.event_type(), Defaults(window=default)).window == default


def test_limits_are_the_types_own_beside_the_hosts() -> None:
    own, all_types = Limits(per_day=1), Limits(per_week=5)
    rules = terms_of(values.event_type(limits=own), Defaults(limits=all_types)).limits
    assert (rules.scope, rules.own, rules.host) == ("intro", own, all_types)


@pytest.mark.parametrize(
    "changes",
    [{"duration": HOUR}, {"buffer_before": HOUR}, {"buffer_after": HOUR}, {"event_type": "other"}, {"slot": "S1"}],
)
def test_people_share_a_session_of_the_same_lengths_alone(changes: dict[str, object]) -> None:
    plain: Terms = terms_of(values.event_type(capacity=3), Defaults())
    assert plain.signature == replace(plain, capacity=5, slot_interval=HOUR, minimum_notice=HOUR).signature
    assert replace(plain, **changes).signature != plain.signature
