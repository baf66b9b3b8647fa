"""Keep a booking's timers as the booking asks for."""

from daybook import mail_wiring, wiring
from daybook.domain.history import Event
from daybook.edge.batches import worker
from daybook.usecases import set_timers as usecase


def set_timers(body: str, _: str) -> None:
    """Act on one message: in order for each booking, so that an old state never overwrites a newer one's timers."""
    event = mail_wiring.parsed(body)
    if not isinstance(event, Event):
        raise TypeError("only events belong in this queue")
    usecase.set_timers(event, bookings=wiring.bookings(), timers=mail_wiring.timers())


handler = worker(set_timers, ordered=True, warm=mail_wiring.timers)
