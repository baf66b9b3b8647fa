"""Every port twice: in memory, and on DynamoDB by way of moto. Both must keep the same promises."""

import itertools
import os
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest
from moto import mock_aws

from daybook import wiring
from daybook.adapters.dynamodb.access import DynamoAccess
from daybook.adapters.dynamodb.bookings import DynamoBookings
from daybook.adapters.dynamodb.catalogue import DynamoCatalogue
from daybook.adapters.dynamodb.connections import DynamoConnections
from daybook.adapters.dynamodb.external import DynamoExternalTime
from daybook.adapters.dynamodb.ledger import DynamoLedger
from daybook.adapters.dynamodb.mails import DynamoMails
from daybook.adapters.dynamodb.sessions import DynamoSessions
from daybook.domain.booking import Booking
from daybook.domain.history import Deed
from daybook.domain.host import Host
from daybook.domain.ledger import LedgerDay
from daybook.domain.limits import Bound
from daybook.domain.published_slot import PublishedSlot
from daybook.ports import Catalogue, Record
from tests.conftest import forget_clients
from tests.fakes import values
from tests.fakes.ports import Ports, in_memory
from tests.fakes.values import NOW
from tests.harness import TABLE, table_properties

_names = (f"tenant-{number}" for number in itertools.count())


@pytest.fixture(scope="module")
def table() -> Iterator[str]:
    """One table a module, on moto or at DAYBOOK_TEST_DYNAMODB; every test has a tenant of its own."""
    endpoint = os.environ.get("DAYBOOK_TEST_DYNAMODB")
    with pytest.MonkeyPatch.context() as patch, nullcontext() if endpoint else mock_aws():
        if endpoint:
            patch.setenv("AWS_ENDPOINT_URL_DYNAMODB", endpoint)
        forget_clients()
        wiring.client().create_table(TableName=TABLE, **table_properties())
        yield TABLE
        if endpoint:
            wiring.client().delete_table(TableName=TABLE)
        forget_clients()


@pytest.fixture(params=["memory", "dynamodb"])
def ports(request: pytest.FixtureRequest) -> Ports:
    if request.param == "memory":
        return in_memory()
    request.getfixturevalue("table")
    client = wiring.client()
    return Ports(
        DynamoCatalogue(client, TABLE),
        DynamoLedger(client, TABLE, sleep=lambda _: None),
        DynamoBookings(client, TABLE),
        DynamoAccess(client, TABLE),
        DynamoMails(client, TABLE),
        DynamoConnections(client, TABLE),
        DynamoExternalTime(client, TABLE, sleep=lambda _: None),
        DynamoSessions(client, TABLE, sleep=lambda _: None),
    )


@pytest.fixture
def tenant() -> str:
    return next(_names)


@dataclass(frozen=True)
class Desk:
    """Takes, moves and gives back time of a tenant's, with everything a call needs filled in."""

    ports: Ports
    tenant: str

    def claim(
        self,
        booking: Booking,
        *bounds: Bound,
        record: Record | None = None,
        now: datetime = NOW,
    ) -> Booking:
        booking = replace(booking, counted=tuple(bound.counter for bound in bounds))
        event = values.step(Deed.BOOKED, None, booking, now)
        self.ports.ledger.claim(booking, event, bounds=bounds, record=record, now=now)
        return booking

    def booked(self, id: str = "B1", *bounds: Bound, now: datetime = NOW, **fields: Any) -> Booking:
        return self.claim(values.booking(self.tenant, id, **fields), *bounds, now=now)

    def move(
        self,
        before: Booking,
        start: datetime,
        *bounds: Bound,
        record: Record | None = None,
        now: datetime = NOW,
        **fields: Any,
    ) -> Booking:
        end = start + fields.pop("length", before.duration)
        counted = tuple(bound.counter for bound in bounds)
        after = replace(before, start=start, end=end, version=before.version + 1, counted=counted, **fields)
        event = values.step(Deed.RESCHEDULED, before, after, now)
        self.ports.ledger.move(before, after, event, bounds=bounds, record=record, now=now)
        return after

    def cancel(self, before: Booking, now: datetime = NOW) -> Booking:
        after = before.cancelled(actor=values.origin().actor, now=now)
        self.ports.ledger.release(before, after, values.step(Deed.CANCELLED, before, after, now))
        return after

    def confirm(self, before: Booking) -> Booking:
        after = before.confirmed(now=NOW)
        self.ports.ledger.settle(before, after, values.step(Deed.CONFIRMED, before, after))
        return after

    def published(self, id: str = "S1", *, record: Record | None = None, **fields: Any) -> PublishedSlot:
        slot = values.slot(self.tenant, id, **fields)
        self.ports.ledger.publish(slot, record=record)
        return slot

    def stored(self, booking: Booking) -> Booking | None:
        return self.ports.bookings.booking(self.tenant, booking.id)

    def seats(self, slot: PublishedSlot) -> int:
        found = self.ports.bookings.slot(self.tenant, slot.id)
        assert found is not None
        return found.seats

    def day(self, moment: datetime = NOW, host: str = "ada") -> LedgerDay:
        """Return the ledger day of a moment; an untouched one is empty."""
        number = (moment - datetime(1970, 1, 1, tzinfo=moment.tzinfo)).days
        found = self.ports.ledger.days(self.tenant, host, range(number, number + 1))
        return found[0] if found else LedgerDay(number)

    def deeds(self, booking: Booking) -> list[Deed]:
        return [event.deed for event in self.ports.bookings.history(self.tenant, booking.id)]


@pytest.fixture
def desk(ports: Ports, tenant: str) -> Desk:
    return Desk(ports, tenant)


@pytest.fixture
def catalogue(ports: Ports) -> Catalogue:
    return ports.catalogue


@pytest.fixture
def ada(catalogue: Catalogue, tenant: str) -> Host:
    """A host without schedule."""
    catalogue.add_host(tenant, values.host())
    return values.host()
