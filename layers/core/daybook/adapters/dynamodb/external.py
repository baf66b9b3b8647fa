"""External busy time in the day ledger: beside what bookings own, and written without looking at it."""

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from daybook.adapters.dynamodb import keys
from daybook.adapters.dynamodb.backoff import ATTEMPTS, NO_ANSWER, full_jitter, passing
from daybook.adapters.dynamodb.expressions import Action, Expression, day_ttl
from daybook.adapters.dynamodb.items import number_set
from daybook.domain.errors import Busy

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoExternalTime:
    """`calendar_ports.ExternalTime` on one table: one write a day, each of which may be repeated."""

    def __init__(self, client: "DynamoDBClient", table: str, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._table = table
        self._sleep = sleep

    def set_external(self, tenant: str, host: str, busy: Mapping[int, frozenset[int]]) -> None:
        for day, granules in busy.items():
            update = Expression(keys.day(tenant, host, day))
            if granules:
                update.set("external", number_set(granules))
            else:
                update.remove("external")
            update.set("ttl", day_ttl(day))
            self._write(update.update())

    def _write(self, action: Action) -> None:
        """Write a day; a booking's transaction may be at it. Raises Busy."""
        for attempt in range(ATTEMPTS):
            try:
                self._client.update_item(TableName=self._table, **action["Update"])
            except (*NO_ANSWER, ClientError) as error:
                if not passing(error):
                    raise
                self._sleep(full_jitter(attempt))
            else:
                return
        raise Busy("Too many changes to the same day at once; try again.")
