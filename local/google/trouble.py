"""What goes wrong on request: the next calls, sync tokens, pages, conferences and push messages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus

from local.google.errors import ApiError


class Failure(StrEnum):
    """How a call fails. After `LOST_ANSWER` and `SLOW` it was carried out all the same."""

    INTERNAL = "500"
    UNAVAILABLE = "503"
    RATE_LIMIT = "rateLimitExceeded"
    USER_RATE_LIMIT = "userRateLimitExceeded"
    QUOTA = "quotaExceeded"
    TOO_MANY = "429"
    LOST_REQUEST = "lost request"
    LOST_ANSWER = "lost answer"
    SLOW = "slow"


_LIMITS = {
    Failure.RATE_LIMIT: "Rate Limit Exceeded",
    Failure.USER_RATE_LIMIT: "User Rate Limit Exceeded",
    Failure.QUOTA: "Calendar usage limits exceeded.",
}


def refusal(failure: Failure) -> ApiError | None:
    """Return what a failing call is answered; None: it gets no answer, or a true one."""
    if failure is Failure.INTERNAL:
        return ApiError(HTTPStatus.INTERNAL_SERVER_ERROR, "backendError", "Backend Error")
    if failure is Failure.UNAVAILABLE:
        message = "The service is currently unavailable."
        return ApiError(HTTPStatus.SERVICE_UNAVAILABLE, "backendError", message)
    if failure is Failure.TOO_MANY:
        message = "Rate Limit Exceeded"
        return ApiError(HTTPStatus.TOO_MANY_REQUESTS, "rateLimitExceeded", message, domain="usageLimits")
    if failure in _LIMITS:
        return ApiError(HTTPStatus.FORBIDDEN, failure.value, _LIMITS[failure], domain="usageLimits")
    return None


@dataclass(slots=True)
class _Order:
    failure: Failure
    calls: int
    only: str | None


@dataclass(slots=True)
class Trouble:
    """What goes wrong; a fresh one: nothing.

    Attributes:
        down: all calls fail as unavailable, those for tokens too.
        down_until: the same until then.
        slow_seconds: how late `SLOW` answers are.
        page_limit: no page of a list is longer, whatever is asked.
        empty_first_page: lists begin with a page that has nothing but the token of the next.
        free_busy: reasons (notFound, internalError) by calendar, given inside a good answer.
        meet_delay: how long a conference is pending.
        meet_fails: conferences end in failure.
        longest_channel: no channel lives longer, whatever is asked.
        sync_first: the first message of a channel arrives before the answer that creates it.
    """

    down: bool = False
    down_until: datetime | None = None
    slow_seconds: float = 3
    page_limit: int | None = None
    empty_first_page: bool = False
    free_busy: Mapping[str, str] = field(default_factory=dict)
    meet_delay: timedelta = timedelta(seconds=2)
    meet_fails: bool = False
    longest_channel: timedelta = timedelta(days=30)
    sync_first: bool = False
    _orders: list[_Order] = field(default_factory=list)

    def fail(self, failure: Failure, *, calls: int = 1, only: str | None = None) -> None:
        """Let the next calls fail.

        Args:
            only: calls of this method, such as `events.insert` or `oauth.token`.
        """
        self._orders.append(_Order(failure, calls, only))

    def strike(self, method: str, now: datetime) -> Failure | None:
        """Return how this call fails, and count it."""
        if self.down or (self.down_until is not None and now < self.down_until):
            return Failure.UNAVAILABLE
        for order in self._orders:
            if order.calls > 0 and order.only in (None, method):
                order.calls -= 1
                return order.failure
        return None
