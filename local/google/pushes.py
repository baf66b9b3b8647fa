"""Push messages: real POSTs, tried again where Google does, and on request lost, doubled, late or out of order."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from http import HTTPStatus

import urllib3

# Sends headers to an address and returns the status it is answered with.
Deliver = Callable[[str, Mapping[str, str]], int]
# These alone are tried again, with exponential back-off (guide "Push notifications").
_TRY_AGAIN = {500, 502, 503, 504}
_FIRST_WAIT = timedelta(seconds=1)
_MOST_TRIES = 8


@dataclass(frozen=True, slots=True)
class Push:
    """A message. `done` says how it ended: delivered, failed, or lost."""

    address: str
    headers: Mapping[str, str]
    due: datetime
    tries: int = 0
    status: int | None = None
    done: str = ""

    @property
    def state(self) -> str:
        return self.headers["X-Goog-Resource-State"]


@dataclass(slots=True)
class Pushes:
    """The way of messages to their receivers.

    Attributes:
        lose, double, delay: so many of the next messages get lost, are sent twice, are late by `late_by`.
        reorder: so many are held back until that many are there, and go out last first.
        all_lost: none arrives.
        ended: every message that will not be sent any more, in this order.
    """

    now: Callable[[], datetime]
    deliver: Deliver
    lose: int = 0
    double: int = 0
    delay: int = 0
    late_by: timedelta = timedelta(seconds=30)
    reorder: int = 0
    all_lost: bool = False
    ended: list[Push] = field(default_factory=list)
    _waiting: list[Push] = field(default_factory=list)
    _held: list[Push] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, address: str, headers: Mapping[str, str]) -> None:
        """Take a message; it goes out with the next `run`."""
        with self._lock:
            push = Push(address, headers, self.now())
            if self.all_lost or self._one_of("lose"):
                self.ended.append(replace(push, done="lost"))
                return
            if self._one_of("delay"):
                push = replace(push, due=push.due + self.late_by)
            batch = [push, push] if self._one_of("double") else [push]
            if self.reorder > 0:
                self._held += batch
                if len(self._held) >= self.reorder:
                    self.reorder, batch, self._held = 0, self._held[::-1], []
                else:
                    batch = []
            self._waiting += batch

    def disturb(
        self,
        *,
        lose: int = 0,
        double: int = 0,
        delay: int = 0,
        late_by: timedelta = timedelta(seconds=30),
        reorder: int = 0,
        all_lost: bool = False,
    ) -> None:
        """Say what goes wrong from now on; what is unsaid ends, and what was held back goes out."""
        with self._lock:
            self.lose, self.double, self.delay, self.late_by = lose, double, delay, late_by
            self.reorder, self.all_lost = reorder, all_lost
            self._waiting, self._held = self._waiting + self._held, []

    def run(self) -> int:
        """Send what is due, and what becomes due by that, one after the other; return how many were sent."""
        sent = 0
        while (push := self._next()) is not None:
            sent += 1
            self._send(push)
        return sent

    @property
    def waiting(self) -> int:
        """How many messages are on their way or held back."""
        with self._lock:
            return len(self._waiting) + len(self._held)

    def _next(self) -> Push | None:
        with self._lock:
            now = self.now()
            push = next((push for push in self._waiting if push.due <= now), None)
            if push is not None:
                self._waiting.remove(push)
            return push

    def _send(self, push: Push) -> None:
        try:
            status = self.deliver(push.address, push.headers)
        except (OSError, urllib3.exceptions.HTTPError):
            # Not documented; a receiver that cannot be reached is taken for one that is overloaded.
            status = int(HTTPStatus.GATEWAY_TIMEOUT)
        tried = replace(push, tries=push.tries + 1, status=status)
        with self._lock:
            if status in _TRY_AGAIN and tried.tries < _MOST_TRIES:
                wait = _FIRST_WAIT * 2 ** (tried.tries - 1)
                self._waiting.append(replace(tried, due=self.now() + wait))
            else:
                good = status in (102, 200, 201, 202, 204)
                self.ended.append(replace(tried, done="delivered" if good else "failed"))

    def _one_of(self, trouble: str) -> bool:
        left: int = getattr(self, trouble)
        setattr(self, trouble, max(0, left - 1))
        return left > 0


def post(address: str, headers: Mapping[str, str]) -> int:
    """Send a message as Google does: a POST without a body."""
    with urllib3.PoolManager(retries=False, timeout=10) as pool:
        return pool.request("POST", address, headers=dict(headers), redirect=False).status
