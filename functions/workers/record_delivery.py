"""Note what became of a mail."""

from daybook import mail_wiring, wiring
from daybook.edge.batches import worker
from daybook.edge.ses_events import news_of
from daybook.usecases import record_delivery as usecase


def record_delivery(body: str, message_id: str) -> None:
    """Act on one event of the provider; news of mails that are not ours, or say nothing new, is passed over."""
    news = news_of(body)
    if news is not None:
        usecase.record_delivery(
            news,
            origin=mail_wiring.system(message_id),
            log=wiring.mails(),
            bookings=wiring.bookings(),
            ledger=wiring.ledger(),
        )


handler = worker(record_delivery)
