"""Take a host back from Google, and connect the account."""

from daybook import calendar_wiring, wiring
from daybook.edge import connect_view
from daybook.edge.api import Answer, Credential, endpoint, entrypoint
from daybook.edge.observability import counted, refused
from daybook.edge.requests import Call, Nothing
from daybook.edge.schemas.calendar import CallbackQuery
from daybook.usecases.connect_calendar import require_same_browser
from daybook.usecases.finish_connecting import NotConnected, Ports, finish_connecting


@endpoint(
    f"GET {calendar_wiring.CALLBACK}", query=CallbackQuery, returns={200: "text/html"}, credential=Credential.NONE
)
def finish(call: Call[Nothing, CallbackQuery]) -> Answer:
    """Connect the account that a host allowed at Google, if link and browser are those that went there.

    Neither code nor state is logged or shown, and Google's own words for a refusal are not either.
    """
    consenting = connect_view.on_the_way(call.query.state, call.now)
    require_same_browser(consenting, connect_view.cookie_of(call))
    if call.query.error or not call.query.code:
        refused("declined")
        return connect_view.declined_page(consenting)
    try:
        host, connection = finish_connecting(consenting, call.query.code, ports=_ports(call.base_url), now=call.now)
    except NotConnected as refusal:
        refused(refusal.failure.value)
        return connect_view.failed_page(consenting, refusal.failure)
    counted("Connected")
    return connect_view.connected_page(consenting, host, connection)


def _ports(base_url: str) -> Ports:
    return Ports(
        catalogue=wiring.catalogue(),
        connections=calendar_wiring.connections(),
        consent=calendar_wiring.consent(base_url),
        providers=calendar_wiring.providers(),
        sync=calendar_wiring.sync_queue(),
        new_id=wiring.new_id,
    )


handler = entrypoint(finish, tell=connect_view.told)
