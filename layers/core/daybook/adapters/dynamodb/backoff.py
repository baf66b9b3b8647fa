"""Which failures of a call pass by themselves, how often to try again, and how long to wait before."""

from collections.abc import Callable
from random import SystemRandom

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as LostConnection

ATTEMPTS = 8
IN_PROGRESS = "TransactionInProgressException"
TRANSIENT = frozenset(
    {
        IN_PROGRESS,
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
        "TransactionConflictException",
    }
)
NO_ANSWER = (LostConnection, HTTPClientError)
_UNIFORM = SystemRandom().uniform
"""Without a state of its own: copies of a process restored from one snapshot must not wait alike."""


def full_jitter(attempt: int, uniform: Callable[[float, float], float] = _UNIFORM) -> float:
    """Seconds to wait before another try: uniform in [0, min(400, 25 · 2^attempt)] ms."""
    return uniform(0, min(0.4, 0.025 * 2**attempt))


def unknown(error: Exception) -> bool:
    """Tell whether a write that failed so may still have landed."""
    if isinstance(error, ClientError):
        return error.response["Error"]["Code"] == IN_PROGRESS or _fault(error)
    return isinstance(error, NO_ANSWER)


def passing(error: Exception) -> bool:
    """Tell whether a call failed for a reason that passes by itself: no answer, contention, a fault of AWS."""
    return unknown(error) or (isinstance(error, ClientError) and error.response["Error"]["Code"] in TRANSIENT)


def _fault(error: ClientError) -> bool:
    return error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500
