"""Download a booking as an iCalendar file."""

from daybook import wiring
from daybook.domain import errors
from daybook.domain.booking import Role
from daybook.domain.tenant import Scope
from daybook.edge.access import opened
from daybook.edge.api import Answer, Credential, endpoint, entrypoint
from daybook.edge.requests import Call, Nothing
from daybook.edge.schemas.booking import TokenQuery


@endpoint(
    "GET /v1/{tenant}/bookings/{booking}/invite.ics",
    query=TokenQuery,
    returns={200: "text/calendar"},
    refuses=(errors.Unauthenticated, errors.ScopeMissing),
    credential=Credential.MANAGE_TOKEN_OR_KEY,
)
def show_invite(call: Call[Nothing, TokenQuery]) -> Answer:
    """Download a booking as an iCalendar file.

    The manage token may stand in the address here, for links in mails.
    """
    booking, actor = opened(call, Scope.READ, Scope.BOOKINGS, token=call.query.token)
    host = wiring.catalogue().host(call.tenant, booking.host)
    text = wiring.invitation(booking.seen_at(call.now), host, call.now, to_host=actor.role is Role.HOST)
    headers = {"Content-Disposition": 'attachment; filename="invite.ics"'}
    return Answer(text, headers=headers, content_type="text/calendar; charset=utf-8")


handler = entrypoint(show_invite)
