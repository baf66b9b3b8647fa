"""A fresh Google with Ada's account connected, for each test."""

from collections.abc import Iterator

import pytest

from local.google.port import serving
from tests.calendar.world import ADA, World
from tests.google.desk import CLIENT, REDIRECT, SECRET, Checked, Clock, Mailbox


@pytest.fixture
def world() -> Iterator[World]:
    clock, mailbox = Clock(), Mailbox()
    google = Checked(clock, mailbox)
    google.people.add_account(ADA, name="Ada")
    google.people.register(CLIENT, SECRET, [REDIRECT])
    with serving(google, pump=False) as url:
        yield World(google, url, clock, mailbox)
