"""Do what a timer was set for."""

from daybook import mail_wiring, wiring
from daybook.domain.timers import Timer
from daybook.edge.batches import worker
from daybook.usecases import run_timer as usecase


def run_timer(body: str, message_id: str) -> None:
    """Act on one timer that rang, by EventBridge Scheduler or by the queue's own delay."""
    timer = mail_wiring.parsed(body)
    if not isinstance(timer, Timer):
        raise TypeError("only timers belong in this queue")
    usecase.run_timer(
        timer,
        origin=mail_wiring.system(message_id),
        bookings=wiring.bookings(),
        ledger=wiring.ledger(),
        letterbox=mail_wiring.letterbox(),
    )


handler = worker(run_timer, warm=mail_wiring.letterbox)
