"""Show an event type."""

from daybook import wiring
from daybook.domain import errors
from daybook.domain.tenant import Scope
from daybook.edge.access import optional_caller
from daybook.edge.api import Answer, Credential, endpoint, entrypoint
from daybook.edge.editing import tagged
from daybook.edge.requests import Call, Nothing
from daybook.edge.schemas.event_type import EventTypeBody
from daybook.edge.schemas.host import PublicEventTypeView
from daybook.usecases.availability import offered


@endpoint(
    "GET /v1/{tenant}/hosts/{host}/event-types/{event_type}",
    returns={200: (PublicEventTypeView, EventTypeBody)},
    refuses=(errors.Unauthenticated, errors.ScopeMissing),
    credential=Credential.OPTIONAL_KEY,
)
def show_event_type(call: Call[Nothing, Nothing]) -> Answer:
    """Show what a booking page needs of an event type; with a key, the event type as it was set up.

    A hidden event type is shown to whoever knows its name.
    """
    caller = optional_caller(call)
    host, event_type = offered(wiring.catalogue().context(call.tenant, call.path["host"], call.path["event_type"]))
    if caller is not None and caller.reaches(Scope.READ, Scope.CATALOGUE, host=host.slug):
        return tagged(EventTypeBody.shown(event_type, host.defaults), event_type.version)
    return Answer(PublicEventTypeView.of(event_type, host))


handler = entrypoint(show_event_type)
