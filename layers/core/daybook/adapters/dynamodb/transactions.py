"""TransactWriteItems: conflicts retried, unknown outcomes settled, refusals explained by the item that stood there."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from botocore.exceptions import ClientError

from daybook.adapters.dynamodb.backoff import ATTEMPTS, NO_ANSWER, full_jitter, passing, unknown
from daybook.adapters.dynamodb.items import Raw
from daybook.adapters.dynamodb.keys import Key
from daybook.domain.errors import Busy
from daybook.ports import Stale

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

logger = logging.getLogger(__name__)

PATIENCE = timedelta(seconds=5)
"""A function has ten seconds; what is left when this has passed must do to answer 503 and to look whether it landed."""

CONTENTION = frozenset({"None", "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})


@dataclass(frozen=True, slots=True)
class Write:
    """One action of a transaction, and what it means when its condition fails.

    `refused` gets the item as it stood and returns the error to raise; the first refusing write decides.
    """

    action: Mapping[str, Any]
    refused: Callable[[Raw], Exception]


def unconditional(_: Raw) -> Exception:
    return RuntimeError("a write without a condition was refused")


def stale(_: Raw) -> Exception:
    return Stale()


@dataclass(frozen=True, slots=True)
class Proof:
    """Where a transaction leaves its own token, so that one whose answer was lost can be told from one that failed."""

    key: Key
    token: str


class Transactions:
    """Commits groups of writes to one table, all or nothing."""

    def __init__(self, client: "DynamoDBClient", table: str, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._table = table
        self._sleep = sleep

    def commit(self, writes: Sequence[Write], *, proof: Proof | None = None) -> None:
        """Write everything, or raise what the first refusing write says.

        Every try carries the same token: DynamoDB answers the repetition of a transaction that landed with success
        (AWS: TransactWriteItems, ClientRequestToken, ten minutes). The proof settles it where that is not so.

        Raises:
            Busy: still contended after eight tries or five seconds, or no answer could be had.
        """
        token = proof.token if proof else uuid4().hex
        uncertain = False
        began = time.monotonic()
        for attempt in range(ATTEMPTS):
            if time.monotonic() - began > PATIENCE.total_seconds():
                break
            try:
                self._send(writes, token)
            except self._client.exceptions.TransactionCanceledException as error:
                refusal = _refusal(writes, error)
                # The SDK repeats by itself what got no answer; then the first of its tries may have landed.
                uncertain = uncertain or error.response["ResponseMetadata"].get("RetryAttempts", 0) > 0
                if refusal is not None:
                    if uncertain and self._landed(proof):
                        return
                    raise refusal from error
            except (*NO_ANSWER, ClientError) as error:
                if not passing(error):
                    raise
                logger.warning("a transaction failed: %s", type(error).__name__)
                uncertain = uncertain or unknown(error)
            else:
                return
            self._sleep(full_jitter(attempt))
        if uncertain and self._landed(proof):
            return
        raise Busy("Too many changes to the same day at once; try again.")

    def _send(self, writes: Sequence[Write], token: str) -> None:
        items = [
            {verb: {**body, "TableName": self._table, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}}
            for write in writes
            for verb, body in write.action.items()
        ]
        self._client.transact_write_items(TransactItems=items, ClientRequestToken=token)  # type: ignore[arg-type]

    def _landed(self, proof: Proof | None) -> bool:
        if proof is None:
            return False
        try:
            found = self._client.get_item(TableName=self._table, Key=proof.key, ConsistentRead=True)
        except (*NO_ANSWER, ClientError) as error:
            raise Busy("Nobody knows whether it was written; look, or send it again.") from error
        return found.get("Item", {}).get("transaction", {}).get("S") == proof.token


def _refusal(writes: Sequence[Write], error: ClientError) -> Exception | None:
    """Return what the first failed condition means; None if there was only contention.

    A failed condition wins over contention on another item: waiting would not change it.
    """
    reasons = error.response.get("CancellationReasons", [])
    for write, reason in zip(writes, reasons, strict=True):
        if reason.get("Code") == "ConditionalCheckFailed":
            return write.refused(reason.get("Item", {}))
    unknown = {reason.get("Code", "None") for reason in reasons} - CONTENTION
    return error if unknown else None
