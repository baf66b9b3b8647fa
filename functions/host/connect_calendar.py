"""Begin to connect a host's Google account."""

from daybook import calendar_wiring, wiring
from daybook.domain import errors
from daybook.domain.tenant import Scope
from daybook.edge.api import Answer, endpoint, entrypoint
from daybook.edge.requests import Call, Nothing
from daybook.edge.schemas.calendar import ConnectBody, ConsentView
from daybook.edge.times import utc_text
from daybook.usecases.connect_calendar import begin_connecting


@endpoint("POST /v1/{tenant}/hosts/{host}/calendars/google", body=ConnectBody, returns={201: ConsentView})
def connect_calendar(call: Call[ConnectBody, Nothing]) -> Answer:
    """Make a link by which the host connects a Google account: good for 15 minutes, once, and in one browser.

    Give it to nobody else: whoever opens it can connect an account of theirs. The same account again renews its
    connection. 404 if this deployment has no client at Google.
    """
    call.require_key(Scope.CATALOGUE, host=call.path["host"])
    if not calendar_wiring.configured():
        raise errors.NotFound("Google Calendar is not set up here: the deployment has no GoogleClientId.")
    consenting = begin_connecting(
        call.tenant,
        call.path["host"],
        existing=call.body.write_to == "existing",
        catalogue=wiring.catalogue(),
        connections=calendar_wiring.connections(),
        new_secret=wiring.new_secret,
        now=call.now,
    )
    url = f"{call.base_url}{calendar_wiring.START}?id={consenting.id}"
    return Answer(ConsentView(url=url, expires_at=utc_text(consenting.expires_at)), status=201)


handler = entrypoint(connect_calendar)
