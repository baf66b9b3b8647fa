"""Many clients of the HTTP API who act at the same moment."""

import json
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self, TypeVar

import urllib3

PEOPLE = 50
T = TypeVar("T")


@dataclass(frozen=True)
class Reply:
    status: int
    json: Any
    headers: Any

    @property
    def code(self) -> str:
        """The refusal's code; of a success, its status."""
        return self.json.get("code", str(self.status)) if isinstance(self.json, dict) else str(self.status)


class Crowd:
    """Up to fifty people with connections of their own."""

    def __init__(self, url: str, tenant: str, key: str) -> None:
        self._base = f"{url}/v1/{tenant}"
        self._key = key
        self._pool = urllib3.PoolManager(maxsize=PEOPLE, retries=False, timeout=120)
        self._threads = ThreadPoolExecutor(PEOPLE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._threads.shutdown()
        self._pool.clear()

    def send(
        self, method: str, path: str, body: Any = None, *, bearer: str | None = None, key: str | None = None
    ) -> Reply:
        headers = {"Content-Type": "application/json"}
        if bearer:
            headers["Authorization"] = f"Bearer {bearer}"
        if key:
            headers["Idempotency-Key"] = key
        text = json.dumps(body) if body is not None else None
        answer = self._pool.request(method, self._base + path, body=text, headers=headers)
        return Reply(answer.status, json.loads(answer.data) if answer.data else None, answer.headers)

    def post(self, path: str, body: Any = None, **given: Any) -> Reply:
        return self.send("POST", path, {} if body is None else body, **given)

    def host(self, path: str, body: Any = None, method: str = "POST") -> Reply:
        return self.send(method, path, {} if body is None and method == "POST" else body, bearer=self._key)

    def together(self, deeds: Sequence[Callable[[], T]]) -> list[T]:
        """Do all deeds at once, each in a thread of its own, and return their results in order."""
        gate = threading.Barrier(len(deeds))

        def run(deed: Callable[[], T]) -> T:
            gate.wait(60)
            return deed()

        return [future.result() for future in [self._threads.submit(run, deed) for deed in deeds]]

    def event_type(self, host: str, slug: str, **settings: Any) -> None:
        known = {"duration_minutes": 30, "minimum_notice_minutes": 0, "booking_window": {"type": "unlimited"}}
        made = self.host(f"/hosts/{host}/event-types", {"slug": slug, "title": slug, **known, **settings})
        assert made.status == 201, made

    def book(self, host: str, event_type: str, start: datetime, person: int | str = 0, **given: Any) -> Reply:
        body = {"host": host, "event_type": event_type, "start": start.isoformat(), "attendee": attendee(person)}
        return self.post("/bookings", body, **given)

    def booked(self, host: str, event_type: str, start: datetime, person: int | str = 0) -> Any:
        reply = self.book(host, event_type, start, person)
        assert reply.status == 201, reply
        return reply.json

    def move(self, booking: Any, start: datetime, **given: Any) -> Reply:
        body = {"start": start.isoformat()}
        return self.post(f"/bookings/{booking['id']}/reschedule", body, bearer=booking["manage_token"], **given)

    def cancel(self, booking: Any) -> Reply:
        return self.post(f"/bookings/{booking['id']}/cancel", {}, bearer=booking["manage_token"])

    def publish(self, host: str, start: datetime, **settings: Any) -> Reply:
        return self.host("/slots", {"host": host, "start": start.isoformat(), "duration_minutes": 30, **settings})

    def take(self, slot: Any, person: int | str = 0) -> Reply:
        return self.post(f"/slots/{slot['id']}/book", {"attendee": attendee(person)})


def attendee(person: int | str) -> dict[str, str]:
    return {"name": f"Person {person}", "email": f"person{person}@example.com", "timezone": "Europe/Berlin"}


def soon(days: int = 10, *, hours: float = 0) -> datetime:
    """Return a UTC midnight some days ahead, plus hours."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=days, hours=hours)


def codes(replies: Sequence[Reply]) -> dict[str, int]:
    """Count answers by code."""
    found = [reply.code for reply in replies]
    return {code: found.count(code) for code in sorted(set(found))}
