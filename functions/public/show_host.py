"""Show a host."""

from daybook import wiring
from daybook.domain import errors
from daybook.domain.tenant import Scope
from daybook.edge.access import host_of, optional_caller
from daybook.edge.api import Answer, Credential, endpoint, entrypoint
from daybook.edge.editing import tagged
from daybook.edge.requests import Call, Nothing
from daybook.edge.schemas.host import HostBody, ProfileView, PublicEventTypeView


@endpoint(
    "GET /v1/{tenant}/hosts/{host}",
    returns={200: (ProfileView, HostBody)},
    refuses=(errors.Unauthenticated, errors.ScopeMissing),
    credential=Credential.OPTIONAL_KEY,
)
def show_host(call: Call[Nothing, Nothing]) -> Answer:
    """Show a host's profile and public event types; with a key that may read it, the host as it was set up."""
    caller = optional_caller(call)
    host = host_of(call)
    if caller is not None and caller.reaches(Scope.READ, Scope.CATALOGUE, host=host.slug):
        return tagged(HostBody.of(host), host.version)
    listed = [one for one in wiring.catalogue().event_types(call.tenant, host.slug) if not one.hidden]
    event_types = [PublicEventTypeView.of(one, host) for one in listed]
    return Answer(ProfileView(slug=host.slug, name=host.name, timezone=host.zone.key, event_types=event_types))


handler = entrypoint(show_host)
