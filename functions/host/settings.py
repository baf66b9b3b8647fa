"""Show and change a tenant's settings."""

from daybook import wiring
from daybook.domain import errors
from daybook.domain.tenant import Scope, Tenant
from daybook.edge.api import Answer, endpoint, entrypoint
from daybook.edge.editing import Patch, patched, require_match, tagged
from daybook.edge.requests import Body, Call, Nothing, Query
from daybook.edge.schemas.tenant import SettingsBody, SettingsView
from daybook.usecases import change_settings as usecase


@endpoint("GET /v1/{tenant}/settings", returns={200: SettingsView})
def show_settings(call: Call[Nothing, Nothing]) -> Answer:
    """Show a tenant's name, address, language and brand, and which mails it sends."""
    call.require_key(Scope.READ, Scope.CATALOGUE)
    tenant = _tenant_of(call)
    return tagged(SettingsView.of(tenant), tenant.version)


@endpoint("PATCH /v1/{tenant}/settings", body=Patch, returns={200: SettingsView}, refuses=(errors.PreconditionFailed,))
def change_settings(call: Call[Patch, Nothing]) -> Answer:
    """Change some settings; null takes one back to its default, and `brand` is replaced whole."""
    call.require_key(Scope.ADMIN)
    before = _tenant_of(call)
    require_match(call.if_match, before.version)
    body = patched(SettingsBody, SettingsBody.of(before), call.body, fixed="slug", name=before.slug)
    after = body.to_domain(version=before.version + 1, created_at=before.created_at)
    usecase.change_settings(before, after, access=wiring.access())
    return tagged(SettingsView.of(after), after.version)


def _tenant_of(call: Call[Body, Query]) -> Tenant:
    tenant = wiring.access().tenant(call.tenant)
    if tenant is None:
        raise errors.NotFound("No such tenant.")
    return tenant


handler = entrypoint(show_settings, change_settings)
