"""Secrets that clients carry."""

from dataclasses import replace
from datetime import timedelta

import pytest

from daybook.domain.errors import NotFound
from daybook.domain.tokens import (
    TOKEN_LIFE_AFTER_END,
    key_parts,
    key_text,
    keyed_hash,
    manage_token,
    require_manage_token,
    secret_digest,
    secret_matches,
)
from tests.fakes import values
from tests.fakes.values import NOW, SECRET

BOOKING = values.booking("acme")
TOKEN = manage_token(SECRET, BOOKING)
EXPIRY = BOOKING.end + TOKEN_LIFE_AFTER_END


def test_a_manage_token_fits_its_booking_until_its_expiry() -> None:
    for now in (NOW, EXPIRY - timedelta(seconds=1)):
        require_manage_token(SECRET, BOOKING, TOKEN, now=now)
    with pytest.raises(NotFound):
        require_manage_token(SECRET, BOOKING, TOKEN, now=EXPIRY)


def test_it_is_the_same_each_time_so_that_every_mail_can_carry_it() -> None:
    assert manage_token(SECRET, BOOKING) == TOKEN


def test_it_still_fits_after_the_booking_has_moved() -> None:
    later = replace(BOOKING, start=BOOKING.start + timedelta(days=9), end=BOOKING.end + timedelta(days=9), version=2)
    require_manage_token(SECRET, later, TOKEN, now=NOW)


@pytest.mark.parametrize("fields", [{"id": "B2"}, {"tenant": "globex"}, {"generation": 2}])
def test_it_fits_no_other_booking_tenant_or_generation(fields: dict[str, object]) -> None:
    with pytest.raises(NotFound):
        require_manage_token(SECRET, replace(BOOKING, **fields), TOKEN, now=NOW)


def test_it_fits_no_other_secret() -> None:
    with pytest.raises(NotFound):
        require_manage_token(b"x" * 32, BOOKING, TOKEN, now=NOW)


SPARE_BITS = TOKEN[:-1] + {"w": "x", "A": "B", "Q": "R", "g": "h"}.get(TOKEN[-1], "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "dbm_",
        "dbm_AAAA",
        "dbm_é",
        TOKEN[:-1],
        TOKEN + "A",
        TOKEN + "=",
        TOKEN + "\n",
        TOKEN.removeprefix("dbm_"),
        f"dbm_{TOKEN}",
        TOKEN[:9] + "." + TOKEN[9:],
        SPARE_BITS,
        TOKEN.swapcase(),
    ],
)
def test_another_spelling_does_not_fit(text: str) -> None:
    with pytest.raises(NotFound):
        require_manage_token(SECRET, BOOKING, text, now=NOW)


def test_a_keyed_hash_depends_on_secret_purpose_and_every_part() -> None:
    hashes = {
        keyed_hash(SECRET, "attendee", "a", "b"),
        keyed_hash(SECRET, "attendee", "ab"),
        keyed_hash(SECRET, "attendee", "a", "c"),
        keyed_hash(SECRET, "other", "a", "b"),
        keyed_hash(b"x" * 32, "attendee", "a", "b"),
    }
    assert len(hashes) == 5
    assert {len(one) for one in hashes} == {43}


def test_a_key_is_split_as_it_was_spelt_even_where_its_secret_has_underscores() -> None:
    key_id, secret = "01m7wqrg24myf5z8bwg7a04235", "a_b-" + "c" * 39
    assert key_text(key_id, secret) == f"dbk_{key_id}_{secret}"
    assert key_parts(f"dbk_{key_id}_{secret}") == (key_id, secret)


def test_a_key_too_long_to_be_looked_up_is_none() -> None:
    assert key_parts(f"dbk_{'a' * 3000}_{'c' * 43}") is None


@pytest.mark.parametrize("text", ["", "dbk_", "dbk_id", "dbk_id_", "dbk__secret", "dbm_id_secret", "id_secret"])
def test_what_is_not_spelt_like_a_key_is_none(text: str) -> None:
    assert key_parts(text) is None


def test_a_secret_matches_its_own_digest() -> None:
    digest = secret_digest("secret")
    assert len(digest) == 64
    assert secret_matches("secret", digest)
    assert not secret_matches("Secret", digest)
