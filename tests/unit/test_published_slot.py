"""Published slots: their state and the terms of who books them."""

import pytest

from daybook.domain.event_type import DEFAULT_NOTICE, Defaults
from daybook.domain.limits import Limits
from daybook.domain.published_slot import SlotStatus, slot_terms
from tests.fakes import values
from tests.fakes.values import HALF_HOUR, HOUR


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, SlotStatus.OPEN),
        ({"seats": 1}, SlotStatus.BOOKED),
        ({"seats": 1, "capacity": 2}, SlotStatus.OPEN),
        ({"seats": 2, "capacity": 2}, SlotStatus.BOOKED),
        ({"withdrawn": True}, SlotStatus.CANCELLED),
        ({"withdrawn": True, "seats": 1}, SlotStatus.CANCELLED),
    ],
)
def test_a_slot_is_open_until_its_seats_are_taken_or_it_is_withdrawn(
    fields: dict[str, object], status: SlotStatus
) -> None:
    assert values.slot("acme", **fields).status is status


def test_it_offers_its_own_time_without_buffers() -> None:
    claim = values.slot("acme").claim
    assert (claim.end - claim.start, claim.before, claim.after) == (6, 0, 0)


def test_without_an_event_type_the_default_terms_hold() -> None:
    host = values.host(defaults=Defaults(buffer_before=HOUR, minimum_notice=HOUR * 9, limits=Limits(per_day=2)))
    terms, policy = slot_terms(values.slot("acme", capacity=2), None, host)
    assert (terms.duration, terms.buffer_before, terms.minimum_notice) == (HALF_HOUR, HOUR * 0, DEFAULT_NOTICE)
    assert (terms.limits.own, terms.limits.host, terms.capacity, terms.slot) == (
        Limits(),
        Limits(per_day=2),
        2,
        "S1",
    )
    assert (policy.requires_confirmation, policy.cancel_cutoff) == (False, HOUR * 0)


def test_its_event_type_gives_terms_and_the_slot_length_and_capacity() -> None:
    kind = values.event_type(duration=HOUR * 2, buffer_after=HOUR, minimum_notice=HOUR * 3, cancel_cutoff=HOUR)
    terms, policy = slot_terms(values.slot("acme", event_type="intro", buffer_after=HOUR), kind, values.host())
    assert (terms.duration, terms.buffer_after, terms.minimum_notice) == (HALF_HOUR, HOUR, HOUR * 3)
    assert policy.cancel_cutoff == HOUR


@pytest.mark.parametrize(("capacity", "waits"), [(1, True), (2, False)])
def test_only_a_slot_for_one_waits_for_confirmation(capacity: int, waits: bool) -> None:
    kind = values.event_type(requires_confirmation=True)
    _, policy = slot_terms(values.slot("acme", capacity=capacity), kind, values.host())
    assert policy.requires_confirmation is waits
