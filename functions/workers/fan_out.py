"""Pass what happened to bookings on to everything that follows it."""

import json
from typing import Any

from daybook import mail_wiring
from daybook.domain.history import Event
from daybook.edge.observability import logger
from daybook.starting import ready
from daybook.usecases import fan_out as usecase


def handler(event: dict[str, Any], _: Any) -> dict[str, Any]:
    """Take inserted history items off the table's stream (ReportBatchItemFailures: begin again at the first named).

    What cannot be understood would hold up its whole shard: it goes where a person looks, and the rest goes on.
    Source: AWS Lambda, "Configuring partial batch response with DynamoDB".
    """
    numbers: dict[str, Event] = {}
    for record in event["Records"]:
        number = record["dynamodb"]["SequenceNumber"]
        try:
            numbers[number] = mail_wiring.event_of(record)
        except (KeyError, ValueError):
            logger.exception("not an event", number=number)
            mail_wiring.give_up(json.dumps(record))
    failed = usecase.fan_out(
        list(numbers.values()),
        mail=mail_wiring.mail_queue(),
        timers=mail_wiring.timer_queue(),
        calendars=mail_wiring.calendar_queue(),
        bus=mail_wiring.bus(),
    )
    return {"batchItemFailures": [{"itemIdentifier": number} for number, each in numbers.items() if each in failed]}


ready(mail_wiring.mail_queue, mail_wiring.bus)
