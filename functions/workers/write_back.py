"""Write bookings into their hosts' connected calendars."""

from daybook import calendar_wiring, mail_wiring, wiring
from daybook.domain.entry import CopyRequest
from daybook.domain.history import Event
from daybook.edge.batches import worker
from daybook.usecases import write_back as usecase
from daybook.usecases.host_calendars import Ports


def write_back(body: str, message_id: str) -> None:
    """Act on one message: in order for each booking, so that its event is made once."""
    told = mail_wiring.parsed(body)
    if not isinstance(told, Event | CopyRequest):
        raise TypeError("only events and requests for copies belong in this queue")
    ports = Ports(
        catalogue=wiring.catalogue(),
        bookings=wiring.bookings(),
        ledger=wiring.ledger(),
        connections=calendar_wiring.connections(),
        sessions=calendar_wiring.sessions(),
        account=lambda connection: calendar_wiring.providers().open(connection),
        notices=calendar_wiring.notices(),
        new_id=wiring.new_id,
    )
    usecase.write_back(told, ports=ports, origin=mail_wiring.system(message_id))


handler = worker(write_back, ordered=True, warm=calendar_wiring.load_client)
