"""Workers: functions that take messages off a queue, each at least once, and try again later what failed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from daybook import mail_wiring, wiring
from daybook.domain.errors import Busy
from daybook.edge.observability import counted, logger, metrics
from daybook.mail_ports import NotSent, NotYet
from daybook.provider_ports import ProviderDown
from daybook.starting import ready

FIRST_DELAY, LONGEST_DELAY = timedelta(seconds=5), timedelta(minutes=5)


class BehindFailure(Exception):
    """An earlier message of the same group failed, and must come first."""


EXPECTED = (NotSent, NotYet, ProviderDown, Busy, BehindFailure)
"""What passes by itself, as do faults of AWS; anything else is an error that somebody must look at."""

WorkerHandler = Callable[[dict[str, Any], Any], dict[str, Any]]
Act = Callable[[str, str], None]
"""Does what a message's body asks for; the second text is the message's id, for the audit trail."""
TimedAct = Callable[[str, str, datetime], None]
"""The same for who must know when the message was put into the queue."""


Do = Callable[[SQSRecord], None]


def delay_after(receives: int) -> timedelta:
    """Say how long a message rests after its n-th failure: 5 s, doubling up to 5 minutes.

    Twenty tries take well over an hour: what is down for minutes costs no mail, and no person has to redrive it.
    """
    return min(FIRST_DELAY * 2.0 ** (receives - 1), LONGEST_DELAY)


def worker(act: Act, *, ordered: bool = False, warm: Callable[[], object] = wiring.client) -> WorkerHandler:
    """Make the Lambda handler of a worker; it answers with the messages that failed (ReportBatchItemFailures).

    Args:
        ordered: for a FIFO queue: after a failure the rest of that message's group waits for it, other groups do not.
            Each wait costs the rest a try, too, for SQS has handed it out. So when the failed message has no try left,
            the rest is no longer kept waiting: it would be put aside with it, and nobody had ever tried it.
        warm: makes what every message needs, while Lambda starts the function.
    Source: AWS Lambda, "Handling errors for an SQS event source"; Amazon SQS, "Dead-letter queues" (receive count).
    """

    return _handler(lambda record: act(record.body, record.message_id), ordered=ordered, warm=warm)


def timed_worker(act: TimedAct, *, ordered: bool = False, warm: Callable[[], object] = wiring.client) -> WorkerHandler:
    """Make a worker as `worker` does, one that is told when each message was sent."""

    def do(record: SQSRecord) -> None:
        sent_at = datetime.fromtimestamp(int(record.attributes.sent_timestamp) / 1000, UTC)
        act(record.body, record.message_id, sent_at)

    return _handler(do, ordered=ordered, warm=warm)


def _handler(do: Do, *, ordered: bool, warm: Callable[[], object]) -> WorkerHandler:
    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        handle = _in_order(do) if ordered else do
        answer = process_partial_response(event, handle, _PutsOff(), context)
        counted("Handled", len(event["Records"]) - len(answer["batchItemFailures"]))
        metrics.flush_metrics()
        return dict(answer)

    ready(wiring.client, warm)
    return handler


def _in_order(do: Do) -> Do:
    """Return what handles the messages of one batch."""
    broken: set[str | None] = set()

    def handle(record: SQSRecord) -> None:
        group = record.attributes.message_group_id
        if group in broken:
            raise BehindFailure
        try:
            do(record)
        except Exception:
            if _receives(record) < mail_wiring.most_receives():
                broken.add(group)
            raise

    return handle


class _PutsOff(BatchProcessor):
    """Leaves a failed message in its queue, to come back later and later."""

    def __init__(self) -> None:
        super().__init__(EventType.SQS, raise_on_entire_batch_failure=False)

    def failure_handler(self, record: Any, exception: Any) -> Any:
        receives = _receives(record)
        expected = isinstance(exception[1], EXPECTED) or wiring.passing(exception[1])
        log = logger.warning if expected else logger.error
        log("put off", failure=type(exception[1]).__name__, receives=receives, exc_info=None if expected else exception)
        mail_wiring.put_off(record.receipt_handle, delay_after(receives))
        return super().failure_handler(record, exception)


def _receives(record: SQSRecord) -> int:
    return int(record.attributes.approximate_receive_count)
