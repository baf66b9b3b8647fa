"""Cursors that clients hand back: opaque, and sealed so that none can be made up or used elsewhere."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode

from daybook.domain.errors import ValidationFailed


def sealed(secret: bytes, listing: str, cursor: str | None) -> str | None:
    """Seal a cursor for one listing of one tenant; None stays None."""
    if cursor is None:
        return None
    raw = cursor.encode()
    return urlsafe_b64encode(_seal(secret, listing, raw) + raw).decode()


def unsealed(secret: bytes, listing: str, text: str | None) -> str | None:
    """Open a cursor of the same listing. Raises ValidationFailed for any other."""
    if text is None:
        return None
    try:
        joined = urlsafe_b64decode(text.encode())
    except ValueError:
        joined = b""
    seal, raw = joined[:32], joined[32:]
    if not hmac.compare_digest(seal, _seal(secret, listing, raw)):
        raise ValidationFailed.at("/query/cursor", "Use next_cursor of this very list, unchanged.")
    return raw.decode()


def _seal(secret: bytes, listing: str, raw: bytes) -> bytes:
    return hmac.digest(secret, b"cursor\0" + listing.encode() + b"\0" + raw, "sha256")
