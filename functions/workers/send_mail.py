"""Send the mails that a change, a timer or trouble with a connected calendar calls for."""

from daybook import calendar_wiring, mail_wiring, wiring
from daybook.domain.history import Deed, Event
from daybook.domain.notice import Notice
from daybook.domain.timers import Timer
from daybook.edge.batches import worker
from daybook.usecases.erase_booking import finish_erasure
from daybook.usecases.send_mail import remind, tell
from daybook.usecases.send_notice import send_notice


def send_mail(body: str, message_id: str) -> None:
    """Act on one message: in order for each booking, so that a person is forgotten after the last mail to them."""
    told = mail_wiring.parsed(body)
    catalogue, bookings, now = wiring.catalogue(), wiring.bookings(), wiring.now()
    if isinstance(told, Timer):
        remind(told, catalogue=catalogue, bookings=bookings, post=mail_wiring.post(), now=now)
    elif isinstance(told, Notice):
        connections = calendar_wiring.connections()
        send_notice(told, catalogue=catalogue, connections=connections, post=mail_wiring.post(), now=now)
    elif not isinstance(told, Event):
        raise TypeError("copies are made by another worker")
    elif told.deed is Deed.ERASURE_REQUESTED:
        booking = bookings.booking(told.tenant, told.booking)
        if booking is not None:
            origin = mail_wiring.system(message_id)
            finish_erasure(booking, origin=origin, ledger=wiring.ledger(), bookings=bookings)
    else:
        tell(told, catalogue=catalogue, bookings=bookings, post=mail_wiring.post(), now=now)


handler = worker(send_mail, ordered=True, warm=mail_wiring.post)
