"""Keep floods out: rate limits on public writes and a cap on one address's open bookings."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from daybook.domain.errors import TooManyBookings, TooManyRequests
from daybook.domain.tokens import keyed_hash
from daybook.ports import Access, Bookings

WINDOW = timedelta(minutes=1)
COOL_DOWN = timedelta(hours=1)

Admit = Callable[[], None]
"""Waits for the verdict and raises TooManyRequests, or returns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotas:
    """Bounds on public writes; 0 is no bound."""

    posts_per_address: int = 0
    posts_per_tenant: int = 0
    active_per_email: int = 0


def attendee_key(secret: bytes, email: str) -> str:
    """Return what stands for a person in indexes: a keyed hash of the address, whatever its letters' case."""
    return keyed_hash(secret, "attendee", email.casefold())


def begin_admission(
    tenant: str,
    address: str,
    *,
    quotas: Quotas,
    access: Access,
    bookings: Bookings,
    now: datetime,
    attendee: Callable[[], str] | None = None,
) -> Admit:
    """Start counting beside whatever is read next; the returned function gives the verdict.

    Args:
        address: the caller's network address (IPv4, or the /64 of an IPv6 one).
        attendee: gives `attendee_key` of who wants a new booking; it may read the tenant's secret for that.
    """
    checks: list[Callable[[], None]] = []
    if quotas.posts_per_address:
        checks.append(lambda: _count(tenant, f"address {address}", quotas.posts_per_address, access, now))
    if quotas.posts_per_tenant:
        checks.append(lambda: _count(tenant, "all", quotas.posts_per_tenant, access, now))
    if quotas.active_per_email and attendee:
        checks.append(lambda: _cap(tenant, attendee(), quotas.active_per_email, bookings, now))
    if not checks:
        return lambda: None
    pool = ThreadPoolExecutor(max_workers=len(checks))
    running: list[Future[None]] = [pool.submit(check) for check in checks]
    pool.shutdown(wait=False)

    def admit() -> None:
        for verdict in running:
            verdict.result()

    return admit


def _count(tenant: str, who: str, limit: int, access: Access, now: datetime) -> None:
    if access.hit(tenant, who, window=WINDOW, now=now) <= limit:
        return
    left = WINDOW.total_seconds() - now.timestamp() % WINDOW.total_seconds()
    raise TooManyRequests("Wait and try again.", limit=limit, retry_after=timedelta(seconds=ceil(left)))


def _cap(tenant: str, attendee: str, most: int, bookings: Bookings, now: datetime) -> None:
    if bookings.count_active(tenant, attendee, now=now, most=most) >= most:
        detail = f"At most {most} open bookings per address; cancel one or wait until one is over."
        raise TooManyBookings(detail, limit=most, retry_after=COOL_DOWN)
