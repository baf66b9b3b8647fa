"""Secrets a client carries: manage tokens of attendees, API keys of hosts, and keyed hashes of both worlds.

A manage token is an HMAC over tenant, booking, generation and expiry under the tenant's secret, so that every later
mail can carry it without anything being stored; raising the booking's generation revokes all of them.
"""

import hashlib
import hmac
import re
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta

from daybook.domain.booking import Booking
from daybook.domain.errors import NotFound

MANAGE_PREFIX = "dbm_"
KEY_PREFIX = "dbk_"
TOKEN_LIFE_AFTER_END = timedelta(days=30)
_KEY = re.compile(r"dbk_([0-9a-hjkmnp-tv-z]{26})_([A-Za-z0-9_-]{43})")
_HEAD = struct.Struct(">IQ")  # generation, expiry as epoch seconds


def keyed_hash(secret: bytes, purpose: str, *parts: str) -> str:
    """Return 43 characters that stand for `parts` and tell nothing to who lacks the tenant's secret."""
    text = "\0".join([purpose, *parts]).encode()
    return _text(hmac.digest(secret, text, "sha256"))


def manage_token(secret: bytes, booking: Booking) -> str:
    """Return the token that lets its bearer see, move and cancel one booking until 30 days after its end."""
    head = _HEAD.pack(booking.generation, int((booking.end + TOKEN_LIFE_AFTER_END).timestamp()))
    return MANAGE_PREFIX + _text(head + _seal(secret, booking, head))


def require_manage_token(secret: bytes, booking: Booking, token: str, *, now: datetime) -> None:
    """Accept a token made by `manage_token`; raise NotFound for a wrong, foreign, revoked or expired one."""
    unknown = NotFound("No such booking.")
    try:
        raw = urlsafe_b64decode(token.removeprefix(MANAGE_PREFIX) + "==")
        head, seal = raw[: _HEAD.size], raw[_HEAD.size :]
        generation, expiry = _HEAD.unpack(head)
    except (ValueError, struct.error) as error:
        raise unknown from error
    spelt_so = token == MANAGE_PREFIX + _text(raw)
    genuine = hmac.compare_digest(seal, _seal(secret, booking, head))
    if not (spelt_so and genuine) or generation != booking.generation or now.timestamp() >= expiry:
        raise unknown


def key_text(key_id: str, key_secret: str) -> str:
    """Spell an API key as its holder sees it once."""
    return f"{KEY_PREFIX}{key_id}_{key_secret}"


def key_parts(text: str) -> tuple[str, str] | None:
    """Split an API key into id and secret; None if it is not spelt like one."""
    match = _KEY.fullmatch(text)
    return (match[1], match[2]) if match else None


def secret_digest(key_secret: str) -> str:
    """SHA-256 in hex; a fast hash is right for a secret of 256 random bits."""
    return hashlib.sha256(key_secret.encode()).hexdigest()


def secret_matches(key_secret: str, digest: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(secret_digest(key_secret), digest)


def _seal(secret: bytes, booking: Booking, head: bytes) -> bytes:
    text = "\0".join(["manage", booking.tenant, booking.id]).encode()
    return hmac.digest(secret, text + b"\0" + head, "sha256")


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")
