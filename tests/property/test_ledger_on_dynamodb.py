"""The ledger on DynamoDB against the interval oracle: every answer foretold, every stored set and count compared."""

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest
from moto import mock_aws

from daybook import wiring
from daybook.domain.errors import SlotTaken
from tests.property.ledger_desk import CAPS, OnDynamo
from tests.property.ledger_machine import NOW, OPENS, LedgerMachine
from tests.property.ledger_oracle import Meeting, Oracle
from tests.property.test_ledger import run

EXAMPLES = int(os.environ.get("DAYBOOK_LEDGER_EXAMPLES", "16"))


class OneHost(LedgerMachine):
    caps = CAPS

    def desk_of(self, *, limited: bool) -> OnDynamo:
        return OnDynamo(limited=limited)

    def teardown(self) -> None:
        self.desk.close(self.oracle)


class OneLimitedHost(OneHost):
    always_limited = True


@pytest.fixture
def no_tables() -> Iterator[None]:
    with mock_aws():
        wiring.client.cache_clear()
        yield
        wiring.client.cache_clear()


def test_lapsed_requests_on_both_sides_of_midnight_make_room(no_tables: None) -> None:
    """Each refusal shows one day or counter; the next may hold another lapsed request."""
    desk, midnight, step = OnDynamo(limited=True), OPENS + timedelta(hours=6), timedelta(minutes=30)
    meetings = [
        Meeting(id="late", start=midnight - step, end=midnight, scope="asked", deadline=NOW + step, status="pending"),
        Meeting(id="early", start=midnight, end=midnight + step, scope="asked", deadline=NOW + step, status="pending"),
    ]
    for meeting in meetings:
        desk.claim(meeting, NOW)
    over = Meeting(id="over", start=midnight - step, end=midnight + step, scope="solo")
    with pytest.raises(SlotTaken):
        desk.claim(over, NOW)
    desk.claim(over, NOW + step)
    desk.check(Oracle(NOW + step, {meeting.id: meeting for meeting in (*meetings, over)}))


def test_the_table_admits_and_holds_exactly_what_intervals_say(no_tables: None) -> None:
    run(OneHost, EXAMPLES, shrink="DAYBOOK_LEDGER_EXAMPLES" in os.environ)
