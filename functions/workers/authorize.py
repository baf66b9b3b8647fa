"""Tell API Gateway who calls: the Lambda authorizer of all routes for key holders."""

from typing import Any

from daybook import wiring
from daybook.domain.tokens import KEY_PREFIX
from daybook.starting import ready
from daybook.usecases.authenticate import authenticate


def handler(event: dict[str, Any], _: Any) -> dict[str, Any]:
    """Answer in the simple format (payload 2.0) with the key's tenant, host and scopes as context.

    Whether these reach the route's tenant is for the function to check: there a foreign tenant is a 404.
    """
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    scheme, _, text = headers.get("authorization", "").partition(" ")
    text = text.strip()
    genuine = scheme.lower() == "bearer" and text.startswith(KEY_PREFIX)
    caller = authenticate(text, access=wiring.access()) if genuine else None
    if caller is None:
        return {"isAuthorized": False}
    return {
        "isAuthorized": True,
        "context": {
            "tenant": caller.tenant,
            "key_id": caller.key_id,
            "host": caller.host or "",
            "scopes": " ".join(sorted(caller.scopes)),
        },
    }


ready(wiring.client)
