"""Show what became of a booking's mails."""

from daybook import wiring
from daybook.domain.tenant import Scope
from daybook.edge.access import opened
from daybook.edge.api import Answer, endpoint, entrypoint
from daybook.edge.requests import Call, Nothing
from daybook.edge.schemas.mail import MailLogView, MailView


@endpoint("GET /v1/{tenant}/bookings/{booking}/mails", returns={200: MailLogView})
def show_mails(call: Call[Nothing, Nothing]) -> Answer:
    """Show each mail about a booking and how far it came: queued, failed, sent, delivered, bounced or complained."""
    call.require_tenant()
    booking, _ = opened(call, Scope.READ, Scope.BOOKINGS)
    mails = wiring.mails().mails(call.tenant, booking.id)
    return Answer(MailLogView(items=[MailView.of(mail) for mail in mails], next_cursor=None))


handler = entrypoint(show_mails)
