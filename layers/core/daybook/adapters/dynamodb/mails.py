"""The log of a booking's mails: the conditional write that makes each single, and what became of it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from daybook.adapters.dynamodb import items, keys
from daybook.adapters.dynamodb.expressions import Expression
from daybook.adapters.dynamodb.items import attribute
from daybook.adapters.dynamodb.paging import under
from daybook.domain.mail import Mail, MailName, MailStatus
from daybook.mail_ports import Claimed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_OPTIONAL = ("method", "stamp")


class DynamoMails:
    """`mail_ports.MailLog` on one table; throttling and lost answers are raised as they come.

    An answer that was lost after a claim landed leaves the mail undecided until the claim is stale: late, not twice.
    """

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def mails(self, tenant: str, booking: str) -> Sequence[Mail]:
        found = under(self._client, self._table, keys.booking_pk(tenant, booking), keys.MAIL)
        return [items.decode(Mail, item) for item in found]

    def claim(self, mail: Mail, *, stale: datetime) -> Claimed:
        update = Expression(keys.mail(mail.tenant, mail.booking, mail.name))
        fields = {
            **items.encode(mail),
            "queued_at": _moment(mail.queued_at),
            "rank": attribute(mail.status.rank),
            "ttl": items.expires(mail.queued_at + items.BOOKING_LIFE),
        }
        update.add("attempts", fields.pop("attempts"))
        for name, value in fields.items():
            update.set(name, value)
        for name in _OPTIONAL:
            if name not in fields:
                update.remove(name)
        status, failed = update.name("status"), update.value("failed", attribute(MailStatus.FAILED))
        queued = update.value("queued", attribute(MailStatus.QUEUED))
        late = f"{update.name('queued_at')} <= {update.value('stale', _moment(stale))}"
        update.require(f"(attribute_not_exists(pk) OR {status} = {failed} OR ({status} = {queued} AND {late}))")
        known = self._update(update)
        if known is None:
            return Claimed.OURS
        return Claimed.UNDECIDED if known["status"]["S"] == MailStatus.QUEUED else Claimed.DONE

    def mark(
        self,
        tenant: str,
        booking: str,
        name: MailName,
        status: MailStatus,
        *,
        now: datetime,
        message_id: str = "",
        detail: str = "",
        below: MailStatus | None = None,
    ) -> bool:
        update = Expression(keys.mail(tenant, booking, name))
        limit = update.value("limit", attribute((below or status).rank))
        update.require(f"attribute_exists(pk) AND {update.name('rank')} < {limit}")
        update.set("status", attribute(status))
        update.set("rank", attribute(status.rank))
        update.set("detail", attribute(detail))
        update.set("updated_at", _moment(now))
        if message_id:
            update.set("message_id", attribute(message_id))
        return self._update(update) is None

    def _update(self, update: Expression) -> items.Raw | None:
        """Write; return None, or the item whose state forbade it (empty: there is none)."""
        try:
            self._client.update_item(
                TableName=self._table, ReturnValuesOnConditionCheckFailure="ALL_OLD", **update.update()["Update"]
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            found: items.Raw = error.response.get("Item", {})  # type: ignore[assignment]
            return found
        return None


def _moment(moment: datetime) -> items.Raw:
    """Spell a moment with all its digits, so that the order of texts is the order of moments."""
    return attribute(f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}")
