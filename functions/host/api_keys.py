"""List, issue and revoke API keys."""

from daybook import wiring
from daybook.domain import errors
from daybook.domain.tenant import ApiKey, Scope
from daybook.edge.access import secret_of
from daybook.edge.api import Answer, endpoint, entrypoint
from daybook.edge.cursors import sealed, unsealed
from daybook.edge.requests import Body, Call, Nothing, Query
from daybook.edge.schemas.key import KeyBody, KeyList, KeyView, PageQuery
from daybook.usecases.manage_keys import issue_key

LISTING = "api keys"


@endpoint("GET /v1/{tenant}/api-keys", query=PageQuery, returns={200: KeyList})
def list_keys(call: Call[Nothing, PageQuery]) -> Answer:
    """List the tenant's keys, without their secrets."""
    call.require_key(Scope.ADMIN)
    secret = secret_of(call.tenant, call.now)
    cursor = unsealed(secret, LISTING, call.query.cursor)
    found, after = wiring.access().keys(call.tenant, cursor=cursor, limit=100)
    return Answer(KeyList(items=[KeyView.of(key) for key in found], next_cursor=sealed(secret, LISTING, after)))


@endpoint("POST /v1/{tenant}/api-keys", body=KeyBody, returns={201: KeyView})
def add_key(call: Call[KeyBody, Nothing]) -> Answer:
    """Issue a key; its text is in this answer and never shown again."""
    call.require_key(Scope.ADMIN)
    if call.body.host is not None and wiring.catalogue().host(call.tenant, call.body.host) is None:
        raise errors.ValidationFailed.at("/host", "There is no such host.")
    key, text = issue_key(
        call.tenant,
        call.body.name,
        scopes=frozenset(call.body.scopes),
        host=call.body.host,
        access=wiring.access(),
        new_id=wiring.new_id,
        new_secret=wiring.new_secret,
        now=call.now,
    )
    view = KeyView.of(key)
    view.key = text
    return Answer(view, status=201, headers={"Location": f"/v1/{call.tenant}/api-keys/{key.id}"})


@endpoint("GET /v1/{tenant}/api-keys/{key}", returns={200: KeyView})
def show_key(call: Call[Nothing, Nothing]) -> Answer:
    """Show a key without its secret."""
    call.require_key(Scope.ADMIN)
    return Answer(KeyView.of(_named(call)))


@endpoint("DELETE /v1/{tenant}/api-keys/{key}", returns={204: None})
def revoke_key(call: Call[Nothing, Nothing]) -> Answer:
    """Revoke a key; it stops working within a minute."""
    call.require_key(Scope.ADMIN)
    wiring.access().remove_key(_named(call))
    return Answer(status=204)


def _named(call: Call[Body, Query]) -> ApiKey:
    key = wiring.access().key(call.path["key"])
    if key is None or key.tenant != call.tenant:
        raise errors.NotFound("No such key.")
    return key


handler = entrypoint(list_keys, add_key, show_key, revoke_key)
