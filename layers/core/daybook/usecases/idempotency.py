"""Repeat a request, get its first answer: the record of an Idempotency-Key."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from daybook.domain.errors import IdempotencyKeyReused
from daybook.ports import Record

LIFE = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeatable:
    """A request that carries an Idempotency-Key.

    The record's name and the body's hash are keyed with the client's own key, so that neither an address nor an
    answer can be guessed from what is stored.

    Args:
        caller: key id, booking id, or the attendee's address: the same key of two callers is two keys.
        body: what must be equal for the answer to be the same.
    """

    key: str
    caller: str
    body: dict[str, object]

    @classmethod
    def of(cls, key: str | None, caller: str, body: dict[str, object]) -> "Repeatable | None":
        """Return None for a request without an Idempotency-Key."""
        return cls(key=key, caller=caller, body=body) if key is not None else None

    @property
    def name(self) -> str:
        return self._hash("name", self.caller)

    @property
    def body_hash(self) -> str:
        return self._hash("body", json.dumps(self.body, sort_keys=True, default=str))

    def record(self, result: str, now: datetime) -> Record:
        return Record(name=self.name, body_hash=self.body_hash, result=result, expires_at=now + LIFE)

    def answered(self, record: Record | None, now: datetime) -> str | None:
        """Return the id the first request led to; None if this is the first.

        Raises:
            IdempotencyKeyReused: the key came with another body before.
        """
        if record is None or record.expires_at <= now:
            return None
        if not hmac.compare_digest(record.body_hash, self.body_hash):
            raise IdempotencyKeyReused("Use a fresh Idempotency-Key for another request.")
        return record.result

    def _hash(self, purpose: str, text: str) -> str:
        return hmac.new(self.key.encode(), f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()
