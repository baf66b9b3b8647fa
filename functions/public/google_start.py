"""Lead a host from the link they were given to Google."""

from daybook import calendar_wiring
from daybook.calendar_wiring import START
from daybook.domain.errors import NotFound
from daybook.edge import connect_view, pages
from daybook.edge.api import Answer, Credential, endpoint, entrypoint
from daybook.edge.connect_view import on_the_way
from daybook.edge.requests import Call, Nothing, form_of
from daybook.edge.schemas.calendar import StartForm, StartQuery
from daybook.usecases.connect_calendar import UNKNOWN, bind


@endpoint(f"GET {START}", query=StartQuery, returns={200: "text/html"}, credential=Credential.NONE)
def show_start(call: Call[Nothing, StartQuery]) -> Answer:
    """Show which host a Google account is about to be connected with; changes nothing, for mail scanners follow links.

    The browser gets a cookie, without which neither the button nor the way back works.
    """
    return connect_view.start_page(call, on_the_way(call.query.id, call.now))


@endpoint(f"POST {START}", body=StartForm, read=form_of, returns={303: None}, credential=Credential.NONE)
def go_to_google(call: Call[StartForm, Nothing]) -> Answer:
    """Tie the link to this browser, and lead it to Google."""
    consenting = on_the_way(call.body.id, call.now)
    cookie = connect_view.cookie_of(call)
    if not connect_view.proven(cookie, consenting.id, call.body.proof):
        raise NotFound(UNKNOWN)
    bind(consenting, cookie, connections=calendar_wiring.connections())
    return pages.see_other(connect_view.provider_page(call, consenting))


handler = entrypoint(show_start, go_to_google, tell=connect_view.told)
