"""A fresh Google for each test."""

from collections.abc import Iterator
from typing import Any

import pytest
import urllib3

from local.google.port import serving
from tests.google.desk import ADA, CLIENT, REDIRECT, SECRET, Checked, Clock, Desk, Mailbox


@pytest.fixture
def desk() -> Iterator[Desk]:
    clock, mailbox = Clock(), Mailbox()
    google = Checked(clock, mailbox)
    google.people.add_account(ADA, name="Ada")
    google.people.register(CLIENT, SECRET, [REDIRECT])
    with serving(google, pump=False) as url, urllib3.PoolManager(retries=False, timeout=10) as http:
        desk = Desk(google, url, clock, mailbox, http)
        yield desk
        for service in desk.services:
            service.thing.close()


@pytest.fixture
def calendar(desk: Desk) -> Any:
    """The official client with every right over Ada's calendars."""
    return desk.service()
