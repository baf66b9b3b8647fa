"""What Google's refusals and silences mean.

Source: Google, "Handle API errors" (403 with a reason of the domain usageLimits, 429 and 5xx pass by themselves).
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httplib2
from google.auth.exceptions import GoogleAuthError
from googleapiclient.errors import HttpError

from daybook.provider_ports import ProviderDown, Refused

_PASSING = frozenset({401, 408, 412, 429})
"""401 comes after a fresh access token, too, while a grant ends: the next refresh says so plainly."""
_LIMITS = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded"})


@contextmanager
def explained() -> Iterator[None]:
    """Turn what the client raises into ProviderDown or Refused.

    Errors of the client carry addresses with calendar ids, which are mail addresses: none of them is passed on.
    """
    try:
        yield
    except HttpError as error:
        raise meaning(error.status_code, *reason_in(error.content)) from None
    except (httplib2.HttpLib2Error, GoogleAuthError, OSError) as error:
        raise ProviderDown(type(error).__name__) from None


def meaning(status: int, reason: str, domain: str = "") -> Exception:
    """Return the error that an answer stands for."""
    if status >= 500 or status in _PASSING or reason in _LIMITS or domain == "usageLimits":
        return ProviderDown(reason or str(status))
    return Refused(reason or str(status), status)


def reason_in(content: bytes) -> tuple[str, str]:
    """Return the reason in an error's body, and the domain it is of; empty if it has none.

    Newer bodies are those of google.rpc.Status, older ones a list of errors; the API answers with the latter.
    """
    try:
        error: Any = json.loads(content)["error"]
        if isinstance(error, str):
            return error, ""
        first = error["errors"][0]
        return str(first["reason"]), str(first.get("domain", ""))
    except (AttributeError, KeyError, IndexError, TypeError, ValueError):
        return "", ""
