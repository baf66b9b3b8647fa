"""Record what an attendee's calendar answered."""

from typing import Any

from daybook import mail_wiring, wiring
from daybook.edge.observability import counted, logger, metrics
from daybook.starting import ready
from daybook.usecases.record_reply import record_reply


def handler(event: dict[str, Any], _: Any) -> None:
    """Act on mails that SES received: it has put each into the bucket, and says here what it thinks of it.

    Source: Amazon SES, "Lambda function action", contents of the event.
    """
    for record in event["Records"]:
        mail, receipt = record["ses"]["mail"], record["ses"]["receipt"]
        unwanted = any(receipt[verdict]["status"] == "FAIL" for verdict in ("spamVerdict", "virusVerdict"))
        authentic = receipt["dmarcVerdict"]["status"] == "PASS"
        reply = None if unwanted else mail_wiring.reply(mail["messageId"], authentic=authentic)
        origin = mail_wiring.provider(mail["messageId"])
        recorded = reply is not None and record_reply(
            reply, origin=origin, bookings=wiring.bookings(), ledger=wiring.ledger()
        )
        logger.info("reply", mail=mail["messageId"], unwanted=unwanted, found=reply is not None, recorded=recorded)
    counted("Handled", len(event["Records"]))
    metrics.flush_metrics()


ready(wiring.client)
