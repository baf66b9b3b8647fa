"""Amazon SES v2: raw mails, no faster than the account may send.

SendEmail takes no token by which a repetition could be known, so a send whose outcome is unknown is never repeated
here; the client must not do so either (retries: one attempt in all).
"""

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError

from daybook.mail_ports import NotSent, NotYet, Outgoing

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

TURNED_AWAY = frozenset(
    {
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
"""What AWS answers before a request is worked on, whatever the status. Source: AWS, "Common errors"."""

LONGEST_PAUSE = 3.0
"""Seconds worth waiting for a turn: a batch of five messages with three mails each must end within a minute."""
NEVER_REACHED = (EndpointConnectionError, ConnectTimeoutError)


class SesMailer:
    """`mail_ports.Mailer` by SES.

    Args:
        configuration_set: what publishes the events of a mail; empty: none.
        per_second: mails this process may send in a second; 0: as many as it can.
    """

    def __init__(
        self,
        client: "SESV2Client",
        *,
        configuration_set: str,
        per_second: float,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._configuration_set = configuration_set
        self._pause = 1 / per_second if per_second else 0.0
        self._sleep = sleep
        self._monotonic = monotonic
        self._earliest = 0.0

    def require_turn(self) -> None:
        if self._earliest - self._monotonic() > LONGEST_PAUSE:
            raise NotYet("too many workers share the pace")

    def send(self, mail: Outgoing, *, tags: Mapping[str, str]) -> str:
        request: dict[str, Any] = {
            "FromEmailAddress": mail.sender,
            "Destination": {"ToAddresses": [mail.to]},
            "Content": {"Raw": {"Data": mail.raw}},
            "EmailTags": [{"Name": name, "Value": value} for name, value in tags.items()],
        }
        if self._configuration_set:
            request["ConfigurationSetName"] = self._configuration_set
        self._wait_for_turn()
        try:
            return self._client.send_email(**request)["MessageId"]
        except ClientError as refusal:
            if not _refused(refusal):
                raise
            raise NotSent(refusal.response["Error"]["Code"]) from refusal
        except NEVER_REACHED as failure:
            raise NotSent(type(failure).__name__) from failure

    def _wait_for_turn(self) -> None:
        if not self._pause:
            return
        now = self._monotonic()
        if now < self._earliest:
            self._sleep(self._earliest - now)
        self._earliest = max(now, self._earliest) + self._pause


def _refused(error: ClientError) -> bool:
    """Tell whether SES said that it did not take a mail; after a fault of its own (5xx) nobody knows."""
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    return 400 <= status < 500 or error.response["Error"]["Code"] in TURNED_AWAY
