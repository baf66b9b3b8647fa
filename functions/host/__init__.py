"""For key holders: the gateway's authorizer says who calls, each function checks tenant, scope and host."""
